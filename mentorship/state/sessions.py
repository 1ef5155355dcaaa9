"""A student's sessions: what is coming, with ways to change it, and what was."""

from typing import Any

import reflex as rx

from mentorship.domain.actors import Access, Role
from mentorship.schemas.students import OwnSession
from mentorship.services.bookings import cancel_session, my_sessions
from mentorship.services.packs import my_packs
from mentorship.services.seats import student_topic
from mentorship.state.auth import HOMES, reader_zone
from mentorship.state.calls import call, dependencies, doing, handler, me, tell
from mentorship.state.live import watchers
from mentorship.state.session_faces import own_session


class Sessions(rx.State):
    """The signed-in student's sessions, and the one they are about to cancel."""

    upcoming: list[OwnSession] = []
    past: list[OwnSession] = []
    canceling: str = ""
    question: str = ""
    consequence: str = ""
    busy: str = ""
    ready: bool = False

    @handler(Access.SIGNED_IN)
    async def load(self) -> Any:
        """Read the sessions, and again whenever something of the student's changes."""
        known = me()
        if known is None or known.role != Role.STUDENT:
            return rx.redirect(HOMES[known.role] if known else "/sign-in")
        watchers.watch(self, Sessions.load, student_topic(known.user_id))
        zone = await reader_zone(self)
        sessions, holdings = await call(my_sessions), await call(my_packs)
        portraits, now = {seat.mentor_id: seat.portrait for seat in holdings.seats}, dependencies().clock.now()
        async with self:
            self.upcoming = [own_session(s, portraits.get(s.mentor_id, ""), zone, now) for s in sessions.upcoming]
            self.past = [own_session(s, portraits.get(s.mentor_id, ""), zone, now) for s in sessions.past]
            self.ready = True
            asked = next((s for s in self.upcoming if s.face.id == self.canceling), None)
            self.canceling = self.canceling if asked else ""
            self.consequence = asked.consequence if asked else ""
        return None

    @handler(Access.STUDENT)
    async def ask_to_cancel(self, session_id: str) -> None:
        """Open the dialog that says what canceling this session now would do."""
        async with self:
            for session in self.upcoming:
                if session.face.id == session_id:
                    self.canceling, self.consequence = session_id, session.consequence
                    self.question = f"Cancel the session with {session.face.with_name}?"

    @handler()
    async def keep(self) -> None:
        """Close the dialog and leave the session as it is."""
        async with self:
            self.canceling = ""

    @handler(Access.STUDENT)
    async def cancel(self, form: dict[str, Any]) -> Any:
        """Cancel the session that the dialog is about, with the reason that was given."""
        async with doing(self, "cancel"):
            done = await call(cancel_session, session_id=self.canceling, reason=form.get("reason", ""))
            async with self:
                self.canceling = ""
            outcome = "Your credit is back."
            if done.used_credit:
                outcome = f"It used one credit, which {done.mentor_name.partition(' ')[0]} can still give back."
            await tell(self, f"The session with {done.mentor_name} is canceled. {outcome}")
        return Sessions.load
