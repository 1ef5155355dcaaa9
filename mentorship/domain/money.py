"""Money: whole minor units and an ISO 4217 currency. No float, anywhere."""

import re
from dataclasses import dataclass
from decimal import Decimal

_NO_DECIMALS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split())
_THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
_STRIPE_DECIMALS = {"MGA": 0, "ISK": 2, "UGX": 2}
_AT_PAYPAL = frozenset(
    "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD".split()
)
_WHOLE_AT_PAYPAL = frozenset({"HUF", "JPY", "TWD"})
_PAYPAL_TEXT = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,6})?", re.ASCII)


def decimals(currency: str) -> int:
    """How many decimals ISO 4217 gives this currency."""
    if currency in _NO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else 2


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the currency's minor units (cents, yen, fils)."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise ValueError(f"not an ISO 4217 currency: {self.currency!r}")

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-decimals(self.currency))


def stripe_amount(money: Money) -> int:
    """The integer Stripe expects. Stripe counts ISK and UGX with two decimals and MGA with none.

    Raises:
        ValueError: the amount has no exact form at Stripe.
    """
    shift = _STRIPE_DECIMALS.get(money.currency, decimals(money.currency)) - decimals(money.currency)
    amount = _shift(money.minor, shift)
    if decimals(money.currency) == 3 and amount % 10:
        raise ValueError("Stripe takes three-decimal amounts only when the last digit is 0")
    return amount


def from_stripe(amount: int, currency: str) -> Money:
    """Money from Stripe's integer and (lower case) currency.

    Raises:
        ValueError: the amount has no exact form in ISO minor units.
    """
    code = currency.upper()
    shift = decimals(code) - _STRIPE_DECIMALS.get(code, decimals(code))
    return Money(_shift(amount, shift), code)


def stripe_unit(currency: str) -> int:
    """The minor units of which every amount at Stripe is a multiple: 10 with three decimals, 100 for MGA."""
    if decimals(currency) == 3:
        return 10
    return int(10 ** max(0, decimals(currency) - _STRIPE_DECIMALS.get(currency, decimals(currency))))


def paypal_unit(currency: str) -> int:
    """The minor units of which every amount at PayPal is a multiple: 100 for HUF and TWD, 0 where it takes none."""
    if currency not in _AT_PAYPAL:
        return 0
    return int(10 ** decimals(currency)) if currency in _WHOLE_AT_PAYPAL else 1


def fits(money: Money, unit: int) -> bool:
    """Whether an amount has an exact form where every amount is a multiple of ``unit``; with 0 none has."""
    return unit > 0 and money.minor % unit == 0


def paypal_amount(money: Money) -> str:
    """The text PayPal expects: two decimals, and none for HUF, JPY and TWD.

    Raises:
        ValueError: PayPal does not take the currency, or the amount has no exact form there.
    """
    if money.currency not in _AT_PAYPAL:
        raise ValueError(f"PayPal does not take {money.currency}")
    places = 0 if money.currency in _WHOLE_AT_PAYPAL else 2
    units = _shift(money.minor, places - decimals(money.currency))
    return str(Decimal(units).scaleb(-places)) if places else str(units)


def from_paypal(value: str, currency: str) -> Money:
    """Money from PayPal's text; "45", "45.0" and "45.00" are the same amount.

    Raises:
        ValueError: it is no number, or has no exact form in ISO minor units.
    """
    if not _PAYPAL_TEXT.fullmatch(value):
        raise ValueError("not an amount")
    amount = Decimal(value).scaleb(decimals(currency))
    if amount != int(amount):
        raise ValueError("the amount is not representable in this currency's minor units")
    return Money(int(amount), currency)


def _shift(amount: int, places: int) -> int:
    factor: int = 10 ** abs(places)
    if places >= 0:
        return amount * factor
    quotient, rest = divmod(amount, factor)
    if rest:
        raise ValueError("the amount is not representable in this currency's minor units")
    return quotient
