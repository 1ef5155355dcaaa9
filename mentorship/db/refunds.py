"""Reads and writes of refunds that somebody has to decide or carry out, and of disputes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mentorship.db.models import Delivery, Dispute, Notification, Order, Payment, Refund
from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.orders import RefundReason, RefundStatus

_OPEN = [s.value for s in RefundStatus if s.is_open]
_CLOSED_DISPUTE = [s.value for s in DisputeStatus if s.is_closed]


class Refunds:
    def __init__(self, session: Session) -> None:
        self._db = session

    def by_key(self, key: str) -> Refund | None:
        return self._db.scalar(select(Refund).where(Refund.key == key))

    def payment_by_reference(self, provider: str, reference: str) -> Payment | None:
        return self._db.scalar(select(Payment).where(Payment.provider == provider, Payment.payment_ref == reference))

    def kept_payment(self, order_id: UUID) -> Payment | None:
        """The payment that an order stands on; one that was paid twice and goes back does not count."""
        doubled = select(Refund.payment_id).where(
            Refund.order_id == order_id, Refund.reason == RefundReason.DUPLICATE_PAYMENT.value
        )
        return self._db.scalar(
            select(Payment)
            .where(Payment.order_id == order_id, Payment.id.not_in(doubled))
            .order_by(Payment.paid_at, Payment.id)
            .limit(1)
        )

    def open_of(self, payment_id: UUID) -> Sequence[Refund]:
        """Refunds of a payment that are asked for or on their way, oldest first."""
        return self._db.scalars(
            select(Refund)
            .where(Refund.payment_id == payment_id, Refund.status.in_(_OPEN))
            .order_by(Refund.created_at, Refund.id)
        ).all()

    def spoken_for(self, payment_id: UUID) -> int:
        """Minor units of a payment that are asked for or on their way back."""
        total = self._db.scalar(
            select(func.coalesce(func.sum(Refund.amount_minor), 0)).where(
                Refund.payment_id == payment_id, Refund.status.in_(_OPEN)
            )
        )
        return int(total or 0)

    def in_status(self, status: RefundStatus, limit: int) -> Sequence[Refund]:
        """The newest refunds in a status; failed ones only until an admin has closed them."""
        return self._db.scalars(
            select(Refund)
            .where(Refund.status == status.value, Refund.closed_at.is_(None))
            .order_by(Refund.created_at.desc(), Refund.id)
            .limit(limit)
        ).all()

    def requested_of_mentor(self, mentor_id: UUID, limit: int) -> Sequence[Refund]:
        """What a mentor's students have asked for and nobody has decided, oldest first."""
        return self._db.scalars(
            select(Refund)
            .join(Order, Order.id == Refund.order_id)
            .where(Order.mentor_id == mentor_id, Refund.status == RefundStatus.REQUESTED.value)
            .order_by(Refund.created_at, Refund.id)
            .limit(limit)
        ).all()

    def of_student(self, student_id: UUID, limit: int) -> Sequence[Refund]:
        """The student's refunds, newest first."""
        return self._db.scalars(
            select(Refund)
            .join(Order, Order.id == Refund.order_id)
            .where(Order.student_id == student_id)
            .order_by(Refund.created_at.desc(), Refund.id)
            .limit(limit)
        ).all()


class Disputes:
    def __init__(self, session: Session) -> None:
        self._db = session

    def add(self, row: Dispute) -> None:
        self._db.add(row)
        self._db.flush()

    def get(self, dispute_id: UUID) -> Dispute | None:
        return self._db.get(Dispute, dispute_id)

    def by_reference(self, provider: str, reference: str) -> Dispute | None:
        return self._db.scalar(select(Dispute).where(Dispute.provider == provider, Dispute.dispute_ref == reference))

    def open_of(self, payment_id: UUID) -> Sequence[Dispute]:
        """Disputes of a payment that nobody has decided yet."""
        return self._db.scalars(
            select(Dispute).where(Dispute.payment_id == payment_id, Dispute.status.not_in(_CLOSED_DISPUTE))
        ).all()

    def notices_of(self, user_id: UUID, since: datetime) -> list[tuple[Notification, Delivery]]:
        """What somebody was told since an instant, oldest first, with how each message went out."""
        rows = self._db.execute(
            select(Notification, Delivery)
            .join(Delivery, Delivery.notification_id == Notification.id)
            .where(Notification.user_id == user_id, Notification.created_at >= since)
            .order_by(Notification.created_at, Notification.id, Delivery.channel)
        )
        return [(notice, delivery) for notice, delivery in rows]

    def newest(self, limit: int) -> Sequence[Dispute]:
        """Disputes, those that wait for our answer first, the most urgent before the others."""
        return self._db.scalars(
            select(Dispute)
            .order_by(Dispute.status.in_(_CLOSED_DISPUTE), Dispute.due_at, Dispute.opened_at.desc())
            .limit(limit)
        ).all()
