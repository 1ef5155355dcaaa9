"""Amounts as PayPal writes them, and what it keeps of them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship.sandbox import paypal_money as money

CURRENCIES = st.sampled_from(sorted(money.CURRENCIES))


@given(number=st.integers(-(10**15), 10**15), currency=CURRENCIES)
def test_what_is_written_is_read_as_the_same(number, currency):
    written = money.text(number, currency)
    assert money.minor(written, currency) == number
    places = 0 if currency in ("HUF", "JPY", "TWD") else 2
    assert -Decimal(written).as_tuple().exponent == places
    assert Decimal(written).scaleb(places) == number


@given(whole=st.integers(0, 10**9), zeros=st.integers(0, 5), currency=CURRENCIES)
def test_zeros_behind_the_point_change_nothing(whole, zeros, currency):
    written = f"{whole}.{'0' * zeros}" if zeros else str(whole)
    assert money.minor(written, currency) == whole * (1 if currency in money.WITHOUT_DECIMALS else 100)


@pytest.mark.parametrize(("number", "fee"), [(48_000, 1_714), (1, 1), (100, 42), (1_000, 74)])
def test_the_fee_is_a_share_and_a_fixed_part(number, fee):
    assert money.fee(number, "EUR") == fee


@given(number=st.integers(1, 10**12), currency=CURRENCIES)
def test_the_fee_is_never_more_than_the_payment(number, currency):
    assert 0 < money.fee(number, currency) <= number
