"""Numbers of receipts, and the tax inside a total."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship.domain.money import Money
from mentorship.domain.receipts import included_tax, parse_number, receipt_number


@given(st.integers(2000, 2200), st.integers(1, 999_999_999))
def test_a_number_reads_back(year: int, serial: int) -> None:
    assert parse_number(receipt_number(year, serial)) == (year, serial)


def test_a_number_is_written_in_one_way() -> None:
    assert receipt_number(2026, 123) == "2026-000123"
    for text in ("2026-123", "2026-0000123", " 2026-000123", "2026-000123\n", "٢٠٢٦-000123", "", "2026-00012x"):
        assert parse_number(text) is None


@pytest.mark.parametrize(
    ("minor", "percent", "tax"),
    [(48_000, "19", 7664), (10_000, "7.7", 715), (11_900, "19", 1900), (1, "19", 0), (0, "19", 0)],
)
def test_the_tax_is_inside_the_total(minor: int, percent: str, tax: int) -> None:
    assert included_tax(Money(minor, "EUR"), Decimal(percent)) == Money(tax, "EUR")


@given(st.integers(0, 10**9), st.decimals(0, 99, places=2))
def test_net_and_tax_make_the_total(minor: int, percent: Decimal) -> None:
    tax = included_tax(Money(minor, "EUR"), percent).minor
    assert 0 <= tax <= minor
    assert abs((minor - tax) * percent / 100 - tax) <= 1
