"""The admins' desk of refunds: what waits, what failed, and refunding an order directly."""

import secrets
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.domain.errors import InvalidInput
from mentorship.domain.money import decimals
from mentorship.schemas.refund_faces import QuoteFace, RefundFace
from mentorship.services.checkout import get_order
from mentorship.services.record import ADMIN_TOPIC
from mentorship.services.refund_requests import drop_refund, quote_refund_of, refund_order, retry_refund
from mentorship.services.refund_views import refund_desk
from mentorship.state.calls import asked, call, doing, handler, me, tell
from mentorship.state.live import watchers
from mentorship.state.refund_decisions import RefundDecisions
from mentorship.state.refund_faces import quote_face, refund_face

NONE = RefundFace()


class AdminRefunds(rx.State):
    """Every refund that somebody has to see to. What is refunded is what was quoted, under one request key."""

    pending: list[RefundFace] = []
    failed: list[RefundFace] = []
    done: list[RefundFace] = []
    order_id: str = ""
    kind: str = "unused"
    quote: QuoteFace = QuoteFace()
    asking: bool = False
    dropped: RefundFace = NONE
    dropping: bool = False
    busy: str = ""
    ready: bool = False
    _terms: dict[str, Any] = {}

    @handler(Access.ADMIN)
    async def load(self) -> Any:
        """Read the desk, and again whenever something that admins oversee changes."""
        reader = me()
        if reader is None:
            return None
        watchers.watch(self, AdminRefunds.load, ADMIN_TOPIC)
        desk = await call(refund_desk)
        zone = reader.time_zone
        async with self:
            self.pending = [refund_face(r, zone) for r in desk.pending]
            self.failed = [refund_face(r, zone) for r in desk.failed]
            self.done = [refund_face(r, zone) for r in desk.done]
            self.order_id = self.order_id or asked(self, "order")
            self.ready = True
        return RefundDecisions.load

    @handler(Access.ADMIN)
    async def choose_kind(self, kind: str) -> None:
        """Choose what the refund is for; only goodwill has an amount to type."""
        async with self:
            self.kind = kind if kind in ("unused", "full", "goodwill") else "unused"

    @handler(Access.ADMIN)
    async def ask(self, form: dict[str, Any]) -> None:
        """Open the dialog that says what this refund would do."""
        async with self:
            kind = self.kind
        async with doing(self, "ask"):
            terms: dict[str, Any] = {"order_id": _order_id(form.get("order_id")), "reason": kind}
            if kind == "goodwill":
                order = await call(get_order, order_id=terms["order_id"])
                terms["amount_minor"] = _minor(form.get("amount"), order.amount.currency)
            quote = await call(quote_refund_of, **terms)
            async with self:
                self._terms = terms | {"note": form.get("note", ""), "request_key": secrets.token_urlsafe(16)}
                self.quote = quote_face(quote, for_student=False)
                self.asking = True

    @handler(Access.ADMIN)
    async def put_away(self) -> None:
        """Close the dialog; nothing is paid back."""
        async with self:
            self.asking = self.dropping = False

    @handler(Access.ADMIN)
    async def refund(self) -> Any:
        """Refund what the dialog says."""
        async with self:
            terms = dict(self._terms)
        async with doing(self, "refund"):
            if not terms:
                raise InvalidInput(fix="Fill in the form first.")
            made = await call(refund_order, **terms)
            async with self:
                self.asking, self._terms, self.order_id = False, {}, ""
            await tell(self, f"{made.amount.text} is on its way back to {made.student_name}.")
        return AdminRefunds.load

    @handler(Access.ADMIN)
    async def retry(self, refund_id: UUID) -> Any:
        """Promise a failed refund again."""
        async with doing(self, f"retry {refund_id}"):
            again = await call(retry_refund, refund_id=refund_id)
            await tell(self, f"{again.amount.text} is on its way again.")
        return AdminRefunds.load

    @handler(Access.ADMIN)
    async def ask_drop(self, refund_id: UUID) -> None:
        """Open the dialog that closes a failed refund."""
        async with self:
            self.dropped = next((r for r in self.failed if r.id == str(refund_id)), NONE)
            self.dropping = bool(self.dropped.id)

    @handler(Access.ADMIN)
    async def drop(self, form: dict[str, Any]) -> Any:
        """Close the failed refund, with the reason that the student reads."""
        async with self:
            dropped = self.dropped
        async with doing(self, "drop"):
            await call(drop_refund, refund_id=dropped.id, reason=form.get("reason", ""))
            async with self:
                self.dropping = False
            await tell(self, "The refund is closed. The student gets a mail with your reason.")
        return AdminRefunds.load


def _order_id(text: Any) -> UUID:
    try:
        return UUID(str(text).strip())
    except ValueError:
        raise InvalidInput("This is not an order's number.", fix="Copy it from the list of orders.") from None


def _minor(text: Any, currency: str) -> int:
    """An amount as people type it, in minor units."""
    try:
        amount = Decimal(str(text).strip().replace(",", ".")).scaleb(decimals(currency))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount != amount.to_integral_value() or not 0 < amount < 10**12:
        raise InvalidInput("Type the amount in figures, as 12.50.")
    return int(amount)
