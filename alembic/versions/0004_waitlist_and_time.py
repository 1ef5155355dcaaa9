"""Waitlists, holidays, a mentor's caps, private calendar addresses, and disputes that are opened again."""

import sqlalchemy as sa
from alembic import op

from mentorship.db.types import TZDateTime

revision: str = "0004"
down_revision: str | None = "0003"

_CAPS = (("sessions_per_day", "daily_cap_positive"), ("sessions_per_week", "weekly_cap_positive"))


def upgrade() -> None:
    _create_waitlist()
    _create_holidays()
    _create_feeds()
    for column, check in _CAPS:
        # In one statement: SQLite would rebuild the table for a later check, and triggers elsewhere name it.
        op.execute(
            f"ALTER TABLE mentors ADD COLUMN {column} INTEGER "
            f"CONSTRAINT ck_mentors_{check} CHECK ({column} IS NULL OR {column} > 0)"
        )
    op.add_column("disputes", sa.Column("openings", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("disputes") as disputes:
        disputes.alter_column("openings", existing_type=sa.Integer(), server_default=None)


def _create_waitlist() -> None:
    op.create_table(
        "waitlist_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("joined_at", TZDateTime(), nullable=False),
        sa.Column("offer_expires_at", TZDateTime(), nullable=True),
        sa.Column("closed_at", TZDateTime(), nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'offered', 'taken', 'lapsed', 'left')",
            name=op.f("ck_waitlist_entries_status_known"),
        ),
        sa.CheckConstraint(
            "status <> 'offered' OR offer_expires_at IS NOT NULL", name=op.f("ck_waitlist_entries_offer_has_deadline")
        ),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentors.id"], name="fk_waitlist_entries_mentor_id"),
        sa.ForeignKeyConstraint(["student_id"], ["users.id"], name="fk_waitlist_entries_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_waitlist_entries"),
    )
    in_line = sa.text("status IN ('waiting', 'offered')")
    op.create_index(
        "uq_waitlist_entries_in_line",
        "waitlist_entries",
        ["mentor_id", "student_id"],
        unique=True,
        postgresql_where=in_line,
        sqlite_where=in_line,
    )
    op.create_index("ix_waitlist_entries_mentor_id_status", "waitlist_entries", ["mentor_id", "status"])
    op.create_index("ix_waitlist_entries_student_id", "waitlist_entries", ["student_id"])
    offered = sa.text("status = 'offered'")
    op.create_index(
        "ix_waitlist_entries_offer_expires_at",
        "waitlist_entries",
        ["offer_expires_at"],
        postgresql_where=offered,
        sqlite_where=offered,
    )


def _create_holidays() -> None:
    op.create_table(
        "holidays",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_holidays_days_in_order")),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentors.id"], name="fk_holidays_mentor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_holidays"),
    )
    op.create_index("ix_holidays_mentor_id_last_day", "holidays", ["mentor_id", "last_day"])


def _create_feeds() -> None:
    op.create_table(
        "calendar_feeds",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", TZDateTime(), nullable=False),
        sa.Column("read_at", TZDateTime(), nullable=True),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("changed_at", TZDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_calendar_feeds_user_id"),
        sa.PrimaryKeyConstraint("user_id", name="pk_calendar_feeds"),
        sa.UniqueConstraint("token_hash", name="uq_calendar_feeds_token_hash"),
    )


def downgrade() -> None:
    op.execute("ALTER TABLE disputes DROP COLUMN openings")
    for column, _ in _CAPS:
        op.execute(f"ALTER TABLE mentors DROP COLUMN {column}")
    for table in ("calendar_feeds", "holidays", "waitlist_entries"):
        op.drop_table(table)
