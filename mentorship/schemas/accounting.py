"""Money as mentors and accountants look at it."""

from dataclasses import dataclass

from mentorship.schemas.catalog import Amount


@dataclass(frozen=True, slots=True)
class MonthEarnings:
    """One month in one currency, in the mentor's zone. ``net`` is gross less discounts, known fees and refunds.

    ``month`` is "2026-03". ``unknown_fees`` counts payments whose fee the provider has not told us.
    """

    month: str
    currency: str
    gross: Amount
    discounts: Amount
    fees: Amount
    unknown_fees: int
    refunds: Amount
    net: Amount
    orders: int


@dataclass(frozen=True, slots=True)
class Earnings:
    """A mentor's last twelve months, newest first; months without any money are left out."""

    zone: str
    months: list[MonthEarnings]
