"""What was bought: packs, their ledger, seats."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PackView:
    """One pack. ``remaining_sessions`` is what can still be booked."""

    id: UUID
    name: str
    mentor_id: UUID
    student_id: UUID
    status: str
    session_minutes: int
    granted: int
    remaining_sessions: int
    reserved: int
    consumed: int
    expired: int
    refunded: int
    frozen: int
    expires_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of a pack's statement; ``balance`` is what was available after it."""

    at: datetime
    entry: str
    credits: int
    change: int
    balance: int
    reason: str
    session_id: UUID | None
    session_starts_at: datetime | None


@dataclass(frozen=True, slots=True)
class PackStatement:
    """A pack's ledger. ``receipt`` is the number of its order's receipt, for those who may see that."""

    pack: PackView
    mentor_name: str
    student_name: str
    entries: list[LedgerEntry]
    receipt: str


@dataclass(frozen=True, slots=True)
class SeatView:
    """One student's seat with one mentor; ``next_step`` says what will happen to it and when.

    ``is_offered`` tells a seat that is held for an offer from the waitlist from one that a checkout holds.
    """

    mentor_id: UUID
    mentor_name: str
    mentor_slug: str
    portrait: str
    student_id: UUID
    student_name: str
    status: str
    held_until: datetime | None
    grace_ends_at: datetime | None
    release_at: datetime | None
    remaining_sessions: int
    scheduled_sessions: int
    next_step: str
    is_offered: bool = False


@dataclass(frozen=True, slots=True)
class Holdings:
    """Everything a student has: seats with their packs."""

    seats: list[SeatView]
    packs: list[PackView]
