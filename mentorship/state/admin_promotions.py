"""Promotion codes and prices: what is offered, offering another, ending one, and asking another price."""

from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.domain.errors import CodeRefused, CodeTaken, InvalidInput, NotFound
from mentorship.domain.money import decimals
from mentorship.schemas.pages import Tone
from mentorship.schemas.price_faces import PricedProduct, PromotionLine
from mentorship.schemas.prices import ProductOnSale, PromotionView
from mentorship.services.pricing import change_price
from mentorship.services.promotions import create_promotion, end_promotion, list_promotions
from mentorship.services.record import ADMIN_TOPIC
from mentorship.services.texts import day
from mentorship.state.calls import call, doing, handler, me, tell
from mentorship.state.desk_faces import count
from mentorship.state.live import watchers

NONE = PromotionLine()
_STATES: dict[str, tuple[str, Tone]] = {
    "active": ("Active", "good"),
    "planned": ("Planned", "neutral"),
    "used_up": ("Used up", "warning"),
    "ended": ("Ended", "neutral"),
}


class AdminPromotions(rx.State):
    """Every code, and the products that codes and prices are about."""

    ready: bool = False
    busy: str = ""
    promotions: list[PromotionLine] = []
    products: list[PricedProduct] = []
    kind: str = "percent"
    code_error: str = ""
    form_key: int = 0
    asked: PromotionLine = NONE
    asking: bool = False

    @handler(Access.ADMIN)
    async def load(self) -> None:
        """Read everything, and again whenever something that admins oversee changes."""
        reader = me()
        if reader is None:
            return
        watchers.watch(self, AdminPromotions.load, ADMIN_TOPIC)
        found = await call(list_promotions)
        async with self:
            self.promotions = [_line(p, reader.time_zone) for p in found.promotions]
            self.products = [_product(p) for p in found.products]
            self.ready = True

    @handler(Access.ADMIN)
    async def choose_kind(self, kind: str) -> None:
        """Say whether the new code takes off a percentage or an amount."""
        async with self:
            self.kind = "amount" if kind == "amount" else "percent"

    @handler(Access.ADMIN)
    async def create(self, form: dict[str, Any]) -> None:
        """Offer a new code."""
        async with doing(self, "create"):
            zone = reader.time_zone if (reader := me()) else "UTC"
            try:
                made = await call(create_promotion, **_terms(form, self.kind, zone))
            except (CodeRefused, CodeTaken) as refusal:
                async with self:
                    self.code_error = f"{refusal} {refusal.fix or ''}".strip()
                return
            async with self:
                self.code_error, self.form_key = "", self.form_key + 1
            await tell(self, f"{made.code} can be used {'from its first day on' if made.starts_at else 'now'}.")

    @handler(Access.ADMIN)
    async def ask_to_end(self, promotion_id: UUID) -> None:
        """Open the dialog that says what ending a code means."""
        async with doing(self, f"ask {promotion_id}"):
            line = next((p for p in self.promotions if p.id == str(promotion_id)), None)
            if line is None:
                raise NotFound()
            async with self:
                self.asked, self.asking = line, True

    @handler(Access.ADMIN)
    async def put_away(self) -> None:
        """Close the dialog; the code stays."""
        async with self:
            self.asking = False

    @handler(Access.ADMIN)
    async def end(self) -> None:
        """End the code that the dialog is about."""
        async with doing(self, "end"):
            ended = await call(end_promotion, promotion_id=self.asked.id)
            async with self:
                self.asking = False
            await tell(self, f"{ended.code} has ended.")

    @handler(Access.ADMIN)
    async def ask_price(self, form: dict[str, Any]) -> None:
        """Ask another price for a product from now on."""
        async with doing(self, "price"):
            found = await call(list_promotions)
            product = next((p for p in found.products if str(p.id) == form.get("priced")), None)
            if product is None:
                raise InvalidInput("Choose a pack first.")
            minor = _minor(form.get("price"), product.price.currency)
            keep = bool(form.get("keep_former"))
            await call(change_price, product_id=product.id, price_minor=minor, keep_former=keep)
            async with self:
                self.form_key += 1
            stays = " Those who have paid before keep the former price." if keep else ""
            await tell(self, f"The storefront shows the new price of {product.name} already.{stays}")


def _terms(form: dict[str, Any], kind: str, zone: str) -> dict[str, Any]:
    """The use case's arguments from the form's texts; dates are whole days of the admin's zone."""
    product, most = _text(form, "product"), _text(form, "most_uses")
    if most and not most.isdecimal():
        raise InvalidInput("The number of uses must be a whole number.")
    last = _date(form, "last", zone)
    terms = {
        "code": _text(form, "code"),
        "product_id": product or None,
        "starts_at": _date(form, "first", zone),
        "ends_at": last + timedelta(days=1) if last else None,
        "most_uses": int(most[:8]) if most else None,
        "once_per_student": bool(form.get("once")),
        "note": _text(form, "note"),
    }
    if kind == "amount":
        currency = _text(form, "currency").upper()
        return terms | {"amount_minor": _minor(form.get("value"), currency), "currency": currency}
    value = _text(form, "value")
    if not value.isdecimal() or not 1 <= int(value[:4]) <= 100:
        raise InvalidInput("The percentage must be a whole number from 1 to 100.")
    return terms | {"percent": int(value[:4])}


def _text(form: dict[str, Any], name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def _date(form: dict[str, Any], name: str, zone: str) -> datetime | None:
    text = _text(form, name)
    try:
        return datetime.fromisoformat(f"{text}T00:00").replace(tzinfo=ZoneInfo(zone)) if text else None
    except ValueError:
        raise InvalidInput("A date must be one of the calendar.") from None


def _minor(value: Any, currency: str) -> int:
    """Minor units of a typed amount, with a point or a comma."""
    try:
        amount = Decimal(str(value).strip().replace(",", ".")).scaleb(decimals(currency))
    except InvalidOperation:
        raise InvalidInput("Type an amount, like 49.50.") from None
    if not (amount.is_finite() and 0 < amount <= 100_000_000) or amount != amount.to_integral_value():
        raise InvalidInput(f"Type an amount above 0 with at most {decimals(currency)} decimals.")
    return int(amount)


def _line(promotion: PromotionView, zone: str) -> PromotionLine:
    state, tone = _STATES[promotion.state]
    off = promotion.amount.text if promotion.amount else f"{promotion.percent} %"
    most = f" of {promotion.most_uses}" if promotion.most_uses else ""
    return PromotionLine(
        id=str(promotion.id),
        code=promotion.code,
        takes_off=f"{off} off {promotion.product_name or 'every pack'}",
        limits=" · ".join(_limits(promotion, zone)),
        uses=f"{promotion.uses}{most} used" if most else f"{count(promotion.uses, 'use')} so far",
        note=promotion.note,
        state=state,
        tone=tone,
        can_end=promotion.state != "ended",
    )


def _limits(promotion: PromotionView, zone: str) -> list[str]:
    limits = []
    if promotion.starts_at:
        limits.append(f"from {day(promotion.starts_at, zone)}")
    if promotion.ends_at:
        limits.append(f"until {day(promotion.ends_at - timedelta(seconds=1), zone)}")
    if promotion.once_per_student:
        limits.append("once for each student")
    return limits


def _product(product: ProductOnSale) -> PricedProduct:
    former = f"Former price {product.former_price.text}" if product.former_price else ""
    return PricedProduct(str(product.id), f"{product.name} with {product.mentor_name}: {product.price.text}", former)
