"""Availability: one engine lists slots and decides bookings; what is listed can be booked."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field

from mentorship.db.models import Session
from mentorship.db.people import MentorTerms
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain import slots
from mentorship.domain.actors import Access
from mentorship.domain.booking import BookablePack, SessionStatus
from mentorship.domain.errors import InvalidInput, NotFound, SessionNotOpen, SlotNotOffered
from mentorship.domain.policy import Policy, hours_text
from mentorship.domain.slots import Interval, SlotProblem
from mentorship.schemas.catalog import Slot, SlotList, StartList
from mentorship.services.agenda import Agenda, FreeTimes, Span, load_free_times, paid_spans
from mentorship.services.arguments import Instant
from mentorship.services.context import Context
from mentorship.services.policies import policy
from mentorship.services.session_views import own_session
from mentorship.services.texts import when
from mentorship.services.use_case import use_case

NEXT_FREE = 5
UNREAD = "The mentor's calendar cannot be read at the moment, so no time is offered. Please try again later."
LONGEST_LIST = timedelta(days=62)
USUAL_MINUTES = 60
Minutes = Annotated[int, Field(ge=5, le=480)]


@use_case(Access.PUBLIC)
def list_slots(
    ctx: Context,
    *,
    mentor_id: UUID,
    session_minutes: Minutes | None = None,
    product_id: UUID | None = None,
    session_id: UUID | None = None,
    start: Instant | None = None,
    end: Instant | None = None,
) -> SlotList:
    """A listed mentor's free times that begin in ``[start, end)``, by default the whole horizon.

    A student with a credit sees what they can book: at any time slots as long as the sessions of the pack that pays
    then, and none when they have a session themselves. Everybody else sees slots as long as the sessions of the
    cheapest product. Asked for are other lengths by a number of minutes or a product, and the times to which a
    session can be moved by that session.

    Raises:
        NotFound: there is no such mentor, no such product of theirs on sale, or no such session of the caller's.
        InvalidInput: the period is empty or longer than 62 days, or more than one length is asked for.
        SessionNotOpen: the session is over or canceled.
    """
    if (start and end and end <= start) or (start and end and end - start > LONGEST_LIST):
        raise InvalidInput("The period is empty or longer than 62 days.")
    begin = max(start or ctx.now, ctx.now)
    free = _read_free(ctx, mentor_id, session_minutes, product_id, session_id)
    finish = min(end or free.horizon.end, begin + LONGEST_LIST)
    found = _slots(free, Interval(begin, finish)) if finish > begin else []
    soon = found if begin == ctx.now and len(found) >= NEXT_FREE else _slots(free, free.horizon)
    return SlotList(
        mentor_id,
        free.zone,
        session_minutes=int(free.spans[0].length.total_seconds() // 60),
        slots=found,
        next_free=soon[:NEXT_FREE],
    )


@use_case(Access.PUBLIC)
def list_starts(
    ctx: Context, *, mentor_id: UUID, session_minutes: Minutes | None = None, session_id: UUID | None = None
) -> StartList:
    """When a listed mentor's free times begin, over the whole horizon: those of `list_slots`, for pages that count.

    Raises:
        NotFound: there is no such mentor, or no such session of the caller's.
        InvalidInput: a length and a session are asked for.
        SessionNotOpen: the session is over or canceled.
    """
    free = _read_free(ctx, mentor_id, session_minutes, None, session_id)
    return StartList(free.zone, [start for _, starts in free.within(free.horizon) for start in starts])


def _slots(free: FreeTimes, window: Interval) -> list[Slot]:
    return [Slot(start, start + length) for length, starts in free.within(window) for start in starts]


def _read_free(
    ctx: Context, mentor_id: UUID, session_minutes: int | None, product_id: UUID | None, session_id: UUID | None
) -> FreeTimes:
    if sum(asked is not None for asked in (session_minutes, product_id, session_id)) > 1:
        raise InvalidInput("Slots have one length.", fix="Ask by minutes, by a product or by a session.")
    with ctx.begin(read_only=True) as uow:
        mentor = uow.catalog.terms(mentor_id)
        if mentor is None or not mentor.is_listed:
            raise NotFound()
        rules, student_id, moving = policy(uow, mentor), ctx.actor.user_id, None
        if session_id is not None:
            moving = _movable(ctx, uow, mentor_id, session_id)
            spans, student_id = [pack_span(uow, moving)], moving.student_id
        elif product_id is not None:
            spans = [Span(_product_length(uow, mentor_id, product_id))]
        elif session_minutes is not None:
            spans = [Span(timedelta(minutes=session_minutes))]
        else:
            spans = _usual_spans(ctx, uow, mentor)
        return load_free_times(ctx, uow, mentor, rules, spans, student_id=student_id, moving=moving)


def _movable(ctx: Context, uow: UnitOfWork, mentor_id: UUID, session_id: UUID) -> Session:
    session = own_session(ctx, uow, session_id, mentor_id=mentor_id)
    if session.status != SessionStatus.SCHEDULED.value:
        raise SessionNotOpen()
    return session


def pack_span(uow: UnitOfWork, session: Session) -> Span:
    """How long a session stays when it is moved, and until when its pack lets it begin."""
    pack = uow.packs.get(session.pack_id)
    return Span(session.ends_at - session.starts_at, pack.expires_at if pack is not None else None)


def _product_length(uow: UnitOfWork, mentor_id: UUID, product_id: UUID) -> timedelta:
    product = uow.catalog.product(product_id)
    if product is None or product.mentor_id != mentor_id or not product.is_active:
        raise NotFound()
    return timedelta(minutes=product.session_minutes)


def _usual_spans(ctx: Context, uow: UnitOfWork, mentor: MentorTerms) -> list[Span]:
    spans = credit_spans(ctx, uow, mentor.id, ctx.actor.user_id) if ctx.actor.user_id is not None else []
    return spans or [Span(timedelta(minutes=mentor.session_minutes or USUAL_MINUTES))]


def credit_spans(ctx: Context, uow: UnitOfWork, mentor_id: UUID, student_id: UUID) -> list[Span]:
    """What a student's credits with a mentor pay for from now on; empty where none does."""
    packs = uow.packs.of_pair(mentor_id, student_id)
    return paid_spans(
        [(BookablePack(p.id, p.available, p.expires_at, p.created_at), p.session_minutes) for p in packs], ctx.now
    )


