"""Money: exact minor units, also where a provider counts differently from ISO 4217."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship.domain.money import (
    Money,
    decimals,
    fits,
    from_paypal,
    from_stripe,
    paypal_amount,
    paypal_unit,
    stripe_amount,
    stripe_unit,
)

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


AT_PAYPAL = "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD".split()


@pytest.mark.parametrize(
    ("minor", "currency", "at_paypal"),
    [
        (4500, "EUR", "45.00"),
        (5, "USD", "0.05"),
        (500, "JPY", "500"),
        (500_000, "HUF", "5000"),
        (99_900, "TWD", "999"),
        (0, "EUR", "0.00"),
        (10**14, "EUR", "1000000000000.00"),
    ],
)
def test_amounts_at_paypal(minor: int, currency: str, at_paypal: str) -> None:
    assert paypal_amount(Money(minor, currency)) == at_paypal
    assert from_paypal(at_paypal, currency) == Money(minor, currency)


@given(st.integers(0, 10**14), st.sampled_from([*AT_PAYPAL, "KWD", "BHD", "ISK", "RUB"]))
def test_an_amount_survives_paypal_or_is_refused(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    try:
        text = paypal_amount(money)
    except ValueError:
        assert currency not in AT_PAYPAL or (currency in ("HUF", "TWD") and minor % 100)
    else:
        assert currency in AT_PAYPAL
        assert text.partition(".")[2] == ("" if currency in ("HUF", "JPY", "TWD") else text[-2:])
        assert from_paypal(text, currency) == money


@given(st.integers(0, 10**12), st.integers(0, 4), st.sampled_from(["EUR", "JPY", "HUF"]))
def test_decimals_that_say_nothing_are_the_same_amount(whole: int, zeros: int, currency: str) -> None:
    written = f"{whole}.{'0' * zeros}" if zeros else str(whole)
    assert from_paypal(written, currency).decimal == whole


@pytest.mark.parametrize("text", ["45.001", "", "x", "NaN", "Infinity", "1e3", "45,00", "٤٥", " 45", "9" * 99])
def test_what_is_no_amount_of_paypal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        from_paypal(text, "EUR")


def test_paypal_takes_its_currencies_and_none_with_three_decimals() -> None:
    assert [c for c in [*AT_PAYPAL, "KWD", "TND", "RUB", "ISK"] if paypal_unit(c)] == AT_PAYPAL


@given(st.integers(0, 10**9), st.sampled_from([*AT_PAYPAL, "KWD", "MGA", "ISK", "CLP"]))
def test_what_fits_is_exactly_what_a_provider_can_be_sent(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    for unit, write in ((stripe_unit, stripe_amount), (paypal_unit, paypal_amount)):
        if fits(money, unit(currency)):
            write(money)
        else:
            with pytest.raises(ValueError):
                write(money)
