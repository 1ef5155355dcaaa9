"""Receipts, as they were issued."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mentorship.schemas.catalog import Amount


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One line: what, and how much. A discount is negative."""

    text: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """A receipt. Everything but ``refunds``, which come later, stays as it was issued; ``tax`` is inside the total."""

    number: str
    order_id: UUID
    issued_at: datetime
    issued_on: str
    seller_name: str
    seller_address: tuple[str, ...]
    seller_tax_id: str
    buyer_name: str
    buyer_email: str
    lines: tuple[ReceiptLine, ...]
    total: Amount
    tax: ReceiptLine | None
    paid_with: str
    paid_when: str
    refunds: tuple[ReceiptLine, ...]
