"""Amounts as PayPal writes them: a text with the currency's decimals. Inside, they are whole minor units."""

import re
from typing import Any

CURRENCIES = frozenset(
    "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD".split()
)
WITHOUT_DECIMALS = frozenset({"HUF", "JPY", "TWD"})
SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}
FEE_PER_TEN_THOUSAND = 349
FIXED_FEE = {"EUR": 39, "GBP": 30, "HUF": 90, "JPY": 40, "TWD": 10, "USD": 49}
OTHER_FIXED_FEE = 49


class NotAnAmountError(ValueError):
    """A text that is no amount of its currency: its message is PayPal's word for what is wrong."""


def places_of(currency: str) -> int:
    """How many decimals a currency has at PayPal."""
    return 0 if currency in WITHOUT_DECIMALS else 2


def minor(value: str, currency: str) -> int:
    """An amount in minor units.

    Raises:
        NotAnAmountError: too large, or more decimals than the currency has.
    """
    match = re.fullmatch(r"(-?)([0-9]*)(?:\.([0-9]+))?", value, re.ASCII)
    if match is None or not (match[2] or match[3]):
        raise NotAnAmountError("INVALID_PARAMETER_SYNTAX")
    places = places_of(currency)
    fraction = (match[3] or "").rstrip("0")
    if len(fraction) > places:
        raise NotAnAmountError("DECIMAL_PRECISION")
    whole = (match[2] or "0").lstrip("0") or "0"
    if len(whole) > 15:
        raise NotAnAmountError("MAX_VALUE_EXCEEDED")
    number = int(whole + fraction.ljust(places, "0"))
    return -number if match[1] else number


def amount(number: int, currency: str) -> dict[str, Any]:
    """PayPal's money object for an amount in minor units."""
    return {"currency_code": currency, "value": text(number, currency)}


def text(number: int, currency: str) -> str:
    """An amount in minor units as PayPal writes it: 480.00, -3.50, 5000."""
    places = places_of(currency)
    digits = f"{abs(number):0{places + 1}d}"
    shown = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{shown}" if number < 0 else shown


def shown(number: int, currency: str) -> str:
    """An amount in minor units as people read it: €480.00, CHF 90.00, JPY 5,000."""
    places = places_of(currency)
    figures = f"{number // 10**places:,}" + (f".{number % 10**places:02d}" if places else "")
    return f"{SIGNS[currency]}{figures}" if currency in SIGNS else f"{currency} {figures}"


def fee(number: int, currency: str) -> int:
    """What PayPal keeps of a payment: 3.49 %, rounded half up, and a fixed part, but never more than the payment."""
    share = (number * FEE_PER_TEN_THOUSAND + 5_000) // 10_000
    return min(number, share + FIXED_FEE.get(currency, OTHER_FIXED_FEE))
