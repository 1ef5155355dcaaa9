"""What mentors did to a session's event in their own calendar, and what they decide about it."""

from uuid import UUID

from mentorship.db.models import CalendarEvent, Session
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.calendars import ConnectionState, Proposal
from mentorship.domain.errors import NotFound, NothingProposed, WholeDayProposed
from mentorship.schemas.bookings import SessionView
from mentorship.schemas.calendars import CalendarDesk, ProposalView
from mentorship.services.bookings import cancel_session, get_session, reschedule_session
from mentorship.services.calendar_events import decide
from mentorship.services.calendars import problem_of
from mentorship.services.context import Context
from mentorship.services.record import record
from mentorship.services.seats import mentor_topic
from mentorship.services.use_case import use_case

REMOVED = "Removed from the mentor's calendar"


@use_case(Access.MENTOR)
def calendar_desk(ctx: Context) -> CalendarDesk:
    """What the caller's calendar asks of them: a problem of the connection, and proposals in order of the sessions."""
    mentor_id = ctx.actor.mentor_id
    if mentor_id is None:
        return CalendarDesk("", ())
    with ctx.begin(read_only=True) as uow:
        row = uow.calendars.connection(mentor_id)
        if row is None or row.state == ConnectionState.DISCONNECTED.value:
            return CalendarDesk("", ())
        found = uow.calendars.proposals(mentor_id, ctx.now)
        students = uow.people.users([session.student_id for _, session in found])
        views = tuple(
            ProposalView(
                session_id=session.id,
                student_name=students[session.student_id].name,
                student_zone=students[session.student_id].time_zone,
                starts_at=session.starts_at,
                ends_at=session.ends_at,
                kind=str(event.proposal),
                proposed_start=event.proposed_start,
                proposed_end=event.proposed_end,
                proposed_at=event.proposed_at,
            )
            for event, session in found
        )
        return CalendarDesk(problem_of(ctx, row), views)


@use_case(Access.MENTOR)
def accept_proposal(ctx: Context, *, session_id: UUID) -> SessionView:
    """Let the session follow its event: move it, or cancel it where the event was deleted, by the usual rules.

    Raises:
        NotFound: there is no such session, or it is not the caller's.
        NothingProposed: it was decided already.
        WholeDayProposed: the event names no time of day.
        Whatever moving or canceling the session refuses.
    """
    with ctx.begin(read_only=True) as uow:
        event, _ = _proposed(ctx, uow, session_id)
    if event.proposed is Proposal.DELETED:
        view = cancel_session(ctx, session_id=session_id, reason=REMOVED)
    elif event.proposed_start is None or event.proposed_end is None:
        raise WholeDayProposed(fix="Put it back, or give it a time in your calendar.")
    else:
        view = reschedule_session(ctx, session_id=session_id, starts_at=event.proposed_start)
    with ctx.begin() as uow:
        uow.lock(view.mentor_id)
        row = uow.calendars.event(session_id)
        if row is not None and row.proposal == event.proposal and row.proposed_start == event.proposed_start:
            row.written_start = row.proposed_start
            decide(row)
            _note(ctx, uow, "calendar_proposal_accepted", row, view.mentor_id)
    return view


@use_case(Access.MENTOR)
def decline_proposal(ctx: Context, *, session_id: UUID) -> SessionView:
    """Put the event back to where the session is; the session stays as it is.

    Raises:
        NotFound: there is no such session, or it is not the caller's.
        NothingProposed: it was decided already.
    """
    with ctx.begin() as uow:
        event, session = _proposed(ctx, uow, session_id)
        uow.lock(session.mentor_id)
        event, session = _proposed(ctx, uow, session_id)
        was_deleted = event.proposed is Proposal.DELETED
        event.written_start = None if was_deleted else event.proposed_start
        event.attempt += was_deleted
        at = event.proposed_at.isoformat() if event.proposed_at else ""
        decide(event)
        uow.enqueue("sync_event", session_id, key=f"sync_event:{session_id}:{session.sequence}:back:{at}")
        _note(ctx, uow, "calendar_proposal_declined", event, session.mentor_id)
    return get_session(ctx, session_id=session_id)


def _proposed(ctx: Context, uow: UnitOfWork, session_id: UUID) -> tuple[CalendarEvent, Session]:
    session = uow.bookings.get(session_id)
    if session is None or session.mentor_id != ctx.actor.mentor_id:
        raise NotFound()
    event = uow.calendars.event(session_id)
    if event is None or event.proposed is None:
        raise NothingProposed()
    return event, session


def _note(ctx: Context, uow: UnitOfWork, action: str, event: CalendarEvent, mentor_id: UUID) -> None:
    record(ctx, uow, action, ("session", event.session_id))
    uow.touch(mentor_topic(mentor_id))
