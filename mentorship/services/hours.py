"""A mentor's hours: weekly hours, overrides, holidays and booking rules, changed one by one or all at once.

Sessions that are booked stay whatever is changed; every answer names those that now lie outside of the hours.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, fields, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from mentorship.db.models import AvailabilityOverride, AvailabilityRule, Holiday, Mentor, Session
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.errors import HoursChanged, NotAllowed, NotFound
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
from mentorship.services.arguments import Zone
from mentorship.services.context import Context
from mentorship.services.hours_checks import check_day, check_plan
from mentorship.services.policies import policy
from mentorship.services.record import record
from mentorship.services.seats import mentor_topic, require_mentor
from mentorship.services.use_case import use_case

Edit = Callable[[HoursPlan], HoursPlan]


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
def set_weekly_hours(ctx: Context, *, mentor_id: UUID, rules: list[HoursRule]) -> list[BookedTime]:
    """Replace a mentor's weekly hours; returns the booked sessions that are now outside of the hours.

    Raises:
        NotAllowed: a mentor asks about another mentor's hours.
        InvalidInput: a rule is not a period of a week.
    """
    return _change(ctx, mentor_id, lambda plan: replace(plan, rules=tuple(rules)))


@use_case(Access.MENTOR_OR_ADMIN)
def set_override(ctx: Context, *, mentor_id: UUID, day: date, intervals: list[tuple[int, int]]) -> list[BookedTime]:
    """Give one date its own hours, or none; returns the booked sessions that are now outside of the hours.

    Raises:
        NotAllowed: a mentor asks about another mentor's hours.
        InvalidInput: the day is over, or an interval is not one of a day and the next.
    """

    def edit(plan: HoursPlan) -> HoursPlan:
        check_day(day, today_of(ctx, plan.time_zone))
        return replace(plan, overrides=(*_other_days(plan, day), OverrideDay(day, tuple(intervals))))

    return _change(ctx, mentor_id, edit)


@use_case(Access.MENTOR_OR_ADMIN)
def remove_override(ctx: Context, *, mentor_id: UUID, day: date) -> list[BookedTime]:
    """Let the weekly hours count on a date again; returns the booked sessions that are now outside of the hours.

    Raises:
        NotAllowed: a mentor asks about another mentor's hours.
        NotFound: the date has no override.
    """

    def edit(plan: HoursPlan) -> HoursPlan:
        if len(others := _other_days(plan, day)) == len(plan.overrides):
            raise NotFound("This date has no hours of its own.")
        return replace(plan, overrides=others)

    return _change(ctx, mentor_id, edit)


@use_case(Access.MENTOR_OR_ADMIN)
def add_holiday(ctx: Context, *, mentor_id: UUID, holiday: HolidayDays) -> list[BookedTime]:
    """Close some days; returns the booked sessions that are now outside of the hours.

    Raises:
        NotAllowed: a mentor asks about another mentor's hours.
        InvalidInput: the days are over or not in order.
    """

    def edit(plan: HoursPlan) -> HoursPlan:
        check_day(holiday.last_day, today_of(ctx, plan.time_zone))
        others = tuple(h for h in plan.holidays if h != holiday)
        return replace(plan, holidays=(*others, holiday))

    return _change(ctx, mentor_id, edit)


@use_case(Access.MENTOR_OR_ADMIN)
def remove_holiday(ctx: Context, *, mentor_id: UUID, holiday: HolidayDays) -> list[BookedTime]:
    """Take a holiday back; returns the booked sessions that are still outside of the hours.

    Raises:
        NotAllowed: a mentor asks about another mentor's hours.
        NotFound: there is no such holiday.
    """

    def edit(plan: HoursPlan) -> HoursPlan:
        if holiday not in plan.holidays:
            raise NotFound("There is no such holiday.")
        return replace(plan, holidays=tuple(h for h in plan.holidays if h != holiday))

    return _change(ctx, mentor_id, edit)


@use_case(Access.MENTOR_OR_ADMIN)
def set_booking_rules(
    ctx: Context, *, mentor_id: UUID, booking: BookingRules, time_zone: Zone | None = None
) -> list[BookedTime]:
    """Set the mentor's own numbers, and the zone of their hours; returns the booked sessions that are now outside.

    Raises:
        NotAllowed: a mentor asks about another mentor's hours.
        InvalidInput: a number is out of its range, or no time could ever be booked.
    """
    return _change(ctx, mentor_id, lambda plan: replace(plan, booking=booking, time_zone=time_zone or plan.time_zone))


@use_case(Access.MENTOR_OR_ADMIN)
def save_hours(ctx: Context, *, mentor_id: UUID, was: HoursPlan, plan: HoursPlan) -> list[BookedTime]:
    """Store a whole plan in the place of the one it was made from; returns the booked sessions that are now outside.

    Raises:
        NotAllowed: a mentor asks about another mentor's hours.
        HoursChanged: another plan is stored by now.
        InvalidInput: something in the plan is impossible; the sentence says what.
    """

    def edit(stored: HoursPlan) -> HoursPlan:
        today = today_of(ctx, stored.time_zone)
        if normal(was, today) != stored:
            raise HoursChanged(fix="Undo your changes to see them, and make yours again.")
        return plan

    return _change(ctx, mentor_id, edit)


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
    hours = hours_of(zone, uow.catalog.hours(mentor.id, today))
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


def _other_days(plan: HoursPlan, day: date) -> tuple[OverrideDay, ...]:
    return tuple(o for o in plan.overrides if o.day != day)


def usual_rules(uow: UnitOfWork) -> BookingRules:
    """The platform's numbers; it has no caps."""
    usual = policy(uow)
    lengths = (usual.buffer, usual.minimum_notice, usual.horizon, usual.change_notice)
    return BookingRules(*(length // timedelta(minutes=1) for length in lengths))


def _change(ctx: Context, mentor_id: UUID, edit: Edit) -> list[BookedTime]:
    """Store what an edit makes of a mentor's plan: only the parts that change, with one audit row."""
    check_owner(ctx, mentor_id)
    with ctx.begin() as uow:
        uow.lock(mentor_id)
        mentor = require_mentor(uow, mentor_id)
        stored = stored_plan(ctx, uow, mentor)
        edited = edit(stored)
        check_plan(edited, usual_rules(uow), ctx.now)
        plan = normal(edited, today_of(ctx, edited.time_zone))
        if plan != stored or plan.time_zone != mentor.time_zone:
            _store(ctx, uow, mentor, stored, plan)
        return outside_of(uow, plan, uow.bookings.upcoming_of_mentor(mentor_id, ctx.now))


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
