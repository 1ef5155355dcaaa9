"""What a mentor decides about events that they have moved or deleted in their own calendar, on every page that asks.

The pages watch the mentor's topic, so they read again by themselves once a decision is stored.
"""

from uuid import UUID

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.domain.booking import SessionStatus
from mentorship.schemas.calendars import ProposalFace
from mentorship.services.calendar_proposals import accept_proposal, calendar_desk, decline_proposal
from mentorship.state.calendar_faces import proposal_face
from mentorship.state.calls import call, doing, handler, me, tell
from mentorship.state.times import moment


class CalendarProposals(rx.State):
    """The dialog about one proposal."""

    asked: ProposalFace = ProposalFace()
    busy: str = ""

    @handler(Access.MENTOR)
    async def ask(self, session_id: UUID) -> None:
        """Open the dialog, with what would follow written out from what is proposed now."""
        async with doing(self, f"ask {session_id}"):
            desk = await call(calendar_desk)
            found = next((p for p in desk.proposals if p.session_id == session_id), None)
            async with self:
                self.asked = proposal_face(found, _zone()) if found else ProposalFace()

    @handler(Access.MENTOR)
    async def put_away(self) -> None:
        """Close the dialog; nothing is changed."""
        async with self:
            self.asked = ProposalFace()

    @handler(Access.MENTOR)
    async def accept(self) -> None:
        """Let the session follow what was done in the calendar."""
        async with self:
            session_id = self.asked.id
        async with doing(self, "accept"):
            done = await call(accept_proposal, session_id=session_id)
            if done.status == SessionStatus.CANCELED.value:
                said = f"The session with {done.student_name} is canceled and the credit came back."
            else:
                said = f"The session with {done.student_name} is at {moment(done.starts_at, _zone())} now."
            await tell(self, f"{said} They get a mail.")
        async with self:
            self.asked = ProposalFace()

    @handler(Access.MENTOR)
    async def decline(self, session_id: UUID) -> None:
        """Put the event back to where the session is."""
        async with doing(self, f"decline {session_id}"):
            done = await call(decline_proposal, session_id=session_id)
            at = moment(done.starts_at, _zone())
            await tell(self, f"The session with {done.student_name} stays at {at}; your calendar will show it there.")


def _zone() -> str:
    reader = me()
    return reader.time_zone if reader else "UTC"
