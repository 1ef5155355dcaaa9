"""Checkout: what is bought, the seat that is held meanwhile, and the way to the provider's page."""

from secrets import token_urlsafe
from typing import Any

import reflex as rx

from mentorship.domain.actors import Access, Role
from mentorship.domain.errors import (
    CodeRefused,
    DomainError,
    InvalidInput,
    OrderClosed,
    ProviderRefused,
    ProviderUnavailable,
    TooManyTries,
)
from mentorship.domain.policy import hours_text
from mentorship.schemas.checkout import CheckoutPreview, CheckoutStarted
from mentorship.schemas.prices import PriceQuote
from mentorship.schemas.students import Purchase
from mentorship.services.arguments import ProviderName
from mentorship.services.checkout import cancel_order, start_checkout
from mentorship.services.previews import preview_checkout
from mentorship.services.pricing import quote_price
from mentorship.services.seats import mentor_topic, student_topic
from mentorship.state import times
from mentorship.state.auth import reader_zone
from mentorship.state.calls import asked, call, doing, handler, me, tell, to_sign_in
from mentorship.state.faces import discount_reason, terms, validity
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
    code: str = ""
    code_error: str = ""
    _request_key: str = ""
    _order_id: str = ""
    _quoted: tuple[str, ...] = ()
    _quote: PriceQuote | None = None

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
            is_over = self._order_id not in ("", str(preview.order.id) if preview.order else "")
            if self.purchase.product_id != str(preview.offer.id) or not self._request_key or is_over:
                self._request_key, self._order_id = token_urlsafe(16), ""
                self.code, self.code_error = preview.order.promotion_code if preview.order else "", ""
        await self._ask_price(preview)
        async with self:
            self.purchase, self.problem, self.ready = _purchase(preview, self._quote, zone), "", True
        return None

    async def _ask_price(self, preview: CheckoutPreview) -> None:
        """Ask again what it costs, when something has changed that the price hangs on."""
        order = str(preview.order.id) if preview.order else ""
        asked_for = (str(preview.offer.id), preview.offer.price.text, order, self.code)
        if self._quoted == asked_for:
            return
        try:
            quote, refusal = await call(quote_price, product_id=preview.offer.id, code=self.code), None
        except (CodeRefused, TooManyTries) as error:
            quote, refusal = await call(quote_price, product_id=preview.offer.id), error
        async with self:
            self._quote, self._quoted = quote, (*asked_for[:3], quote.code)
            if refusal is not None:
                self.code, self.code_error = "", _words(refusal)

    @handler(Access.STUDENT)
    async def apply_code(self, form: dict[str, Any]) -> Any:
        """Try a code; what is wrong with it stands beside the field."""
        async with doing(self, "code"):
            typed = form.get("code", "")
            if not isinstance(typed, str) or not typed.strip():
                raise InvalidInput("Type a code first.")
            try:
                quote = await call(quote_price, product_id=self.purchase.product_id, code=typed[:64])
            except (CodeRefused, TooManyTries) as refusal:
                async with self:
                    self.code_error = _words(refusal)
                return None
            async with self:
                self.code, self.code_error = quote.code, ""
        return Checkout.load

    @handler(Access.STUDENT)
    async def remove_code(self) -> Any:
        """Pay the price without a code."""
        async with self:
            self.code, self.code_error = "", ""
        return Checkout.load

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
            except CodeRefused as refusal:
                async with self:
                    self.code, self.code_error = "", _words(refusal)
                return Checkout.load
            async with self:
                self.hosted_url, self.ticket = started.url, token_urlsafe(8)
                self._order_id = str(started.order_id)
        return Checkout.load

    async def _start(self, way: ProviderName) -> CheckoutStarted:
        asked_for = {"product_id": self.purchase.product_id, "provider": way, "code": self.code}
        try:
            return await call(start_checkout, **asked_for, request_key=self._request_key)
        except OrderClosed:
            key = token_urlsafe(16)
            async with self:
                self._request_key = key
            return await call(start_checkout, **asked_for, request_key=key)

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
        """Cancel the unpaid order, so that it no longer holds a seat."""
        onward: Any = Checkout.load
        async with doing(self, "give_up"):
            order = await call(cancel_order, order_id=self.purchase.order_id)
            if order.status == "canceled":
                await tell(self, "Done. Nothing was charged, and the order no longer holds a seat.")
            async with self:
                self.giving_up, self._request_key = False, ""
            if order.status != "canceled":
                onward = rx.redirect(f"/checkout/success?order={order.id}")
        return onward


def _words(refusal: DomainError) -> str:
    return f"{refusal} {refusal.fix or ''}".strip()


def _purchase(preview: CheckoutPreview, quote: PriceQuote | None, zone: str) -> Purchase:
    mentor, offer, order = preview.mentor, preview.offer, preview.order
    code = quote.code if quote else ""
    asked_for = order if order and order.hosted_url and order.promotion_code == code else None
    total, original, off, ways = offer.price, offer.price, None, preview.ways
    if asked_for is not None:
        total, original, off = asked_for.amount, asked_for.original, asked_for.discount
    elif quote is not None:
        total, original, off, ways = quote.total, quote.original, quote.discount, quote.ways
    is_lower = off is not None and off.minor > 0
    held_until = order.seat_held_until if order else None
    first = mentor.name.partition(" ")[0]
    seat = f"Paying holds a seat with {first} for {hours_text(preview.hold)}. It is yours once the payment has arrived."
    if preview.offered_until is not None:
        until = times.moment(preview.offered_until, zone)
        seat = f"A seat with {first} from the waitlist is held for you until {until}. Paying makes it yours."
    if preview.has_seat:
        seat = f"You keep your seat with {first}; this pack is added to it."
    return Purchase(
        product_id=str(offer.id),
        title=offer.name,
        mentor_name=mentor.name,
        mentor_slug=mentor.slug,
        portrait=mentor.portrait,
        price=total.text,
        was=original.text if is_lower else "",
        off=f"−{off.text}" if off is not None and is_lower else "",
        why=discount_reason(code) if is_lower else "",
        code=code,
        code_hint=f"In this sandbox you can try {preview.demo_code}." if preview.demo_code else "",
        is_free=total.minor == 0,
        terms=terms(offer),
        validity=validity(offer),
        seat=seat,
        sold_out=not preview.on_sale and held_until is None,
        by_card="stripe" in ways.providers,
        by_paypal="paypal" in ways.providers,
        why_not=ways.why_not,
        order_id=str(order.id) if order and held_until else "",
        way=order.provider if order and order.hosted_url else "",
        declined=order.declined if order else False,
        held_until=times.iso(held_until),
        held_when=times.moment(held_until, zone) if held_until else "",
    )
