"""A mentor's hours as the editor shows them: wall times are "09:00", in the zone of the hours."""

from dataclasses import dataclass


@dataclass(frozen=True)
class IntervalFace:
    """One interval of a place: a weekday from "0" to "6", or a date. ``plus`` is "+1" when it ends on the next day."""

    place: str
    index: int
    name: str
    start: str
    end: str
    plus: str


@dataclass(frozen=True)
class WeekdayFace:
    """A weekday with its intervals."""

    place: str
    name: str
    intervals: tuple[IntervalFace, ...]


@dataclass(frozen=True)
class MarkedDay:
    """A day of the editor's month; ``mark`` is weekly, own, closed, holiday, none or over."""

    iso: str
    label: str
    number: str
    column: int
    mark: str
    in_month: bool
    today: bool


@dataclass(frozen=True)
class MarkedWeek:
    """Seven days, Monday first."""

    iso: str
    days: tuple[MarkedDay, ...]


@dataclass(frozen=True)
class HolidayFace:
    """A holiday in the editor's list."""

    index: int
    days: str
    name: str


@dataclass(frozen=True)
class NumberFaces:
    """A mentor's own numbers as they stand in the form; empty is the platform's, and no cap."""

    buffer: str = ""
    notice: str = ""
    horizon: str = ""
    change_notice: str = ""
    per_day: str = ""
    per_week: str = ""


@dataclass(frozen=True)
class Stretch:
    """A part of a day's bar: how far from its left end, and how wide, both as CSS; free time or a session."""

    left: str
    width: str
    is_session: bool


@dataclass(frozen=True)
class PreviewFace:
    """A day of the preview: its free time in words and as stretches of a bar from midnight to midnight."""

    iso: str
    name: str
    note: str
    free: str
    count: str
    sessions: tuple[str, ...]
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True)
class LengthFace:
    """A session length to look at: "60 minutes"."""

    minutes: int
    label: str
