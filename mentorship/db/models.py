"""The tables. Instants are aware UTC, lengths are whole minutes, money is minor units beside its currency.

Checks that one row can answer stand here; those that need other rows (no overlap, capacity, the ledger's sums) are in
``mentorship.db.constraints``.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from mentorship.db.types import TZDateTime, new_id
from mentorship.domain.actors import Role
from mentorship.domain.booking import SessionStatus
from mentorship.domain.credits import Entry, PackStatus
from mentorship.domain.orders import AttemptStatus, OrderStatus, RefundReason, RefundStatus
from mentorship.domain.seats import SeatStatus

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def _one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{v.value}'" for v in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def _id() -> Any:
    return Field(default_factory=new_id, primary_key=True)


def _at(**kwargs: Any) -> Any:
    return Field(sa_type=TZDateTime, **kwargs)


class Table(SQLModel):
    """Common base; validates nothing, the use cases have parsed what comes here."""


# People


class User(Table, table=True):
    __tablename__ = "users"
    __table_args__ = (_one_of("role", Role),)

    id: UUID = _id()
    email: str = Field(max_length=254, unique=True)
    name: str = Field(max_length=120)
    role: str = Field(max_length=16)
    time_zone: str = Field(max_length=64)
    created_at: datetime = _at()
    disabled_at: datetime | None = _at(default=None)


class Identity(Table, table=True):
    """How a person proves who they are: one row per provider."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("provider", "subject"),)

    id: UUID = _id()
    user_id: UUID = Field(foreign_key="users.id", index=True)
    provider: str = Field(max_length=16)
    subject: str = Field(max_length=254)
    password_hash: str | None = Field(default=None, max_length=255)
    created_at: datetime = _at()


class SignIn(Table, table=True):
    """One signed-in browser; only the hash of its token is kept."""

    __tablename__ = "sign_in_sessions"

    id: UUID = _id()
    user_id: UUID = Field(foreign_key="users.id", index=True)
    token_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = _at()
    expires_at: datetime = _at()
    revoked_at: datetime | None = _at(default=None)


class Mentor(Table, table=True):
    __tablename__ = "mentors"
    __table_args__ = (CheckConstraint("max_active_students >= 0", name="capacity_not_negative"),)

    id: UUID = _id()
    user_id: UUID = Field(foreign_key="users.id", unique=True)
    slug: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=120)
    headline: str = Field(max_length=160)
    about: str = Field(max_length=4000)
    expertise: list[str] = Field(default_factory=list, sa_type=JSON)
    expectations: list[str] = Field(default_factory=list, sa_type=JSON)
    testimonials: list[dict[str, str]] = Field(default_factory=list, sa_type=JSON)
    portrait: str = Field(max_length=255)
    time_zone: str = Field(max_length=64)
    max_active_students: int = Field(default=10)
    is_listed: bool = Field(default=True, index=True)
    position: int = Field(default=0)
    grace_minutes: int | None = None
    change_notice_minutes: int | None = None
    minimum_notice_minutes: int | None = None
    horizon_minutes: int | None = None
    buffer_minutes: int | None = None
    created_at: datetime = _at()


class Product(Table, table=True):
    """What is sold: a number of sessions of a length, at a price, valid for some days or for ever."""

    __tablename__ = "mentorship_products"
    __table_args__ = (
        CheckConstraint("sessions > 0", name="sessions_positive"),
        CheckConstraint("session_minutes BETWEEN 5 AND 480", name="length_sensible"),
        CheckConstraint("price_minor >= 0", name="price_not_negative"),
        CheckConstraint("validity_days IS NULL OR validity_days > 0", name="validity_positive"),
    )

    id: UUID = _id()
    mentor_id: UUID = Field(foreign_key="mentors.id", index=True)
    name: str = Field(max_length=120)
    sessions: int
    session_minutes: int
    validity_days: int | None = None
    price_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    is_active: bool = Field(default=True)
    created_at: datetime = _at()


# Money


