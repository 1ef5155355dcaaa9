"""Mentors' own calendars: consents, connections, the mirror of busy blocks, channels, and our events."""

import sqlalchemy as sa
from alembic import op

from mentorship.db.types import TZDateTime

revision: str = "0003"
down_revision: str | None = "0002"

_TABLES = (
    "calendar_events",
    "busy_blocks",
    "calendar_channels",
    "mentor_calendars",
    "calendar_connections",
    "calendar_consents",
)


def upgrade() -> None:
    _create_consents()
    _create_connections()
    _create_mirror()
    _create_events()


def _create_consents() -> None:
    op.create_table(
        "calendar_consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state_hash", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("verifier", sa.String(128), nullable=False),
        sa.Column("expires_at", TZDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_calendar_consents_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_consents"),
        sa.UniqueConstraint("state_hash", name="uq_calendar_consents_state_hash"),
    )
    op.create_index("ix_calendar_consents_user_id", "calendar_consents", ["user_id"])
    op.create_index("ix_calendar_consents_expires_at", "calendar_consents", ["expires_at"])


def _create_connections() -> None:
    op.create_table(
        "calendar_connections",
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.String(255), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("sealed_token", sa.LargeBinary(), nullable=False),
        sa.Column("when_unread", sa.String(8), nullable=False),
        sa.Column("write_calendar", sa.String(255), nullable=False),
        sa.Column("cursor", sa.String(1024), nullable=False),
        sa.Column("reads", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(255), nullable=False),
        sa.Column("connected_at", TZDateTime(), nullable=False),
        sa.Column("read_at", TZDateTime(), nullable=True),
        sa.Column("next_read_at", TZDateTime(), nullable=False),
        sa.Column("next_check_at", TZDateTime(), nullable=False),
        sa.CheckConstraint(
            "state IN ('connected', 'revoked', 'disconnected')", name=op.f("ck_calendar_connections_state_known")
        ),
        sa.CheckConstraint("when_unread IN ('keep', 'stop')", name=op.f("ck_calendar_connections_when_unread_known")),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentors.id"], name="fk_calendar_connections_mentor_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_calendar_connections_user_id"),
        sa.PrimaryKeyConstraint("mentor_id", name="pk_calendar_connections"),
    )
    op.create_index("ix_calendar_connections_next_read_at", "calendar_connections", ["next_read_at"])


def _create_mirror() -> None:
    op.create_table(
        "mentor_calendars",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("calendar_id", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("is_writable", sa.Boolean(), nullable=False),
        sa.Column("is_read", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.String(255), nullable=False),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentors.id"], name="fk_mentor_calendars_mentor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mentor_calendars"),
        sa.UniqueConstraint("mentor_id", "calendar_id", name="uq_mentor_calendars_mentor_id_calendar_id"),
    )
    op.create_table(
        "calendar_channels",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("calendar_id", sa.String(255), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("resource_id", sa.String(255), nullable=False),
        sa.Column("expires_at", TZDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentors.id"], name="fk_calendar_channels_mentor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_channels"),
    )
    op.create_index("ix_calendar_channels_mentor_id", "calendar_channels", ["mentor_id"])
    op.create_table(
        "busy_blocks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("calendar_id", sa.String(255), nullable=False),
        sa.Column("starts_at", TZDateTime(), nullable=False),
        sa.Column("ends_at", TZDateTime(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_busy_blocks_ends_after_start")),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentors.id"], name="fk_busy_blocks_mentor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_busy_blocks"),
    )
    op.create_index("ix_busy_blocks_mentor_id_starts_at", "busy_blocks", ["mentor_id", "starts_at"])


def _create_events() -> None:
    op.create_table(
        "calendar_events",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("calendar_id", sa.String(255), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("etag", sa.String(255), nullable=False),
        sa.Column("written_start", TZDateTime(), nullable=True),
        sa.Column("proposal", sa.String(16), nullable=True),
        sa.Column("proposed_start", TZDateTime(), nullable=True),
        sa.Column("proposed_end", TZDateTime(), nullable=True),
        sa.Column("proposed_at", TZDateTime(), nullable=True),
        sa.CheckConstraint(
            "proposal IS NULL OR proposal IN ('moved', 'deleted')", name=op.f("ck_calendar_events_proposal_known")
        ),
        sa.CheckConstraint("attempt >= 0", name=op.f("ck_calendar_events_attempt_not_negative")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_calendar_events_session_id"),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentors.id"], name="fk_calendar_events_mentor_id"),
        sa.PrimaryKeyConstraint("session_id", name="pk_calendar_events"),
    )
    op.create_index("ix_calendar_events_mentor_id", "calendar_events", ["mentor_id"])


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
