"""Reads PayPal's JSON bodies and checks them. Fields the sandbox does not stand in for are passed over, as there."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from . import paypal_money as money
from .paypal_errors import refused
from .store import Json

Check = Callable[[str, Any], Any]
MOST_ITEMS = 100
NUMBER = r"(-?[0-9]+)|(-?[0-9]*\.[0-9]+)"


def decode(body: bytes) -> Any:
    """The JSON value of a body; nothing is an empty object.

    Raises:
        Refusal: MALFORMED_REQUEST_JSON.
    """
    if not body.strip():
        return {}
    try:
        return json.loads(body.decode())
    except (ValueError, RecursionError):
        raise refused("MALFORMED_REQUEST_JSON", "/") from None


def text(longest: int, pattern: str = r"(?s).*", *, shortest: int = 1) -> Check:
    """A string of limited length."""

    def read(path: str, value: Any) -> str:
        if not isinstance(value, str) or not _is_text(value):
            raise refused("INVALID_PARAMETER_SYNTAX", path)
        if not shortest <= len(value) <= longest:
            raise refused("INVALID_STRING_LENGTH", path, value)
        if not re.fullmatch(pattern, value, re.ASCII):
            raise refused("INVALID_PARAMETER_SYNTAX", path, value)
        return value

    return read


def choice(*allowed: str) -> Check:
    """One of the documented words."""

    def read(path: str, value: Any) -> str:
        if value not in allowed:
            raise refused("INVALID_PARAMETER_VALUE", path, str(value).encode("ascii", "replace").decode())
        return str(value)

    return read


def web_address(path: str, value: Any) -> str:
    """An absolute http(s) address."""
    address: str = text(4_000)(path, value)
    try:
        parts = urlsplit(address)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        valid = False
    if not valid or not address.isprintable() or " " in address:
        raise refused("INVALID_PARAMETER_SYNTAX", path, address)
    return address


def struct(required: Mapping[str, Check], optional: Mapping[str, Check]) -> Check:
    """An object with these fields; only what was sent is in the result. An optional null is as good as not sent."""

    def read(path: str, value: Any) -> Json:
        if not isinstance(value, dict):
            raise refused("INVALID_PARAMETER_SYNTAX", path or "/")
        for name in required:
            if value.get(name) is None:
                raise refused("MISSING_REQUIRED_PARAMETER", f"{path}/{name}")
        known = {**required, **optional}
        return {n: known[n](f"{path}/{n}", inner) for n, inner in value.items() if n in known and inner is not None}

    return read


def array(item: Check, *, at_least: int, at_most: int) -> Check:
    """A list of limited length."""

    def read(path: str, value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise refused("INVALID_PARAMETER_SYNTAX", path)
        if len(value) < at_least:
            raise refused("INVALID_ARRAY_MIN_ITEMS", path)
        if len(value) > at_most:
            raise refused("INVALID_ARRAY_MAX_ITEMS", path)
        return [item(f"{path}/{index}", inner) for index, inner in enumerate(value)]

    return read


def instant(name: str, written: str) -> int:
    """An internet date and time in a query, as epoch seconds."""
    try:
        moment = datetime.fromisoformat(written)
        if moment.tzinfo is None:
            raise ValueError
        return int(moment.astimezone(UTC).timestamp())
    except (ValueError, OverflowError):
        value = written.encode("ascii", "replace").decode()
        raise refused("INVALID_PARAMETER_SYNTAX", name, value, location="query") from None


MONEY = struct({"currency_code": text(3, shortest=3), "value": text(32, NUMBER)}, {})
PARTS = ("item_total", "tax_total", "shipping", "handling", "insurance")
LESS = ("shipping_discount", "discount")
AMOUNT = struct(
    {"currency_code": text(3, shortest=3), "value": text(32, NUMBER)},
    {"breakdown": struct({}, dict.fromkeys((*PARTS, *LESS), MONEY))},
)
ITEM = struct(
    {"name": text(127), "unit_amount": MONEY, "quantity": text(10, r"[1-9][0-9]{0,9}")},
    {
        "description": text(127, shortest=0),
        "sku": text(127, shortest=0),
        "category": choice("DIGITAL_GOODS", "PHYSICAL_GOODS", "DONATION"),
    },
)
UNIT = struct(
    {"amount": AMOUNT},
    {
        "reference_id": text(256),
        "description": text(127),
        "custom_id": text(127),
        "invoice_id": text(127),
        "soft_descriptor": text(22),
        "items": array(ITEM, at_least=0, at_most=MOST_ITEMS),
    },
)
EXPERIENCE: dict[str, Check] = {
    "brand_name": text(127),
    "locale": text(10, r"[a-z]{2}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?", shortest=2),
    "shipping_preference": choice("GET_FROM_FILE", "NO_SHIPPING", "SET_PROVIDED_ADDRESS"),
    "user_action": choice("CONTINUE", "PAY_NOW"),
    "return_url": web_address,
    "cancel_url": web_address,
}
WALLET = struct(
    {},
    {
        "email_address": text(254, shortest=3),
        "experience_context": struct(
            {},
            EXPERIENCE
            | {
                "landing_page": choice("LOGIN", "GUEST_CHECKOUT", "NO_PREFERENCE"),
                "payment_method_preference": choice("UNRESTRICTED", "IMMEDIATE_PAYMENT_REQUIRED"),
            },
        ),
    },
)
ORDER = struct(
    {"intent": choice("CAPTURE"), "purchase_units": array(UNIT, at_least=1, at_most=1)},
    {
        "payment_source": struct({}, {"paypal": WALLET}),
        "application_context": struct({}, EXPERIENCE),
    },
)
REFUND = struct({}, {"amount": MONEY, "custom_id": text(127), "invoice_id": text(127), "note_to_payer": text(255)})


def order(body: Any) -> Json:
    """A new order's checked body: its one unit's amounts are positive, of one currency, and add up.

    Raises:
        Refusal: in PayPal's words.
    """
    checked: Json = ORDER("", body)
    unit, path = checked["purchase_units"][0], "/purchase_units/0"
    currency = unit["amount"]["currency_code"]
    if currency not in money.CURRENCIES:
        raise refused("INVALID_CURRENCY_CODE", f"{path}/amount/currency_code", currency)
    total = _positive(unit["amount"], f"{path}/amount/value")
    breakdown = {
        name: _not_negative(part, currency, f"{path}/amount/breakdown/{name}/value")
        for name, part in unit["amount"].get("breakdown", {}).items()
    }
    sold = sum(
        _not_negative(item["unit_amount"], currency, f"{path}/items/{index}/unit_amount/value") * int(item["quantity"])
        for index, item in enumerate(unit.get("items", []))
    )
    if unit.get("items"):
        if "item_total" not in breakdown:
            raise refused("ITEM_TOTAL_REQUIRED", f"{path}/amount/breakdown/item_total")
        if sold != breakdown["item_total"]:
            raise refused("ITEM_TOTAL_MISMATCH", f"{path}/amount/breakdown/item_total/value")
    if breakdown:
        added = sum(breakdown.get(name, 0) for name in PARTS) - sum(breakdown.get(name, 0) for name in LESS)
        if added != total:
            raise refused("AMOUNT_MISMATCH", f"{path}/amount/value", unit["amount"]["value"])
    return checked


def refund(body: Any) -> Json:
    """A refund's checked body; with `amount` as its minor units under "minor".

    Raises:
        Refusal: in PayPal's words.
    """
    checked: Json = REFUND("", body)
    if "amount" in checked:
        if checked["amount"]["currency_code"] not in money.CURRENCIES:
            raise refused("INVALID_CURRENCY_CODE", "/amount/currency_code", checked["amount"]["currency_code"])
        checked["minor"] = _positive(checked["amount"], "/amount/value")
    return checked


def _positive(value: Json, path: str) -> int:
    number = _minor(value, path)
    if number <= 0:
        raise refused("CANNOT_BE_ZERO_OR_NEGATIVE", path, value["value"])
    return number


def _not_negative(value: Json, currency: str, path: str) -> int:
    if value["currency_code"] != currency:
        raise refused("MULTI_CURRENCY_ORDER", path.removesuffix("value") + "currency_code", value["currency_code"])
    number = _minor(value, path)
    if number < 0:
        raise refused("CANNOT_BE_NEGATIVE", path, value["value"])
    return number


def _minor(value: Json, path: str) -> int:
    try:
        return money.minor(value["value"], value["currency_code"])
    except money.NotAnAmountError as problem:
        raise refused(str(problem), path, value["value"]) from None


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
