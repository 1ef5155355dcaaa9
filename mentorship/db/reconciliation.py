"""Reads of the books as they are at one instant, and reads and writes of what reconciliation found."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import Session

from mentorship.db.inserts import Row, insert_once
from mentorship.db.models import (
    Dispute,
    Finding,
    LedgerRow,
    Order,
    Pack,
    Payment,
    PaymentAttempt,
    Refund,
    Table,
)
from mentorship.db.packs import balance
from mentorship.domain.books import (
    BookedAttempt,
    BookedDispute,
    BookedOrder,
    BookedPack,
    BookedPayment,
    BookedRefund,
    Books,
)
from mentorship.domain.credits import MOVES, Balance, Entry
from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.money import Money
from mentorship.domain.orders import AttemptStatus, OrderStatus, RefundReason, RefundStatus
from mentorship.domain.statements import Statement

T = TypeVar("T")
_AT_ONCE = 500
"""How many values one statement compares with."""


class Reconciliation:
    def __init__(self, session: Session) -> None:
        self._db = session

    def freeze(self) -> None:
        """Let every read of this transaction see one instant; before its first read."""
        if self._db.get_bind().dialect.name == "postgresql":
            self._db.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))

    def books(self, since: datetime, statements: Sequence[Statement]) -> Books:
        """Every order that began from ``since`` on, moved money since, or is named by a statement; each whole."""
        order_ids = set(self._db.scalars(select(Order.id).where(Order.created_at >= since)))
        for table, at in ((Payment, Payment.paid_at), (Refund, Refund.created_at), (Dispute, Dispute.opened_at)):
            order_ids |= set(self._db.scalars(select(table.order_id).where(at >= since)))
        order_ids |= set(self._db.scalars(select(Refund.order_id).where(Refund.settled_at >= since)))
        for statement in statements:
            order_ids |= self._named_by(statement)
        ids = sorted(order_ids)
        packs = [p for p in self._each(Pack, Pack.order_id, ids) if p.order_id is not None]
        ledgers = self._ledgers([p.id for p in packs])
        regranted = self._regranted([p.id for p in packs])
        return Books(
            orders=[_order(o) for o in self._each(Order, Order.id, ids)],
            attempts=[_attempt(a) for a in self._each(PaymentAttempt, PaymentAttempt.order_id, ids)],
            payments=[_payment(p) for p in self._each(Payment, Payment.order_id, ids)],
            refunds=[_refund(r) for r in self._each(Refund, Refund.order_id, ids)],
            disputes=[_dispute(d) for d in self._each(Dispute, Dispute.order_id, ids)],
            packs=[
                BookedPack(p.id, p.order_id, balance(p), p.granted, regranted.get(p.id, 0), ledgers[p.id])
                for p in packs
                if p.order_id
            ],
        )

    def _named_by(self, statement: Statement) -> set[UUID]:
        paid_for = {p.reference for p in statement.payments}
        paid_for |= {x.payment_reference for x in (*statement.refunds, *statement.disputes)}
        named: list[tuple[Any, Any, set[str]]] = [
            (Payment, Payment.payment_ref, paid_for),
            (Refund, Refund.refund_ref, {r.reference for r in statement.refunds}),
            (Dispute, Dispute.dispute_ref, {d.reference for d in statement.disputes}),
            (PaymentAttempt, PaymentAttempt.provider_ref, {p.checkout_reference for p in statement.payments}),
        ]
        found = {
            order_id
            for table, column, references in named
            for some in _batches(sorted(references))
            for order_id in self._db.scalars(
                select(table.order_id).where(table.provider == statement.provider, column.in_(some))
            )
        }
        attempts = sorted({p.attempt_id for p in statement.payments if p.attempt_id})
        return found | {a.order_id for a in self._each(PaymentAttempt, PaymentAttempt.id, attempts)}

    def _each(self, table: type[Table], column: ColumnElement[UUID], ids: Sequence[UUID]) -> Iterator[Table]:
        for some in _batches(ids):
            yield from self._db.scalars(select(table).where(column.in_(some)))

    def _ledgers(self, pack_ids: Sequence[UUID]) -> dict[UUID, Balance]:
        """What the ledger rows of each pack sum up to, also where no order of them would have been legal."""
        parts: dict[UUID, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for some in _batches(pack_ids):
            for pack_id, entry, credits in self._db.execute(
                select(LedgerRow.pack_id, LedgerRow.entry, func.sum(LedgerRow.credits))
                .where(LedgerRow.pack_id.in_(some))
                .group_by(LedgerRow.pack_id, LedgerRow.entry)
            ):
                source, target = MOVES[Entry(entry)]
                parts[pack_id][target.value] += int(credits)
                if source is not None:
                    parts[pack_id][source.value] -= int(credits)
        return {pack_id: Balance(**parts[pack_id]) for pack_id in pack_ids}

    def _regranted(self, pack_ids: Sequence[UUID]) -> dict[UUID, int]:
        """Credits that were granted anew, of the packs that have any."""
        found: dict[UUID, int] = {}
        for some in _batches(pack_ids):
            rows = self._db.execute(
                select(LedgerRow.pack_id, func.sum(LedgerRow.credits))
                .where(LedgerRow.pack_id.in_(some), LedgerRow.key.startswith("regrant:"))
                .group_by(LedgerRow.pack_id)
            )
            found.update((pack_id, int(credits)) for pack_id, credits in rows)
        return found

    def add(self, finding: Row) -> bool:
        """Store a difference; False when it has been found before."""
        return bool(insert_once(self._db, Finding, [finding]))

    def get(self, finding_id: UUID) -> Finding | None:
        return self._db.get(Finding, finding_id)

    def by_key(self, key: str) -> Finding | None:
        return self._db.scalar(select(Finding).where(Finding.key == key).with_for_update())

    def open(self) -> Sequence[Finding]:
        """The differences that are still there, oldest first."""
        return self._db.scalars(
            select(Finding).where(Finding.resolved_at.is_(None)).order_by(Finding.found_at, Finding.id)
        ).all()

    def resolved(self, limit: int) -> Sequence[Finding]:
        """The differences that are gone or were closed, newest first."""
        return self._db.scalars(
            select(Finding).where(Finding.resolved_at.is_not(None)).order_by(Finding.resolved_at.desc()).limit(limit)
        ).all()

    def of_order(self, order_id: UUID) -> Sequence[Finding]:
        return self._db.scalars(select(Finding).where(Finding.order_id == order_id).order_by(Finding.found_at)).all()

    def earliest_open(self) -> datetime | None:
        """When the oldest difference that is still there was found."""
        return self._db.scalar(select(func.min(Finding.found_at)).where(Finding.resolved_at.is_(None)))

    def first_order(self) -> datetime | None:
        """When the first order of all began."""
        return self._db.scalar(select(func.min(Order.created_at)))


def _batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]


def _order(row: Order) -> BookedOrder:
    return BookedOrder(row.id, OrderStatus(row.status), Money(row.amount_minor, row.currency), row.sessions)


def _attempt(row: PaymentAttempt) -> BookedAttempt:
    status = AttemptStatus(row.status)
    return BookedAttempt(row.id, row.order_id, row.provider, row.provider_ref or "", status, row.next_check_at)


def _payment(row: Payment) -> BookedPayment:
    return BookedPayment(
        row.id,
        row.order_id,
        row.provider,
        row.payment_ref,
        Money(row.amount_minor, row.currency),
        row.refunded_minor,
        row.paid_at,
    )


def _refund(row: Refund) -> BookedRefund:
    return BookedRefund(
        row.id,
        row.order_id,
        row.payment_id,
        row.provider,
        row.refund_ref or "",
        Money(row.amount_minor, row.currency),
        RefundStatus(row.status),
        RefundReason(row.reason),
        row.created_at,
        row.settled_at,
    )


def _dispute(row: Dispute) -> BookedDispute:
    return BookedDispute(
        row.id,
        row.order_id,
        row.provider,
        row.dispute_ref,
        Money(row.amount_minor, row.currency),
        DisputeStatus(row.status),
        row.opened_at,
    )
