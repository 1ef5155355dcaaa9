"""Money: exact minor units, also where a provider counts differently from ISO 4217."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship.domain.money import Money, decimals, from_stripe, stripe_amount

CURRENCIES = st.sampled_from(["EUR", "USD", "JPY", "KWD", "ISK", "UGX", "MGA", "CLP"])


@pytest.mark.parametrize(
    ("minor", "currency", "text", "at_stripe"),
    [
        (37500, "USD", "375.00", 37500),
        (500, "JPY", "500", 500),
        (500, "ISK", "500", 50000),
        (500, "UGX", "500", 50000),
        (50000, "MGA", "500.00", 500),
        (12340, "KWD", "12.340", 12340),
        (0, "EUR", "0.00", 0),
    ],
)
def test_amounts_at_stripe(minor: int, currency: str, text: str, at_stripe: int) -> None:
    money = Money(minor, currency)
    assert str(money.decimal) == text
    assert stripe_amount(money) == at_stripe
    assert from_stripe(at_stripe, currency.lower()) == money


@given(st.integers(0, 10**12), CURRENCIES)
def test_an_amount_survives_stripe_or_is_refused(minor: int, currency: str) -> None:
    try:
        amount = stripe_amount(Money(minor, currency))
    except ValueError:
        assert minor % {"MGA": 100, "KWD": 10}[currency]
    else:
        assert from_stripe(amount, currency.lower()) == Money(minor, currency)


def test_a_fraction_of_a_minor_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="not representable"):
        from_stripe(50050, "isk")
    with pytest.raises(ValueError, match="last digit"):
        stripe_amount(Money(12345, "KWD"))


@given(st.integers(-(10**12), 10**12), CURRENCIES)
def test_the_decimal_is_exact(minor: int, currency: str) -> None:
    assert Money(minor, currency).decimal * 10 ** decimals(currency) == Decimal(minor)


@pytest.mark.parametrize("currency", ["usd", "US", "USDT", "", "ÜSD"])
def test_only_iso_currencies(currency: str) -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(1, currency)
