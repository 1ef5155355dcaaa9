"""The slot engine: which times of a mentor can be booked, and why a time cannot.

Listing and booking ask the same questions of the same code: is it neither too soon nor too far, does it lie on the
mentor's hours, has its day or week room for one more, is it clear of busy blocks. Every instant given or returned is
aware and in UTC.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from zoneinfo import ZoneInfo

from mentorship.domain.caps import NO_CAPS, Caps, below_caps

_NOTHING = timedelta(0)
_DAY = timedelta(days=1)
_DAY_MINUTES = 24 * 60
_MIDNIGHT = time()
_by_start = attrgetter("start")


class SlotProblem(StrEnum):
    """Why a time cannot be booked; the value is the stable code of the refusal."""

    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    OUTSIDE_HOURS = "outside_hours"
    WEEK_FULL = "week_full"
    DAY_FULL = "day_full"
    TAKEN = "taken"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Interval:
    """The period `[start, end)` between two aware UTC instants: a slot, a busy block or a window."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class WeeklyRule:
    """Opens the mentor's hours on one weekday (0 is Monday), in minutes after midnight on the mentor's clock.

    Raises: ValueError when the weekday is not 0 to 6, or not `0 <= start < 1440` and `start < end <= 2880`.
    """

    weekday: int
    start_minute: int
    end_minute: int

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError(f"weekday {self.weekday} is not between 0 (Monday) and 6 (Sunday)")
        _check_minutes(self.start_minute, self.end_minute)


@dataclass(frozen=True, slots=True)
class DayOverride:
    """Replaces the rules of one day on the mentor's calendar by `(start_minute, end_minute)` pairs; none is closed.

    Raises: ValueError when a pair is not `0 <= start < 1440` and `start < end <= 2880`.
    """

    day: date
    intervals: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        for start_minute, end_minute in self.intervals:
            _check_minutes(start_minute, end_minute)


@dataclass(frozen=True, slots=True)
class Holiday:
    """Closes the days from the first to the last on the mentor's calendar; an override of one of them wins.

    Raises: ValueError when it ends before it begins.
    """

    first_day: date
    last_day: date

    def __post_init__(self) -> None:
        if self.last_day < self.first_day:
            raise ValueError(f"a holiday from {self.first_day} cannot end on {self.last_day}")


@dataclass(frozen=True, slots=True)
class Hours:
    """When a mentor is open, on the wall clock of an IANA `zone`; rules may overlap, a day has at most one override.

    Raises: ValueError when two overrides name the same day.
    """

    zone: str
    rules: tuple[WeeklyRule, ...]
    overrides: tuple[DayOverride, ...] = ()
    holidays: tuple[Holiday, ...] = ()

    def __post_init__(self) -> None:
        if len({override.day for override in self.overrides}) < len(self.overrides):
            raise ValueError("two overrides of the same day")


@dataclass(frozen=True, slots=True)
class SlotPolicy:
    """How soon and how far ahead a slot may start, the rest kept around busy blocks, and the distance of slot starts.

    Raises: ValueError when notice, horizon or buffer is negative, or the step is not positive.
    """

    minimum_notice: timedelta
    horizon: timedelta
    buffer: timedelta
    step: timedelta = timedelta(minutes=30)

    def __post_init__(self) -> None:
        if min(self.minimum_notice, self.horizon, self.buffer) < _NOTHING:
            raise ValueError("notice, horizon and buffer cannot be negative")
        if self.step <= _NOTHING:
            raise ValueError("the step must be positive")


def list_slots(
    hours: Hours,
    busy: Sequence[Interval],
    policy: SlotPolicy,
    length: timedelta,
    *,
    now: datetime,
    window: Interval,
    caps: Caps = NO_CAPS,
    own: Sequence[Interval] = (),
) -> list[Interval]:
    """All bookable slots of `length` that start within `window`, earliest first, in UTC.

    Slots are alternatives: they may overlap one another, never a busy block or its buffer, nor what the reader has
    planned of their `own`.

    Raises: ValueError when `length` is not positive; ZoneInfoNotFoundError when the mentor's zone is unknown.
    """
    starts = list_starts(hours, busy, policy, length, now=now, window=window, caps=caps, own=own)
    return [Interval(start, start + length) for start in starts]


