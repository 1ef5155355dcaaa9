"""What a mentor decides about a session, on every page that shows one.

The pages watch the mentor's topic, so they read again by themselves once a decision is stored.
"""

from typing import Any, Literal
from uuid import UUID

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.domain.booking import SessionStatus
from mentorship.domain.errors import InvalidInput
from mentorship.schemas.bookings import SessionView
from mentorship.schemas.desk import DeskSession
from mentorship.services.bookings import cancel_session, get_session
from mentorship.services.outcomes import complete_session, mark_no_show, update_session, waive_session
from mentorship.state.calls import call, doing, handler, me, tell
from mentorship.state.desk_faces import CORRECTIONS, session_face

What = Literal["no_show", "cancel", "waive", "correct", "notes"]
NONE = DeskSession()


class SessionDesk(rx.State):
    """The dialog about one session: what is asked, and what would follow."""

    asked: DeskSession = NONE
    what: str = ""
    consequence: str = ""
    recording_error: str = ""
    busy: str = ""

    @handler(Access.MENTOR)
    async def complete(self, session_id: UUID) -> None:
        """Mark a session as held."""
        async with doing(self, f"complete {session_id}"):
            done = await call(complete_session, session_id=session_id)
            await tell(self, f"The session with {done.student_name} is completed and its credit used.")

    @handler(Access.MENTOR)
    async def ask(self, session_id: UUID, what: What) -> None:
        """Open the dialog, with what would follow written out from the session as it is now."""
        async with doing(self, f"{what} {session_id}"):
            view = await call(get_session, session_id=session_id)
            async with self:
                self.asked = session_face(view, _zone())
                self.what = what
                self.consequence = _consequence(view, what)
                self.recording_error = ""

    @handler(Access.MENTOR)
    async def put_away(self) -> None:
        """Close the dialog; nothing is changed."""
        async with self:
            self.what = ""

    @handler(Access.MENTOR)
    async def decide(self, form: dict[str, Any]) -> None:
        """Do what the dialog says."""
        async with self:
            what, session_id = self.what, self.asked.id
        async with doing(self, "decide"):
            reason = form.get("reason", "")
            if what == "no_show":
                done = await call(mark_no_show, session_id=session_id, reason=reason)
                said = f"{done.student_name} is marked as not having come. The credit is used."
            elif what == "cancel":
                done = await call(cancel_session, session_id=session_id, reason=reason)
                said = f"The session with {done.student_name} is canceled and the credit came back. They get a mail."
            elif what == "waive":
                done = await call(waive_session, session_id=session_id, reason=reason)
                said = f"The credit is back with {done.student_name}, who gets a mail."
            elif what == "correct":
                before = await call(get_session, session_id=session_id)
                done = await call(update_session, session_id=session_id, status=CORRECTIONS.get(before.status))
                said = f"The outcome of the session with {done.student_name} is corrected."
            else:
                raise InvalidInput(fix="Open the session's dialog again.")
            await self._close(said)

    @handler(Access.MENTOR)
    async def save_notes(self, form: dict[str, Any]) -> None:
        """Save the notes and the recording link, both or neither."""
        recording = str(form.get("recording_url", "")).strip()
        refused = bool(recording) and not recording.startswith("https://")
        async with self:
            session_id = self.asked.id
            self.recording_error = "The link must begin with https://." if refused else ""
        if refused:
            return
        async with doing(self, "notes"):
            done = await call(
                update_session, session_id=session_id, notes=form.get("notes", ""), recording_url=recording
            )
            await self._close(f"Saved. {done.student_name} sees the notes and the recording with the session.")

    async def _close(self, said: str) -> None:
        async with self:
            self.what = ""
        await tell(self, said)


def _zone() -> str:
    reader = me()
    return reader.time_zone if reader else "UTC"


def _consequence(view: SessionView, what: str) -> str:
    name = view.student_name
    if what == "cancel":
        credit = f"{name}'s credit comes back" if view.cancel_returns_credit else f"{name}'s credit is used"
        return f"{credit}, the time is free again, and {name} gets a mail with your reason."
    if what == "no_show":
        return f"{name}'s credit is used. You can correct this, or waive it, for 7 days after the session."
    if what == "waive":
        return f"{name} gets the credit of this session back and can book another one with it."
    if what == "correct":
        outcome = "completed" if view.status == SessionStatus.NO_SHOW.value else "a no-show"
        return f"The session will count as {outcome}. Its credit stays used."
    return ""
