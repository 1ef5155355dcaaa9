"""Mentors' own calendars: the connection, the mirror of busy blocks, and the events that we write."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from mentorship.db.models.base import Table, id_column, instant, one_of
from mentorship.domain.calendars import ConnectionState, Proposal, WhenUnread

_CALENDAR_ID = 255


class CalendarConsent(Table, table=True):
    """A consent that a mentor was sent to give: one use, short life, bound to them. Only its state's hash is kept."""

    __tablename__ = "calendar_consents"

    id: UUID = id_column()
    state_hash: str = Field(max_length=64, unique=True)
    user_id: UUID = Field(foreign_key="users.id", index=True)
    verifier: str = Field(max_length=128)
    expires_at: datetime = instant(index=True)


class CalendarConnection(Table, table=True):
    """A mentor's connection to their account at Google; the token is sealed for their user id.

    ``reads`` numbers the readings that were begun: only the newest may write what it found.
    """

    __tablename__ = "calendar_connections"
    __table_args__ = (
        one_of("state", ConnectionState),
        one_of("when_unread", WhenUnread),
    )

    mentor_id: UUID = Field(foreign_key="mentors.id", primary_key=True)
    user_id: UUID = Field(foreign_key="users.id")
    account: str = Field(max_length=_CALENDAR_ID)
    state: str = Field(default=ConnectionState.CONNECTED.value, max_length=16)
    sealed_token: bytes
    when_unread: str = Field(default=WhenUnread.KEEP.value, max_length=8)
    write_calendar: str = Field(default="", max_length=_CALENDAR_ID)
    cursor: str = Field(default="", max_length=1024)
    reads: int = 0
    failures: int = 0
    problem: str = Field(default="", max_length=255)
    connected_at: datetime = instant()
    read_at: datetime | None = instant(default=None)
    next_read_at: datetime = instant(index=True)
    next_check_at: datetime = instant()


class MentorCalendar(Table, table=True):
    """One calendar of the connected account; ``problem`` says why it could not be read last time."""

    __tablename__ = "mentor_calendars"
    __table_args__ = (UniqueConstraint("mentor_id", "calendar_id"),)

    id: UUID = id_column()
    mentor_id: UUID = Field(foreign_key="mentors.id")
    calendar_id: str = Field(max_length=_CALENDAR_ID)
    name: str = Field(max_length=255)
    is_primary: bool = False
    is_writable: bool = False
    is_read: bool = False
    problem: str = Field(default="", max_length=255)


class CalendarChannel(Table, table=True):
    """A channel on which Google tells that a calendar has changed; the token proves that it is Google."""

    __tablename__ = "calendar_channels"
    __table_args__ = (Index("ix_calendar_channels_mentor_id", "mentor_id"),)

    id: UUID = id_column()
    mentor_id: UUID = Field(foreign_key="mentors.id")
    calendar_id: str = Field(max_length=_CALENDAR_ID)
    token_hash: str = Field(max_length=64)
    resource_id: str = Field(default="", max_length=255)
    expires_at: datetime = instant()


class BusyBlock(Table, table=True):
    """A period in which one of the mentor's own calendars says that they are busy; never what it is about."""

    __tablename__ = "busy_blocks"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="ends_after_start"),
        Index("ix_busy_blocks_mentor_id_starts_at", "mentor_id", "starts_at"),
    )

    id: UUID = id_column()
    mentor_id: UUID = Field(foreign_key="mentors.id")
    calendar_id: str = Field(max_length=_CALENDAR_ID)
    starts_at: datetime = instant()
    ends_at: datetime = instant()


class CalendarEvent(Table, table=True):
    """A session's event in its mentor's calendar: what we wrote last, and what the mentor did to it since.

    ``written_start`` is None until the event is known to be there, and again once it is gone.
    """

    __tablename__ = "calendar_events"
    __table_args__ = (
        CheckConstraint("proposal IS NULL OR proposal IN ('moved', 'deleted')", name="proposal_known"),
        CheckConstraint("attempt >= 0", name="attempt_not_negative"),
        Index("ix_calendar_events_mentor_id", "mentor_id"),
    )

    session_id: UUID = Field(foreign_key="sessions.id", primary_key=True)
    mentor_id: UUID = Field(foreign_key="mentors.id")
    calendar_id: str = Field(max_length=_CALENDAR_ID)
    attempt: int = 0
    etag: str = Field(default="", max_length=255)
    written_start: datetime | None = instant(default=None)
    proposal: str | None = Field(default=None, max_length=16)
    proposed_start: datetime | None = instant(default=None)
    proposed_end: datetime | None = instant(default=None)
    proposed_at: datetime | None = instant(default=None)

    @property
    def proposed(self) -> Proposal | None:
        """What the mentor did to the event, if it waits for a decision."""
        return Proposal(self.proposal) if self.proposal else None
