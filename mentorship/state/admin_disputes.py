"""The admins' list of disputes, with the time that is left to answer each."""

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.schemas.refund_faces import DisputeFace
from mentorship.services.record import ADMIN_TOPIC
from mentorship.services.refund_views import list_disputes
from mentorship.state.calls import call, handler, me
from mentorship.state.desk_faces import skew
from mentorship.state.live import watchers
from mentorship.state.refund_faces import dispute_face


class AdminDisputes(rx.State):
    """Every dispute, the most urgent first."""

    disputes: list[DisputeFace] = []
    skew: float = 0
    ready: bool = False

    @handler(Access.ADMIN)
    async def load(self) -> None:
        """Read the disputes, and again whenever something that admins oversee changes."""
        reader = me()
        if reader is None:
            return
        watchers.watch(self, AdminDisputes.load, ADMIN_TOPIC)
        found = await call(list_disputes)
        async with self:
            self.disputes = [dispute_face(d, reader.time_zone) for d in found]
            self.skew, self.ready = skew(), True