class Order(Table, table=True):
    __tablename__ = "orders"
    __table_args__ = (
        _one_of("status", OrderStatus),
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        Index("ix_orders_student_id_created_at", "student_id", "created_at"),
    )

    id: UUID = _id()
    student_id: UUID = Field(foreign_key="users.id")
    mentor_id: UUID = Field(foreign_key="mentors.id", index=True)
    product_id: UUID = Field(foreign_key="mentorship_products.id")
    product_name: str = Field(max_length=120)
    sessions: int
    session_minutes: int
    validity_days: int | None
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    status: str = Field(default=OrderStatus.PENDING.value, max_length=20)
    review: str = Field(default="", max_length=64)
    request_key: str | None = Field(default=None, max_length=128, unique=True)
    created_at: datetime = _at()
    hold_expires_at: datetime = _at()
    paid_at: datetime | None = _at(default=None)


class PaymentAttempt(Table, table=True):
    __tablename__ = "payment_attempts"
    __table_args__ = (
        _one_of("status", AttemptStatus),
        UniqueConstraint("provider", "provider_ref"),
        UniqueConstraint("provider", "payment_ref"),
        Index(
            "ix_payment_attempts_due",
            "next_check_at",
            postgresql_where=text("next_check_at IS NOT NULL"),
            sqlite_where=text("next_check_at IS NOT NULL"),
        ),
    )

    id: UUID = _id()
    order_id: UUID = Field(foreign_key="orders.id", index=True)
    provider: str = Field(max_length=16)
    provider_ref: str | None = Field(default=None, max_length=255)
    payment_ref: str | None = Field(default=None, max_length=255)
    hosted_url: str | None = Field(default=None, max_length=2000)
    status: str = Field(default=AttemptStatus.CREATED.value, max_length=16)
    created_at: datetime = _at()
    expires_at: datetime = _at()
    next_check_at: datetime | None = _at(default=None)
    checks: int = 0


class Payment(Table, table=True):
    """Money that arrived."""

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("provider", "payment_ref"),
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        CheckConstraint("refunded_minor BETWEEN 0 AND amount_minor", name="refunded_within_paid"),
    )

    id: UUID = _id()
    order_id: UUID = Field(foreign_key="orders.id", index=True)
    attempt_id: UUID = Field(foreign_key="payment_attempts.id", unique=True)
    provider: str = Field(max_length=16)
    payment_ref: str = Field(max_length=255)
    amount_minor: int = Field(sa_type=BigInteger)
    refunded_minor: int = Field(default=0, sa_type=BigInteger)
    currency: str = Field(max_length=3)
    paid_at: datetime = _at()


