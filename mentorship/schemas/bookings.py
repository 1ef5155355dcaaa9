"""Sessions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SessionView:
    """One session, as the student or the mentor sees it, with what the reader may do to it now, and why not else.

    ``moves_left`` counts the student's own. ``used_credit`` says that it is over and used a credit that has not been
    given back; its mentor may do that until ``waive_until``.
    """

    id: UUID
    pack_id: UUID
    mentor_id: UUID
    mentor_name: str
    mentor_slug: str
    mentor_zone: str
    student_id: UUID
    student_name: str
    student_zone: str
    starts_at: datetime
    ends_at: datetime
    status: str
    moves: int
    notes: str
    recording_url: str
    reason: str
    can_cancel: bool
    can_reschedule: bool
    can_close: bool
    can_waive: bool
    can_correct: bool
    cancel_returns_credit: bool
    cancel_free_until: datetime
    moves_left: int
    why_not_cancel: str
    why_not_reschedule: str
    used_credit: bool
    waive_until: datetime


@dataclass(frozen=True, slots=True)
class SessionList:
    upcoming: list[SessionView]
    past: list[SessionView]


@dataclass(frozen=True, slots=True)
class HoursRule:
    """Weekly hours in the mentor's wall-clock minutes; Monday is 0, an end past 1440 is the next day's."""

    weekday: int
    start_minute: int
    end_minute: int
