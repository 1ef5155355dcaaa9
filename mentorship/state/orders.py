"""A student's orders: what was bought, what went back, and asking for a refund."""

import secrets
from typing import Any
from uuid import UUID

import reflex as rx

from mentorship.domain.actors import Access, Role
from mentorship.domain.orders import OrderStatus, RefundStatus
from mentorship.schemas.checkout import OrderView
from mentorship.schemas.refund_faces import QuoteFace, RefundableOrder
from mentorship.schemas.refunds import RefundView
from mentorship.services.checkout import my_orders
from mentorship.services.refund_requests import quote_refund_of, request_refund, withdraw_refund
from mentorship.services.refund_views import my_refunds
from mentorship.services.seats import student_topic
from mentorship.state.auth import HOMES, reader_zone
from mentorship.state.calls import call, doing, handler, me, tell
from mentorship.state.faces import order_face
from mentorship.state.live import watchers
from mentorship.state.refund_faces import quote_face, refund_face, titled


class Orders(rx.State):
    """The signed-in student's orders, and the refund they are about to ask for."""

    orders: list[RefundableOrder] = []
    quote: QuoteFace = QuoteFace()
    asking: bool = False
    busy: str = ""
    ready: bool = False
    _request_key: str = ""

    @handler(Access.SIGNED_IN)
    async def load(self) -> Any:
        """Read the orders, and again whenever something of the student's changes."""
        known = me()
        if known is None or known.role != Role.STUDENT:
            return rx.redirect(HOMES[known.role] if known else "/sign-in?next=/orders")
        watchers.watch(self, Orders.load, student_topic(known.user_id))
        zone = await reader_zone(self)
        orders, refunds = await call(my_orders), await call(my_refunds)
        async with self:
            self.orders = [_order(o, [r for r in refunds if r.order_id == o.id], zone) for o in orders]
            self.ready = True
        return None

    @handler(Access.STUDENT)
    async def ask(self, order_id: UUID) -> None:
        """Open the dialog that says what a refund of this order would be now."""
        async with doing(self, f"ask {order_id}"):
            quote = await call(quote_refund_of, order_id=order_id)
            async with self:
                self.quote = quote_face(quote, for_student=True)
                self._request_key = secrets.token_urlsafe(16)
                self.asking = True

    @handler()
    async def keep(self) -> None:
        """Close the dialog; nothing is asked for."""
        async with self:
            self.asking = False

    @handler(Access.STUDENT)
    async def request(self, form: dict[str, Any]) -> Any:
        """Ask for what the dialog says."""
        async with self:
            order_id, key = self.quote.order_id, self._request_key
        async with doing(self, "request"):
            asked = await call(request_refund, order_id=order_id, reason=form.get("reason", ""), request_key=key)
            async with self:
                self.asking = False
            waits = asked.status == RefundStatus.REQUESTED.value
            outcome = "is asked for. You get a mail when it is decided." if waits else "is on its way to you."
            await tell(self, f"Your refund of {asked.amount.text} {outcome}")
        return Orders.load

    @handler(Access.STUDENT)
    async def withdraw(self, refund_id: UUID) -> Any:
        """Take a request back."""
        async with doing(self, f"withdraw {refund_id}"):
            await call(withdraw_refund, refund_id=refund_id)
            await tell(self, "You have taken your request back. Your sessions can be booked again.")
        return Orders.load


def _order(order: OrderView, refunds: list[RefundView], zone: str) -> RefundableOrder:
    face = order_face(order, zone)
    asked = next((str(r.id) for r in refunds if r.status == RefundStatus.REQUESTED.value), "")
    under_way = any(RefundStatus(r.status).is_open for r in refunds)
    has_money = order.status in (OrderStatus.PAID.value, OrderStatus.PARTIALLY_REFUNDED.value)
    return RefundableOrder(
        id=face.id,
        title=titled(face.title, face.mentor_name),
        when=face.when,
        amount=face.amount,
        status=face.status,
        tone=face.tone,
        pack_href=f"/packs/{order.pack_id}" if order.pack_id else "",
        can_ask=has_money and order.pack_id is not None and not under_way,
        asked=asked,
        refunds=tuple(refund_face(r, zone, for_student=True) for r in refunds),
    )