def list_starts(
    hours: Hours,
    busy: Sequence[Interval],
    policy: SlotPolicy,
    length: timedelta,
    *,
    now: datetime,
    window: Interval,
    caps: Caps = NO_CAPS,
    own: Sequence[Interval] = (),
) -> list[datetime]:
    """When the slots of `list_slots` start, for callers who give them a shape of their own.

    Raises: as `list_slots`.
    """
    earliest = max(window.start, now + policy.minimum_notice)
    latest = min(window.end - datetime.resolution, now + policy.horizon)
    return _free_starts(hours, busy, policy, length, caps, own, earliest, latest)


def next_free(
    hours: Hours,
    busy: Sequence[Interval],
    policy: SlotPolicy,
    length: timedelta,
    *,
    now: datetime,
    count: int,
    after: datetime,
    caps: Caps = NO_CAPS,
    own: Sequence[Interval] = (),
) -> list[Interval]:
    """The first `count` bookable slots that start at or after `after`, fewer when the horizon ends before.

    Raises: as `list_slots`.
    """
    earliest = max(after, now + policy.minimum_notice)
    latest = now + policy.horizon
    found: list[datetime] = []
    # The answer is mostly near: so a short time is looked through first, and each next one is longer.
    ahead = _DAY
    while len(found) < count and earliest <= latest:
        until = min(latest, earliest + ahead)
        found += _free_starts(hours, busy, policy, length, caps, own, earliest, until)
        earliest, ahead = until + datetime.resolution, ahead * 4
    return [Interval(s, s + length) for s in found[:count]]


def clear_starts(
    starts: list[datetime], length: timedelta, busy: Sequence[Interval], buffer: timedelta
) -> list[datetime]:
    """Those of the sorted `starts` whose slots of `length` keep `buffer` from every busy block."""
    clear: list[datetime] = []
    before = buffer + length
    n = 0  # starts below this one are done with
    for block in sorted(busy, key=_by_start):
        clear += starts[n : bisect_right(starts, block.start - before, n)]
        n = bisect_left(starts, block.end + buffer, n)
    return clear + starts[n:]


def why_not(
    hours: Hours,
    busy: Sequence[Interval],
    policy: SlotPolicy,
    length: timedelta,
    start: datetime,
    *,
    now: datetime,
    blocks: Sequence[Interval] = (),
    caps: Caps = NO_CAPS,
) -> SlotProblem | None:
    """Why no slot of `length` can be booked at `start`: None exactly when `list_slots` would list it.

    `busy` is what is booked here, `blocks` what the mentor's own calendars say; a list counts both as busy.

    Raises: as `list_slots`.
    """
    if start < now + policy.minimum_notice:
        return SlotProblem.TOO_SOON
    if start > now + policy.horizon:
        return SlotProblem.TOO_FAR
    starts = _open_starts(hours, policy.step, length, start, start)
    left = (
        (SlotProblem.OUTSIDE_HOURS, starts),
        (SlotProblem.WEEK_FULL, below_caps(starts, hours.zone, replace(caps, per_day=None))),
        (SlotProblem.DAY_FULL, below_caps(starts, hours.zone, caps)),
        (SlotProblem.TAKEN, clear_starts(starts, length, busy, policy.buffer)),
        (SlotProblem.BUSY, clear_starts(starts, length, blocks, policy.buffer)),
    )
    return next((problem for problem, kept in left if not kept), None)


def is_within(hours: Hours, period: Interval) -> bool:
    """Whether the mentor is open during the whole of a period, be it over several intervals that meet."""
    zone = ZoneInfo(hours.zone)
    days = _open_days(hours, period.start.date() - 2 * _DAY, period.end.date() + _DAY)
    reached = period.start
    for opens, closes in sorted(
        (_instant(midnight + timedelta(minutes=start), fold=0), _closing(midnight + timedelta(minutes=end)))
        for day, intervals in days
        for midnight in [datetime.combine(day, _MIDNIGHT, zone)]
        for start, end in intervals
    ):
        if opens <= reached:
            reached = max(reached, closes)
    return reached >= period.end


def _free_starts(
    hours: Hours,
    busy: Sequence[Interval],
    policy: SlotPolicy,
    length: timedelta,
    caps: Caps,
    own: Sequence[Interval],
    earliest: datetime,
    latest: datetime,
) -> list[datetime]:
    """Starts of slots that fit the hours, the caps, the busy blocks and the reader's own; sorted and distinct."""
    starts = _open_starts(hours, policy.step, length, earliest, latest)
    free = clear_starts(below_caps(starts, hours.zone, caps), length, busy, policy.buffer)
    return clear_starts(free, length, own, _NOTHING) if own else free


