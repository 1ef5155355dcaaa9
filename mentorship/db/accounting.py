"""Reads and writes of receipts, and of money as accountants and mentors look at it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mentorship.db.models import Dispute, Order, Payment, Receipt, Refund
from mentorship.domain.orders import OrderStatus, RefundReason, RefundStatus
from mentorship.domain.receipts import parse_number, receipt_number

_PAID = [s.value for s in OrderStatus if s.has_money]


class Receipts:
    def __init__(self, session: Session) -> None:
        self._db = session

    def add(self, row: Receipt) -> None:
        self._db.add(row)
        self._db.flush()

    def of_order(self, order_id: UUID) -> Receipt | None:
        return self._db.scalar(select(Receipt).where(Receipt.order_id == order_id))

    def by_number(self, number: str) -> Receipt | None:
        parsed = parse_number(number)
        if parsed is None:
            return None
        return self._db.scalar(select(Receipt).where(Receipt.year == parsed[0], Receipt.serial == parsed[1]))

    def number_of(self, order_id: UUID) -> str:
        """The number of an order's receipt; empty until it is issued."""
        return self.numbers([order_id]).get(order_id, "")

    def numbers(self, order_ids: Sequence[UUID]) -> dict[UUID, str]:
        """The numbers of several orders' receipts."""
        rows = self._db.execute(
            select(Receipt.order_id, Receipt.year, Receipt.serial).where(Receipt.order_id.in_(order_ids))
        )
        return {order_id: receipt_number(year, serial) for order_id, year, serial in rows}

    def next_serial(self, year: int) -> int:
        """The number after the year's last one. Call it with the year's numbers locked."""
        return (self._db.scalar(select(func.max(Receipt.serial)).where(Receipt.year == year)) or 0) + 1

    def missing(self, since: datetime, until: datetime, limit: int) -> Sequence[UUID]:
        """Orders without a receipt that were paid in this period, oldest first."""
        return self._db.scalars(
            select(Order.id)
            .outerjoin(Receipt, Receipt.order_id == Order.id)
            .where(Order.status.in_(_PAID), Order.paid_at >= since, Order.paid_at <= until, Receipt.id.is_(None))
            .order_by(Order.paid_at)
            .limit(limit)
        ).all()


class Accounts:
    """Money that moved, by when it did; periods are ``[since, until)``."""

    def __init__(self, session: Session) -> None:
        self._db = session

    def payments(self, since: datetime, until: datetime) -> Sequence[tuple[Payment, Order]]:
        rows = self._db.execute(
            select(Payment, Order).join(Order).where(Payment.paid_at >= since, Payment.paid_at < until)
        )
        return [(payment, order) for payment, order in rows]

    def refunds(self, since: datetime, until: datetime) -> Sequence[tuple[Refund, Order]]:
        """Refunds that have settled, without those that stand for a lost dispute: its money left when it was opened."""
        rows = self._db.execute(
            select(Refund, Order)
            .join(Order)
            .where(
                Refund.status == RefundStatus.SUCCEEDED.value,
                Refund.reason != RefundReason.DISPUTE.value,
                Refund.settled_at >= since,
                Refund.settled_at < until,
            )
        )
        return [(refund, order) for refund, order in rows]

    def disputes_opened(self, since: datetime, until: datetime) -> Sequence[tuple[Dispute, Order]]:
        rows = self._db.execute(
            select(Dispute, Order).join(Order).where(Dispute.opened_at >= since, Dispute.opened_at < until)
        )
        return [(dispute, order) for dispute, order in rows]

    def disputes_closed(self, since: datetime, until: datetime) -> Sequence[tuple[Dispute, Order]]:
        rows = self._db.execute(
            select(Dispute, Order).join(Order).where(Dispute.closed_at >= since, Dispute.closed_at < until)
        )
        return [(dispute, order) for dispute, order in rows]

    def orders_of_mentor(self, mentor_id: UUID, since: datetime) -> Sequence[Order]:
        """The mentor's orders that were paid since then."""
        return self._db.scalars(
            select(Order).where(Order.mentor_id == mentor_id, Order.status.in_(_PAID), Order.paid_at >= since)
        ).all()

    def payments_of_mentor(self, mentor_id: UUID, since: datetime) -> Sequence[Payment]:
        return self._db.scalars(
            select(Payment).join(Order).where(Order.mentor_id == mentor_id, Payment.paid_at >= since)
        ).all()

    def refunds_of_mentor(self, mentor_id: UUID, since: datetime) -> Sequence[Refund]:
        """What went back since then, but for payments that were made twice: they were never the mentor's."""
        return self._db.scalars(
            select(Refund)
            .join(Order)
            .where(
                Order.mentor_id == mentor_id,
                Refund.status == RefundStatus.SUCCEEDED.value,
                Refund.reason != RefundReason.DUPLICATE_PAYMENT.value,
                Refund.settled_at >= since,
            )
        ).all()
