"""A mentor's calendar: the sessions, what keeps time from being booked, and what students can book."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mentorship.schemas.bookings import SessionView


@dataclass(frozen=True, slots=True)
class Period:
    """The time from one instant to another."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class DayOff:
    """A day of the mentor's own calendar that takes no bookings, and why: closed, a holiday by its name, or full."""

    starts_at: datetime
    ends_at: datetime
    why: str
    is_closed: bool


@dataclass(frozen=True, slots=True)
class MoveTimes:
    """To where one session can be moved: the starts within the days that are shown, and the next ones from now on."""

    session: SessionView
    starts: list[datetime]
    next_free: list[datetime]


@dataclass(frozen=True, slots=True)
class MentorAgenda:
    """Some days of a mentor's calendar, as the days of the reader's ``zone``.

    ``busy`` are the mentor's own calendars without our sessions, ``free`` is the time that the engine offers for a
    session of the usual length, and ``buffer_minutes`` are kept around every session and busy block.
    """

    mentor_id: UUID
    zone: str
    sessions: list[SessionView]
    busy: list[Period]
    free: list[Period]
    days_off: list[DayOff]
    buffer_minutes: int
    is_unread: bool
    moving: MoveTimes | None = None


@dataclass(frozen=True)
class MonthDay:
    """A day of the month: finished texts, and where its week is. ``label`` is all of it for a screen reader."""

    iso: str
    number: str
    column: int
    label: str
    href: str
    sessions: str = ""
    free: str = ""
    note: str = ""
    asks: bool = False
    in_month: bool = True
    today: bool = False


@dataclass(frozen=True)
class MonthRow:
    """Seven days, Monday first."""

    iso: str
    days: tuple[MonthDay, ...]


@dataclass(frozen=True)
class MonthFace:
    """A month of a mentor's calendar."""

    iso: str = ""
    title: str = ""
    rows: tuple[MonthRow, ...] = ()
    is_this_month: bool = False


@dataclass(frozen=True)
class MovingFace:
    """A session that is being moved: with whom, when it is now, and what moving it means."""

    id: str = ""
    student: str = ""
    when: str = ""
    other_when: str = ""
    consequence: str = ""
