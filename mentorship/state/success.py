"""After paying: how the payment stands, live."""

import asyncio
from contextlib import suppress
from secrets import token_urlsafe
from typing import Any

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.domain.errors import InvalidInput, NotFound
from mentorship.schemas.checkout import OrderView
from mentorship.schemas.students import OrderFace
from mentorship.services.captures import capture_checkout
from mentorship.services.checkout import get_order, verify_checkout
from mentorship.services.seats import student_topic
from mentorship.state.auth import reader_zone
from mentorship.state.calls import asked, call, doing, handler, me
from mentorship.state.faces import order_face
from mentorship.state.live import watchers

PATIENCE_SECONDS = 3
"""Deliveries mostly come sooner; after this we ask the provider ourselves."""


class Success(rx.State):
    """The order in the page's address, as its owner may see it. ``token`` there is what was approved at PayPal."""

    order: OrderFace = OrderFace()
    missing: bool = False
    busy: str = ""
    hosted_url: str = ""
    ticket: str = ""
    _asked_about: str = ""

    @handler(Access.SIGNED_IN)
    async def load(self) -> Any:
        """Read the order, and again whenever something of the reader's changes."""
        known = me()
        watchers.watch(self, Success.load, student_topic(known.user_id) if known else "")
        try:
            order = await call(get_order, order_id=asked(self, "order"))
        except (NotFound, InvalidInput):
            async with self:
                self.order, self.missing = OrderFace(), True
            return None
        await self._show(order)
        arrival = f"{order.id} {self.router.session.session_id}"
        if order.status != "pending" or self._asked_about == arrival:
            return None
        async with self:
            self._asked_about = arrival
        return Success.check_again if asked(self, "token") else Success.look_after

    @handler(Access.SIGNED_IN)
    async def look_after(self) -> Any:
        """Ask the provider once, if no delivery has come after a moment."""
        await asyncio.sleep(PATIENCE_SECONDS)
        return Success.check_again if self.order.phase == "pending" else None

    @handler(Access.SIGNED_IN)
    async def check_again(self) -> None:
        """Ask the provider how the payment stands; what the buyer has approved at PayPal is captured."""
        async with doing(self, "check"):
            if token := asked(self, "token"):
                with suppress(NotFound, InvalidInput):
                    await call(capture_checkout, reference=token)
            await self._show(await call(verify_checkout, order_id=asked(self, "order")))

    @handler(Access.SIGNED_IN)
    async def go_back(self) -> None:
        """Go to the provider's page again, to choose something else there."""
        async with doing(self, "go back"):
            order = await call(get_order, order_id=asked(self, "order"))
            async with self:
                self.hosted_url, self.ticket = order.hosted_url or "", token_urlsafe(8)
            await self._show(order)

    async def _show(self, order: OrderView) -> None:
        zone = await reader_zone(self)
        async with self:
            self.order, self.missing = order_face(order, zone), False
