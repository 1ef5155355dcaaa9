"""A mentor's roster: every seat with its credits, and giving one back to the sale."""

from typing import Any
from uuid import UUID

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.domain.errors import DomainError, NotFound
from mentorship.domain.policy import hours_text
from mentorship.schemas.desk import NO_SEATS, RosterFace, WaitingFace
from mentorship.schemas.packs import SeatView
from mentorship.schemas.pages import SeatRow
from mentorship.services.instructors import mentor_desk
from mentorship.services.policies import policy_in_force
from mentorship.services.seats import mentor_topic, release_seat
from mentorship.services.waitlist import mentor_waitlist
from mentorship.state.calls import call, doing, handler, me, tell
from mentorship.state.desk_faces import count, find, roster_face, skew
from mentorship.state.faces import seat_row
from mentorship.state.live import watchers
from mentorship.state.refund_decisions import RefundDecisions
from mentorship.state.waitlist_faces import waiting_face


class InstructorStudents(rx.State):
    """The calling mentor's students."""

    ready: bool = False
    problem: str = ""
    skew: float = 0
    busy: str = ""
    seats: SeatRow = NO_SEATS
    students: list[RosterFace] = []
    line: list[WaitingFace] = []
    offered_for: str = ""
    asked: RosterFace = RosterFace()
    asking: bool = False
    consequence: str = ""

    @handler(Access.MENTOR)
    async def load(self) -> Any:
        """Read the roster, and read it again whenever something of this mentor changes."""
        reader = me()
        if reader is None:
            return None
        if reader.mentor_id is not None:
            watchers.watch(self, InstructorStudents.load, mentor_topic(reader.mentor_id))
        try:
            desk = await call(mentor_desk)
            line = await call(mentor_waitlist, mentor_id=desk.mentor_id)
            rules = await call(policy_in_force)
        except DomainError as refusal:
            async with self:
                self.problem, self.ready = str(refusal), True
            return None
        async with self:
            self.seats = seat_row(desk.seats)
            self.students = [roster_face(s, reader.time_zone) for s in desk.students]
            self.line = [waiting_face(w, reader.time_zone) for w in line]
            self.offered_for = hours_text(rules.waitlist_offer)
            self.skew = skew()
            self.problem, self.ready = "", True
        return RefundDecisions.load

    @handler(Access.MENTOR)
    async def ask_release(self, student_id: UUID) -> None:
        """Open the dialog that says what releasing this seat would do now."""
        async with doing(self, f"ask {student_id}"):
            desk = await call(mentor_desk)
            seat = find(desk.students, student_id)
            reader = me()
            if seat is None or reader is None:
                raise NotFound()
            async with self:
                self.asked = roster_face(seat, reader.time_zone)
                self.consequence = _consequence(seat, someone_waits=desk.seats.waiting > 0)
                self.asking = True

    @handler(Access.MENTOR)
    async def put_away(self) -> None:
        """Close the dialog; the seat stays."""
        async with self:
            self.asking = False

    @handler(Access.MENTOR)
    async def release(self, form: dict[str, Any]) -> None:
        """Release the seat."""
        reader = me()
        async with self:
            asked = self.asked
        async with doing(self, "release"):
            await call(
                release_seat,
                mentor_id=reader.mentor_id if reader else None,
                student_id=asked.student_id,
                reason=form.get("reason", ""),
            )
            async with self:
                self.asking = False
            await tell(self, f"{asked.name}'s seat is free again. They get a mail with your reason.")


def _consequence(seat: SeatView, *, someone_waits: bool) -> str:
    name = seat.student_name
    next_one = "is offered to the next in your waitlist" if someone_waits else "is on sale again"
    parts = [f"The seat {next_one} at once, and {name} gets a mail with your reason."]
    if seat.remaining_sessions:
        parts.append(f"{count(seat.remaining_sessions, 'paid session')} can then not be booked without a new seat.")
    if seat.scheduled_sessions:
        parts.append(f"What is booked stays: {count(seat.scheduled_sessions, 'scheduled session')}. Cancel separately.")
    return " ".join(parts)
