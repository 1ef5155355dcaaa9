"""What each edit makes of a mentor's plan. A place is a weekday from "0" to "6", or a date for its own hours."""

from dataclasses import replace
from datetime import date

from mentorship.schemas.bookings import HoursRule
from mentorship.schemas.hours import BookingRules, HolidayDays, HoursPlan, OverrideDay
from mentorship.schemas.hours_faces import NumberFaces

Intervals = tuple[tuple[int, int], ...]
DAY = 24 * 60
HOUR = 60
_FIRST = (9 * HOUR, 17 * HOUR)
_LATEST_START = 22 * HOUR
_WEEKDAYS = range(5)


def intervals_at(plan: HoursPlan, place: str) -> Intervals:
    """The intervals of a weekday, or of a date's own hours, in minutes after midnight."""
    if place.isdigit():
        return tuple((r.start_minute, r.end_minute) for r in plan.rules if r.weekday == int(place))
    return next((o.intervals for o in plan.overrides if o.day.isoformat() == place), ())


def with_intervals(plan: HoursPlan, place: str, intervals: Intervals) -> HoursPlan:
    """The plan with other intervals at a place; a date gets hours of its own by it."""
    if place.isdigit():
        rules = tuple(HoursRule(int(place), start, end) for start, end in intervals)
        return replace(plan, rules=tuple(r for r in plan.rules if r.weekday != int(place)) + rules)
    day = date.fromisoformat(place)
    return replace(plan, overrides=(*without_day(plan, day).overrides, OverrideDay(day, intervals)))


def without_day(plan: HoursPlan, day: date) -> HoursPlan:
    """The plan in which the weekly hours count on a date."""
    return replace(plan, overrides=tuple(o for o in plan.overrides if o.day != day))


def add_interval(plan: HoursPlan, place: str) -> HoursPlan:
    """One more interval, an hour after the last."""
    there = intervals_at(plan, place)
    start = min(max(end for _, end in there) + HOUR, _LATEST_START) if there else 0
    return with_intervals(plan, place, (*there, (start, start + 2 * HOUR) if there else _FIRST))


def remove_interval(plan: HoursPlan, place: str, index: int) -> HoursPlan:
    """One interval less; a date stays closed when it was the last."""
    there = intervals_at(plan, place)
    return with_intervals(plan, place, there[:index] + there[index + 1 :])


def set_time(plan: HoursPlan, place: str, index: int, edge: str, clock: str) -> HoursPlan:
    """Begin or end an interval at a time of day; an end that is not after the start is on the next day."""
    there = intervals_at(plan, place)
    if index >= len(there) or (minute := minutes_of(clock)) is None:
        return plan
    start, end = there[index]
    if minute == (start if edge == "start" else end % DAY):
        return plan
    start, closing = (minute, end % DAY) if edge == "start" else (start, minute)
    changed = (start, closing if closing > start else closing + DAY)
    return with_intervals(plan, place, (*there[:index], changed, *there[index + 1 :]))


def copy_monday(plan: HoursPlan) -> HoursPlan:
    """Monday's intervals on all weekdays up to Friday."""
    monday = intervals_at(plan, "0")
    for weekday in _WEEKDAYS:
        plan = with_intervals(plan, str(weekday), monday)
    return plan


def usual_at(plan: HoursPlan, day: date) -> Intervals:
    """The weekly hours that a date would have."""
    return intervals_at(plan, str(day.weekday()))


def add_holiday(plan: HoursPlan, holiday: HolidayDays) -> HoursPlan:
    """The plan with a holiday more."""
    return replace(plan, holidays=(*(h for h in plan.holidays if h != holiday), holiday))


def remove_holiday(plan: HoursPlan, index: int) -> HoursPlan:
    """The plan without the holiday at this place of the list."""
    return replace(plan, holidays=plan.holidays[:index] + plan.holidays[index + 1 :])


def minutes_of(clock: str) -> int | None:
    """Minutes after midnight of "09:00", or None where that is no time of day."""
    hours, colon, minutes = clock[:5].partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal() and int(hours) < 24 and int(minutes) < HOUR):
        return None
    return int(hours) * HOUR + int(minutes)


def booking_of(numbers: NumberFaces) -> BookingRules | None:
    """The numbers of the form: minutes, hours, days and hours, and the caps; None where one is no number."""
    try:
        return BookingRules(
            buffer_minutes=_whole(numbers.buffer, 1),
            minimum_notice_minutes=_whole(numbers.notice, HOUR),
            horizon_minutes=_whole(numbers.horizon, DAY),
            change_notice_minutes=_whole(numbers.change_notice, HOUR),
            sessions_per_day=_whole(numbers.per_day, 1),
            sessions_per_week=_whole(numbers.per_week, 1),
        )
    except (ValueError, OverflowError):
        return None


def numbers_of(booking: BookingRules) -> NumberFaces:
    """The form's numbers of what is stored."""
    return NumberFaces(
        buffer=_text(booking.buffer_minutes, 1),
        notice=_text(booking.minimum_notice_minutes, HOUR),
        horizon=_text(booking.horizon_minutes, DAY),
        change_notice=_text(booking.change_notice_minutes, HOUR),
        per_day=_text(booking.sessions_per_day, 1),
        per_week=_text(booking.sessions_per_week, 1),
    )


def _whole(text: str, unit: int) -> int | None:
    return round(float(text) * unit) if text.strip() else None


def _text(minutes: int | None, unit: int) -> str:
    return "" if minutes is None else f"{minutes / unit:g}"
