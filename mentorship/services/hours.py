"""A mentor's hours: weekly hours, overrides, holidays and booking rules, read and stored as one plan.

Sessions that are booked stay whatever is changed; the answer names those that now lie outside of the hours.
"""

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from mentorship.db.models import AvailabilityOverride, AvailabilityRule, Holiday, Mentor, Session
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.errors import HoursChanged, NotAllowed
from mentorship.domain.slots import DayOverride, Hours, Interval, WeeklyRule, is_within
from mentorship.domain.slots import Holiday as ClosedDays
from mentorship.domain.zones import find_zone
from mentorship.schemas.bookings import HoursRule
from mentorship.schemas.hours import (
    BookedTime,
    BookingRules,
    HolidayDays,
    HoursDesk,
    HoursPlan,
    OverrideDay,
    SessionLength,
)
from mentorship.services.agenda import hours_of
from mentorship.services.context import Context
from mentorship.services.hours_checks import check_plan
from mentorship.services.policies import policy
from mentorship.services.record import record
from mentorship.services.seats import mentor_topic, require_mentor
from mentorship.services.use_case import use_case


@use_case(Access.MENTOR_OR_ADMIN)
def hours_desk(ctx: Context, *, mentor_id: UUID) -> HoursDesk:
    """Everything the editor needs. Overrides and holidays that are over are left out.

    Raises:
        NotAllowed: a mentor asks about another mentor's hours.
        NotFound: there is no such mentor.
    """
    check_owner(ctx, mentor_id)
    with ctx.begin(read_only=True) as uow:
        mentor = require_mentor(uow, mentor_id)
        plan = stored_plan(ctx, uow, mentor)
        lengths: dict[int, str] = {}
        for product in uow.catalog.products([mentor_id])[mentor_id]:
            lengths.setdefault(product.session_minutes, product.name)
        return HoursDesk(
            mentor_id,
            today_of(ctx, plan.time_zone),
            plan,
            usual_rules(uow),
            [SessionLength(minutes, name) for minutes, name in sorted(lengths.items())],
            outside_of(uow, plan, uow.bookings.upcoming_of_mentor(mentor_id, ctx.now)),
        )


@use_case(Access.MENTOR_OR_ADMIN)
def save_hours(ctx: Context, *, mentor_id: UUID, was: HoursPlan, plan: HoursPlan) -> list[BookedTime]:
    """Store a whole plan in the place of the one it was made from; returns the booked sessions that are now outside.

    Only the parts that change are stored, with one audit row. Days that are over stay as they were.

    Raises:
        NotAllowed: a mentor asks about another mentor's hours.
        NotFound: there is no such mentor.
        HoursChanged: another plan is stored by now.
        InvalidInput: something in the plan is impossible; the sentence says what.
    """
    check_owner(ctx, mentor_id)
    with ctx.begin() as uow:
        uow.lock(mentor_id)
        mentor = require_mentor(uow, mentor_id)
        stored = stored_plan(ctx, uow, mentor)
        if normal(was, today_of(ctx, stored.time_zone)) != stored:
            raise HoursChanged(fix="Undo your changes to see them, and make yours again.")
        check_plan(plan, usual_rules(uow), ctx.now)
        plan = normal(plan, today_of(ctx, plan.time_zone))
        if plan != stored or plan.time_zone != mentor.time_zone:
            _store(ctx, uow, mentor, stored, plan)
        return outside_of(uow, plan, uow.bookings.upcoming_of_mentor(mentor_id, ctx.now))


def check_owner(ctx: Context, mentor_id: UUID) -> None:
    """Let the mentor and admins pass.

    Raises:
        NotAllowed: for everybody else.
    """
    if not (ctx.actor.is_system or ctx.actor.is_admin or ctx.actor.mentor_id == mentor_id):
        raise NotAllowed()


def today_of(ctx: Context, zone: str) -> date:
    """The present date in a zone."""
    return ctx.now.astimezone(ZoneInfo(zone)).date()


def stored_plan(ctx: Context, uow: UnitOfWork, mentor: Mentor) -> HoursPlan:
    """What a mentor has decided, in its normal form; on the clock of UTC while their own zone does not exist."""
    zone = mentor.time_zone if find_zone(mentor.time_zone) else "UTC"
    today = today_of(ctx, zone)
    hours = hours_of(zone, uow.agendas.hours(mentor.id, today))
    plan = HoursPlan(
        zone,
        tuple(HoursRule(r.weekday, r.start_minute, r.end_minute) for r in hours.rules),
        tuple(OverrideDay(o.day, o.intervals) for o in hours.overrides),
        tuple(HolidayDays(h.first_day, h.last_day, h.name) for h in uow.catalog.holidays(mentor.id, today)),
        BookingRules(**{f.name: getattr(mentor, f.name) for f in fields(BookingRules)}),
    )
    return normal(plan, today)


