"""A mentor's sessions: waiting for an outcome, upcoming, and closed, live."""

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.domain.errors import DomainError
from mentorship.schemas.calendars import ProposalFace
from mentorship.schemas.desk import DeskSession
from mentorship.services.calendar_proposals import calendar_desk
from mentorship.services.instructors import mentor_sessions
from mentorship.services.seats import mentor_topic
from mentorship.state.calendar_faces import proposal_face
from mentorship.state.calls import call, handler, me
from mentorship.state.desk_faces import session_face, skew
from mentorship.state.live import watchers

DAYS_BACK = 90
MOST_CLOSED = 60


class InstructorSessions(rx.State):
    """The calling mentor's sessions since three months ago."""

    ready: bool = False
    problem: str = ""
    skew: float = 0
    waiting: list[DeskSession] = []
    upcoming: list[DeskSession] = []
    closed: list[DeskSession] = []
    calendar_problem: str = ""
    proposals: list[ProposalFace] = []

    @handler(Access.MENTOR)
    async def load(self) -> None:
        """Read the sessions, and read them again whenever something of this mentor changes."""
        reader = me()
        if reader is None:
            return
        if reader.mentor_id is not None:
            watchers.watch(self, InstructorSessions.load, mentor_topic(reader.mentor_id))
        try:
            views, calendar = await call(mentor_sessions, days_back=DAYS_BACK), await call(calendar_desk)
        except DomainError as refusal:
            async with self:
                self.problem, self.ready = str(refusal), True
            return
        faces = [session_face(v, reader.time_zone) for v in views]
        async with self:
            self.upcoming = [f for f in faces if f.upcoming]
            self.waiting = [f for f in faces if f.can_close]
            self.closed = [f for f in reversed(faces) if not f.upcoming and not f.can_close][:MOST_CLOSED]
            self.calendar_problem = calendar.problem
            self.proposals = [proposal_face(p, reader.time_zone) for p in calendar.proposals]
            self.skew = skew()
            self.problem, self.ready = "", True
