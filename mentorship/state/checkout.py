"""Checkout: what is bought, the seat that is held meanwhile, and the way to the provider's page."""

from secrets import token_urlsafe
from typing import Any

import reflex as rx

from mentorship.domain.actors import Access, Role
from mentorship.domain.errors import DomainError, InvalidInput, OrderClosed, ProviderRefused, ProviderUnavailable
from mentorship.domain.policy import Policy, hours_text
from mentorship.schemas.checkout import CheckoutPreview, CheckoutStarted
from mentorship.schemas.students import Purchase
from mentorship.services.arguments import ProviderName
from mentorship.services.checkout import cancel_order, start_checkout
from mentorship.services.previews import preview_checkout
from mentorship.services.seats import mentor_topic, student_topic
from mentorship.state import times
from mentorship.state.auth import reader_zone
from mentorship.state.calls import asked, call, doing, handler, me, tell, to_sign_in
from mentorship.state.faces import terms, validity
from mentorship.state.live import watchers


class Checkout(rx.State):
    """The purchase in the page's address."""

    purchase: Purchase = Purchase()
    problem: str = ""
    busy: str = ""
    hosted_url: str = ""
    ticket: str = ""
    giving_up: bool = False
    ready: bool = False
    _request_key: str = ""

    @handler()
    async def load(self) -> Any:
        """Read what is to be bought and whether its seat is held; again whenever the mentor's seats change."""
        known = me()
        if known is None:
            return to_sign_in(self)
        if known.role != Role.STUDENT:
            return await self._refuse(f"You are signed in as {known.role}. Packs are bought by students.")
        product, renew = asked(self, "product"), asked(self, "renew")
        try:
            preview = await call(preview_checkout, product_id=product or None, renew=renew or None)
        except InvalidInput:
            return await self._refuse("The address of this page names nothing to buy. Choose a mentor first.")
        except DomainError as refusal:
            return await self._refuse(f"{refusal} {refusal.fix or ''}".strip())
        watchers.watch(self, Checkout.load, mentor_topic(preview.mentor.id), student_topic(known.user_id))
        zone = await reader_zone(self)
        async with self:
            if self.purchase.product_id != str(preview.offer.id) or not self._request_key:
                self._request_key = token_urlsafe(16)
            self.purchase, self.problem, self.ready = _purchase(preview, zone), "", True
        return None

    async def _refuse(self, problem: str) -> None:
        watchers.watch(self, Checkout.load)
        async with self:
            self.purchase, self.problem, self.ready = Purchase(), problem, True

    @handler(Access.STUDENT)
    async def pay(self, way: ProviderName) -> Any:
        """Hold the seat and go to the provider's page; coming back leads to the same one."""
        async with doing(self, way):
            try:
                started = await self._start(way)
            except (ProviderUnavailable, ProviderRefused) as refusal:
                refusal.fix = self._other_way(way)
                raise
            async with self:
                self.hosted_url, self.ticket = started.url, token_urlsafe(8)
        return Checkout.load

    async def _start(self, way: ProviderName) -> CheckoutStarted:
        product_id, key = self.purchase.product_id, self._request_key
        try:
            return await call(start_checkout, product_id=product_id, provider=way, request_key=key)
        except OrderClosed:
            key = token_urlsafe(16)
            async with self:
                self._request_key = key
            return await call(start_checkout, product_id=product_id, provider=way, request_key=key)

    def _other_way(self, way: ProviderName) -> str | None:
        if way == "stripe":
            return "You can also pay with PayPal." if self.purchase.by_paypal else None
        return "You can also pay by card." if self.purchase.by_card else None

    @handler(Access.STUDENT)
    async def ask_to_give_up(self) -> None:
        """Open the dialog that says what giving up means."""
        async with self:
            self.giving_up = True

    @handler()
    async def keep(self) -> None:
        """Close the dialog and keep the seat."""
        async with self:
            self.giving_up = False

    @handler(Access.STUDENT)
    async def give_up(self) -> Any:
        """Cancel the unpaid order, so that its seat is on sale again."""
        onward: Any = Checkout.load
        async with doing(self, "give_up"):
            order = await call(cancel_order, order_id=self.purchase.order_id)
            if order.status == "canceled":
                await tell(self, "Done. Nothing was charged, and the seat is on sale again.")
            async with self:
                self.giving_up, self._request_key = False, ""
            if order.status != "canceled":
                onward = rx.redirect(f"/checkout/success?order={order.id}")
        return onward


def _purchase(preview: CheckoutPreview, zone: str) -> Purchase:
    mentor, offer, order = preview.mentor, preview.offer, preview.order
    hold = hours_text(Policy().checkout_hold)
    held_until = order.seat_held_until if order else None
    first = mentor.name.partition(" ")[0]
    seat = f"Paying holds a seat with {first} for {hold}. It is yours once the payment has arrived."
    if preview.has_seat:
        seat = f"You keep your seat with {first}; this pack is added to it."
    return Purchase(
        product_id=str(offer.id),
        title=offer.name,
        mentor_name=mentor.name,
        mentor_slug=mentor.slug,
        portrait=mentor.portrait,
        price=offer.price.text,
        terms=terms(offer),
        validity=validity(offer),
        seat=seat,
        sold_out=mentor.seats.left == 0 and not preview.has_seat and held_until is None,
        by_card="stripe" in preview.providers,
        by_paypal="paypal" in preview.providers,
        order_id=str(order.id) if order and held_until else "",
        way=order.provider if order and order.hosted_url else "",
        declined=order.declined if order else False,
        held_until=times.iso(held_until),
        held_when=times.moment(held_until, zone) if held_until else "",
    )
