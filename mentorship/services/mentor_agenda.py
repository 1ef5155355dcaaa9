"""A mentor's calendar: what is booked, what keeps time from being booked, and what students can book."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field

from mentorship.db.models import Holiday, Session
from mentorship.db.people import MentorTerms
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain import slots
from mentorship.domain.actors import Access
from mentorship.domain.booking import By, SessionStatus, check_reschedule
from mentorship.domain.calendars import merged, subtract
from mentorship.domain.caps import below_caps
from mentorship.domain.errors import InvalidInput, NotFound
from mentorship.domain.policy import Policy
from mentorship.domain.slots import Interval
from mentorship.domain.zones import day_bounds, midnight
from mentorship.schemas.agenda import DayOff, MentorAgenda, MoveTimes, Period
from mentorship.services.agenda import Agenda, load_agenda, load_free_times
from mentorship.services.availability import NEXT_FREE, USUAL_MINUTES, pack_span
from mentorship.services.context import Context
from mentorship.services.policies import policy
from mentorship.services.session_views import session_view, session_views
from mentorship.services.use_case import use_case

MOST_DAYS = 42
FURTHEST = timedelta(days=3 * 366)
_DAY = timedelta(days=1)


@use_case(Access.MENTOR)
def mentor_agenda(
    ctx: Context,
    *,
    start: date,
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = 7,
    moving: UUID | None = None,
) -> MentorAgenda:
    """Some days of the calling mentor's calendar, counted in the zone that they read in.

    The number of queries is the same however much there is. With a session to be ``moving``, also to where it can go.

    Raises:
        NotFound: the caller has no mentor's page yet, or no such session.
        InvalidInput: the days are too far away.
        SessionNotOpen: the session to move is over, canceled or has begun.
    """
    if abs(start - ctx.now.date()) > FURTHEST:
        raise InvalidInput("Days are shown for three years.", fix="Choose a nearer day.")
    with ctx.begin(read_only=True) as uow:
        mentor = uow.catalog.terms(ctx.actor.mentor_id) if ctx.actor.mentor_id else None
        if mentor is None:
            raise NotFound("You have no mentor's page yet.")
        rules = policy(uow, mentor)
        zone = uow.people.users([ctx.user_id])[ctx.user_id].time_zone
        window = Interval(midnight(start, zone), midnight(start + days * _DAY, zone))
        agenda = load_agenda(uow, mentor, rules, window.start, window.end, now=ctx.now)
        sessions = uow.bookings.between(mentor.id, window.start, window.end)
        return MentorAgenda(
            mentor_id=mentor.id,
            zone=zone,
            sessions=session_views(ctx, uow, sessions),
            busy=_periods(_busy(agenda, sessions), window),
            free=_periods(_free(agenda, mentor, window, ctx.now), window),
            days_off=list(
                _days_off(agenda, uow.catalog.holidays(mentor.id, window.start.date() - _DAY), window, ctx.now)
            ),
            buffer_minutes=int(rules.buffer.total_seconds() // 60),
            is_unread=agenda.is_unread,
            moving=_move_times(ctx, uow, mentor, rules, moving, window) if moving is not None else None,
        )


def _busy(agenda: Agenda, sessions: Sequence[Session]) -> list[Interval]:
    """What the mentor's own calendars say, without the events that stand there for our sessions."""
    blocks = [] if agenda.is_unread else merged(agenda.blocks)
    for session in sessions:
        if session.status == SessionStatus.SCHEDULED.value:
            blocks = subtract(blocks, Interval(session.starts_at, session.ends_at))
    return blocks


def _free(agenda: Agenda, mentor: MentorTerms, window: Interval, now: datetime) -> list[Interval]:
    length = timedelta(minutes=mentor.session_minutes or USUAL_MINUTES)
    starts = slots.list_starts(
        agenda.hours,
        agenda.busy,
        agenda.rules,
        length,
        now=now,
        window=Interval(window.start - length, window.end),
        caps=agenda.caps,
    )
    return merged(Interval(start, start + length) for start in starts)


def _periods(intervals: Iterable[Interval], window: Interval) -> list[Period]:
    """The part of the intervals that lies within a window."""
    cut = [Period(max(i.start, window.start), min(i.end, window.end)) for i in intervals]
    return [p for p in cut if p.starts_at < p.ends_at]


def _days_off(agenda: Agenda, holidays: Sequence[Holiday], window: Interval, now: datetime) -> Iterator[DayOff]:
    """The days of the mentor's own calendar that touch the window and take no bookings."""
    zone = agenda.hours.zone
    overrides = {o.day: o for o in agenda.hours.overrides}
    day, last = (at.astimezone(ZoneInfo(zone)).date() for at in (window.start, window.end - datetime.resolution))
    while day <= last:
        begins, ends = day_bounds(day, zone)
        holiday = next((h for h in holidays if h.first_day <= day <= h.last_day), None)
        if day in overrides:
            if not overrides[day].intervals:
                yield DayOff(begins, ends, "Closed", is_closed=True)
        elif holiday is not None:
            yield DayOff(begins, ends, holiday.name or "Holiday", is_closed=True)
        elif ends > now and (why := _full(agenda, begins)):
            yield DayOff(begins, ends, why, is_closed=False)
        day += _DAY


def _full(agenda: Agenda, at: datetime) -> str:
    """Which cap the day of an instant has reached; empty where there is room."""
    zone, caps = agenda.hours.zone, agenda.caps
    if not below_caps([at], zone, replace(caps, per_day=None)):
        return f"Week is full ({caps.per_week})"
    return "" if below_caps([at], zone, caps) else f"Day is full ({caps.per_day})"


def _move_times(
    ctx: Context, uow: UnitOfWork, mentor: MentorTerms, rules: Policy, session_id: UUID, window: Interval
) -> MoveTimes:
    session = uow.bookings.get(session_id)
    if session is None or session.mentor_id != mentor.id:
        raise NotFound()
    check_reschedule(SessionStatus(session.status), session.starts_at, session.moves, By.MENTOR, rules, ctx.now)
    spans = [pack_span(uow, session)]
    free = load_free_times(ctx, uow, mentor, rules, spans, student_id=session.student_id, moving=session)
    starts = [start for _, found in free.within(free.horizon) for start in found if start != session.starts_at]
    shown = [start for start in starts if window.start <= start < window.end]
    return MoveTimes(session_view(ctx, uow, session), shown, starts[:NEXT_FREE])
