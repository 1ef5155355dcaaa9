"""Bookings and people whose time zone's rules have changed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ZoneShift:
    """A scheduled session whose wall time means another instant now; ``new_at`` is None where its zone is gone."""

    session_id: UUID
    mentor: str
    student: str
    wall_time: str
    time_zone: str
    stored_at: datetime
    new_at: datetime | None


@dataclass(frozen=True, slots=True)
class LostZone:
    """Somebody whose zone does not exist under its name any more."""

    name: str
    role: str
    email: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class ZoneReport:
    """What the installed time zone data makes of bookings and people. ``data`` says which data that is."""

    data: str
    shifts: list[ZoneShift]
    lost: list[LostZone]


@dataclass(frozen=True)
class ShiftFace:
    """A shifted session on the admin's page, with what each repair would do."""

    id: str = ""
    title: str = ""
    agreed: str = ""
    stored: str = ""
    now: str = ""
    moving: str = ""
    rewriting: str = ""
