"""Refunds: unused credits ÷ granted × paid, rounded half up."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship.domain.credits import Balance
from mentorship.domain.money import Money
from mentorship.domain.refunds import quote_unused


@pytest.mark.parametrize(
    ("balance", "paid", "quoted"),
    [
        (Balance(available=4), 37500, 37500),
        (Balance(available=1, consumed=3), 37500, 9375),
        (Balance(available=1, consumed=2), 100, 33),
        (Balance(available=2, consumed=1), 100, 67),
        (Balance(available=1, consumed=1), 1, 1),
        (Balance(reserved=2, consumed=2), 37500, 0),
        (Balance(), 37500, 0),
    ],
)
def test_quotes(balance: Balance, paid: int, quoted: int) -> None:
    assert quote_unused(balance, Money(paid, "USD")) == Money(quoted, "USD")


PARTS = st.integers(0, 30)


@given(st.builds(Balance, PARTS, PARTS, PARTS, PARTS, PARTS, PARTS), st.integers(0, 10**10))
def test_the_quote_is_the_exact_share_rounded_half_up(balance: Balance, paid: int) -> None:
    quoted = quote_unused(balance, Money(paid, "EUR")).minor
    assert 0 <= quoted <= paid
    if balance.granted:
        share = Decimal(balance.available) * paid / balance.granted
        assert abs(quoted - share) <= Decimal("0.5")
        assert quoted == int(share.quantize(Decimal(1), ROUND_HALF_UP))
