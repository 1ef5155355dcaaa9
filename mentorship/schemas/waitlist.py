"""Waitlists: a student's own places, and a mentor's line."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class WaitlistPlace:
    """One student's place in a mentor's line.

    ``place`` counts from 1 and is 0 under an offer; ``offer_expires_at`` is until when the offered seat is held.
    """

    mentor_id: UUID
    mentor_name: str
    mentor_slug: str
    portrait: str
    place: int
    waiting: int
    joined_at: datetime
    is_first: bool
    offer_expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class WaitingStudent:
    """Somebody in a mentor's line. ``place`` and ``offer_expires_at`` are as in :class:`WaitlistPlace`."""

    student_id: UUID
    student_name: str
    place: int
    joined_at: datetime
    is_first: bool
    offer_expires_at: datetime | None