class Refund(Table, table=True):
    """Money that goes back; the row is the promise, its id the provider's idempotency key."""

    __tablename__ = "refunds"
    __table_args__ = (
        _one_of("status", RefundStatus),
        _one_of("reason", RefundReason),
        UniqueConstraint("payment_id", "reason"),
        UniqueConstraint("provider", "refund_ref"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
    )

    id: UUID = _id()
    order_id: UUID = Field(foreign_key="orders.id", index=True)
    payment_id: UUID = Field(foreign_key="payments.id")
    provider: str = Field(max_length=16)
    refund_ref: str | None = Field(default=None, max_length=255)
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    reason: str = Field(max_length=32)
    status: str = Field(default=RefundStatus.PENDING.value, max_length=16)
    created_at: datetime = _at()
    settled_at: datetime | None = _at(default=None)


# Packs and seats


class Pack(Table, table=True):
    """What was bought. The parts are kept by the ledger's trigger and never written by code."""

    __tablename__ = "packs"
    __table_args__ = (
        _one_of("status", PackStatus),
        CheckConstraint(
            "available >= 0 AND reserved >= 0 AND consumed >= 0 AND expired >= 0 AND refunded >= 0 AND frozen >= 0",
            name="parts_not_negative",
        ),
        CheckConstraint("granted = available + reserved + consumed + expired + refunded + frozen", name="parts_add_up"),
        Index("ix_packs_student_id_mentor_id", "student_id", "mentor_id"),
        Index(
            "ix_packs_expiring",
            "expires_at",
            postgresql_where=text("available > 0"),
            sqlite_where=text("available > 0"),
        ),
    )

    id: UUID = _id()
    order_id: UUID | None = Field(default=None, foreign_key="orders.id", unique=True)
    student_id: UUID = Field(foreign_key="users.id")
    mentor_id: UUID = Field(foreign_key="mentors.id", index=True)
    name: str = Field(max_length=120)
    session_minutes: int
    granted: int = 0
    available: int = 0
    reserved: int = 0
    consumed: int = 0
    expired: int = 0
    refunded: int = 0
    frozen: int = 0
    status: str = Field(default=PackStatus.ACTIVE.value, max_length=16)
    expires_at: datetime | None = _at(default=None)
    created_at: datetime = _at()


class LedgerRow(Table, table=True):
    """One immutable movement of credits. ``key`` makes each movement happen once."""

    __tablename__ = "credit_ledger"
    __table_args__ = (
        _one_of("entry", Entry),
        CheckConstraint("credits > 0", name="credits_positive"),
        Index("ix_credit_ledger_pack_id_at", "pack_id", "at"),
    )

    id: UUID = _id()
    pack_id: UUID = Field(foreign_key="packs.id")
    session_id: UUID | None = Field(default=None, foreign_key="sessions.id", index=True)
    entry: str = Field(max_length=16)
    credits: int = 1
    key: str = Field(max_length=96, unique=True)
    reason: str = Field(default="", max_length=255)
    actor_id: UUID | None = Field(default=None, foreign_key="users.id")
    at: datetime = _at()


class SeatRow(Table, table=True):
    __tablename__ = "seats"
    __table_args__ = (
        _one_of("status", SeatStatus),
        UniqueConstraint("mentor_id", "student_id"),
        CheckConstraint("status <> 'held' OR hold_expires_at IS NOT NULL", name="held_has_deadline"),
        CheckConstraint("status <> 'grace' OR grace_ends_at IS NOT NULL", name="grace_has_end"),
        Index("ix_seats_mentor_id_status", "mentor_id", "status"),
        Index(
            "ix_seats_grace_ends_at",
            "grace_ends_at",
            postgresql_where=text("status = 'grace'"),
            sqlite_where=text("status = 'grace'"),
        ),
        Index(
            "ix_seats_hold_expires_at",
            "hold_expires_at",
            postgresql_where=text("status = 'held'"),
            sqlite_where=text("status = 'held'"),
        ),
    )

    id: UUID = _id()
    mentor_id: UUID = Field(foreign_key="mentors.id")
    student_id: UUID = Field(foreign_key="users.id", index=True)
    status: str = Field(max_length=16)
    hold_expires_at: datetime | None = _at(default=None)
    grace_ends_at: datetime | None = _at(default=None)
    warned_at: datetime | None = _at(default=None)
    changed_at: datetime = _at()


# Bookings


class Session(Table, table=True):
    """A booked one-to-one session. It keeps the instant and the wall time and zone that were agreed."""

    __tablename__ = "sessions"
    __table_args__ = (
        _one_of("status", SessionStatus),
        CheckConstraint("starts_at < ends_at", name="ends_after_start"),
        CheckConstraint("moves >= 0", name="moves_not_negative"),
        Index("ix_sessions_mentor_id_starts_at", "mentor_id", "starts_at"),
        Index("ix_sessions_student_id_starts_at", "student_id", "starts_at"),
        Index(
            "ix_sessions_upcoming",
            "starts_at",
            postgresql_where=text("status = 'scheduled'"),
            sqlite_where=text("status = 'scheduled'"),
        ),
        Index(
            "ix_sessions_mentor_upcoming",
            "mentor_id",
            "starts_at",
            postgresql_where=text("status = 'scheduled'"),
            sqlite_where=text("status = 'scheduled'"),
        ),
    )

    id: UUID = _id()
    pack_id: UUID = Field(foreign_key="packs.id", index=True)
    mentor_id: UUID = Field(foreign_key="mentors.id")
    student_id: UUID = Field(foreign_key="users.id")
    starts_at: datetime = _at()
    ends_at: datetime = _at()
    wall_time: str = Field(max_length=16)
    time_zone: str = Field(max_length=64)
    status: str = Field(default=SessionStatus.SCHEDULED.value, max_length=16)
    moves: int = 0
    sequence: int = 0
    reminded_minutes: int | None = None
    request_key: str | None = Field(default=None, max_length=128, unique=True)
    notes: str = Field(default="", max_length=8000)
    recording_url: str = Field(default="", max_length=2000)
    reason: str = Field(default="", max_length=500)
    closed_at: datetime | None = _at(default=None)
    created_at: datetime = _at()


class AvailabilityRule(Table, table=True):
    """Weekly hours in the mentor's zone, in wall-clock minutes; an end past 1440 reaches into the next day."""

    __tablename__ = "availability_rules"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_known"),
        CheckConstraint("start_minute BETWEEN 0 AND 1439", name="start_in_day"),
        CheckConstraint("end_minute > start_minute AND end_minute <= 2880", name="end_after_start"),
    )

    id: UUID = _id()
    mentor_id: UUID = Field(foreign_key="mentors.id", index=True)
    weekday: int
    start_minute: int
    end_minute: int


