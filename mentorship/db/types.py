"""Column types that behave alike on SQLite and PostgreSQL."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Dialect, String, literal_column
from sqlalchemy.types import TypeDecorator, TypeEngine
from uuid_utils import compat


class TZDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC; naive values are refused.

    It is timestamptz on PostgreSQL and fixed-width ISO text on SQLite, so that text order is time order.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime] | TypeEngine[str]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(32))
        return dialect.type_descriptor(DateTime(timezone=True))

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], datetime | str | None]:
        # One call for each value instead of the base class's three, as below.
        return _text if dialect.name == "sqlite" else _instant

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:  # noqa: ARG002
        # A list of slots reads hundreds of instants.
        return _read_text if dialect.name == "sqlite" else _read_instant


def _instant(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a naive datetime is not an instant")
    return value.astimezone(UTC)


def _text(value: datetime | None) -> str | None:
    instant = _instant(value)
    return None if instant is None else instant.isoformat(timespec="microseconds")


def _read_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _read_instant(value: datetime | None) -> datetime | None:
    return value if value is None or value.tzinfo is UTC else value.astimezone(UTC)


def written(value: StrEnum) -> ColumnElement[str]:
    """One of our own words in the statement's text.

    With a parameter in its place neither database can plan once for an index of rows with that word, and a list of
    parameters is put into the text anew at each execution.
    """
    return literal_column(f"'{value.value}'")


def new_id() -> UUID:
    """A time-ordered id (UUIDv7)."""
    return compat.uuid7()
