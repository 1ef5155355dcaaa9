"""Packs, the credit ledger and seats."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from mentorship.db.models.base import Table, id_column, instant, one_of
from mentorship.domain.credits import Entry, PackStatus
from mentorship.domain.seats import SeatStatus


class Pack(Table, table=True):
    """What was bought. The parts are kept by the ledger's trigger and never written by code."""

    __tablename__ = "packs"
    __table_args__ = (
        one_of("status", PackStatus),
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

    id: UUID = id_column()
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
    expires_at: datetime | None = instant(default=None)
    created_at: datetime = instant()


class LedgerRow(Table, table=True):
    """One immutable movement of credits. ``key`` makes each movement happen once."""

    __tablename__ = "credit_ledger"
    __table_args__ = (
        one_of("entry", Entry),
        CheckConstraint("credits > 0", name="credits_positive"),
        Index("ix_credit_ledger_pack_id_at", "pack_id", "at"),
    )

    id: UUID = id_column()
    pack_id: UUID = Field(foreign_key="packs.id")
    session_id: UUID | None = Field(default=None, foreign_key="sessions.id", index=True)
    entry: str = Field(max_length=16)
    credits: int = 1
    key: str = Field(max_length=96, unique=True)
    reason: str = Field(default="", max_length=255)
    actor_id: UUID | None = Field(default=None, foreign_key="users.id")
    at: datetime = instant()


class SeatRow(Table, table=True):
    __tablename__ = "seats"
    __table_args__ = (
        one_of("status", SeatStatus),
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

    id: UUID = id_column()
    mentor_id: UUID = Field(foreign_key="mentors.id")
    student_id: UUID = Field(foreign_key="users.id", index=True)
    status: str = Field(max_length=16)
    hold_expires_at: datetime | None = instant(default=None)
    grace_ends_at: datetime | None = instant(default=None)
    warned_at: datetime | None = instant(default=None)
    changed_at: datetime = instant()
