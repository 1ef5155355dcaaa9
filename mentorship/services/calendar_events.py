"""A session's event in its mentor's calendar: promised with the booking, written by a job, safe to repeat."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from mentorship.db.models import CalendarConnection, CalendarEvent, Session
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.booking import SessionStatus
from mentorship.domain.calendars import ConnectionState, Proposal, Step, event_id, next_step
from mentorship.domain.errors import CalendarAccessLost, CalendarRefused
from mentorship.domain.slots import Interval
from mentorship.gateways.ports import (
    CalendarAccount,
    EventChanged,
    EventFacts,
    EventGone,
    EventIdTaken,
    EventText,
)
from mentorship.services.calendar_access import calendar_topic, lose_access, open_account
from mentorship.services.context import Context
from mentorship.services.seats import mentor_topic
from mentorship.services.use_case import use_case

log = logging.getLogger(__name__)
MOST_STEPS = 6
NOT_WRITABLE = "Sessions cannot be written into the calendar you chose. Choose another one."

Note = Callable[[CalendarEvent], None]
"""What a step has found out about an event; ``written_start`` says when it is, as far as we know."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done next to one session's event."""

    step: Step
    connection: CalendarConnection
    session: Session
    event: CalendarEvent
    text: EventText

    @property
    def id(self) -> str:
        return event_id(self.session.id, self.event.attempt)

    @property
    def period(self) -> Interval:
        return Interval(self.session.starts_at, self.session.ends_at)


def promise_event(uow: UnitOfWork, session: Session) -> None:
    """Promise that the mentor's calendar, if sessions are written into one, will show this session as it is now."""
    uow.enqueue("sync_event", session.id, key=f"sync_event:{session.id}:{session.sequence}")


def proposed_times(uow: UnitOfWork, session_id: UUID) -> list[Interval]:
    """When a session's own event takes place in the mentor's calendar instead: that is no reason against moving it."""
    event = uow.calendars.event(session_id)
    if event is None or event.proposed_start is None or event.proposed_end is None:
        return []
    return [Interval(event.proposed_start, event.proposed_end)]


@use_case(Access.SYSTEM)
def sync_event(ctx: Context, *, session_id: UUID) -> str:
    """Bring a session's event in line with the session, or leave it where the mentor has to decide.

    Raises:
        CalendarUnavailable: Google does not answer usefully; the job is tried again.
    """
    account: CalendarAccount | None = None
    for _ in range(MOST_STEPS):
        work = _next(ctx, session_id)
        if work is None:
            return "done"
        try:
            account = account or open_account(ctx, work.connection)
            note = _STEPS[work.step](account, work)
        except CalendarAccessLost:
            lose_access(ctx, work.session.mentor_id, work.connection.connected_at)
            return "access lost"
        except CalendarRefused as error:
            log.warning("the event of session %s was refused: %s", session_id, error)
            _note_problem(ctx, work.connection)
            return "refused"
        _keep(ctx, work, note)
    return "not settled"


def _next(ctx: Context, session_id: UUID) -> Work | None:
    with ctx.begin(read_only=True) as uow:
        session = uow.bookings.get(session_id)
        connection = uow.calendars.connection(session.mentor_id) if session else None
        if session is None or connection is None or connection.state != ConnectionState.CONNECTED.value:
            return None
        event = uow.calendars.event(session_id) or CalendarEvent(
            session_id=session_id, mentor_id=session.mentor_id, calendar_id=connection.write_calendar
        )
        step = next_step(
            SessionStatus(session.status),
            present=event.written_start is not None,
            in_place=event.calendar_id == connection.write_calendar,
            written=event.written_start == session.starts_at,
            proposal=event.proposed,
        )
        wants_one = session.status == SessionStatus.SCHEDULED.value
        if step is Step.NOTHING or (wants_one and (not connection.write_calendar or session.ends_at <= ctx.now)):
            return None
        student = uow.people.users([session.student_id])[session.student_id]
    text = EventText(
        session.id,
        f"Session with {student.name}",
        f"Booked on Mentorship: {ctx.site.public_url}/instructor/sessions\n"
        "If you move or delete this entry, you are asked there before anything changes for your student.",
    )
    return Work(step, connection, session, event, text)


