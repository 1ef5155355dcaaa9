"""Plans: several sessions that are proposed, and booked all or none; and why a time cannot be booked."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mentorship.schemas.catalog import Slot


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One session of a plan. ``wall_time`` is what the mentor's clock would show, ISO 8601 without a zone.

    It can be booked where ``code`` is empty; else ``reason`` says why not, and ``alternatives`` are near. A time that
    the mentor's clock skips has no ``starts_at``.
    """

    wall_time: str
    starts_at: datetime | None
    code: str
    reason: str
    alternatives: list[Slot]


@dataclass(frozen=True, slots=True)
class PlanProposal:
    """A series of sessions as they could be booked at this moment; ``mentor_zone`` is the one it keeps its time in."""

    mentor_id: UUID
    mentor_name: str
    mentor_zone: str
    weeks: int
    credits: int
    steps: list[PlanStep]


@dataclass(frozen=True, slots=True)
class TimeAnswer:
    """Whether a time can be booked: where ``code`` is not empty it cannot, and the rest says why and what is near."""

    starts_at: datetime
    code: str
    sentence: str
    fix: str
    nearest: list[Slot]
