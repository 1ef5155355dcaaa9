"""Receipts: their numbers, and the tax that a price includes."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from mentorship.domain.money import Money

_NUMBER = re.compile(r"(\d{4})-(\d{6,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells, as receipts name them. ``tax_percent`` is included in every price; 0 means that none is charged."""

    name: str = "Mentorship"
    address: tuple[str, ...] = ()
    tax_id: str = ""
    tax_name: str = "VAT"
    tax_percent: Decimal = Decimal(0)


def receipt_number(year: int, serial: int) -> str:
    """How a receipt is called: "2026-000123"."""
    return f"{year:04d}-{serial:06d}"


def parse_number(text: str) -> tuple[int, int] | None:
    """The year and the serial of a receipt's number; None when it is not one."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    year, serial = int(found[1]), int(found[2])
    return (year, serial) if receipt_number(year, serial) == text else None


def included_tax(total: Money, percent: Decimal) -> Money:
    """The tax inside a total that includes it, rounded half up to minor units."""
    tax = Decimal(total.minor) * percent / (100 + percent)
    return Money(int(tax.quantize(Decimal(1), ROUND_HALF_UP)), total.currency)
