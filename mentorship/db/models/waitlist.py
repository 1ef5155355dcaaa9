"""Waitlists: who waits for a mentor's next free seat."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from mentorship.db.models.base import Table, id_column, instant, one_of
from mentorship.domain.waitlist import EntryStatus

_IN_LINE = "status IN ('waiting', 'offered')"


class WaitlistEntry(Table, table=True):
    """One person's place in one mentor's line. Those with ``is_first`` come before all others."""

    __tablename__ = "waitlist_entries"
    __table_args__ = (
        one_of("status", EntryStatus),
        CheckConstraint("status <> 'offered' OR offer_expires_at IS NOT NULL", name="offer_has_deadline"),
        Index(
            "uq_waitlist_entries_in_line",
            "mentor_id",
            "student_id",
            unique=True,
            postgresql_where=text(_IN_LINE),
            sqlite_where=text(_IN_LINE),
        ),
        Index("ix_waitlist_entries_mentor_id_status", "mentor_id", "status"),
        Index(
            "ix_waitlist_entries_offer_expires_at",
            "offer_expires_at",
            postgresql_where=text("status = 'offered'"),
            sqlite_where=text("status = 'offered'"),
        ),
    )

    id: UUID = id_column()
    mentor_id: UUID = Field(foreign_key="mentors.id")
    student_id: UUID = Field(foreign_key="users.id", index=True)
    status: str = Field(default=EntryStatus.WAITING.value, max_length=16)
    is_first: bool = False
    joined_at: datetime = instant()
    offer_expires_at: datetime | None = instant(default=None)
    closed_at: datetime | None = instant(default=None)
