"""The part of the admin's overview about time zones whose rules have changed."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.domain.errors import NothingToRepair
from mentorship.schemas.zones import LostZone, ShiftFace, ZoneShift
from mentorship.services.texts import when
from mentorship.services.zones import check_zones, repair_zone
from mentorship.state.calls import call, doing, handler, me, tell

Keep = Literal["wall_time", "instant"]


class AdminZones(rx.State):
    """Bookings that shift, and the one that is about to be repaired."""

    ready: bool = False
    busy: str = ""
    headline: str = ""
    data: str = ""
    shifts: list[ShiftFace] = []
    lost: list[str] = []
    asked: ShiftFace = ShiftFace()
    keep: str = ""

    @handler(Access.ADMIN)
    async def load(self) -> None:
        """Hold every booking to come against the installed time zone data."""
        reader = me()
        report = await call(check_zones)
        zone = reader.time_zone if reader else "UTC"
        async with self:
            self.headline = _headline(len(report.shifts), len(report.lost))
            self.data = report.data
            self.shifts = [shift_face(s, zone) for s in report.shifts]
            self.lost = [_lost(p) for p in report.lost]
            self.ready = True

    @handler(Access.ADMIN)
    async def ask(self, session_id: UUID, keep: Keep) -> None:
        """Open the dialog that says what this repair does."""
        async with doing(self, f"{keep} {session_id}"):
            async with self:
                found = next((s for s in self.shifts if s.id == str(session_id)), None)
                if found is not None:
                    self.asked, self.keep = found, keep
            if found is None:
                raise NothingToRepair(fix="Load the page again.")

    @handler(Access.ADMIN)
    async def put_away(self) -> None:
        """Close the dialog; nothing is changed."""
        async with self:
            self.keep = ""

    @handler(Access.ADMIN)
    async def repair(self) -> Any:
        """Do what the dialog says."""
        async with self:
            session_id, keep, self.keep = self.asked.id, self.keep, ""
        async with doing(self, "repair"):
            done = await call(repair_zone, session_id=session_id, keep=keep)
            both = f"{done.student_name} with {done.mentor_name}"
            moved = "has moved, and both get a mail" if keep == "wall_time" else "keeps its instant"
            await tell(self, f"Repaired: the session of {both} {moved}.")
        return AdminZones.load


def shift_face(shift: ZoneShift, zone: str) -> ShiftFace:
    """A shifted session for an admin who reads in ``zone``."""
    agreed = f"{datetime.fromisoformat(shift.wall_time):%a %-d %b %Y, %H:%M} in {shift.time_zone}"
    stored = when(shift.stored_at, zone)
    now = when(shift.new_at, zone) if shift.new_at else ""
    return ShiftFace(
        id=str(shift.session_id),
        title=f"{shift.student} with {shift.mentor}",
        agreed=agreed,
        stored=stored,
        now=now,
        moving=f"The session moves from {stored} to {now}. Both get a mail that updates their calendars."
        if now
        else "",
        rewriting=f"The session stays at {stored}. The clock there then shows another time than was agreed, and nobody "
        "gets a mail: tell them yourself if it matters.",
    )


def _headline(shifts: int, lost: int) -> str:
    if not shifts and not lost:
        return "Every booking is where it was agreed to be."
    moved = "1 booking shifts." if shifts == 1 else f"{shifts} bookings shift."
    people = "1 person has" if lost == 1 else f"{lost} people have"
    return moved + (f" {people} a time zone that does not exist any more." if lost else "")


def _lost(person: LostZone) -> str:
    return f"{person.name} ({person.email}): {person.time_zone}. Have them choose another one on their settings page."