def normal(plan: HoursPlan, today: date) -> HoursPlan:
    """The plan in order, each thing once, without what is over."""
    return replace(
        plan,
        rules=tuple(sorted(set(plan.rules), key=lambda r: (r.weekday, r.start_minute, r.end_minute))),
        overrides=tuple(
            OverrideDay(o.day, tuple(sorted(set(o.intervals))))
            for o in sorted(plan.overrides, key=lambda o: o.day)
            if o.day >= today
        ),
        holidays=tuple(
            sorted(
                (h for h in set(plan.holidays) if h.last_day >= today), key=lambda h: (h.first_day, h.last_day, h.name)
            )
        ),
    )


def engine_hours(plan: HoursPlan) -> Hours:
    """A plan's hours, as the engine takes them."""
    return Hours(
        plan.time_zone,
        tuple(WeeklyRule(r.weekday, r.start_minute, r.end_minute) for r in plan.rules),
        tuple(DayOverride(o.day, o.intervals) for o in plan.overrides),
        tuple(ClosedDays(h.first_day, h.last_day) for h in plan.holidays),
    )


def outside_of(uow: UnitOfWork, plan: HoursPlan, sessions: Sequence[Session]) -> list[BookedTime]:
    """Those of the sessions that do not lie within a plan's hours."""
    hours = engine_hours(plan)
    return booked_times(uow, [s for s in sessions if not is_within(hours, Interval(s.starts_at, s.ends_at))])


def booked_times(uow: UnitOfWork, sessions: Sequence[Session]) -> list[BookedTime]:
    """Sessions by when and with whom they are."""
    people = uow.people.users([s.student_id for s in sessions])
    return [BookedTime(s.id, people[s.student_id].name, s.starts_at, s.ends_at) for s in sessions]


def usual_rules(uow: UnitOfWork) -> BookingRules:
    """The platform's numbers; it has no caps."""
    usual = policy(uow)
    lengths = (usual.buffer, usual.minimum_notice, usual.horizon, usual.change_notice)
    return BookingRules(*(length // timedelta(minutes=1) for length in lengths))


def _store(ctx: Context, uow: UnitOfWork, mentor: Mentor, stored: HoursPlan, plan: HoursPlan) -> None:
    since = min(today_of(ctx, zone) for zone in (stored.time_zone, plan.time_zone))
    if plan.rules != stored.rules:
        uow.catalog.replace_rules(mentor.id, [AvailabilityRule(mentor_id=mentor.id, **asdict(r)) for r in plan.rules])
    if plan.overrides != stored.overrides:
        uow.catalog.replace_overrides(mentor.id, since, _override_rows(mentor.id, plan))
    if plan.holidays != stored.holidays:
        holidays = [Holiday(mentor_id=mentor.id, **asdict(h)) for h in plan.holidays]
        uow.catalog.replace_holidays(mentor.id, since, holidays)
    mentor.time_zone = plan.time_zone
    for field in fields(BookingRules):
        setattr(mentor, field.name, getattr(plan.booking, field.name))
    changed = [f.name for f in fields(HoursPlan) if getattr(stored, f.name) != getattr(plan, f.name)]
    record(
        ctx,
        uow,
        "hours_changed",
        ("mentor", mentor.id),
        before={name: _plain(getattr(stored, name)) for name in changed},
        after={name: _plain(getattr(plan, name)) for name in changed},
    )
    uow.touch(mentor_topic(mentor.id))
    if plan.time_zone != stored.time_zone:
        uow.touch("storefront")


def _override_rows(mentor_id: UUID, plan: HoursPlan) -> list[AvailabilityOverride]:
    return [
        AvailabilityOverride(mentor_id=mentor_id, day=override.day, start_minute=start, end_minute=end)
        for override in plan.overrides
        for start, end in override.intervals or ((None, None),)
    ]


def _plain(value: Any) -> Any:
    """A part of a plan as JSON has it."""
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, HoursRule | OverrideDay | HolidayDays | BookingRules):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return value
