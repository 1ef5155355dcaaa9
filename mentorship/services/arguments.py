"""The forms of argument that several use cases share, parsed the same everywhere."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, AwareDatetime, StringConstraints

ZONES = frozenset(available_timezones())
"""Every time zone that there is."""


def _known_zone(name: str) -> str:
    if name not in ZONES:
        raise ValueError("not a time zone of the IANA database")
    return name


def _printable(text: str) -> str:
    if any(ord(c) < 32 and c not in "\n\t" for c in text) or "\x7f" in text:
        raise ValueError("control characters are not allowed")
    return text


def _utc(instant: datetime) -> datetime:
    if not 2000 <= instant.year <= 2200:
        raise ValueError("not an instant this product deals with")
    return instant.astimezone(UTC)


def _one_line(text: str) -> str:
    if "\n" in text or "\t" in text:
        raise ValueError("one line only")
    return _printable(text)


def _email(address: str) -> str:
    local, at, domain = address.partition("@")
    if not (local and at and "." in domain and address.isascii()) or any(
        not c.isprintable() or c in ' <>(),;:"\\[]' for c in address
    ):
        raise ValueError("not an e-mail address")
    if "@" in domain or domain.startswith(".") or domain.endswith(".") or ".." in address:
        raise ValueError("not an e-mail address")
    return address.lower()


Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_known_zone)]
"""An IANA time zone name."""

Instant = Annotated[AwareDatetime, AfterValidator(_utc)]
"""An aware instant, turned to UTC."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(_one_line)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=8000), AfterValidator(_printable)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=255), AfterValidator(_printable)]
WrittenReason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=255), AfterValidator(_printable)
]
RequestKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
"""Chosen by the caller; the same key asks for the same thing once."""

CodeText = Annotated[str, StringConstraints(max_length=64)]
"""A promotion code as somebody typed it; empty for none."""

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""An ISO 4217 currency."""

ProviderName = Literal["stripe", "paypal"]

Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254), AfterValidator(_email)]
Password = Annotated[str, StringConstraints(min_length=10, max_length=256)]
