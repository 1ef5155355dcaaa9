"""One delivery for an admin: its body, what it did, and looking into it again."""

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.domain.errors import InvalidInput, NotFound
from mentorship.schemas.money_desk import EventFace
from mentorship.schemas.oversight import EventFile
from mentorship.services.admin_inbox import get_event, replay_event
from mentorship.services.record import ADMIN_TOPIC
from mentorship.state.calls import call, doing, handler, last_part, me, tell
from mentorship.state.live import watchers
from mentorship.state.money_faces import event_face

NONE = EventFace()


class AdminEvent(rx.State):
    """The delivery in the page's address."""

    ready: bool = False
    missing: bool = False
    busy: str = ""
    event: EventFace = NONE
    body: str = ""
    order_id: str = ""
    can_replay: bool = False

    @handler(Access.ADMIN)
    async def load(self) -> None:
        """Read the delivery, and again whenever something that admins oversee changes."""
        try:
            file = await call(get_event, event_id=last_part(self))
        except (NotFound, InvalidInput):
            watchers.watch(self, AdminEvent.load)
            async with self:
                self.event, self.missing, self.ready = NONE, True, True
            return
        watchers.watch(self, AdminEvent.load, ADMIN_TOPIC)
        await self._show(file)

    @handler(Access.ADMIN)
    async def replay(self) -> None:
        """Look into the delivery again."""
        event_id = last_part(self)
        async with doing(self, "replay"):
            file = await call(replay_event, event_id=event_id)
            await self._show(file)
            await tell(self, f"Looked into again: {file.event.state}. What was settled has not changed.")

    async def _show(self, file: EventFile) -> None:
        reader = me()
        async with self:
            self.event = event_face(file.event, reader.time_zone if reader else "UTC")
            self.body, self.can_replay = file.body, file.can_replay
            self.order_id = str(file.order_id or "")
            self.missing, self.ready = False, True
