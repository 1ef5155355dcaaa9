"""The first tables, and the rules that need more than one row."""

import sqlalchemy as sa
from alembic import op

from mentorship.db import constraints
from mentorship.db.types import TZDateTime

revision: str = "0001"
down_revision: str | None = None

TABLES = (
    "inbox_events",
    "policy_settings",
    "users",
    "audit_log",
    "identities",
    "mentors",
    "notices",
    "sign_in_sessions",
    "availability_overrides",
    "availability_rules",
    "deliveries",
    "mentorship_products",
    "seats",
    "orders",
    "packs",
    "payment_attempts",
    "payments",
    "sessions",
    "credit_ledger",
    "refunds",
)
"""In the order of their making: each refers to earlier ones only."""


def upgrade() -> None:
    op.create_table(
        "inbox_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(16), nullable=False),
        sa.Column("event_id", sa.String(255), nullable=False),
        sa.Column("type", sa.String(128), nullable=False),
        sa.Column("object_ref", sa.String(255), nullable=False),
        sa.Column("raw", sa.String(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(500), nullable=False),
        sa.Column("received_at", TZDateTime(), nullable=False),
        sa.Column("processed_at", TZDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('received', 'processed', 'ignored', 'unmatched')",
            name=op.f("ck_inbox_events_state_known"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_inbox_events"),
        sa.UniqueConstraint("provider", "event_id", name="uq_inbox_events_provider_event_id"),
    )
    _partial_index("ix_inbox_events_waiting", "inbox_events", ["received_at"], "state = 'received'")

    op.create_table(
        "policy_settings",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.String(64), nullable=False),
        sa.Column("changed_at", TZDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_policy_settings"),
    )

    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("created_at", TZDateTime(), nullable=False),
        sa.Column("disabled_at", TZDateTime(), nullable=True),
        sa.CheckConstraint("role IN ('student', 'mentor', 'admin')", name=op.f("ck_users_role_known")),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
    )

    op.create_table(
        "audit_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", TZDateTime(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_role", sa.String(16), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject_type", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.String(64), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name="fk_audit_log_actor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_at", "audit_log", ["at"])
    op.create_index("ix_audit_log_subject", "audit_log", ["subject_type", "subject_id"])

    op.create_table(
        "identities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(254), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=True),
        sa.Column("created_at", TZDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_identities_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_identities"),
        sa.UniqueConstraint("provider", "subject", name="uq_identities_provider_subject"),
    )
    op.create_index("ix_identities_user_id", "identities", ["user_id"])

    op.create_table(
        "mentors",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("headline", sa.String(160), nullable=False),
        sa.Column("about", sa.String(4000), nullable=False),
        sa.Column("expertise", sa.JSON(), nullable=False),
        sa.Column("expectations", sa.JSON(), nullable=False),
        sa.Column("testimonials", sa.JSON(), nullable=False),
        sa.Column("portrait", sa.String(255), nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("max_active_students", sa.Integer(), nullable=False),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("grace_minutes", sa.Integer(), nullable=True),
        sa.Column("change_notice_minutes", sa.Integer(), nullable=True),
        sa.Column("minimum_notice_minutes", sa.Integer(), nullable=True),
        sa.Column("horizon_minutes", sa.Integer(), nullable=True),
        sa.Column("buffer_minutes", sa.Integer(), nullable=True),
        sa.Column("created_at", TZDateTime(), nullable=False),
        sa.CheckConstraint("max_active_students >= 0", name=op.f("ck_mentors_capacity_not_negative")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_mentors_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mentors"),
        sa.UniqueConstraint("slug", name="uq_mentors_slug"),
        sa.UniqueConstraint("user_id", name="uq_mentors_user_id"),
    )
    op.create_index("ix_mentors_is_listed", "mentors", ["is_listed"])

    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", TZDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_notices_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.UniqueConstraint("key", name="uq_notices_key"),
    )
    op.create_index("ix_notices_user_id_created_at", "notices", ["user_id", "created_at"])

    op.create_table(
        "sign_in_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", TZDateTime(), nullable=False),
        sa.Column("expires_at", TZDateTime(), nullable=False),
        sa.Column("revoked_at", TZDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sign_in_sessions_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_sign_in_sessions_token_hash"),
    )
    op.create_index("ix_sign_in_sessions_user_id", "sign_in_sessions", ["user_id"])

    op.create_table(
        "availability_overrides",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=True),
        sa.Column("end_minute", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(start_minute IS NULL AND end_minute IS NULL) OR (start_minute BETWEEN 0 AND 1439 AND "
            "end_minute > start_minute AND end_minute <= 2880)",
            name=op.f("ck_availability_overrides_hours_or_closed"),
        ),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentors.id"], name="fk_availability_overrides_mentor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_availability_overrides"),
    )
    op.create_index("ix_availability_overrides_mentor_id_day", "availability_overrides", ["mentor_id", "day"])

    op.create_table(
        "availability_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=False),
        sa.Column("end_minute", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "end_minute > start_minute AND end_minute <= 2880",
            name=op.f("ck_availability_rules_end_after_start"),
        ),
        sa.CheckConstraint("start_minute BETWEEN 0 AND 1439", name=op.f("ck_availability_rules_start_in_day")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_availability_rules_weekday_known")),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentors.id"], name="fk_availability_rules_mentor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_availability_rules"),
    )
    op.create_index("ix_availability_rules_mentor_id", "availability_rules", ["mentor_id"])

    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notification_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(500), nullable=False),
        sa.Column("due_at", TZDateTime(), nullable=False),
        sa.Column("claimed_until", TZDateTime(), nullable=True),
        sa.Column("sent_at", TZDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'sent', 'failed', 'skipped')", name=op.f("ck_deliveries_state_known")),
        sa.CheckConstraint("tries BETWEEN 0 AND 6", name=op.f("ck_deliveries_tries_bounded")),
        sa.ForeignKeyConstraint(["notification_id"], ["notices.id"], name="fk_deliveries_notification_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("notification_id", "channel", name="uq_deliveries_notification_id_channel"),
    )
    _partial_index("ix_deliveries_waiting", "deliveries", ["due_at"], "state = 'pending'")

    op.create_table(
        "mentorship_products",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("session_minutes", sa.Integer(), nullable=False),
        sa.Column("validity_days", sa.Integer(), nullable=True),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", TZDateTime(), nullable=False),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_mentorship_products_price_not_negative")),
        sa.CheckConstraint("session_minutes BETWEEN 5 AND 480", name=op.f("ck_mentorship_products_length_sensible")),
        sa.CheckConstraint("sessions > 0", name=op.f("ck_mentorship_products_sessions_positive")),
        sa.CheckConstraint(
            "validity_days IS NULL OR validity_days > 0",
            name=op.f("ck_mentorship_products_validity_positive"),
        ),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentors.id"], name="fk_mentorship_products_mentor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mentorship_products"),
    )
    op.create_index("ix_mentorship_products_mentor_id", "mentorship_products", ["mentor_id"])

    op.create_table(
        "seats",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("hold_expires_at", TZDateTime(), nullable=True),
        sa.Column("grace_ends_at", TZDateTime(), nullable=True),
        sa.Column("warned_at", TZDateTime(), nullable=True),
        sa.Column("changed_at", TZDateTime(), nullable=False),
        sa.CheckConstraint("status <> 'grace' OR grace_ends_at IS NOT NULL", name=op.f("ck_seats_grace_has_end")),
        sa.CheckConstraint("status <> 'held' OR hold_expires_at IS NOT NULL", name=op.f("ck_seats_held_has_deadline")),
        sa.CheckConstraint("status IN ('held', 'active', 'grace', 'released')", name=op.f("ck_seats_status_known")),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentors.id"], name="fk_seats_mentor_id"),
        sa.ForeignKeyConstraint(["student_id"], ["users.id"], name="fk_seats_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_seats"),
        sa.UniqueConstraint("mentor_id", "student_id", name="uq_seats_mentor_id_student_id"),
    )
    _partial_index("ix_seats_grace_ends_at", "seats", ["grace_ends_at"], "status = 'grace'")
    _partial_index("ix_seats_hold_expires_at", "seats", ["hold_expires_at"], "status = 'held'")
    op.create_index("ix_seats_mentor_id_status", "seats", ["mentor_id", "status"])
    op.create_index("ix_seats_student_id", "seats", ["student_id"])

    op.create_table(
        "orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("product_name", sa.String(120), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("session_minutes", sa.Integer(), nullable=False),
        sa.Column("validity_days", sa.Integer(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("review", sa.String(64), nullable=False),
        sa.Column("request_key", sa.String(128), nullable=True),
        sa.Column("created_at", TZDateTime(), nullable=False),
        sa.Column("hold_expires_at", TZDateTime(), nullable=False),
        sa.Column("paid_at", TZDateTime(), nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'processing', 'paid', 'partially_refunded', 'refunded', 'failed', "
            "'canceled', 'expired')",
            name=op.f("ck_orders_status_known"),
        ),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_orders_amount_not_negative")),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentors.id"], name="fk_orders_mentor_id"),
        sa.ForeignKeyConstraint(["product_id"], ["mentorship_products.id"], name="fk_orders_product_id"),
        sa.ForeignKeyConstraint(["student_id"], ["users.id"], name="fk_orders_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sa.UniqueConstraint("request_key", name="uq_orders_request_key"),
    )
    op.create_index("ix_orders_mentor_id", "orders", ["mentor_id"])
    op.create_index("ix_orders_student_id_created_at", "orders", ["student_id", "created_at"])

    op.create_table(
        "packs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("session_minutes", sa.Integer(), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.Column("available", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("consumed", sa.Integer(), nullable=False),
        sa.Column("expired", sa.Integer(), nullable=False),
        sa.Column("refunded", sa.Integer(), nullable=False),
        sa.Column("frozen", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("expires_at", TZDateTime(), nullable=True),
        sa.Column("created_at", TZDateTime(), nullable=False),
        sa.CheckConstraint(
            "status IN ('active', 'depleted', 'expired', 'refunded')", name=op.f("ck_packs_status_known")
        ),
        sa.CheckConstraint(
            "available >= 0 AND reserved >= 0 AND consumed >= 0 AND expired >= 0 AND refunded >= 0 AND frozen >= 0",
            name=op.f("ck_packs_parts_not_negative"),
        ),
        sa.CheckConstraint(
            "granted = available + reserved + consumed + expired + refunded + frozen",
            name=op.f("ck_packs_parts_add_up"),
        ),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentors.id"], name="fk_packs_mentor_id"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_packs_order_id"),
        sa.ForeignKeyConstraint(["student_id"], ["users.id"], name="fk_packs_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_packs"),
        sa.UniqueConstraint("order_id", name="uq_packs_order_id"),
    )
    _partial_index("ix_packs_expiring", "packs", ["expires_at"], "available > 0")
    op.create_index("ix_packs_mentor_id", "packs", ["mentor_id"])
    op.create_index("ix_packs_student_id_mentor_id", "packs", ["student_id", "mentor_id"])

    op.create_table(
        "payment_attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(16), nullable=False),
        sa.Column("provider_ref", sa.String(255), nullable=True),
        sa.Column("payment_ref", sa.String(255), nullable=True),
        sa.Column("hosted_url", sa.String(2000), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("created_at", TZDateTime(), nullable=False),
        sa.Column("expires_at", TZDateTime(), nullable=False),
        sa.Column("next_check_at", TZDateTime(), nullable=True),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('created', 'open', 'processing', 'paid', 'failed', 'expired')",
            name=op.f("ck_payment_attempts_status_known"),
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_payment_attempts_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_payment_attempts"),
        sa.UniqueConstraint("provider", "payment_ref", name="uq_payment_attempts_provider_payment_ref"),
        sa.UniqueConstraint("provider", "provider_ref", name="uq_payment_attempts_provider_provider_ref"),
    )
    _partial_index("ix_payment_attempts_due", "payment_attempts", ["next_check_at"], "next_check_at IS NOT NULL")
    op.create_index("ix_payment_attempts_order_id", "payment_attempts", ["order_id"])

    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(16), nullable=False),
        sa.Column("payment_ref", sa.String(255), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("paid_at", TZDateTime(), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_payments_amount_not_negative")),
        sa.CheckConstraint("refunded_minor BETWEEN 0 AND amount_minor", name=op.f("ck_payments_refunded_within_paid")),
        sa.ForeignKeyConstraint(["attempt_id"], ["payment_attempts.id"], name="fk_payments_attempt_id"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_payments_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
        sa.UniqueConstraint("attempt_id", name="uq_payments_attempt_id"),
        sa.UniqueConstraint("provider", "payment_ref", name="uq_payments_provider_payment_ref"),
    )
    op.create_index("ix_payments_order_id", "payments", ["order_id"])

    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pack_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", TZDateTime(), nullable=False),
        sa.Column("ends_at", TZDateTime(), nullable=False),
        sa.Column("wall_time", sa.String(16), nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("reminded_minutes", sa.Integer(), nullable=True),
        sa.Column("request_key", sa.String(128), nullable=True),
        sa.Column("notes", sa.String(8000), nullable=False),
        sa.Column("recording_url", sa.String(2000), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("closed_at", TZDateTime(), nullable=True),
        sa.Column("created_at", TZDateTime(), nullable=False),
        sa.CheckConstraint(
            "status IN ('scheduled', 'completed', 'canceled', 'no_show')",
            name=op.f("ck_sessions_status_known"),
        ),
        sa.CheckConstraint("moves >= 0", name=op.f("ck_sessions_moves_not_negative")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_sessions_ends_after_start")),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentors.id"], name="fk_sessions_mentor_id"),
        sa.ForeignKeyConstraint(["pack_id"], ["packs.id"], name="fk_sessions_pack_id"),
        sa.ForeignKeyConstraint(["student_id"], ["users.id"], name="fk_sessions_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("request_key", name="uq_sessions_request_key"),
    )
    op.create_index("ix_sessions_mentor_id_starts_at", "sessions", ["mentor_id", "starts_at"])
    _partial_index("ix_sessions_mentor_upcoming", "sessions", ["mentor_id", "starts_at"], "status = 'scheduled'")
    op.create_index("ix_sessions_pack_id", "sessions", ["pack_id"])
    op.create_index("ix_sessions_student_id_starts_at", "sessions", ["student_id", "starts_at"])
    _partial_index("ix_sessions_upcoming", "sessions", ["starts_at"], "status = 'scheduled'")

    op.create_table(
        "credit_ledger",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pack_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("entry", sa.String(16), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(96), nullable=False),
        sa.Column("reason", sa.String(255), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("at", TZDateTime(), nullable=False),
        sa.CheckConstraint(
            "entry IN ('grant', 'reserve', 'return', 'consume', 'restore', 'expire', 'refund', 'freeze', 'thaw')",
            name=op.f("ck_credit_ledger_entry_known"),
        ),
        sa.CheckConstraint("credits > 0", name=op.f("ck_credit_ledger_credits_positive")),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name="fk_credit_ledger_actor_id"),
        sa.ForeignKeyConstraint(["pack_id"], ["packs.id"], name="fk_credit_ledger_pack_id"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_credit_ledger_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_credit_ledger"),
        sa.UniqueConstraint("key", name="uq_credit_ledger_key"),
    )
    op.create_index("ix_credit_ledger_pack_id_at", "credit_ledger", ["pack_id", "at"])
    op.create_index("ix_credit_ledger_session_id", "credit_ledger", ["session_id"])

    op.create_table(
        "refunds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(16), nullable=False),
        sa.Column("refund_ref", sa.String(255), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("created_at", TZDateTime(), nullable=False),
        sa.Column("settled_at", TZDateTime(), nullable=True),
        sa.CheckConstraint("reason IN ('sold_out', 'duplicate_payment')", name=op.f("ck_refunds_reason_known")),
        sa.CheckConstraint("status IN ('pending', 'succeeded', 'failed')", name=op.f("ck_refunds_status_known")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refunds_amount_positive")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_refunds_order_id"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_refunds_payment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_refunds"),
        sa.UniqueConstraint("payment_id", "reason", name="uq_refunds_payment_id_reason"),
        sa.UniqueConstraint("provider", "refund_ref", name="uq_refunds_provider_refund_ref"),
    )
    op.create_index("ix_refunds_order_id", "refunds", ["order_id"])

    constraints.install(op.execute, op.get_context().dialect.name)


def downgrade() -> None:
    constraints.uninstall(op.execute, op.get_context().dialect.name)
    for table in reversed(TABLES):
        op.drop_table(table)


def _partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))
