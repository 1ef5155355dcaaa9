"""The layout of a week: where on the hour axis of seven columns everything stands.

The axis follows the wall clock of one zone. Where the clock goes back within the week, the repeated time has a place
of its own below the first one, and the other days leave it empty; where it goes forward, that day leaves the skipped
time empty. So a day of 23 or 25 hours is drawn as it is lived, and noon is at one height in every column.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

from mentorship.domain.zones import day_bounds, midnight
from mentorship.schemas.week import BlockKind, WeekBlock, WeekDay, WeekFace, WeekHour
from mentorship.state.month import WEEK, day_name
from mentorship.state.times import LOCALE

OPENS, CLOSES = 8 * 60, 18 * 60
"""What an empty week shows; more as soon as something lies outside."""

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_WHOLE_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Item:
    """Something that happens in ``[start, end)``; ``is_backdrop`` lies behind the rest and cannot be walked to.

    What does not ``stretch`` is shown only as far as the hours go that the rest asks for.
    """

    key: str
    kind: BlockKind
    start: datetime
    end: datetime
    label: str
    spoken: str = ""
    href: str = ""
    picks: bool = False
    is_backdrop: bool = False
    stretches: bool = True


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def bounds(monday: date, zone: str) -> tuple[datetime, datetime]:
    """When a week begins and ends in a zone, in UTC."""
    return midnight(monday, zone), midnight(monday + WEEK * _DAY, zone)


def week_title(monday: date) -> str:
    """ "23–29 November 2026"."""
    sunday = monday + (WEEK - 1) * _DAY
    pattern = "d" if monday.month == sunday.month else "d MMMM" if monday.year == sunday.year else "d MMMM yyyy"
    return f"{format_date(monday, pattern, locale=LOCALE)}–{format_date(sunday, 'd MMMM yyyy', locale=LOCALE)}"


def lay_out(
    monday: date,
    zone: str,
    items: Iterable[Item],
    now: datetime,
    *,
    has_previous: bool = True,
    has_next: bool = True,
    notes: Mapping[date, str] | None = None,
) -> WeekFace:
    """The week from a Monday on, in a zone; items outside of it are left out, those over midnight are split.

    ``notes`` say something about whole days.
    """
    axis = _axis(monday, zone)
    found = list(items)
    columns = [axis.place(found, monday + n * _DAY) for n in range(WEEK)]
    marks = axis.marks()
    modest = {item.key for item in found if not item.stretches}
    asking = [block for column in columns for block in column if block.key not in modest]
    starts = [block.start for block in asking] + [OPENS]
    ends = [block.start + block.minutes for block in asking] + [CLOSES]
    top = max(mark.start for mark in marks if mark.start <= min(starts))
    bottom = min(mark.start for mark in marks if mark.start >= max(ends))
    backdrops = {item.key for item in found if item.is_backdrop}
    days = []
    for n, column in enumerate(columns):
        day, note = monday + n * _DAY, (notes or {}).get(monday + n * _DAY, "")
        days.append(_column(axis, day, _clipped(column, top, bottom), backdrops, now, top, bottom, note))
    today = now.astimezone(axis.zone).date()
    return WeekFace(
        iso=monday.isoformat(),
        title=week_title(monday),
        top=top,
        height=bottom - top,
        hours=tuple(WeekHour(mark.label, mark.start - top) for mark in marks if top <= mark.start < bottom),
        days=tuple(days),
        has_previous=has_previous,
        has_next=has_next,
        is_this_week=monday_of(today) == monday,
        has_notes=any((notes or {}).values()),
    )


def instant_at(day: date, minute: int, zone: str) -> datetime | None:
    """The instant, in UTC, that stands at a minute of the axis in a day's column; None where the column is empty."""
    axis = _axis(monday_of(day), zone)
    fold, wall = 0, minute
    if axis.repeated is not None:
        first, last = axis.repeated
        if last <= minute < 2 * last - first:
            if axis.repeats_on != day:
                return None
            fold = 1
        wall = minute - (last - first if minute >= last else 0)
    if not 0 <= wall < _WHOLE_DAY:
        return None
    local = datetime.combine(day, time(), axis.zone).replace(hour=wall // 60, minute=wall % 60, fold=fold)
    instant = local.astimezone(UTC)
    return instant if instant.astimezone(axis.zone).replace(tzinfo=None) == local.replace(tzinfo=None) else None


@dataclass(frozen=True, slots=True)
class _Axis:
    """The hour axis of one week. ``repeated`` is the wall-clock period that one of its days has twice."""

    zone: ZoneInfo
    repeated: tuple[int, int] | None = None
    repeats_on: date | None = None

    @property
    def _extra(self) -> int:
        return self.repeated[1] - self.repeated[0] if self.repeated else 0

    def at(self, instant: datetime) -> int:
        """The height at which an instant stands."""
        local = instant.astimezone(self.zone)
        wall = local.hour * 60 + local.minute
        if self.repeated is None:
            return wall
        again = local.fold == 1 and local.date() == self.repeats_on
        return wall + self._extra if again or wall >= self.repeated[1] else wall

    def until(self, end: datetime) -> int:
        """The height at which something ends: just below its last minute, whatever the clock does then."""
        return self.at(end - _MINUTE) + 1

    def marks(self) -> list[WeekHour]:
        """The whole hours from midnight to midnight; one that is repeated is there twice."""
        found = {}
        for wall in range(0, _WHOLE_DAY + 1, 60):
            label = f"{wall // 60 % 24:02}:00"
            if self.repeated is None or wall < self.repeated[1]:
                found[wall] = label
            if self.repeated is not None and wall >= self.repeated[0]:
                found[wall + self._extra] = label
        return [WeekHour(label, start) for start, label in sorted(found.items())]

    def place(self, items: Sequence[Item], day: date) -> list[WeekBlock]:
        """What of the items falls on a day, from midnight down."""
        begins, ends = day_bounds(day, self.zone.key)
        blocks = []
        for item in items:
            start, end = max(item.start, begins), min(item.end, ends)
            if start < end:
                at = self.at(start)
                blocks.append(
                    WeekBlock(
                        key=item.key,
                        kind=item.kind,
                        label=item.label,
                        spoken=item.spoken or f"{day_name(day)}, {item.label}",
                        start=at,
                        minutes=max(self.until(end) - at, 1),
                        href=item.href,
                        picks=item.picks,
                    )
                )
        return sorted(blocks, key=lambda b: (b.start, -b.minutes, b.key))

    def missing(self, day: date) -> list[tuple[int, int]]:
        """The periods of the axis that a day's clock does not show."""
        begins, ends = day_bounds(day, self.zone.key)
        found = [(0, self.at(begins))] if begins < ends and self.at(begins) else []
        if (change := _change(begins, ends, self.zone)) is not None and self.until(change) < self.at(change):
            found.append((self.until(change), self.at(change)))
        if self.repeated is not None and day != self.repeats_on:
            found.append((self.repeated[1], self.repeated[1] + self._extra))
        return found


def _axis(monday: date, zone: str) -> _Axis:
    place = ZoneInfo(zone)
    for n in range(WEEK):
        day = monday + n * _DAY
        change = _change(*day_bounds(day, zone), place)
        if change is not None:
            before, after = ((c.hour * 60 + c.minute) for c in _around(change, place))
            if after <= before:
                return _Axis(place, (after, before + 1), day)
    return _Axis(place)


def _around(change: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return (change - _MINUTE).astimezone(zone), change.astimezone(zone)


def _change(begins: datetime, ends: datetime, zone: ZoneInfo) -> datetime | None:
    """The minute within ``(begins, ends)`` at which the zone's clock changes, if it does."""
    low, high = begins, ends - _MINUTE
    if low >= high or low.astimezone(zone).utcoffset() == high.astimezone(zone).utcoffset():
        return None
    after = high.astimezone(zone).utcoffset()
    while high - low > _MINUTE:
        middle = low + (high - low) // (2 * _MINUTE) * _MINUTE
        low, high = (low, middle) if middle.astimezone(zone).utcoffset() == after else (middle, high)
    return high


def _clipped(blocks: Iterable[WeekBlock], top: int, bottom: int) -> list[WeekBlock]:
    """What of the blocks lies within the hours that are shown, counted from the first of them."""
    found = []
    for block in blocks:
        start, end = max(block.start, top), min(block.start + block.minutes, bottom)
        if start < end:
            found.append(replace(block, start=start - top, minutes=end - start))
    return found


def _column(
    axis: _Axis,
    day: date,
    blocks: list[WeekBlock],
    backdrops: set[str],
    now: datetime,
    top: int,
    bottom: int,
    note: str,
) -> WeekDay:
    today = now.astimezone(axis.zone).date() == day
    at = axis.at(now)
    missing = [(max(start, top), min(end, bottom)) for start, end in axis.missing(day)]
    return WeekDay(
        iso=day.isoformat(),
        name=day_name(day),
        weekday=format_date(day, "EEE", locale=LOCALE),
        number=str(day.day),
        today=today,
        now=at - top if today and top <= at < bottom else -1,
        blocks=tuple(_side_by_side([b for b in blocks if b.key not in backdrops])),
        backdrop=tuple(b for b in blocks if b.key in backdrops),
        missing=tuple(
            WeekBlock(f"{day}-{start}", "busy", "", "", start - top, end - start)
            for start, end in missing
            if start < end
        ),
        is_free=any(b.kind == "free" for b in blocks),
        note=note,
    )


def _side_by_side(blocks: list[WeekBlock]) -> list[WeekBlock]:
    """Blocks in order, those that overlap in lanes of their own."""
    placed: list[WeekBlock] = []
    group: list[WeekBlock] = []
    ends: list[int] = []
    for block in blocks:
        if group and block.start >= max(ends):
            placed += [replace(b, lanes=len(ends)) for b in group]
            group, ends = [], []
        lane = next((n for n, end in enumerate(ends) if end <= block.start), len(ends))
        ends[lane : lane + 1] = [block.start + block.minutes]
        group.append(replace(block, lane=lane))
    return placed + [replace(b, lanes=len(ends)) for b in group]
