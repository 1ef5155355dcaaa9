"""One order for an admin: its whole history, asking the provider, and clearing its flag; live."""

from typing import Any

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.domain.errors import InvalidInput, NotFound
from mentorship.schemas.money_desk import FindingFace, HistoryFace, OrderFace
from mentorship.services.admin_orders import ask_provider, clear_review, order_file
from mentorship.services.record import ADMIN_TOPIC
from mentorship.state.calls import call, doing, handler, last_part, me, tell
from mentorship.state.live import watchers
from mentorship.state.money_faces import finding_face, history_face, order_face

NONE = OrderFace()


class AdminOrder(rx.State):
    """The order in the page's address."""

    ready: bool = False
    missing: bool = False
    busy: str = ""
    order: OrderFace = NONE
    references: list[str] = []
    history: list[HistoryFace] = []
    findings: list[FindingFace] = []
    answers: list[str] = []
    asking: bool = False

    @handler(Access.ADMIN)
    async def load(self) -> None:
        """Read everything about the order, and again whenever something that admins oversee changes."""
        reader = me()
        if reader is None:
            return
        order_id, zone = last_part(self), reader.time_zone
        try:
            file = await call(order_file, order_id=order_id)
        except (NotFound, InvalidInput):
            watchers.watch(self, AdminOrder.load)
            async with self:
                self.order, self.missing, self.ready = NONE, True, True
            return
        watchers.watch(self, AdminOrder.load, ADMIN_TOPIC)
        async with self:
            if self.order.id != str(file.order.id):
                self.answers, self.asking = [], False
            self.order, self.references = order_face(file.order, zone), file.references
            self.history = [history_face(i, line, zone) for i, line in enumerate(file.history)]
            self.findings = [finding_face(f, zone) for f in file.findings if f.resolved_at is None]
            self.missing, self.ready = False, True

    @handler(Access.ADMIN)
    async def ask_the_provider(self) -> Any:
        """Have every provider of this order say how it stands now."""
        order_id = last_part(self)
        async with doing(self, "provider"):
            answers = await call(ask_provider, order_id=order_id)
            async with self:
                self.answers = answers
        return AdminOrder.load

    @handler(Access.ADMIN)
    async def ask_to_clear(self) -> None:
        """Open the dialog that asks for the reason."""
        async with self:
            self.asking = True

    @handler(Access.ADMIN)
    async def put_away(self) -> None:
        """Close the dialog; the flag stays."""
        async with self:
            self.asking = False

    @handler(Access.ADMIN)
    async def clear(self, form: dict[str, Any]) -> Any:
        """Take the order off the review list."""
        order_id = last_part(self)
        async with doing(self, "clear"):
            await call(clear_review, order_id=order_id, reason=form.get("reason", ""))
            async with self:
                self.asking = False
            await tell(self, "The flag is cleared; your reason stands in the order's history.")
        return AdminOrder.load
