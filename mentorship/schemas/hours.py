"""A mentor's hours as they are edited, and what would follow from a change."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from mentorship.schemas.bookings import HoursRule


@dataclass(frozen=True, slots=True)
class OverrideDay:
    """One date's hours instead of the weekly ones, from which minute to which; without any the day is closed."""

    day: date
    intervals: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class HolidayDays:
    """Days on which the mentor does not work, both included."""

    first_day: date
    last_day: date
    name: str = ""


@dataclass(frozen=True, slots=True)
class BookingRules:
    """A mentor's own numbers; None is the platform's, and for the caps any number of sessions."""

    buffer_minutes: int | None = None
    minimum_notice_minutes: int | None = None
    horizon_minutes: int | None = None
    change_notice_minutes: int | None = None
    sessions_per_day: int | None = None
    sessions_per_week: int | None = None


@dataclass(frozen=True, slots=True)
class HoursPlan:
    """Everything a mentor decides about their hours, on the wall clock of ``time_zone``."""

    time_zone: str
    rules: tuple[HoursRule, ...] = ()
    overrides: tuple[OverrideDay, ...] = ()
    holidays: tuple[HolidayDays, ...] = ()
    booking: BookingRules = BookingRules()


@dataclass(frozen=True, slots=True)
class BookedTime:
    """A session of the mentor's, by when and with whom it is."""

    id: UUID
    student_name: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class SessionLength:
    """A length that the mentor's products on sale have, and the first of them."""

    minutes: int
    product: str


@dataclass(frozen=True, slots=True)
class HoursDesk:
    """What the editor begins with. ``today`` is on the mentor's calendar; ``outside`` lie outside of the hours."""

    mentor_id: UUID
    today: date
    plan: HoursPlan
    usual: BookingRules
    lengths: list[SessionLength]
    outside: list[BookedTime]


@dataclass(frozen=True, slots=True)
class PreviewDay:
    """A day of the mentor's calendar: what is special about it, the free times, and the sessions that are booked."""

    day: date
    note: str
    starts: list[datetime]
    sessions: list[BookedTime]


@dataclass(frozen=True, slots=True)
class HoursPreview:
    """A week as a plan would make it, Monday first, and the booked sessions that the plan would leave outside."""

    days: list[PreviewDay]
    outside: list[BookedTime]
