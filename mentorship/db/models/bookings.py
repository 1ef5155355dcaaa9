"""Sessions, and when mentors work."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from mentorship.db.models.base import Table, id_column, instant, one_of
from mentorship.domain.booking import SessionStatus


class Session(Table, table=True):
    """A booked one-to-one session. It keeps the instant and the wall time and zone that were agreed."""

    __tablename__ = "sessions"
    __table_args__ = (
        one_of("status", SessionStatus),
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

    id: UUID = id_column()
    pack_id: UUID = Field(foreign_key="packs.id", index=True)
    mentor_id: UUID = Field(foreign_key="mentors.id")
    student_id: UUID = Field(foreign_key="users.id")
    starts_at: datetime = instant()
    ends_at: datetime = instant()
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
    closed_at: datetime | None = instant(default=None)
    created_at: datetime = instant()


class AvailabilityRule(Table, table=True):
    """Weekly hours in the mentor's zone, in wall-clock minutes; an end past 1440 reaches into the next day."""

    __tablename__ = "availability_rules"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_known"),
        CheckConstraint("start_minute BETWEEN 0 AND 1439", name="start_in_day"),
        CheckConstraint("end_minute > start_minute AND end_minute <= 2880", name="end_after_start"),
    )

    id: UUID = id_column()
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

    id: UUID = id_column()
    mentor_id: UUID = Field(foreign_key="mentors.id")
    day: date
    start_minute: int | None = None
    end_minute: int | None = None


class Holiday(Table, table=True):
    """Days on which a mentor does not work, both included, on the mentor's calendar; an override of a day wins."""

    __tablename__ = "holidays"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="days_in_order"),
        Index("ix_holidays_mentor_id_last_day", "mentor_id", "last_day"),
    )

    id: UUID = id_column()
    mentor_id: UUID = Field(foreign_key="mentors.id")
    first_day: date
    last_day: date
    name: str = Field(default="", max_length=120)
