"""Orders, payment attempts, payments, refunds and disputes; money is minor units beside its currency."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from mentorship.db.models.base import Table, id_column, instant, one_of
from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.orders import AttemptStatus, OrderStatus, RefundReason, RefundStatus


class Order(Table, table=True):
    """What one student buys at once. The discount is ``original_minor - amount_minor``."""

    __tablename__ = "orders"
    __table_args__ = (
        one_of("status", OrderStatus),
        CheckConstraint("amount_minor BETWEEN 0 AND original_minor", name="amount_within_original"),
        Index("ix_orders_student_id_created_at", "student_id", "created_at"),
        Index("ix_orders_paid_at", "paid_at"),
    )

    id: UUID = id_column()
    student_id: UUID = Field(foreign_key="users.id")
    mentor_id: UUID = Field(foreign_key="mentors.id", index=True)
    product_id: UUID = Field(foreign_key="mentorship_products.id")
    product_name: str = Field(max_length=120)
    sessions: int
    session_minutes: int
    validity_days: int | None
    amount_minor: int = Field(sa_type=BigInteger)
    original_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    promotion_id: UUID | None = Field(default=None, foreign_key="promotions.id", index=True)
    promotion_code: str = Field(default="", max_length=32)
    status: str = Field(default=OrderStatus.PENDING.value, max_length=20)
    review: str = Field(default="", max_length=64)
    request_key: str | None = Field(default=None, max_length=128, unique=True)
    terms_version: str = Field(default="", max_length=16)
    created_at: datetime = instant()
    hold_expires_at: datetime = instant()
    paid_at: datetime | None = instant(default=None)


class PaymentAttempt(Table, table=True):
    __tablename__ = "payment_attempts"
    __table_args__ = (
        one_of("status", AttemptStatus),
        UniqueConstraint("provider", "provider_ref"),
        UniqueConstraint("provider", "payment_ref"),
        Index(
            "ix_payment_attempts_due",
            "next_check_at",
            postgresql_where=text("next_check_at IS NOT NULL"),
            sqlite_where=text("next_check_at IS NOT NULL"),
        ),
    )

    id: UUID = id_column()
    order_id: UUID = Field(foreign_key="orders.id", index=True)
    provider: str = Field(max_length=16)
    provider_ref: str | None = Field(default=None, max_length=255)
    payment_ref: str | None = Field(default=None, max_length=255)
    hosted_url: str | None = Field(default=None, max_length=2000)
    status: str = Field(default=AttemptStatus.CREATED.value, max_length=16)
    created_at: datetime = instant()
    expires_at: datetime = instant()
    next_check_at: datetime | None = instant(default=None)
    checks: int = 0
    declines: int = 0


class Payment(Table, table=True):
    """Money that arrived."""

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("provider", "payment_ref"),
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        CheckConstraint("refunded_minor BETWEEN 0 AND amount_minor", name="refunded_within_paid"),
    )

    id: UUID = id_column()
    order_id: UUID = Field(foreign_key="orders.id", index=True)
    attempt_id: UUID = Field(foreign_key="payment_attempts.id", unique=True)
    provider: str = Field(max_length=16)
    payment_ref: str = Field(max_length=255)
    amount_minor: int = Field(sa_type=BigInteger)
    refunded_minor: int = Field(default=0, sa_type=BigInteger)
    fee_minor: int | None = Field(default=None, sa_type=BigInteger)
    currency: str = Field(max_length=3)
    paid_at: datetime = instant()


class Refund(Table, table=True):
    """Money that goes back. The row is the promise and ``key`` makes it once; its id is the provider's idempotency key.

    ``credits`` are frozen from the request or the promise on and leave the pack when the refund settles. They are
    zero again when they came back; a failed refund that still names some keeps them until an admin has ``closed`` it.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        one_of("status", RefundStatus),
        one_of("reason", RefundReason),
        UniqueConstraint("provider", "refund_ref"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("credits >= 0", name="credits_not_negative"),
        Index(
            "ix_refunds_open",
            "created_at",
            postgresql_where=text("status IN ('requested', 'pending')"),
            sqlite_where=text("status IN ('requested', 'pending')"),
        ),
    )

    id: UUID = id_column()
    key: str = Field(max_length=128, unique=True)
    order_id: UUID = Field(foreign_key="orders.id", index=True)
    payment_id: UUID = Field(foreign_key="payments.id", index=True)
    provider: str = Field(max_length=16)
    refund_ref: str | None = Field(default=None, max_length=255)
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    credits: int = 0
    reason: str = Field(max_length=32)
    note: str = Field(default="", max_length=500)
    decision: str = Field(default="", max_length=255)
    status: str = Field(default=RefundStatus.PENDING.value, max_length=16)
    requested_by: UUID | None = Field(default=None, foreign_key="users.id")
    decided_by: UUID | None = Field(default=None, foreign_key="users.id")
    created_at: datetime = instant()
    decided_at: datetime | None = instant(default=None)
    settled_at: datetime | None = instant(default=None)
    closed_at: datetime | None = instant(default=None)


class Dispute(Table, table=True):
    """A payment whose buyer wants the money back from the bank or the provider.

    ``openings`` counts how often it was opened: a provider may take up again what it had decided. ``frozen_credits``
    are those that wait for the decision, so none once it has been made.
    """

    __tablename__ = "disputes"
    __table_args__ = (
        one_of("status", DisputeStatus),
        UniqueConstraint("provider", "dispute_ref"),
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
    )

    id: UUID = id_column()
    order_id: UUID = Field(foreign_key="orders.id", index=True)
    payment_id: UUID = Field(foreign_key="payments.id", index=True)
    provider: str = Field(max_length=16)
    dispute_ref: str = Field(max_length=255)
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    reason: str = Field(default="", max_length=64)
    status: str = Field(default=DisputeStatus.OPEN.value, max_length=16)
    frozen_credits: int = 0
    openings: int = 1
    due_at: datetime | None = instant(default=None)
    opened_at: datetime = instant()
    closed_at: datetime | None = instant(default=None)