class AvailabilityOverride(Table, table=True):
    """One date's hours instead of the weekly ones; without minutes the day is closed."""

    __tablename__ = "availability_overrides"
    __table_args__ = (
        CheckConstraint(
            "(start_minute IS NULL AND end_minute IS NULL) OR "
            "(start_minute BETWEEN 0 AND 1439 AND end_minute > start_minute AND end_minute <= 2880)",
            name="hours_or_closed",
        ),
        Index("ix_availability_overrides_mentor_id_day", "mentor_id", "day"),
    )

    id: UUID = _id()
    mentor_id: UUID = Field(foreign_key="mentors.id")
    day: date
    start_minute: int | None = None
    end_minute: int | None = None


# Messages


class InboxState(StrEnum):
    RECEIVED = "received"
    PROCESSED = "processed"
    IGNORED = "ignored"
    UNMATCHED = "unmatched"


class InboxEvent(Table, table=True):
    """A provider's delivery, stored as it came once its signature was verified."""

    __tablename__ = "inbox_events"
    __table_args__ = (
        _one_of("state", InboxState),
        UniqueConstraint("provider", "event_id"),
        Index(
            "ix_inbox_events_waiting",
            "received_at",
            postgresql_where=text("state = 'received'"),
            sqlite_where=text("state = 'received'"),
        ),
    )

    id: UUID = _id()
    provider: str = Field(max_length=16)
    event_id: str = Field(max_length=255)
    type: str = Field(max_length=128)
    object_ref: str = Field(default="", max_length=255)
    raw: str
    state: str = Field(default=InboxState.RECEIVED.value, max_length=16)
    tries: int = 0
    error: str = Field(default="", max_length=500)
    received_at: datetime = _at()
    processed_at: datetime | None = _at(default=None)


class Notification(Table, table=True):
    """A promise to tell somebody something once; ``key`` is what makes it once.

    The job engine keeps a table ``notifications`` of its own, on SQLite in the same file.
    """

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_user_id_created_at", "user_id", "created_at"),)

    id: UUID = _id()
    user_id: UUID = Field(foreign_key="users.id")
    kind: str = Field(max_length=32)
    key: str = Field(max_length=160, unique=True)
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = _at()


class DeliveryState(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"


class Delivery(Table, table=True):
    """One notification on one channel."""

    __tablename__ = "deliveries"
    __table_args__ = (
        _one_of("state", DeliveryState),
        UniqueConstraint("notification_id", "channel"),
        CheckConstraint("tries BETWEEN 0 AND 6", name="tries_bounded"),
        Index(
            "ix_deliveries_waiting",
            "due_at",
            postgresql_where=text("state = 'pending'"),
            sqlite_where=text("state = 'pending'"),
        ),
    )

    id: UUID = _id()
    notification_id: UUID = Field(foreign_key="notices.id")
    channel: str = Field(max_length=16)
    state: str = Field(default=DeliveryState.PENDING.value, max_length=16)
    tries: int = 0
    error: str = Field(default="", max_length=500)
    due_at: datetime = _at()
    claimed_until: datetime | None = _at(default=None)
    sent_at: datetime | None = _at(default=None)


# The house


class AuditRow(Table, table=True):
    """Who changed what, from what, to what."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_subject", "subject_type", "subject_id"),)

    id: UUID = _id()
    at: datetime = _at(index=True)
    actor_id: UUID | None = Field(default=None, foreign_key="users.id")
    actor_role: str = Field(max_length=16)
    action: str = Field(max_length=64)
    subject_type: str = Field(max_length=32)
    subject_id: str = Field(max_length=64)
    before: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    after: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class PolicySetting(Table, table=True):
    """A number of the policy that an admin has changed; what is not here has its default."""

    __tablename__ = "policy_settings"

    name: str = Field(primary_key=True, max_length=64)
    value: str = Field(max_length=64)
    changed_at: datetime = _at()
