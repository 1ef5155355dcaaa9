"""Rows that tests start from: a mentor, a student, a pack and a session, valid and boring."""

from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy.orm import Session as DbSession

from mentorship.db import inserts
from mentorship.db.models import LedgerRow, Mentor, Pack, SeatRow, Session, Table, User
from mentorship.db.types import new_id
from mentorship.domain.actors import Role
from mentorship.domain.credits import Entry
from mentorship.domain.seats import SeatStatus

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

Row = TypeVar("Row", bound=Table)


def add(db: DbSession, row: Row) -> Row:
    """Store a row now."""
    db.add(row)
    db.flush()
    return row


def user(db: DbSession, role: Role = Role.STUDENT) -> User:
    email = f"{new_id()}@example.com"
    return add(db, User(email=email, name="Somebody", role=role.value, time_zone="UTC", created_at=NOW))


def mentor(db: DbSession, capacity: int = 10) -> Mentor:
    person = user(db, Role.MENTOR)
    return add(
        db,
        Mentor(
            user_id=person.id,
            slug=str(person.id),
            name=person.name,
            headline="",
            about="",
            portrait="",
            time_zone="UTC",
            max_active_students=capacity,
            created_at=NOW,
        ),
    )


def pack(db: DbSession, mentor_id: UUID, student_id: UUID) -> Pack:
    return add(
        db, Pack(mentor_id=mentor_id, student_id=student_id, name="Four sessions", session_minutes=60, created_at=NOW)
    )


def ledger(pack_id: UUID, entry: Entry, credits: int = 1) -> LedgerRow:
    """A ledger row, not stored yet, with a key of its own."""
    return LedgerRow(pack_id=pack_id, entry=entry.value, credits=credits, key=str(new_id()), at=NOW)


def entry(pack_id: UUID, entry: Entry, credits: int = 1) -> inserts.Row:
    """A ledger row as the repository takes it, with a key of its own."""
    return inserts.row(LedgerRow, pack_id=pack_id, entry=entry.value, credits=credits, key=str(new_id()), at=NOW)


def seat(mentor_id: UUID, student_id: UUID, status: SeatStatus) -> SeatRow:
    """A seat with a running hold, not stored yet."""
    return SeatRow(
        mentor_id=mentor_id,
        student_id=student_id,
        status=status.value,
        hold_expires_at=NOW + HOUR,
        grace_ends_at=NOW + 72 * HOUR,
        changed_at=NOW,
    )


def session(of: Pack, starts_at: datetime, length: timedelta = HOUR) -> Session:
    """A scheduled session, not stored yet."""
    return Session(
        pack_id=of.id,
        mentor_id=of.mentor_id,
        student_id=of.student_id,
        starts_at=starts_at,
        ends_at=starts_at + length,
        wall_time=f"{starts_at:%Y-%m-%dT%H:%M}",
        time_zone="UTC",
        created_at=NOW,
    )
