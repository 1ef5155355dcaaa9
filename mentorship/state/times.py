"""How instants read for people: with weekday, in the reader's zone, and in the other person's where it differs."""

from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

LOCALE = "en"


def day(instant: datetime | date, zone: str = "UTC") -> str:
    """A day: "Tue 24 Nov"."""
    local = instant.astimezone(ZoneInfo(zone)) if isinstance(instant, datetime) else instant
    return _day(local.year, local.month, local.day)


def clock(instant: datetime, zone: str) -> str:
    """A time of day: "18:00"."""
    return _clock(instant.astimezone(ZoneInfo(zone)).time())


# Formatting by pattern takes some fifty times as long as looking up; a calendar's page shows a hundred times.
@lru_cache(maxsize=1024)
def _day(year: int, month: int, day: int) -> str:
    return format_date(date(year, month, day), "EEE d MMM", locale=LOCALE)


@lru_cache(maxsize=1024)
def _clock(clock: time) -> str:
    return format_time(clock, "HH:mm", locale=LOCALE)


def moment(instant: datetime, zone: str) -> str:
    """A day and a time: "Tue 24 Nov, 18:00"."""
    return f"{day(instant, zone)}, {clock(instant, zone)}"


def period(start: datetime, end: datetime, zone: str) -> str:
    """From when to when, in a named zone: "Tue 24 Nov, 18:00–19:00 (Europe/Berlin)"."""
    return f"{moment(start, zone)}–{clock(end, zone)} ({zone})"


def same_time(instant: datetime, zone: str, other: str) -> bool:
    """Whether two zones read the same at this instant."""
    return instant.astimezone(ZoneInfo(zone)).utcoffset() == instant.astimezone(ZoneInfo(other)).utcoffset()


def for_other(instant: datetime, zone: str, other: str, name: str) -> str:
    """The time on the other person's clock, or nothing where both clocks agree: "17:00 for Sofia (Europe/Rome)"."""
    if same_time(instant, zone, other):
        return ""
    shown = clock(instant, other) if day(instant, zone) == day(instant, other) else moment(instant, other)
    return f"{shown} for {name.partition(' ')[0]} ({other})"


def iso(instant: datetime | None) -> str:
    """For the browser's countdown; empty when there is nothing to count down to."""
    return instant.isoformat() if instant else ""