@dataclass(frozen=True, slots=True)
class _Opening:
    """One open interval of a day, as distances from midnight on the wall clock."""

    starts: tuple[timedelta, ...]
    starts_that_fit: tuple[timedelta, ...]
    """Those whose slots end in time as long as the clock does not change meanwhile."""
    closing: timedelta


@lru_cache(maxsize=256)  # mentors repeat the same few hours, day after day and call after call
def _opening(start_minute: int, end_minute: int, step: timedelta, length: timedelta) -> _Opening:
    opening, closing = timedelta(minutes=start_minute), timedelta(minutes=end_minute)
    count = -((opening - closing) // step)
    starts = tuple(opening + k * step for k in range(count))
    return _Opening(starts, tuple(start for start in starts if start + length <= closing), closing)


def _open_starts(
    hours: Hours, step: timedelta, length: timedelta, earliest: datetime, latest: datetime
) -> list[datetime]:
    """Starts of slots that fit the hours, `earliest <= start <= latest`, sorted and distinct."""
    if length <= _NOTHING:
        raise ValueError("a slot must have a positive length")
    # Hours begun two days ago may still be open, and clocks ahead of UTC are already in tomorrow.
    starts = _starts_of_days(hours, step, length, earliest.date() - 2 * _DAY, latest.date() + _DAY)
    return starts[bisect_left(starts, earliest) : bisect_right(starts, latest)]


@lru_cache(maxsize=64)  # the same all day, and asked for again with each change that a page shows
def _starts_of_days(
    hours: Hours, step: timedelta, length: timedelta, first_day: date, last_day: date
) -> list[datetime]:
    """Starts of slots that fit the hours of these days on the mentor's calendar. Shared: to be read, not changed."""
    zone = ZoneInfo(hours.zone)
    starts: set[datetime] = set()
    for day, intervals in _open_days(hours, first_day, last_day):
        for start_minute, end_minute in intervals:
            starts.update(_starts_on(day, zone, _opening(start_minute, end_minute, step, length), length))
    return sorted(starts)


def _open_days(hours: Hours, first_day: date, last_day: date) -> Iterator[tuple[date, Sequence[tuple[int, int]]]]:
    """The days of the mentor's calendar on which they are open, and from which minute to which."""
    weekly: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for rule in hours.rules:
        weekly[rule.weekday].append((rule.start_minute, rule.end_minute))
    overrides = {override.day: override.intervals for override in hours.overrides}
    holidays = [h for h in hours.holidays if h.first_day <= last_day and h.last_day >= first_day]
    for n in range((last_day - first_day).days + 1):
        day = first_day + n * _DAY
        if (intervals := overrides.get(day)) is not None:
            yield day, intervals
        elif not any(h.first_day <= day <= h.last_day for h in holidays):
            yield day, weekly[day.weekday()]


def _starts_on(day: date, zone: ZoneInfo, opening: _Opening, length: timedelta) -> Iterable[datetime]:
    midnight = datetime.combine(day, _MIDNIGHT, zone)
    offset = (midnight + opening.starts[0]).utcoffset() or _NOTHING
    # One day after closing, a change that skips or repeats the closing time has passed, and no zone changes
    # there and back within so few days: equal offsets mean that one offset holds from opening to closing.
    if offset == (midnight + opening.closing + _DAY).utcoffset():
        base = datetime.combine(day, _MIDNIGHT, UTC) - offset
        return [base + start for start in opening.starts_that_fit]
    return _starts_across_change(midnight, opening, length)


def _starts_across_change(midnight: datetime, opening: _Opening, length: timedelta) -> Iterator[datetime]:
    end = _closing(midnight + opening.closing)
    for distance in opening.starts:
        wall = midnight + distance
        start = _instant(wall, fold=0)
        skipped = start > _instant(wall, fold=1)
        if not skipped and start + length <= end:
            yield start


def _closing(wall: datetime) -> datetime:
    """Closing at a time that does not exist is shifted forward, at one that occurs twice is the second."""
    return max(_instant(wall, fold=0), _instant(wall, fold=1))


def _instant(wall: datetime, *, fold: int) -> datetime:
    """The instant of a wall time, by the clock before (`fold=0`) or after (1) a change that skips or repeats it."""
    return wall.replace(fold=fold).astimezone(UTC)


def _check_minutes(start: int, end: int) -> None:
    if not (0 <= start < _DAY_MINUTES and start < end <= 2 * _DAY_MINUTES):
        raise ValueError(f"minutes {start} to {end} are not within a day and the next")