def check_slot(ctx: Context, agenda: Agenda, rules: Policy, wanted: Interval) -> None:
    """Refuse a time that the engine would not list.

    Raises:
        SlotNotOffered: with the problem's code.
    """
    problem = slots.why_not(
        agenda.hours,
        agenda.sessions,
        agenda.rules,
        wanted.end - wanted.start,
        wanted.start,
        now=ctx.now,
        blocks=agenda.blocks,
        caps=agenda.caps,
    )
    if problem is None:
        return
    sentences = {
        SlotProblem.TOO_SOON: f"Sessions are booked at least {hours_text(rules.minimum_notice)} ahead.",
        SlotProblem.TOO_FAR: f"Sessions are booked at most {rules.horizon.days} days ahead.",
        SlotProblem.OUTSIDE_HOURS: "The mentor does not work at this time.",
        SlotProblem.WEEK_FULL: "The mentor has no room for another session in this week.",
        SlotProblem.DAY_FULL: "The mentor has no room for another session on this day.",
        SlotProblem.TAKEN: "This time is taken.",
        SlotProblem.BUSY: UNREAD if agenda.is_unread else "The mentor is busy at this time.",
    }
    raise SlotNotOffered(problem.value, sentences[problem])


def nearest_fix(free: FreeTimes, wanted: datetime, zone: str) -> str:
    """Which time could be booked instead of the wanted one, in a person's zone: the next, or the first there is."""
    if (later := free.first(max(wanted, free.horizon.start))) is not None:
        return f"The next free time is {when(later, zone)}."
    if (first := free.first(free.horizon.start)) is not None:
        return f"The first free time is {when(first, zone)}."
    return "There is no free time at the moment."
