"""Reads and writes of mentors' own calendars."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, or_, select
from sqlalchemy.orm import Session as DbSession

from mentorship.db.models import (
    BusyBlock,
    CalendarChannel,
    CalendarConnection,
    CalendarConsent,
    CalendarEvent,
    MentorCalendar,
    Session,
)
from mentorship.domain.booking import SessionStatus
from mentorship.domain.calendars import ConnectionState
from mentorship.domain.slots import Interval

_WRITTEN = select(CalendarConnection.mentor_id).where(
    CalendarConnection.mentor_id == bindparam("mentor_id"),
    CalendarConnection.state == ConnectionState.CONNECTED.value,
    CalendarConnection.write_calendar != "",
)


class Calendars:
    def __init__(self, session: DbSession) -> None:
        self._db = session

    def is_written(self, mentor_id: UUID) -> bool:
        """Whether the mentor's sessions are written into a calendar of theirs."""
        return self._db.execute(_WRITTEN, {"mentor_id": mentor_id}).first() is not None

    def add_consent(self, consent: CalendarConsent, now: datetime) -> None:
        """Keep a consent that somebody was sent to give; those that were never given are forgotten."""
        self._db.execute(delete(CalendarConsent).where(CalendarConsent.expires_at < now))
        self._db.add(consent)
        self._db.flush()

    def take_consent(self, state_hash: str, user_id: UUID, now: datetime) -> str | None:
        """The verifier of a person's consent that has not lapsed; nobody gets it a second time."""
        taken = self._db.execute(
            delete(CalendarConsent)
            .where(CalendarConsent.state_hash == state_hash, CalendarConsent.user_id == user_id)
            .returning(CalendarConsent.verifier, CalendarConsent.expires_at)
        ).first()
        return taken[0] if taken is not None and taken[1] > now else None

    def connection(self, mentor_id: UUID) -> CalendarConnection | None:
        return self._db.get(CalendarConnection, mentor_id)

    def add(self, row: CalendarConnection | MentorCalendar | CalendarChannel | CalendarEvent) -> None:
        self._db.add(row)
        self._db.flush()

    def remove(self, row: CalendarConnection | CalendarChannel) -> None:
        self._db.delete(row)
        self._db.flush()

    def due(self, now: datetime, limit: int) -> Sequence[CalendarConnection]:
        """Connections to read, or to give back, claimed for this transaction."""
        return self._db.scalars(
            select(CalendarConnection)
            .where(CalendarConnection.state != ConnectionState.REVOKED.value, CalendarConnection.next_read_at <= now)
            .order_by(CalendarConnection.next_read_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()

    def forget_mirror(self, mentor_id: UUID) -> None:
        """Delete what was read from a mentor's calendars, and what we know of our events there."""
        for table in (BusyBlock, MentorCalendar, CalendarChannel, CalendarEvent):
            self._db.execute(delete(table).where(table.mentor_id == mentor_id))

    def calendars(self, mentor_id: UUID) -> Sequence[MentorCalendar]:
        """The account's calendars: the primary one first, then by name."""
        return self._db.scalars(
            select(MentorCalendar)
            .where(MentorCalendar.mentor_id == mentor_id)
            .order_by(MentorCalendar.is_primary.desc(), MentorCalendar.name, MentorCalendar.id)
        ).all()

    def remove_calendars(self, mentor_id: UUID, ids: Sequence[str]) -> None:
        self._db.execute(
            delete(MentorCalendar).where(MentorCalendar.mentor_id == mentor_id, MentorCalendar.calendar_id.in_(ids))
        )

    def write_blocks(self, mentor_id: UUID, calendar_id: str, blocks: Sequence[Interval]) -> bool:
        """Make a calendar's busy blocks these; says whether that changed any."""
        old = self._db.scalars(
            select(BusyBlock).where(BusyBlock.mentor_id == mentor_id, BusyBlock.calendar_id == calendar_id)
        ).all()
        known = {(row.starts_at, row.ends_at): row for row in old}
        wanted = {(block.start, block.end) for block in blocks}
        gone = [row.id for period, row in known.items() if period not in wanted]
        if gone:
            self._db.execute(delete(BusyBlock).where(BusyBlock.id.in_(gone)))
        new = wanted - set(known)
        self._db.add_all(
            BusyBlock(mentor_id=mentor_id, calendar_id=calendar_id, starts_at=s, ends_at=e) for s, e in sorted(new)
        )
        self._db.flush()
        return bool(gone or new)

    def keep_blocks_of(self, mentor_id: UUID, ids: Sequence[str]) -> bool:
        """Delete the busy blocks of every other calendar; says whether there were any."""
        found = self._db.execute(
            delete(BusyBlock)
            .where(BusyBlock.mentor_id == mentor_id, BusyBlock.calendar_id.not_in(ids))
            .returning(BusyBlock.id)
        )
        return bool(found.all())

    def event(self, session_id: UUID) -> CalendarEvent | None:
        return self._db.get(CalendarEvent, session_id)

    def events(self, mentor_id: UUID, now: datetime) -> Sequence[tuple[CalendarEvent, Session]]:
        """Events of scheduled sessions to come, each with its session, that are there or wait for a decision."""
        rows = self._db.execute(
            select(CalendarEvent, Session)
            .join(Session, Session.id == CalendarEvent.session_id)
            .where(
                CalendarEvent.mentor_id == mentor_id,
                Session.status == SessionStatus.SCHEDULED.value,
                Session.ends_at > now,
                or_(CalendarEvent.written_start.is_not(None), CalendarEvent.proposal.is_not(None)),
            )
        )
        return [(event, session) for event, session in rows]

    def proposals(self, mentor_id: UUID, now: datetime) -> Sequence[tuple[CalendarEvent, Session]]:
        """Events the mentor has moved or deleted, of sessions that are still to come, in order."""
        rows = self._db.execute(
            select(CalendarEvent, Session)
            .join(Session, Session.id == CalendarEvent.session_id)
            .where(
                CalendarEvent.mentor_id == mentor_id,
                CalendarEvent.proposal.is_not(None),
                Session.status == SessionStatus.SCHEDULED.value,
                Session.starts_at > now,
            )
            .order_by(Session.starts_at)
        )
        return [(event, session) for event, session in rows]

    def unwritten(self, mentor_id: UUID, calendar_id: str, now: datetime) -> Sequence[Session]:
        """Sessions whose event is not as it should be: to come and not written, or canceled and still there."""
        differs = or_(
            CalendarEvent.session_id.is_(None),
            CalendarEvent.written_start.is_(None),
            CalendarEvent.written_start != Session.starts_at,
            CalendarEvent.calendar_id != calendar_id,
        )
        to_come = and_(
            Session.status == SessionStatus.SCHEDULED.value,
            Session.ends_at > now,
            differs,
            CalendarEvent.proposal.is_(None),
        )
        to_go = and_(Session.status == SessionStatus.CANCELED.value, CalendarEvent.written_start.is_not(None))
        return self._db.scalars(
            select(Session)
            .outerjoin(CalendarEvent, CalendarEvent.session_id == Session.id)
            .where(Session.mentor_id == mentor_id, or_(to_come, to_go))
            .order_by(Session.starts_at)
        ).all()

    def forgotten(self, mentor_id: UUID, now: datetime) -> Sequence[UUID]:
        """Canceled sessions that were still to come and of whose event nothing is known."""
        return self._db.scalars(
            select(Session.id)
            .outerjoin(CalendarEvent, CalendarEvent.session_id == Session.id)
            .where(
                Session.mentor_id == mentor_id,
                Session.status == SessionStatus.CANCELED.value,
                Session.ends_at > now,
                CalendarEvent.session_id.is_(None),
            )
        ).all()

    def channel(self, channel_id: UUID) -> CalendarChannel | None:
        return self._db.get(CalendarChannel, channel_id)

    def channels(self, mentor_id: UUID) -> Sequence[CalendarChannel]:
        return self._db.scalars(select(CalendarChannel).where(CalendarChannel.mentor_id == mentor_id)).all()
