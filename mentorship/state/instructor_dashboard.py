"""A mentor's dashboard: seats, students, what waits for an outcome and what comes next, live."""

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.domain.errors import DomainError
from mentorship.schemas.calendars import ProposalFace
from mentorship.schemas.desk import NO_SEATS, DeskSession, RosterFace
from mentorship.schemas.pages import SeatRow
from mentorship.services.calendar_proposals import calendar_desk
from mentorship.services.instructors import mentor_desk
from mentorship.services.seats import mentor_topic
from mentorship.state.calendar_faces import proposal_face
from mentorship.state.calls import call, handler, me
from mentorship.state.desk_faces import roster_face, session_face, skew
from mentorship.state.faces import seat_row
from mentorship.state.live import watchers

SHOWN = 5


class InstructorDashboard(rx.State):
    """The calling mentor's desk."""

    ready: bool = False
    problem: str = ""
    skew: float = 0
    seats: SeatRow = NO_SEATS
    students: list[RosterFace] = []
    grace: list[RosterFace] = []
    renewals: list[RosterFace] = []
    waiting: list[DeskSession] = []
    upcoming: list[DeskSession] = []
    more: int = 0
    calendar_problem: str = ""
    proposals: list[ProposalFace] = []

    @handler(Access.MENTOR)
    async def load(self) -> None:
        """Read the desk, and read it again whenever something of this mentor changes."""
        reader = me()
        if reader is None:
            return
        if reader.mentor_id is not None:
            watchers.watch(self, InstructorDashboard.load, mentor_topic(reader.mentor_id))
        try:
            desk, calendar = await call(mentor_desk), await call(calendar_desk)
        except DomainError as refusal:
            async with self:
                self.problem, self.ready = str(refusal), True
            return
        zone = reader.time_zone
        roster = [roster_face(s, zone) for s in desk.students]
        async with self:
            self.seats = seat_row(desk.seats)
            self.students = roster
            self.grace = [s for s in roster if s.ends_at]
            self.renewals = [s for s in roster if s.renewal and not s.ends_at]
            self.waiting = [session_face(s, zone) for s in desk.to_close]
            self.upcoming = [session_face(s, zone) for s in desk.upcoming[:SHOWN]]
            self.more = max(0, len(desk.upcoming) - SHOWN)
            self.calendar_problem = calendar.problem
            self.proposals = [proposal_face(p, zone) for p in calendar.proposals]
            self.skew = skew()
            self.problem, self.ready = "", True
