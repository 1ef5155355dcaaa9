"""The audit log and the policy's changed numbers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index
from sqlmodel import Field

from mentorship.db.models.base import Table, id_column, instant


class AuditRow(Table, table=True):
    """Who changed what, from what, to what."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_subject", "subject_type", "subject_id"),)

    id: UUID = id_column()
    at: datetime = instant(index=True)
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
    changed_at: datetime = instant()
