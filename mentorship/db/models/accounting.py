"""Receipts, and what reconciliation found."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field

from mentorship.db.models.base import Table, id_column, instant, one_of
from mentorship.domain.reconciliation import Difference


class Receipt(Table, table=True):
    """A paid order's receipt: numbered without gaps within its year; its words are kept as they were printed."""

    __tablename__ = "receipts"
    __table_args__ = (UniqueConstraint("year", "serial"),)

    id: UUID = id_column()
    order_id: UUID = Field(foreign_key="orders.id", unique=True)
    year: int
    serial: int
    content: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    issued_at: datetime = instant()


class Finding(Table, table=True):
    """One difference between the books; ``key`` names it, so that finding it again changes nothing.

    One that a person has closed stays closed, also while the difference is still there.
    """

    __tablename__ = "findings"
    __table_args__ = (
        one_of("difference", Difference),
        Index(
            "ix_findings_open",
            "found_at",
            postgresql_where=text("resolved_at IS NULL"),
            sqlite_where=text("resolved_at IS NULL"),
        ),
    )

    id: UUID = id_column()
    key: str = Field(max_length=255, unique=True)
    difference: str = Field(max_length=32)
    order_id: UUID | None = Field(default=None, foreign_key="orders.id", index=True)
    provider: str = Field(default="", max_length=16)
    reference: str = Field(default="", max_length=255)
    reason: str = Field(default="", max_length=500)
    repair: str = Field(default="", max_length=32)
    found_at: datetime = instant()
    resolved_at: datetime | None = instant(default=None)
    resolution: str = Field(default="", max_length=255)
    closed_by: UUID | None = Field(default=None, foreign_key="users.id")
