"""Joining and leaving a mentor's waitlist, on every page that offers it.

The pages watch the student's or the mentor's topic, so they read again by themselves once something has changed.
"""

from uuid import UUID

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.schemas.students import PlaceFace
from mentorship.services.waitlist import join_waitlist, leave_waitlist, my_waitlist
from mentorship.state.auth import reader_zone
from mentorship.state.calls import call, doing, handler, tell
from mentorship.state.waitlist_faces import place_face


class Waitlist(rx.State):
    """The dialog that asks before a place is given up."""

    asked: PlaceFace = PlaceFace()
    asking: bool = False
    busy: str = ""

    @handler(Access.STUDENT)
    async def join(self, mentor_id: UUID) -> None:
        """Wait for the mentor's next free seat. A visitor is led to the sign-in, and back to this page."""
        async with doing(self, "join"):
            place = await call(join_waitlist, mentor_id=mentor_id)
            face = place_face(place, await reader_zone(self))
            await tell(self, f"{face.headline}.")

    @handler(Access.STUDENT)
    async def ask_to_leave(self, mentor_id: UUID) -> None:
        """Open the dialog that says what leaving would do now."""
        async with doing(self, f"ask {mentor_id}"):
            mine = next((p for p in await call(my_waitlist) if p.mentor_id == mentor_id), None)
            face = place_face(mine, await reader_zone(self)) if mine else PlaceFace()
            async with self:
                self.asked, self.asking = face, mine is not None

    @handler()
    async def stay(self) -> None:
        """Close the dialog; the place is kept."""
        async with self:
            self.asking = False

    @handler(Access.STUDENT)
    async def leave(self) -> None:
        """Give up the place, or the offered seat."""
        async with self:
            asked = self.asked
        async with doing(self, "leave"):
            await call(leave_waitlist, mentor_id=asked.mentor_id)
            async with self:
                self.asking = False
            await tell(self, f"You are not in the waitlist of {asked.mentor_name} any more.")
