"""Prices with promotions, refunds that somebody asks for, disputes, receipts, and what reconciliation finds."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from alembic import op

from mentorship.db.types import TZDateTime

revision: str = "0002"
down_revision: str | None = "0001"

_FORMER_PRICE = "former_price_minor IS NULL OR (former_price_minor >= 0 AND former_price_until IS NOT NULL)"


def upgrade() -> None:
    _create_promotions()
    _extend_orders()
    op.add_column("payments", sa.Column("fee_minor", sa.BigInteger(), nullable=True))
    op.add_column("mentorship_products", sa.Column("former_price_minor", sa.BigInteger(), nullable=True))
    op.add_column("mentorship_products", sa.Column("former_price_until", TZDateTime(), nullable=True))
    _alter("mentorship_products", {"former_price_complete": _FORMER_PRICE})
    _extend_refunds()
    op.add_column("payment_attempts", sa.Column("declines", sa.Integer(), nullable=True))
    op.execute("UPDATE payment_attempts SET declines = 0")
    _alter("payment_attempts", {}, required={"declines": sa.Integer()})
    _create_disputes()
    _create_accounting()
    _name_topics()


def _name_topics() -> None:
    op.add_column("inbox_events", sa.Column("topic", sa.String(16), nullable=True))
    op.add_column("inbox_events", sa.Column("outcome", sa.String(500), nullable=True))
    op.execute(
        "UPDATE inbox_events SET topic = CASE WHEN type LIKE 'checkout.session.%' THEN 'checkout' "
        "WHEN type LIKE 'refund.%' THEN 'refund' ELSE 'other' END"
    )
    op.execute("UPDATE inbox_events SET outcome = ''")
    _alter("inbox_events", {}, required={"topic": sa.String(16), "outcome": sa.String(500)})
    op.create_index("ix_inbox_events_object_ref", "inbox_events", ["object_ref"])


def _create_promotions() -> None:
    op.create_table(
        "promotions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(3), nullable=True),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("starts_at", TZDateTime(), nullable=True),
        sa.Column("ends_at", TZDateTime(), nullable=True),
        sa.Column("most_uses", sa.Integer(), nullable=True),
        sa.Column("once_per_student", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(255), nullable=False),
        sa.Column("created_at", TZDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('percent', 'amount')", name=op.f("ck_promotions_kind_known")),
        sa.CheckConstraint(
            "kind <> 'percent' OR (percent BETWEEN 1 AND 100)", name=op.f("ck_promotions_percent_sensible")
        ),
        sa.CheckConstraint(
            "kind <> 'amount' OR (amount_minor > 0 AND currency IS NOT NULL)",
            name=op.f("ck_promotions_amount_positive"),
        ),
        sa.CheckConstraint("most_uses IS NULL OR most_uses > 0", name=op.f("ck_promotions_most_uses_positive")),
        sa.CheckConstraint(
            "ends_at IS NULL OR starts_at IS NULL OR starts_at < ends_at", name=op.f("ck_promotions_dates_in_order")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["mentorship_products.id"], name="fk_promotions_product_id"),
        sa.PrimaryKeyConstraint("id", name="pk_promotions"),
        sa.UniqueConstraint("code", name="uq_promotions_code"),
    )


def _extend_orders() -> None:
    op.add_column("orders", sa.Column("original_minor", sa.BigInteger(), nullable=True))
    op.add_column("orders", sa.Column("promotion_id", sa.Uuid(), nullable=True))
    op.add_column("orders", sa.Column("promotion_code", sa.String(32), nullable=True))
    op.add_column("orders", sa.Column("terms_version", sa.String(16), nullable=True))
    op.execute("UPDATE orders SET original_minor = amount_minor, promotion_code = '', terms_version = ''")
    _alter(
        "orders",
        {"amount_within_original": "amount_minor BETWEEN 0 AND original_minor"},
        without=["amount_not_negative"],
        required={
            "original_minor": sa.BigInteger(),
            "promotion_code": sa.String(32),
            "terms_version": sa.String(16),
        },
        foreign_keys={"promotion_id": "promotions"},
    )
    op.create_index("ix_orders_promotion_id", "orders", ["promotion_id"])
    op.create_index("ix_orders_paid_at", "orders", ["paid_at"])


def _extend_refunds() -> None:
    op.add_column("refunds", sa.Column("key", sa.String(128), nullable=True))
    op.add_column("refunds", sa.Column("credits", sa.Integer(), nullable=True))
    op.add_column("refunds", sa.Column("note", sa.String(500), nullable=True))
    op.add_column("refunds", sa.Column("decision", sa.String(255), nullable=True))
    op.add_column("refunds", sa.Column("closed_at", TZDateTime(), nullable=True))
    op.add_column("refunds", sa.Column("requested_by", sa.Uuid(), nullable=True))
    op.add_column("refunds", sa.Column("decided_by", sa.Uuid(), nullable=True))
    op.add_column("refunds", sa.Column("decided_at", TZDateTime(), nullable=True))
    op.execute(
        "UPDATE refunds SET key = reason || ':' || CAST(payment_id AS VARCHAR(36)), credits = 0, note = '', "
        "decision = ''"
    )
    _alter(
        "refunds",
        {
            "status_known": "status IN ('requested', 'declined', 'withdrawn', 'pending', 'succeeded', 'failed')",
            "reason_known": "reason IN ('sold_out', 'duplicate_payment', 'unused', 'full', 'goodwill', 'provider', "
            "'dispute')",
            "credits_not_negative": "credits >= 0",
        },
        without=["status_known", "reason_known"],
        without_unique="uq_refunds_payment_id_reason",
        unique={"uq_refunds_key": ["key"]},
        required={
            "key": sa.String(128),
            "credits": sa.Integer(),
            "note": sa.String(500),
            "decision": sa.String(255),
        },
        foreign_keys={"requested_by": "users", "decided_by": "users"},
    )
    op.create_index("ix_refunds_payment_id", "refunds", ["payment_id"])
    _partial_index("ix_refunds_open", "refunds", ["created_at"], "status IN ('requested', 'pending')")


def _create_disputes() -> None:
    op.create_table(
        "disputes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(16), nullable=False),
        sa.Column("dispute_ref", sa.String(255), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("frozen_credits", sa.Integer(), nullable=False),
        sa.Column("due_at", TZDateTime(), nullable=True),
        sa.Column("opened_at", TZDateTime(), nullable=False),
        sa.Column("closed_at", TZDateTime(), nullable=True),
        sa.CheckConstraint("status IN ('open', 'in_review', 'won', 'lost')", name=op.f("ck_disputes_status_known")),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_disputes_amount_not_negative")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_disputes_order_id"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_disputes_payment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_disputes"),
        sa.UniqueConstraint("provider", "dispute_ref", name="uq_disputes_provider_dispute_ref"),
    )
    op.create_index("ix_disputes_order_id", "disputes", ["order_id"])
    op.create_index("ix_disputes_payment_id", "disputes", ["payment_id"])


def _create_accounting() -> None:
    op.create_table(
        "receipts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("issued_at", TZDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_receipts_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_receipts"),
        sa.UniqueConstraint("order_id", name="uq_receipts_order_id"),
        sa.UniqueConstraint("year", "serial", name="uq_receipts_year_serial"),
    )
    op.create_table(
        "findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("difference", sa.String(32), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("provider", sa.String(16), nullable=False),
        sa.Column("reference", sa.String(255), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("repair", sa.String(32), nullable=False),
        sa.Column("found_at", TZDateTime(), nullable=False),
        sa.Column("resolved_at", TZDateTime(), nullable=True),
        sa.Column("resolution", sa.String(255), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "difference IN ('payment_missing', 'payment_unknown', 'amount_differs', 'paid_twice', 'refund_missing', "
            "'refund_unknown', 'refund_differs', 'order_differs', 'paid_without_pack', 'pack_without_payment', "
            "'credits_differ', 'dispute_missing', 'dispute_differs')",
            name=op.f("ck_findings_difference_known"),
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_findings_order_id"),
        sa.ForeignKeyConstraint(["closed_by"], ["users.id"], name="fk_findings_closed_by"),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
        sa.UniqueConstraint("key", name="uq_findings_key"),
    )
    op.create_index("ix_findings_order_id", "findings", ["order_id"])
    _partial_index("ix_findings_open", "findings", ["found_at"], "resolved_at IS NULL")


def downgrade() -> None:
    op.drop_index("ix_inbox_events_object_ref", "inbox_events")
    op.drop_column("inbox_events", "outcome")
    op.drop_column("inbox_events", "topic")
    for table in ("findings", "receipts", "disputes"):
        op.drop_table(table)
    op.drop_index("ix_refunds_open", "refunds")
    op.drop_index("ix_refunds_payment_id", "refunds")
    op.execute("DELETE FROM refunds WHERE reason NOT IN ('sold_out', 'duplicate_payment')")
    _alter(
        "refunds",
        {
            "status_known": "status IN ('pending', 'succeeded', 'failed')",
            "reason_known": "reason IN ('sold_out', 'duplicate_payment')",
        },
        without=["status_known", "reason_known", "credits_not_negative"],
        without_unique="uq_refunds_key",
        unique={"uq_refunds_payment_id_reason": ["payment_id", "reason"]},
        columns_gone=[
            "key",
            "credits",
            "note",
            "decision",
            "requested_by",
            "decided_by",
            "decided_at",
            "closed_at",
        ],
    )
    _alter(
        "mentorship_products",
        {},
        without=["former_price_complete"],
        columns_gone=["former_price_minor", "former_price_until"],
    )
    op.drop_column("payments", "fee_minor")
    op.drop_column("payment_attempts", "declines")
    op.drop_index("ix_orders_paid_at", "orders")
    op.drop_index("ix_orders_promotion_id", "orders")
    _alter(
        "orders",
        {"amount_not_negative": "amount_minor >= 0"},
        without=["amount_within_original"],
        columns_gone=["original_minor", "promotion_id", "promotion_code", "terms_version"],
    )
    op.drop_table("promotions")


def _alter(
    table: str,
    checks: Mapping[str, str],
    *,
    without: Sequence[str] = (),
    without_unique: str | None = None,
    unique: Mapping[str, list[str]] = {},
    required: Mapping[str, sa.types.TypeEngine[object]] = {},
    foreign_keys: Mapping[str, str] = {},
    columns_gone: Sequence[str] = (),
) -> None:
    """Change a table that has no triggers, which a rebuild on SQLite would drop."""
    with op.batch_alter_table(table) as batch:
        for name in without:
            batch.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        if without_unique:
            batch.drop_constraint(without_unique, type_="unique")
        for column in columns_gone:
            batch.drop_column(column)
        for column, kind in required.items():
            batch.alter_column(column, existing_type=kind, nullable=False)
        for name, columns in unique.items():
            batch.create_unique_constraint(name, columns)
        for column, target in foreign_keys.items():
            batch.create_foreign_key(f"fk_{table}_{column}", target, [column], ["id"])
        for name, rule in checks.items():
            batch.create_check_constraint(op.f(f"ck_{table}_{name}"), rule)


def _partial_index(name: str, table: str, columns: list[str], condition: str) -> None:
    op.create_index(name, table, columns, postgresql_where=sa.text(condition), sqlite_where=sa.text(condition))
