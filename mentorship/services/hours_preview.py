"""What a mentor's edited hours would offer, before they are stored; asked of the engine that lists and books."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from mentorship.domain import slots
from mentorship.domain.actors import Access
from mentorship.domain.caps import Caps, below_caps
from mentorship.domain.errors import InvalidInput
from mentorship.domain.policy import MentorOverrides, Policy
from mentorship.domain.slots import Interval
from mentorship.domain.zones import day_bounds, midnight
from mentorship.schemas.hours import BookedTime, BookingRules, HoursPlan, HoursPreview, PreviewDay
from mentorship.services.agenda import load_agenda, load_caps
from mentorship.services.availability import Minutes
from mentorship.services.context import Context
from mentorship.services.hours import (
    booked_times,
    check_owner,
    engine_hours,
    normal,
    outside_of,
    today_of,
    usual_rules,
)
from mentorship.services.hours_checks import FURTHEST, check_plan
from mentorship.services.policies import policy
from mentorship.services.seats import require_mentor
from mentorship.services.use_case import use_case

_DAY = timedelta(days=1)
_WEEK = 7


@use_case(Access.MENTOR_OR_ADMIN)
def preview_hours(
    ctx: Context, *, mentor_id: UUID, plan: HoursPlan, day: date, session_minutes: Minutes = 60
) -> HoursPreview:
    """The week around a day as a plan would make it, in slots of a length. Nothing is stored.

    Raises:
        NotAllowed: a mentor asks about another mentor's hours.
        NotFound: there is no such mentor.
        InvalidInput: something in the plan is impossible, or the week is too far away.
    """
    check_owner(ctx, mentor_id)
    with ctx.begin(read_only=True) as uow:
        mentor = require_mentor(uow, mentor_id)
        check_plan(plan, usual_rules(uow), ctx.now)
        plan = normal(plan, today_of(ctx, plan.time_zone))
        if abs(day - today_of(ctx, plan.time_zone)) > FURTHEST:
            raise InvalidInput("Weeks are shown for three years.", fix="Choose a nearer week.")
        monday = day - day.weekday() * _DAY
        days = [monday + n * _DAY for n in range(_WEEK)]
        window = Interval(*(midnight(monday + n * _DAY, plan.time_zone) for n in (0, _WEEK)))
        rules = policy(uow).for_mentor(_numbers(plan.booking))
        caps = load_caps(
            uow, mentor_id, plan.booking.sessions_per_day, plan.booking.sessions_per_week, window.start, window.end
        )
        agenda = load_agenda(uow, mentor, rules, window.start, window.end, now=ctx.now)
        starts = slots.list_starts(
            engine_hours(plan),
            agenda.busy,
            agenda.rules,
            timedelta(minutes=session_minutes),
            now=ctx.now,
            window=window,
            caps=caps,
        )
        upcoming = uow.bookings.upcoming_of_mentor(mentor_id, ctx.now)
        booked = booked_times(uow, [s for s in upcoming if window.start <= s.starts_at < window.end])
        outside = outside_of(uow, plan, upcoming)
    return HoursPreview([_preview_day(each, plan, rules, caps, starts, booked, ctx.now) for each in days], outside)


def _preview_day(
    day: date,
    plan: HoursPlan,
    rules: Policy,
    caps: Caps,
    starts: list[datetime],
    booked: list[BookedTime],
    now: datetime,
) -> PreviewDay:
    zone = ZoneInfo(plan.time_zone)
    own = [start for start in starts if start.astimezone(zone).date() == day]
    return PreviewDay(
        day,
        " · ".join(_notes(day, plan, rules, caps, now)),
        own,
        [session for session in booked if session.starts_at.astimezone(zone).date() == day],
    )


def _notes(day: date, plan: HoursPlan, rules: Policy, caps: Caps, now: datetime) -> list[str]:
    """What is special about a day, and why it may offer nothing."""
    notes = []
    override = next((o for o in plan.overrides if o.day == day), None)
    holiday = next((h for h in plan.holidays if h.first_day <= day <= h.last_day), None)
    if override is not None:
        notes.append("Own hours" if override.intervals else "Closed")
    elif holiday is not None:
        notes.append(holiday.name or "Holiday")
    begins, ends = day_bounds(day, plan.time_zone)
    noon = begins + _DAY / 2
    if ends <= now + rules.minimum_notice:
        notes.append("Within your notice")
    elif begins > now + rules.horizon:
        notes.append("Beyond your horizon")
    elif not below_caps([noon], plan.time_zone, replace(caps, per_day=None)):
        notes.append("Week is full")
    elif not below_caps([noon], plan.time_zone, caps):
        notes.append("Day is full")
    return notes


def _numbers(booking: BookingRules) -> MentorOverrides:
    return MentorOverrides(
        change_notice=_length(booking.change_notice_minutes),
        minimum_notice=_length(booking.minimum_notice_minutes),
        horizon=_length(booking.horizon_minutes),
        buffer=_length(booking.buffer_minutes),
    )


def _length(minutes: int | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)
