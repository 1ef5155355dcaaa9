"""A plan and its preview in the words and shapes of the editor."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mentorship.schemas.hours import BookedTime, BookingRules, HoursPlan, HoursPreview, PreviewDay
from mentorship.schemas.hours_faces import (
    HolidayFace,
    IntervalFace,
    MarkedDay,
    MarkedWeek,
    PreviewFace,
    Stretch,
    WeekdayFace,
)
from mentorship.state import month, times
from mentorship.state.hours_edits import DAY, HOUR, Intervals, intervals_at

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MARKS = {
    "weekly": "weekly hours",
    "own": "own hours",
    "closed": "closed",
    "holiday": "holiday",
    "none": "no hours",
    "over": "over",
}


def weekday_faces(plan: HoursPlan) -> list[WeekdayFace]:
    """The seven days of the week with their intervals."""
    return [WeekdayFace(str(n), name, interval_faces(plan, str(n), name)) for n, name in enumerate(WEEKDAYS)]


def interval_faces(plan: HoursPlan, place: str, name: str) -> tuple[IntervalFace, ...]:
    """The intervals of a weekday or of a date."""
    return tuple(
        IntervalFace(place, n, f"{name}, interval {n + 1}", clock(start), clock(end), f"+{end // DAY}" * (end >= DAY))
        for n, (start, end) in enumerate(intervals_at(plan, place))
    )


def clock(minute: int) -> str:
    """Minutes after midnight as a time of day: "09:00"."""
    return f"{minute % DAY // HOUR:02}:{minute % HOUR:02}"


def mark_of(plan: HoursPlan, day: date) -> str:
    """What decides a date's hours."""
    override = next((o for o in plan.overrides if o.day == day), None)
    if override is not None:
        return "own" if override.intervals else "closed"
    if any(h.first_day <= day <= h.last_day for h in plan.holidays):
        return "holiday"
    return "weekly" if intervals_at(plan, str(day.weekday())) else "none"


def marked_weeks(plan: HoursPlan, shown: date, today: date) -> list[MarkedWeek]:
    """The weeks that a month touches, Monday first; days of its neighbours are blank."""
    first = shown.replace(day=1)
    monday = first - timedelta(days=first.weekday())
    weeks = []
    while monday < month.next_month(first):
        days = [monday + timedelta(days=n) for n in range(month.WEEK)]
        weeks.append(MarkedWeek(monday.isoformat(), tuple(_marked(day, plan, first, today) for day in days)))
        monday += timedelta(days=month.WEEK)
    return weeks


def _marked(day: date, plan: HoursPlan, first: date, today: date) -> MarkedDay:
    mark = "over" if day < today else mark_of(plan, day)
    return MarkedDay(
        iso=day.isoformat(),
        label=f"{month.day_name(day)}, {_MARKS[mark]}",
        number=str(day.day),
        column=day.weekday(),
        mark=mark,
        in_month=day.month == first.month,
        today=day == today,
    )


def holiday_faces(plan: HoursPlan) -> list[HolidayFace]:
    """The holidays in the plan's order."""
    return [
        HolidayFace(
            n,
            times.day(h.first_day)
            if h.first_day == h.last_day
            else f"{times.day(h.first_day)} to {times.day(h.last_day)}",
            h.name or "Holiday",
        )
        for n, h in enumerate(plan.holidays)
    ]


def preview_faces(shown: HoursPreview, zone: str, minutes: int) -> list[PreviewFace]:
    """A week of the preview."""
    return [_preview_face(day, zone, timedelta(minutes=minutes)) for day in shown.days]


def outside_lines(sessions: Iterable[BookedTime], zone: str) -> list[str]:
    """Booked sessions outside of the hours: "Ada, Tue 24 Nov, 18:00–19:00"."""
    return [f"{s.student_name}, {times.moment(s.starts_at, zone)}–{times.clock(s.ends_at, zone)}" for s in sessions]


def usual_hints(usual: BookingRules) -> dict[str, str]:
    """The platform's numbers, for the fields that a mentor leaves empty."""
    return {
        "buffer": f"{usual.buffer_minutes} minutes if empty.",
        "notice": f"{(usual.minimum_notice_minutes or 0) / HOUR:g} hours if empty.",
        "horizon": f"{(usual.horizon_minutes or 0) / DAY:g} days if empty.",
        "change_notice": f"{(usual.change_notice_minutes or 0) / HOUR:g} hours if empty.",
    }


def _preview_face(day: PreviewDay, zone: str, length: timedelta) -> PreviewFace:
    free = _joined([(_minute(s, day.day, zone), _minute(s + length, day.day, zone)) for s in day.starts])
    booked = tuple((_minute(s.starts_at, day.day, zone), _minute(s.ends_at, day.day, zone)) for s in day.sessions)
    count = len(day.starts)
    return PreviewFace(
        iso=day.day.isoformat(),
        name=times.day(day.day),
        note=day.note,
        free=", ".join(f"{clock(start)}–{clock(end)}" for start, end in free) or "Nothing to book",
        count=f"{count} time" if count == 1 else f"{count} times",
        sessions=tuple(f"{times.clock(s.starts_at, zone)} {s.student_name}" for s in day.sessions),
        stretches=tuple(
            Stretch(f"{start / DAY:.2%}", f"{(min(end, DAY) - start) / DAY:.2%}", is_session)
            for is_session, some in ((False, free), (True, booked))
            for start, end in some
        ),
    )


def _minute(instant: datetime, day: date, zone: str) -> int:
    """Minutes on the wall clock since a day's midnight."""
    wall = instant.astimezone(ZoneInfo(zone))
    return (wall.date() - day).days * DAY + wall.hour * HOUR + wall.minute


def _joined(intervals: list[tuple[int, int]]) -> Intervals:
    """Sorted intervals with those that meet made one."""
    joined: list[tuple[int, int]] = []
    for start, end in intervals:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)
