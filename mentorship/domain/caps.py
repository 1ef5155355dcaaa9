"""Caps: how many sessions a mentor holds on one day and in one week of their own calendar."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class Caps:
    """How many sessions may begin on one day, and in one ISO week, of the mentor's calendar; None is any number.

    `sessions` are the starts of those that count already, in any order: all that are not canceled.

    Raises: ValueError when a cap is not positive.
    """

    per_day: int | None = None
    per_week: int | None = None
    sessions: tuple[datetime, ...] = ()

    def __post_init__(self) -> None:
        if any(cap is not None and cap <= 0 for cap in (self.per_day, self.per_week)):
            raise ValueError("a cap must be positive")


NO_CAPS = Caps()


def below_caps(starts: list[datetime], zone_name: str, caps: Caps) -> list[datetime]:
    """Those of the starts whose day and week on the mentor's calendar have room for one more session."""
    if not caps.sessions:
        return starts
    zone = ZoneInfo(zone_name)
    taken = [at.astimezone(zone).date() for at in caps.sessions]
    full_days = _reached(Counter(taken), caps.per_day)
    full_weeks = _reached(Counter(_week(day) for day in taken), caps.per_week)
    if not (full_days or full_weeks):
        return starts
    local = ((start, start.astimezone(zone).date()) for start in starts)
    return [start for start, day in local if day not in full_days and _week(day) not in full_weeks]


def _reached(counts: Counter[_Key], cap: int | None) -> set[_Key]:
    return {key for key, count in counts.items() if cap is not None and count >= cap}


def _week(day: date) -> tuple[int, int]:
    return day.isocalendar()[:2]
