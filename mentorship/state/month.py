"""A month of days with the number of free times on each, for the slot picker."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date

from mentorship.domain.zones import day_bounds
from mentorship.schemas.pages import SlotDay, SlotWeek
from mentorship.state.times import LOCALE

WEEK = 7


def on_day(starts: Sequence[int], day: date, zone: str) -> Sequence[int]:
    """Those of the sorted instants, in seconds since 1970, that fall on a day of a zone."""
    begins, ends = (at.timestamp() for at in day_bounds(day, zone))
    return starts[bisect_left(starts, begins) : bisect_left(starts, ends)]


def free_by_day(starts: Sequence[int], month: date, zone: str) -> Counter[date]:
    """How many of the sorted instants fall on each day of a month of a zone."""
    first = month.replace(day=1)
    days = [first + timedelta(days=n) for n in range((next_month(first) - first).days)]
    return Counter({day: len(on_day(starts, day, zone)) for day in days})


def local_day(instant: datetime, zone: str) -> date:
    """The day of a zone on which an instant falls."""
    return instant.astimezone(ZoneInfo(zone)).date()


def weeks_of(month: date, free: Counter[date], today: date) -> list[SlotWeek]:
    """The weeks that a month touches, Monday first; days of its neighbours are blank."""
    first = month.replace(day=1)
    monday = first - timedelta(days=first.weekday())
    weeks = []
    while monday < next_month(first):
        days = [monday + timedelta(days=n) for n in range(WEEK)]
        weeks.append(SlotWeek(monday.isoformat(), tuple(_day(d, first, free[d], today) for d in days)))
        monday += timedelta(days=WEEK)
    return weeks


def next_month(month: date) -> date:
    """The first day of the next month."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def previous_month(month: date) -> date:
    """The first day of the month before."""
    return (month.replace(day=1) - timedelta(days=1)).replace(day=1)


def month_name(month: date) -> str:
    """ "November 2026"."""
    return format_date(month, "LLLL yyyy", locale=LOCALE)


@lru_cache(maxsize=512)
def day_name(day: date) -> str:
    """ "Tuesday 24 November"."""
    return format_date(day, "EEEE d MMMM", locale=LOCALE)


def _day(day: date, month: date, free: int, today: date) -> SlotDay:
    count = "no free times" if not free else "1 free time" if free == 1 else f"{free} free times"
    return SlotDay(
        iso=day.isoformat(),
        label=f"{day_name(day)}, {count}",
        number=str(day.day),
        column=day.weekday(),
        free=free > 0,
        in_month=day.month == month.month,
        today=day == today,
    )