def _insert(account: CalendarAccount, work: Work) -> Note:
    calendar_id = work.connection.write_calendar
    try:
        facts = account.insert(calendar_id, work.id, work.period, work.text)
    except EventGone as error:
        raise CalendarRefused() from error
    except EventIdTaken:
        return _adopt(account, work, calendar_id)

    def note(event: CalendarEvent) -> None:
        event.calendar_id = calendar_id
        written(event, facts)

    return note


def _adopt(account: CalendarAccount, work: Work, calendar_id: str) -> Note:
    """Our own event from before: its answer got lost, or the mentor has connected again. A deleted one is no use."""
    try:
        facts = account.get(calendar_id, work.id)
    except EventGone:
        facts = None

    def note(event: CalendarEvent) -> None:
        event.calendar_id = calendar_id
        if facts is None or facts.is_deleted:
            event.attempt = work.event.attempt + 1
        elif facts.starts_at == work.session.starts_at:
            written(event, facts)
        else:
            propose(event, facts)

    return note


def _move(account: CalendarAccount, work: Work) -> Note:
    calendar_id = work.event.calendar_id
    try:
        facts = account.move(calendar_id, work.id, work.period, etag=work.event.etag)
    except EventGone:
        return lambda event: propose(event, None)
    except EventChanged:
        return _look_again(account, work, calendar_id)
    return lambda event: written(event, facts)


def _look_again(account: CalendarAccount, work: Work, calendar_id: str) -> Note:
    """The mentor changed the event since we saw it: its time is for them to decide, all else is theirs anyway."""
    try:
        facts = account.get(calendar_id, work.id)
    except EventGone:
        return lambda event: propose(event, None)
    own = facts.starts_at in (work.event.written_start, work.session.starts_at)
    return lambda event: written(event, facts) if own and not facts.is_deleted else propose(event, facts)


def _delete(account: CalendarAccount, work: Work) -> Note:
    account.delete(work.event.calendar_id, work.id)

    def note(event: CalendarEvent) -> None:
        event.attempt = work.event.attempt + 1
        event.written_start, event.etag = None, ""
        decide(event)

    return note


_STEPS: dict[Step, Callable[[CalendarAccount, Work], Note]] = {
    Step.INSERT: _insert,
    Step.MOVE: _move,
    Step.DELETE: _delete,
}


def written(event: CalendarEvent, facts: EventFacts) -> None:
    """The event is there, as we know it; nothing waits for a decision."""
    event.written_start, event.etag = facts.starts_at, facts.etag
    decide(event)


def propose(event: CalendarEvent, facts: EventFacts | None) -> None:
    """The mentor has moved the event, or with no facts or deleted ones, has deleted it: they are asked."""
    if facts is None or facts.is_deleted:
        event.proposal, event.proposed_start, event.proposed_end = Proposal.DELETED.value, None, None
        return
    event.proposal, event.proposed_start, event.proposed_end = Proposal.MOVED.value, facts.starts_at, facts.ends_at
    event.etag = facts.etag


def decide(event: CalendarEvent) -> None:
    """Nothing is proposed any more."""
    event.proposal = event.proposed_start = event.proposed_end = event.proposed_at = None


def _keep(ctx: Context, work: Work, note: Note) -> None:
    mentor_id = work.session.mentor_id
    with ctx.begin() as uow:
        uow.lock(mentor_id)
        connection = uow.calendars.connection(mentor_id)
        if connection is None or connection.connected_at != work.connection.connected_at:
            return
        event = uow.calendars.event(work.session.id)
        if event is None:
            event = CalendarEvent(
                session_id=work.session.id, mentor_id=mentor_id, calendar_id=connection.write_calendar
            )
            uow.calendars.add(event)
        before = event.proposal
        note(event)
        if event.proposal != before:
            event.proposed_at = ctx.now if event.proposal else None
            uow.touch(mentor_topic(mentor_id))
        if connection.problem == NOT_WRITABLE:
            connection.problem = ""
            uow.touch(calendar_topic(mentor_id))


def _note_problem(ctx: Context, found: CalendarConnection) -> None:
    with ctx.begin() as uow:
        uow.lock(found.mentor_id)
        connection = uow.calendars.connection(found.mentor_id)
        if connection is not None and connection.connected_at == found.connected_at:
            connection.problem = NOT_WRITABLE
            uow.touch(calendar_topic(found.mentor_id))
