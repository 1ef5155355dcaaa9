"""The waitlist of a mentor: who waits, in which order, and whose offer it is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class EntryStatus(StrEnum):
    """Where a waitlist entry stands; only `waiting` and `offered` are in line."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    LAPSED = "lapsed"
    LEFT = "left"

    @property
    def is_in_line(self) -> bool:
        return self in (EntryStatus.WAITING, EntryStatus.OFFERED)


@dataclass(frozen=True, slots=True)
class Place:
    """One person's place in a line. ``is_first`` is for those who paid for a seat that was sold meanwhile."""

    entry_id: UUID
    student_id: UUID
    joined_at: datetime
    is_first: bool = False

    @property
    def rank(self) -> tuple[bool, datetime, UUID]:
        """What decides the order: first who paid already, then who joined sooner."""
        return (not self.is_first, self.joined_at, self.entry_id)


def in_order(places: list[Place]) -> list[Place]:
    """The line: who gets the next free seat comes first."""
    return sorted(places, key=lambda place: place.rank)


def ahead_of(student_id: UUID, line: list[Place]) -> int:
    """How many come before this person in an ordered line; everybody, for somebody who is not in it."""
    return next((n for n, place in enumerate(line) if place.student_id == student_id), len(line))


def offer_is_open(status: EntryStatus, offer_expires_at: datetime | None, now: datetime) -> bool:
    """Whether a seat is offered and the time to take it is not over, swept or not."""
    return status is EntryStatus.OFFERED and offer_expires_at is not None and offer_expires_at > now
