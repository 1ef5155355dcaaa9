"""A stored receipt as people see it, with what came after it."""

from typing import Any

from mentorship.db.models import Receipt, Refund
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.money import Money
from mentorship.domain.orders import RefundReason, RefundStatus
from mentorship.domain.receipts import receipt_number
from mentorship.schemas.catalog import Amount
from mentorship.schemas.receipts import ReceiptLine, ReceiptView
from mentorship.services.texts import amount, day


def receipt_view(uow: UnitOfWork, receipt: Receipt) -> ReceiptView:
    """A stored receipt with the refunds that have settled since."""
    kept = receipt.content
    refunds = [r for r in uow.orders.refunds(receipt.order_id) if _belongs(r)]
    return ReceiptView(
        number=receipt_number(receipt.year, receipt.serial),
        order_id=receipt.order_id,
        issued_at=receipt.issued_at,
        issued_on=kept["issued_on"],
        seller_name=kept["seller_name"],
        seller_address=tuple(kept["seller_address"]),
        seller_tax_id=kept["seller_tax_id"],
        buyer_name=kept["buyer_name"],
        buyer_email=kept["buyer_email"],
        lines=tuple(_line(line) for line in kept["lines"]),
        total=Amount(**kept["total"]),
        tax=_line(kept["tax"]) if kept["tax"] else None,
        paid_with=kept["paid_with"],
        paid_when=kept["paid_when"],
        refunds=tuple(_refund_line(refund, kept["zone"]) for refund in refunds),
    )


def _belongs(refund: Refund) -> bool:
    """Whether a refund is of the payment that the receipt is about: one that was made twice is on no receipt."""
    return refund.status == RefundStatus.SUCCEEDED.value and refund.reason != RefundReason.DUPLICATE_PAYMENT.value


def _line(kept: dict[str, Any]) -> ReceiptLine:
    return ReceiptLine(kept["text"], Amount(**kept["amount"]))


def _refund_line(refund: Refund, zone: str) -> ReceiptLine:
    settled_at = refund.settled_at or refund.created_at
    return ReceiptLine(f"Refunded on {day(settled_at, zone)}", amount(Money(-refund.amount_minor, refund.currency)))
