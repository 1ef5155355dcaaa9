"""The admin's list of orders, narrowed by what stands in the page's address, live."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.domain.errors import DomainError, InvalidInput
from mentorship.schemas.money_desk import Filters, OrderFace, Paging
from mentorship.services.admin_orders import find_orders
from mentorship.services.record import ADMIN_TOPIC
from mentorship.state.calls import asked, call, handler, me
from mentorship.state.live import watchers
from mentorship.state.money_faces import order_face, paging

NAMES = ("words", "status", "provider", "since", "until", "only")


class AdminOrders(rx.State):
    """Orders that were looked for."""

    ready: bool = False
    filters: Filters = Filters()
    orders: list[OrderFace] = []
    paging: Paging = Paging()
    problem: str = ""

    @handler(Access.ADMIN)
    async def load(self) -> None:
        """Read what the address asks for, and again whenever something that admins oversee changes."""
        reader = me()
        if reader is None:
            return
        watchers.watch(self, AdminOrders.load, ADMIN_TOPIC)
        query = {name: asked(self, name) for name in NAMES}
        number, zone = asked(self, "page") or "1", reader.time_zone
        filters = Filters(**(query | {"only": query["only"] == "review"}))  # type: ignore[arg-type]
        try:
            found = await call(find_orders, page=number, **_arguments(query, zone))
        except DomainError as refusal:
            async with self:
                self.filters, self.orders, self.paging = filters, [], Paging()
                self.problem, self.ready = f"{refusal}", True
            return
        async with self:
            self.filters, self.problem = filters, ""
            self.orders = [order_face(row, zone) for row in found.rows]
            self.paging = paging(
                "/admin/orders", query, total=found.total, page=found.page, pages=found.pages, what="order"
            )
            self.ready = True


def _arguments(query: dict[str, str], zone: str) -> dict[str, Any]:
    return {
        "words": query["words"],
        "status": query["status"] or None,
        "provider": query["provider"],
        "under_review": query["only"] == "review",
        "since": _midnight(query["since"], zone),
        "until": _midnight(query["until"], zone, days=1),
    }


def _midnight(day: str, zone: str, *, days: int = 0) -> datetime | None:
    """When a day begins in a zone, or so many days later."""
    if not day:
        return None
    try:
        return datetime.combine(date.fromisoformat(day) + timedelta(days=days), time(), ZoneInfo(zone))
    except (ValueError, OverflowError) as error:
        raise InvalidInput("A date reads like 2026-11-24.") from error
