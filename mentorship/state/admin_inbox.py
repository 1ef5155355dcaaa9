"""The admin's inbox: deliveries narrowed by what stands in the address, and those of one order; live."""

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.domain.errors import DomainError, InvalidInput, NotFound
from mentorship.schemas.accounts import Me
from mentorship.schemas.money_desk import EventFace, Filters, OrderFace, Paging
from mentorship.services.admin_inbox import list_events, order_events
from mentorship.services.record import ADMIN_TOPIC
from mentorship.state.calls import asked, call, handler, me
from mentorship.state.live import watchers
from mentorship.state.money_faces import event_face, order_face, paging

NAMES = ("words", "status", "provider", "only")
NONE = OrderFace()


class AdminInbox(rx.State):
    """Deliveries that were looked for; with ``order`` in the address, those of one order."""

    ready: bool = False
    filters: Filters = Filters()
    events: list[EventFace] = []
    paging: Paging = Paging()
    problem: str = ""
    order: OrderFace = NONE
    verdict: str = ""
    agrees: bool = True

    @handler(Access.ADMIN)
    async def load(self) -> None:
        """Read what the address asks for, and again whenever something that admins oversee changes."""
        reader = me()
        if reader is None:
            return
        watchers.watch(self, AdminInbox.load, ADMIN_TOPIC)
        try:
            if order_id := asked(self, "order"):
                await self._read_order(order_id, reader)
            else:
                await self._read_list(reader)
        except DomainError as refusal:
            gone = isinstance(refusal, NotFound | InvalidInput)
            async with self:
                self.events, self.order, self.paging = [], NONE, Paging()
                self.problem = "There is nothing that this address asks for." if gone else f"{refusal}"
                self.ready = True

    async def _read_list(self, reader: Me) -> None:
        query = {name: asked(self, name) for name in NAMES}
        found = await call(
            list_events,
            page=asked(self, "page") or "1",
            state=query["status"] or None,
            provider=query["provider"],
            type=query["words"],
            failed=query["only"] == "failed",
        )
        async with self:
            self.filters = Filters(query["words"], query["status"], query["provider"], only=query["only"] == "failed")
            self.events = [event_face(row, reader.time_zone) for row in found.rows]
            self.paging = paging(
                "/admin/inbox", query, total=found.total, page=found.page, pages=found.pages, what="delivery"
            )
            self.order, self.problem, self.ready = NONE, "", True

    async def _read_order(self, order_id: str, reader: Me) -> None:
        seen = await call(order_events, order_id=order_id)
        async with self:
            self.order = order_face(seen.order, reader.time_zone)
            self.events = [event_face(row, reader.time_zone) for row in seen.events]
            self.verdict, self.agrees = _verdict(seen.orders_tried, seen.endings), len(seen.endings) < 2
            self.problem, self.ready = "", True


def _verdict(tried: int, endings: list[str]) -> str:
    if not endings:
        return (
            "There is nothing to put into another order here: no delivery about a checkout, or more of them than can "
            "be tried. Each delivery is only a hint; the provider's own object is read again every time."
        )
    if len(endings) == 1:
        orders = "the only order" if tried == 1 else f"all {tried} orders"
        return (
            f"In {orders} in which these deliveries could have come, and with each taken at its word, the end is the "
            f"same: {endings[0]}."
        )
    return f"Taken at their word, these deliveries would end differently: {'; or '.join(endings)}."
