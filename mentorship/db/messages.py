"""Reads and writes of what was received, what was promised, and what was done: inbox, notices, audit, policy."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from mentorship.db.inserts import Row
from mentorship.db.models import (
    AuditRow,
    Delivery,
    DeliveryState,
    InboxEvent,
    InboxState,
    Notification,
    PolicySetting,
)
from mentorship.db.types import written

_NEW_EVENTS = select(InboxEvent.id).where(
    InboxEvent.state == written(InboxState.RECEIVED),
    InboxEvent.received_at > bindparam("since"),
)
CHANGED_POLICY = select(
    func.aggregate_strings(PolicySetting.__table__.c.name + "=" + PolicySetting.__table__.c.value, ",")
).scalar_subquery()
"""The changed numbers as one value, to be read with something else; :func:`changed_policy` takes it apart."""
_POLICY = select(CHANGED_POLICY)
_NEW_DELIVERIES = select(Delivery.id).where(
    Delivery.state == written(DeliveryState.PENDING),
    Delivery.due_at > bindparam("now"),
    Delivery.tries == 0,
    Delivery.claimed_until.is_(None),
)


def changed_policy(listed: str | None) -> dict[str, str]:
    """The changed numbers by name."""
    return dict(pair.split("=") for pair in listed.split(",")) if listed else {}


class Inbox:
    def __init__(self, session: Session) -> None:
        self._db = session

    def get(self, event_id: UUID) -> InboxEvent | None:
        return self._db.get(InboxEvent, event_id)

    def new(self, since: datetime) -> set[UUID]:
        """Deliveries received after ``since`` and not processed yet."""
        return set(self._db.connection().scalars(_NEW_EVENTS, {"since": since}))

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

    def new(self, now: datetime) -> set[UUID]:
        """Deliveries that nobody has tried yet and that are not due for the sweep."""
        return set(self._db.connection().scalars(_NEW_DELIVERIES, {"now": now}))

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
        self.written: list[Row] = []

    def write(self, row: Row) -> None:
        """Keep a row for the end of the transaction, where all of them are stored."""
        self.written.append(row)

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
            self._read = changed_policy(self._db.connection().scalar(_POLICY))
        return self._read

    def set(self, name: str, value: str, now: datetime) -> None:
        self._read = None
        self._db.merge(PolicySetting(name=name, value=value, changed_at=now))
        self._db.flush()
