"""What the slot engine must answer, found the slow way: look at the mentor's clock at every minute of UTC.

Shares no code with the engine but the types of its arguments. Seconds never matter to a slot start, because every zone
tested keeps whole-minute offsets.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from mentorship.domain.caps import NO_CAPS, Caps
from mentorship.domain.slots import Hours, Interval, SlotPolicy

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def oracle_slots(
    hours: Hours,
    busy: Sequence[Interval],
    policy: SlotPolicy,
    length: timedelta,
    *,
    now: datetime,
    window: Interval,
    caps: Caps = NO_CAPS,
) -> list[Interval]:
    """Every bookable slot that starts within `window`, earliest first."""
    return [
        slot
        for slot in open_slots(hours, policy.step, length, window)
        if now + policy.minimum_notice <= slot.start <= now + policy.horizon
        and not any(is_taken(slot, block, policy.buffer) for block in busy)
        and not full(slot.start, hours.zone, caps)
    ]


def open_slots(hours: Hours, step: timedelta, length: timedelta, window: Interval) -> list[Interval]:
    """The slots within `window` that fit the hours, whatever else is in the way."""
    clock = WallClock(hours.zone, window.start - 4 * DAY, window.end + 5 * DAY)
    slots = []
    instant = window.start.replace(second=0, microsecond=0)
    while instant < window.end:
        if instant >= window.start and is_open(hours, clock, step, length, instant):
            slots.append(Interval(instant, instant + length))
        instant += MINUTE
    return slots


def is_open(hours: Hours, clock: "WallClock", step: timedelta, length: timedelta, instant: datetime) -> bool:
    wall = clock.at(instant)
    if clock.first[wall] != instant:
        return False
    for day in (wall.date(), wall.date() - DAY):
        for opening, closing in intervals_of(hours, day):
            on_step = opening <= wall < closing and (wall - opening) % step == timedelta(0)
            if on_step and instant + length <= clock.closes(closing):
                return True
    return False


def intervals_of(hours: Hours, day: date) -> Iterator[tuple[datetime, datetime]]:
    pairs = [(rule.start_minute, rule.end_minute) for rule in hours.rules if rule.weekday == day.weekday()]
    for holiday in hours.holidays:
        if (day - holiday.first_day).days >= 0 and (holiday.last_day - day).days >= 0:
            pairs = []
    for override in hours.overrides:
        if override.day == day:
            pairs = list(override.intervals)
    for start, end in pairs:
        yield datetime.combine(day, time()) + start * MINUTE, datetime.combine(day, time()) + end * MINUTE


def is_taken(slot: Interval, block: Interval, buffer: timedelta) -> bool:
    return slot.start < block.end + buffer and block.start - buffer < slot.end


def full(start: datetime, zone: str, caps: Caps) -> list[str]:
    """Which of the caps leave no room for a session that begins then."""
    day = start.astimezone(ZoneInfo(zone))
    others = [at.astimezone(ZoneInfo(zone)) for at in caps.sessions]
    same_day = [other for other in others if f"{other:%Y-%m-%d}" == f"{day:%Y-%m-%d}"]
    same_week = [other for other in others if f"{other:%G-%V}" == f"{day:%G-%V}"]
    return [
        name
        for name, cap, counted in (("week", caps.per_week, same_week), ("day", caps.per_day, same_day))
        if cap is not None and len(counted) >= cap
    ]


class WallClock:
    """A zone's wall clock, read at each minute between two instants."""

    def __init__(self, zone: str, start: datetime, end: datetime) -> None:
        days = [start.date() + n * DAY for n in range((end.date() - start.date()).days + 1)]
        self.walls = {day: walls_of(zone, day)[0] for day in days}
        self.first: dict[datetime, datetime] = {}
        self.last: dict[datetime, datetime] = {}
        for day in days:
            self.last.update(walls_of(zone, day)[2])
        for day in reversed(days):
            self.first.update(walls_of(zone, day)[1])

    def at(self, instant: datetime) -> datetime:
        return self.walls[instant.date()][instant.hour * 60 + instant.minute]

    def closes(self, wall: datetime) -> datetime:
        """The last instant that shows `wall`; where the clock skips it, as if the clock had not changed yet."""
        missing = 0
        while wall not in self.last:
            wall -= MINUTE
            missing += 1
        return self.last[wall] + missing * MINUTE


@cache
def walls_of(zone: str, day: date) -> tuple[list[datetime], dict[datetime, datetime], dict[datetime, datetime]]:
    """What the clock shows at each minute of a UTC day, and the first and last instant of that day that shows it."""
    midnight = datetime.combine(day, time(), UTC)
    instants = [midnight + n * MINUTE for n in range(1440)]
    walls = [instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) for instant in instants]
    first: dict[datetime, datetime] = {}
    for wall, instant in zip(walls, instants, strict=True):
        first.setdefault(wall, instant)
    return walls, first, dict(zip(walls, instants, strict=True))
