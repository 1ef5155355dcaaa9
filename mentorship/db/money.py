"""Reads and writes of orders, payment attempts, payments and refunds."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from mentorship.db.inserts import store
from mentorship.db.models import Order, Payment, PaymentAttempt, Refund
from mentorship.domain.orders import AttemptStatus, OrderStatus, RefundReason, RefundStatus

_LIVE = [s.value for s in AttemptStatus if s.is_live]


# Put together once, as in `bookings`; what an order's attempts are found by never changes.
_PAIR_OF = (
    select(Order.__table__.c.mentor_id, Order.__table__.c.student_id)
    .join(PaymentAttempt.__table__)
    .where(PaymentAttempt.__table__.c.id == bindparam("attempt_id"))
)
_WITH_ATTEMPT = select(Order, PaymentAttempt).join(PaymentAttempt).where(PaymentAttempt.id == bindparam("attempt_id"))
_ATTEMPTS = (
    select(PaymentAttempt)
    .where(PaymentAttempt.order_id == bindparam("order_id"))
    .order_by(PaymentAttempt.created_at.desc(), PaymentAttempt.id.desc())
    .execution_options(autoflush=False)
)


class Orders:
    def __init__(self, session: Session) -> None:
        self._db = session

    def add(self, row: Order | PaymentAttempt | Payment | Refund) -> None:
        store(self._db, row)

    def get(self, order_id: UUID) -> Order | None:
        return self._db.get(Order, order_id)

    def some(self, ids: Collection[UUID]) -> dict[UUID, Order]:
        """Orders by id."""
        return {order.id: order for order in self._db.scalars(select(Order).where(Order.id.in_(ids)))}

    def by_request(self, request_key: str) -> Order | None:
        return self._db.scalar(select(Order).where(Order.request_key == request_key))

    def pending(self, student_id: UUID, product_id: UUID) -> Order | None:
        """The student's newest unpaid order of this product."""
        return self._db.scalar(
            select(Order)
            .where(
                Order.student_id == student_id,
                Order.product_id == product_id,
                Order.status == OrderStatus.PENDING.value,
            )
            .order_by(Order.created_at.desc())
            .limit(1)
        )

    def held_for(self, mentor_id: UUID, student_id: UUID) -> Order | None:
        """The pair's newest order that still waits for its payment."""
        return self._db.scalar(
            select(Order)
            .where(
                Order.mentor_id == mentor_id,
                Order.student_id == student_id,
                Order.status.in_([OrderStatus.PENDING.value, OrderStatus.PROCESSING.value]),
            )
            .order_by(Order.created_at.desc())
            .limit(1)
        )

    def held_until(self, mentor_id: UUID, student_id: UUID) -> datetime | None:
        """The latest deadline of the pair's orders that still wait for their payment."""
        return self._db.scalar(
            select(func.max(Order.hold_expires_at)).where(
                Order.mentor_id == mentor_id,
                Order.student_id == student_id,
                Order.status.in_([OrderStatus.PENDING.value, OrderStatus.PROCESSING.value]),
            )
        )

    def next_check(self, after: datetime) -> datetime | None:
        return self._db.scalar(
            select(func.min(PaymentAttempt.next_check_at)).where(PaymentAttempt.next_check_at > after)
        )

    def of_student(self, student_id: UUID, limit: int = 50) -> Sequence[Order]:
        return self._db.scalars(
            select(Order).where(Order.student_id == student_id).order_by(Order.created_at.desc()).limit(limit)
        ).all()

    def newest(self, limit: int) -> Sequence[Order]:
        return self._db.scalars(select(Order).order_by(Order.created_at.desc()).limit(limit)).all()

    def counts(self) -> dict[str, int]:
        """How many orders there are in each status."""
        rows = self._db.execute(select(Order.status, func.count()).group_by(Order.status))
        return dict(rows.all())

    def takings(self) -> dict[str, tuple[int, int]]:
        """Paid and refunded minor units by currency."""
        rows = self._db.execute(
            select(Payment.currency, func.sum(Payment.amount_minor), func.sum(Payment.refunded_minor)).group_by(
                Payment.currency
            )
        )
        return {currency: (int(paid), int(refunded)) for currency, paid, refunded in rows}

    def attempt(self, attempt_id: UUID) -> PaymentAttempt | None:
        return self._db.get(PaymentAttempt, attempt_id)

    def pair_of(self, attempt_id: UUID) -> tuple[UUID, UUID] | None:
        """The mentor and the student of an attempt's order."""
        row = self._db.execute(_PAIR_OF, {"attempt_id": attempt_id}).first()
        return (row[0], row[1]) if row else None

    def with_attempt(self, attempt_id: UUID) -> tuple[Order, PaymentAttempt]:
        """An attempt that is known to be there, and its order."""
        order, attempt = self._db.execute(_WITH_ATTEMPT, {"attempt_id": attempt_id}).one()
        return order, attempt

    def attempt_by_reference(self, provider: str, reference: str) -> PaymentAttempt | None:
        return self._db.scalar(
            select(PaymentAttempt).where(PaymentAttempt.provider == provider, PaymentAttempt.provider_ref == reference)
        )

    def attempt_by_payment(self, provider: str, payment_reference: str) -> PaymentAttempt | None:
        return self._db.scalar(
            select(PaymentAttempt).where(
                PaymentAttempt.provider == provider, PaymentAttempt.payment_ref == payment_reference
            )
        )

    def attempts(self, order_id: UUID) -> Sequence[PaymentAttempt]:
        """The order's attempts, newest first."""
        return self._db.scalars(_ATTEMPTS, {"order_id": order_id}).all()

    def live_attempts(self, order_id: UUID) -> Sequence[PaymentAttempt]:
        return [a for a in self.attempts(order_id) if AttemptStatus(a.status).is_live]

    def attempts_to_check(self, now: datetime, limit: int) -> Sequence[PaymentAttempt]:
        """Open attempts whose next look at the provider is due, claimed for this transaction."""
        return self._db.scalars(
            select(PaymentAttempt)
            .where(PaymentAttempt.next_check_at <= now, PaymentAttempt.status.in_(_LIVE))
            .order_by(PaymentAttempt.next_check_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()

    def payment(self, payment_id: UUID) -> Payment | None:
        return self._db.get(Payment, payment_id)

    def payments(self, order_id: UUID) -> Sequence[Payment]:
        return self._db.scalars(select(Payment).where(Payment.order_id == order_id).order_by(Payment.paid_at)).all()

    def refund(self, refund_id: UUID) -> Refund | None:
        return self._db.get(Refund, refund_id)

    def refund_by_reference(self, provider: str, reference: str) -> Refund | None:
        return self._db.scalar(select(Refund).where(Refund.provider == provider, Refund.refund_ref == reference))

    def refund_of(self, payment_id: UUID, reason: RefundReason) -> Refund | None:
        return self._db.scalar(select(Refund).where(Refund.payment_id == payment_id, Refund.reason == reason.value))

    def refunds(self, order_id: UUID) -> Sequence[Refund]:
        return self._db.scalars(select(Refund).where(Refund.order_id == order_id).order_by(Refund.created_at)).all()

    def refunds_waiting(self, since: datetime, limit: int) -> Sequence[Refund]:
        """Promised refunds that should have settled by ``since``."""
        return self._db.scalars(
            select(Refund)
            .where(Refund.status == RefundStatus.PENDING.value, Refund.created_at <= since)
            .order_by(Refund.created_at)
            .limit(limit)
        ).all()
