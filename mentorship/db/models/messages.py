"""What was received, and what was promised to be told."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from mentorship.db.models.base import Table, id_column, instant, one_of


class InboxState(StrEnum):
    RECEIVED = "received"
    PROCESSED = "processed"
    IGNORED = "ignored"
    UNMATCHED = "unmatched"


class InboxEvent(Table, table=True):
    """A provider's delivery, stored as it came once its signature was verified.

    ``outcome`` names what looking into it changed, ``error`` why the last look came to nothing.
    """

    __tablename__ = "inbox_events"
    __table_args__ = (
        one_of("state", InboxState),
        UniqueConstraint("provider", "event_id"),
        Index("ix_inbox_events_object_ref", "object_ref"),
        Index(
            "ix_inbox_events_waiting",
            "received_at",
            postgresql_where=text("state = 'received'"),
            sqlite_where=text("state = 'received'"),
        ),
    )

    id: UUID = id_column()
    provider: str = Field(max_length=16)
    event_id: str = Field(max_length=255)
    type: str = Field(max_length=128)
    topic: str = Field(max_length=16)
    object_ref: str = Field(default="", max_length=255)
    raw: str
    state: str = Field(default=InboxState.RECEIVED.value, max_length=16)
    tries: int = 0
    error: str = Field(default="", max_length=500)
    outcome: str = Field(default="", max_length=500)
    received_at: datetime = instant()
    processed_at: datetime | None = instant(default=None)


class Notification(Table, table=True):
    """A promise to tell somebody something once; ``key`` is what makes it once.

    The job engine keeps a table ``notifications`` of its own, on SQLite in the same file.
    """

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_user_id_created_at", "user_id", "created_at"),)

    id: UUID = id_column()
    user_id: UUID = Field(foreign_key="users.id")
    kind: str = Field(max_length=32)
    key: str = Field(max_length=160, unique=True)
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = instant()


class DeliveryState(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"


class Delivery(Table, table=True):
    """One notification on one channel."""

    __tablename__ = "deliveries"
    __table_args__ = (
        one_of("state", DeliveryState),
        UniqueConstraint("notification_id", "channel"),
        CheckConstraint("tries BETWEEN 0 AND 6", name="tries_bounded"),
        Index(
            "ix_deliveries_waiting",
            "due_at",
            postgresql_where=text("state = 'pending'"),
            sqlite_where=text("state = 'pending'"),
        ),
    )

    id: UUID = id_column()
    notification_id: UUID = Field(foreign_key="notices.id")
    channel: str = Field(max_length=16)
    state: str = Field(default=DeliveryState.PENDING.value, max_length=16)
    tries: int = 0
    error: str = Field(default="", max_length=500)
    due_at: datetime = instant()
    claimed_until: datetime | None = instant(default=None)
    sent_at: datetime | None = instant(default=None)
