"""Reads and writes of sessions."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session as DbSession

from mentorship.db.models import Session
from mentorship.domain.booking import SessionStatus

_SCHEDULED = SessionStatus.SCHEDULED.value
_LONGEST = timedelta(hours=8)
"""No session is longer, so those that reach into a period are found by when they begin."""

# What a click waits for is put together once, and of plain columns: with a new statement and the ORM's loading, each
# of these reads takes several times as long as the database needs for its answer.
_SESSIONS = Session.__table__.c
_COUNTED = select(_SESSIONS.starts_at).where(
    _SESSIONS.mentor_id == bindparam("mentor_id"),
    _SESSIONS.status != SessionStatus.CANCELED.value,
    _SESSIONS.starts_at >= bindparam("start"),
    _SESSIONS.starts_at < bindparam("end"),
)


class Bookings:
    def __init__(self, session: DbSession) -> None:
        self._db = session

    def flush(self) -> None:
        """Send changed rows now, so that the database's refusals come here and not at commit."""
        self._db.flush()

    def claim(self, row: Session) -> None:
        """Read a row again and keep it from the reminder sweep, which claims rows and not pairs, until the end."""
        self._db.refresh(row, with_for_update=True)

    def get(self, session_id: UUID) -> Session | None:
        return self._db.get(Session, session_id)

    def starts(self, ids: Sequence[UUID]) -> dict[UUID, datetime]:
        """When each of these sessions begins."""
        rows = self._db.execute(select(Session.id, Session.starts_at).where(Session.id.in_(set(ids))))
        return dict(rows.all())

    def by_request(self, request_key: str) -> Session | None:
        return self._db.scalar(select(Session).where(Session.request_key == request_key))

    def by_requests(self, request_keys: Sequence[str]) -> Sequence[Session]:
        """The sessions that were booked with these keys, in order."""
        return self._db.scalars(
            select(Session).where(Session.request_key.in_(request_keys)).order_by(Session.starts_at)
        ).all()

    def counted(self, start: datetime, end: datetime, *, mentor_id: UUID) -> Sequence[datetime]:
        """When the mentor's sessions that are not canceled and begin between two instants begin."""
        return self._db.scalars(_COUNTED, {"mentor_id": mentor_id, "start": start, "end": end}).all()

    def of_student(self, student_id: UUID, limit: int) -> Sequence[Session]:
        """The student's sessions, latest first."""
        return self._db.scalars(
            select(Session).where(Session.student_id == student_id).order_by(Session.starts_at.desc()).limit(limit)
        ).all()

    def of_mentor(self, mentor_id: UUID, *, since: datetime, limit: int) -> Sequence[Session]:
        """The mentor's sessions that end after ``since``, in order."""
        return self._db.scalars(
            select(Session)
            .where(Session.mentor_id == mentor_id, Session.ends_at > since)
            .order_by(Session.starts_at)
            .limit(limit)
        ).all()

    def of_person(self, user_id: UUID, mentor_id: UUID | None, *, since: datetime) -> Sequence[Session]:
        """Sessions that end after ``since``, of a student and of the mentor that they are, in order."""
        either = [Session.student_id == user_id] + ([Session.mentor_id == mentor_id] if mentor_id else [])
        return self._db.scalars(
            select(Session).where(or_(*either), Session.ends_at > since).order_by(Session.starts_at, Session.id)
        ).all()

    def between(self, mentor_id: UUID, start: datetime, end: datetime) -> Sequence[Session]:
        """The mentor's sessions, whatever became of them, that take place between two instants, in order."""
        return self._db.scalars(
            select(Session)
            .where(
                Session.mentor_id == mentor_id,
                Session.starts_at > start - _LONGEST,
                Session.starts_at < end,
                Session.ends_at > start,
            )
            .order_by(Session.starts_at, Session.created_at)
        ).all()

    def open_of_mentor(self, mentor_id: UUID, limit: int) -> Sequence[Session]:
        """The mentor's scheduled sessions, in order: those over and waiting for an outcome come first."""
        return self._db.scalars(
            select(Session)
            .where(Session.mentor_id == mentor_id, Session.status == _SCHEDULED)
            .order_by(Session.starts_at)
            .limit(limit)
        ).all()

    def upcoming_of_mentor(self, mentor_id: UUID, now: datetime) -> Sequence[Session]:
        """The mentor's scheduled sessions that have not begun, in order."""
        return self._db.scalars(
            select(Session)
            .where(Session.mentor_id == mentor_id, Session.status == _SCHEDULED, Session.starts_at > now)
            .order_by(Session.starts_at)
        ).all()

    def next_of_pack(self, pack_id: UUID) -> Session | None:
        return self._db.scalar(
            select(Session)
            .where(Session.pack_id == pack_id, Session.status == _SCHEDULED)
            .order_by(Session.starts_at)
            .limit(1)
        )

    def upcoming_of_pack(self, pack_id: UUID, now: datetime) -> Sequence[Session]:
        """The pack's scheduled sessions that have not begun, in order."""
        return self._db.scalars(
            select(Session)
            .where(Session.pack_id == pack_id, Session.status == _SCHEDULED, Session.starts_at > now)
            .order_by(Session.starts_at)
        ).all()

    def of_pack(self, pack_id: UUID) -> Sequence[Session]:
        """Every session of a pack, in order."""
        return self._db.scalars(
            select(Session).where(Session.pack_id == pack_id).order_by(Session.starts_at, Session.id)
        ).all()

    def counts(self) -> dict[str, int]:
        rows = self._db.execute(select(Session.status, func.count()).group_by(Session.status))
        return dict(rows.all())

    def unreminded(self, now: datetime, leads: Sequence[timedelta], limit: int) -> Sequence[Session]:
        """Scheduled sessions whose next reminder's moment has come, claimed for this transaction."""
        due = [
            and_(
                Session.starts_at <= now + lead,
                or_(
                    Session.reminded_minutes.is_(None),
                    Session.reminded_minutes > int(lead.total_seconds() // 60),
                ),
            )
            for lead in leads
        ]
        return self._db.scalars(
            select(Session)
            .where(Session.status == _SCHEDULED, Session.starts_at > now, or_(*due))
            .order_by(Session.starts_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()

    def start_times(self, after: datetime, until: datetime) -> Sequence[datetime]:
        """When scheduled sessions in ``(after, until]`` begin."""
        return self._db.scalars(
            select(Session.starts_at)
            .where(Session.status == _SCHEDULED, Session.starts_at > after, Session.starts_at <= until)
            .order_by(Session.starts_at)
        ).all()
