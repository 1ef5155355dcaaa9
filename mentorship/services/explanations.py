"""Why not: what stands against a time or a day, and what is free near it."""

from datetime import date, datetime, timedelta
from uuid import UUID

from mentorship.db.models import Mentor, Session
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain import slots
from mentorship.domain.actors import Access
from mentorship.domain.errors import DomainError
from mentorship.domain.slots import SlotProblem
from mentorship.domain.zones import day_bounds
from mentorship.schemas.plans import TimeAnswer
from mentorship.services.agenda import load_agenda
from mentorship.services.arguments import Instant
from mentorship.services.availability import credit_spans, pack_span
from mentorship.services.bookings import check_move, place_session, seated_pair
from mentorship.services.context import Context
from mentorship.services.policies import policy
from mentorship.services.rehearsals import nearest_slots, rehearse
from mentorship.services.seats import require_mentor
from mentorship.services.session_views import own_session
from mentorship.services.use_case import use_case

STEP = timedelta(minutes=30)
_USUAL = timedelta(hours=1)

_OF_A_DAY = {
    SlotProblem.OUTSIDE_HOURS.value: "The mentor does not work on this day.",
    SlotProblem.TAKEN.value: "Every time on this day is taken.",
    SlotProblem.BUSY.value: "The mentor is busy on this day.",
}
_FINALITY = {None: 0, SlotProblem.TOO_SOON: 2, SlotProblem.TOO_FAR: 3, SlotProblem.OUTSIDE_HOURS: 4}
"""Which of a day's problems says least; one at an hour at which the mentor could work says more than any of these."""


@use_case(Access.SIGNED_IN)
def explain_time(ctx: Context, *, mentor_id: UUID, starts_at: Instant, session_id: UUID | None = None) -> TimeAnswer:
    """Whether the caller could book this time now, or move a session of theirs to it; if not, why, and what is near.

    It is decided by the very functions that book and move, in a transaction that is undone.

    Raises:
        NotFound: there is no such mentor, or no such session of the caller's with them.
    """
    with rehearse(ctx, mentor_id, ctx.user_id) as uow:
        mentor, moving = _about(ctx, uow, mentor_id, session_id)
        return _answer(ctx, uow, mentor, moving, starts_at)


@use_case(Access.SIGNED_IN)
def explain_day(ctx: Context, *, mentor_id: UUID, day: date, session_id: UUID | None = None) -> TimeAnswer:
    """Why nothing can be booked on a day of the caller's calendar, or that something can; see :func:`explain_time`.

    Raises:
        NotFound: there is no such mentor, or no such session of the caller's with them.
    """
    with rehearse(ctx, mentor_id, ctx.user_id) as uow:
        mentor, moving = _about(ctx, uow, mentor_id, session_id)
        begins, ends = day_bounds(day, uow.people.users([ctx.user_id])[ctx.user_id].time_zone)
        telling = _most_telling(ctx, uow, mentor, moving, begins, ends)
        answer = _answer(ctx, uow, mentor, moving, telling)
    sentence = _OF_A_DAY.get(answer.code, answer.sentence)
    return TimeAnswer(answer.starts_at, answer.code, sentence, answer.fix, answer.nearest)


def _about(ctx: Context, uow: UnitOfWork, mentor_id: UUID, session_id: UUID | None) -> tuple[Mentor, Session | None]:
    mentor = require_mentor(uow, mentor_id)
    return mentor, own_session(ctx, uow, session_id, mentor_id=mentor_id) if session_id is not None else None


def _answer(ctx: Context, uow: UnitOfWork, mentor: Mentor, moving: Session | None, wanted: datetime) -> TimeAnswer:
    student_id = moving.student_id if moving is not None else ctx.user_id
    zone = uow.people.users([ctx.user_id])[ctx.user_id].time_zone
    try:
        if moving is not None:
            check_move(ctx, uow, moving, mentor, policy(uow, mentor), wanted)
        else:
            place_session(ctx, uow, seated_pair(ctx, uow, mentor.id), wanted, None)
    except DomainError as refusal:
        near = nearest_slots(ctx, uow, mentor, student_id, wanted, zone, moving=moving)
        return TimeAnswer(wanted, refusal.code, str(refusal), refusal.fix or "", near)
    return TimeAnswer(wanted, "", "This time is free.", "", [])


def _most_telling(
    ctx: Context, uow: UnitOfWork, mentor: Mentor, moving: Session | None, begins: datetime, ends: datetime
) -> datetime:
    rules = policy(uow, mentor)
    spans = [pack_span(uow, moving)] if moving is not None else credit_spans(ctx, uow, mentor.id, ctx.user_id)
    length = spans[0].length if spans else _USUAL
    agenda = load_agenda(uow, mentor, rules, begins, ends, now=ctx.now, moving=moving)
    times = [begins + n * STEP for n in range(max((ends - begins) // STEP, 1))]
    problems = {
        at: slots.why_not(
            agenda.hours,
            agenda.sessions,
            agenda.rules,
            length,
            at,
            now=ctx.now,
            blocks=agenda.blocks,
            caps=agenda.caps,
        )
        for at in times
    }
    return min(times, key=lambda at: _FINALITY.get(problems[at], 1))
