"""Reads and writes of what was received, what was promised, and what was done: inbox, notices, audit, policy."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy import insert as core_insert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from mentorship.db.models import (
    AuditRow,
    Delivery,
    DeliveryState,
    InboxEvent,
    InboxState,
    Notification,
    PolicySetting,
    Table,
)

_POLICY = select(PolicySetting.__table__.c.name, PolicySetting.__table__.c.value)


def insert_once(session: Session, *rows: Table) -> set[UUID]:
    """Insert rows of one table, each unless a unique rule already has it; returns the ids of those that are new."""
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    table = type(rows[0]).__table__
    # Given beside the statement, not in it: so the statement is compiled once for any number of rows.
    return set(session.scalars(insert(table).on_conflict_do_nothing().returning(table.c.id), _values(rows)))


def insert_all(session: Session, rows: Sequence[Table]) -> None:
    """Insert rows of one table that nobody reads or changes again in this session: the session never learns of them."""
    if rows:
        session.execute(core_insert(type(rows[0]).__table__), _values(rows))


def _values(rows: Sequence[Table]) -> list[dict[str, Any]]:
    columns = [column.key for column in type(rows[0]).__table__.columns]
    return [{name: getattr(row, name) for name in columns} for row in rows]


class Inbox:
    def __init__(self, session: Session) -> None:
        self._db = session

    def receive(self, event: InboxEvent) -> bool:
        """Store a verified delivery; False when this event is already here."""
        return bool(insert_once(self._db, event))

    def get(self, event_id: UUID) -> InboxEvent | None:
        return self._db.get(InboxEvent, event_id)

    def waiting(self, since: datetime, limit: int) -> Sequence[InboxEvent]:
        """Deliveries received before ``since`` and not processed yet."""
        return self._db.scalars(
            select(InboxEvent)
            .where(InboxEvent.state == InboxState.RECEIVED.value, InboxEvent.received_at <= since)
            .order_by(InboxEvent.received_at)
            .limit(limit)
        ).all()

    def counts(self) -> dict[str, int]:
        rows = self._db.execute(select(InboxEvent.state, func.count()).group_by(InboxEvent.state))
        return dict(rows.all())

    def newest(self, limit: int) -> Sequence[InboxEvent]:
        return self._db.scalars(select(InboxEvent).order_by(InboxEvent.received_at.desc()).limit(limit)).all()


class Notices:
    def __init__(self, session: Session) -> None:
        self._db = session

    def store(self, promised: Sequence[tuple[Notification, str, datetime]]) -> list[Delivery]:
        """Store notices, each with its channel and due time; returns the deliveries of those not promised before."""
        if not promised:
            return []
        # In one order everywhere, so that two transactions with the same notices never wait for each other.
        ordered = sorted(promised, key=lambda promise: promise[0].key)
        new = insert_once(self._db, *(notification for notification, _, _ in ordered))
        deliveries = [
            Delivery(notification_id=notification.id, channel=channel, due_at=due_at)
            for notification, channel, due_at in ordered
            if notification.id in new
        ]
        insert_all(self._db, deliveries)
        return deliveries

    def delivery(self, delivery_id: UUID, *, lock: bool = False) -> Delivery | None:
        return self._db.get(Delivery, delivery_id, with_for_update=lock or None)

    def get(self, notification_id: UUID) -> Notification | None:
        return self._db.get(Notification, notification_id)

    def of_user(self, user_id: UUID, limit: int = 50) -> Sequence[Notification]:
        return self._db.scalars(
            select(Notification)
            .where(Notification.user_id == user_id)
            .order_by(Notification.created_at.desc())
            .limit(limit)
        ).all()

    def waiting(self, now: datetime, limit: int) -> Sequence[Delivery]:
        """Deliveries that are due, not sent, and not in anybody's hands."""
        return self._db.scalars(
            select(Delivery)
            .where(
                Delivery.state == DeliveryState.PENDING.value,
                Delivery.due_at <= now,
                or_(Delivery.claimed_until.is_(None), Delivery.claimed_until <= now),
            )
            .order_by(Delivery.due_at)
            .limit(limit)
        ).all()

    def counts(self) -> dict[str, int]:
        rows = self._db.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
        return dict(rows.all())


class Audit:
    def __init__(self, session: Session) -> None:
        self._db = session
        self._written: list[AuditRow] = []

    def write(self, row: AuditRow) -> None:
        """Keep a row for the end of the transaction, where all of them go in one statement."""
        self._written.append(row)

    def store(self) -> None:
        """Store what was written."""
        insert_all(self._db, self._written)
        self._written.clear()

    def newest(self, limit: int) -> Sequence[AuditRow]:
        return self._db.scalars(select(AuditRow).order_by(AuditRow.at.desc(), AuditRow.id.desc()).limit(limit)).all()

    def about(self, subject_type: str, subject_id: str) -> Sequence[AuditRow]:
        return self._db.scalars(
            select(AuditRow)
            .where(AuditRow.subject_type == subject_type, AuditRow.subject_id == subject_id)
            .order_by(AuditRow.at, AuditRow.id)
        ).all()


class PolicySettings:
    def __init__(self, session: Session) -> None:
        self._db = session
        self._read: dict[str, str] | None = None

    def all(self) -> dict[str, str]:
        """Every changed number by name, read once in a transaction."""
        if self._read is None:
            self._read = dict(self._db.execute(_POLICY).all())
        return self._read

    def set(self, name: str, value: str, now: datetime) -> None:
        self._read = None
        self._db.merge(PolicySetting(name=name, value=value, changed_at=now))
        self._db.flush()
