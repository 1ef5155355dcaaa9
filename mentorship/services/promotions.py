"""Promotion codes: what admins offer, see and end."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from mentorship.db.models import Product, Promotion
from mentorship.db.prices import promotion_terms
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.charges import step_of
from mentorship.domain.errors import CodeTaken, InvalidInput, NotFound
from mentorship.domain.money import Money
from mentorship.domain.promotions import PromotionKind, PromotionState, Uses, normal_code, promotion_state
from mentorship.schemas.prices import ProductOnSale, PromotionList, PromotionView
from mentorship.services.arguments import CodeText, Currency, Instant, Reason
from mentorship.services.context import Context
from mentorship.services.record import record
from mentorship.services.texts import amount
from mentorship.services.use_case import use_case

MOST_LISTED = 200


@use_case(Access.ADMIN)
def list_promotions(ctx: Context) -> PromotionList:
    """Every code with its uses and state, newest first, and the products that a code can be for."""
    with ctx.begin(read_only=True) as uow:
        rows = uow.promotions.newest(MOST_LISTED)
        uses = uow.promotions.uses([r.id for r in rows], held_at=ctx.now)
        products = _products(ctx, uow)
        names = {p.id: f"{p.name} with {p.mentor_name}" for p in products}
        return PromotionList([_view(ctx, row, uses[row.id], names) for row in rows], products)


def _products(ctx: Context, uow: UnitOfWork) -> list[ProductOnSale]:
    mentors = {m.id: m for m in uow.catalog.listed()}
    offers = uow.catalog.products(list(mentors))
    return [_on_sale(ctx, product, mentors[mentor_id].name) for mentor_id in mentors for product in offers[mentor_id]]


def _on_sale(ctx: Context, product: Product, mentor_name: str) -> ProductOnSale:
    former = product.former_price_minor
    return ProductOnSale(
        id=product.id,
        name=product.name,
        mentor_name=mentor_name,
        price=amount(Money(product.price_minor, product.currency), ctx.locale),
        former_price=None if former is None else amount(Money(former, product.currency), ctx.locale),
        former_price_until=product.former_price_until,
    )


@use_case(Access.ADMIN)
def create_promotion(
    ctx: Context,
    *,
    code: CodeText,
    percent: Annotated[int, Field(ge=1, le=100)] | None = None,
    amount_minor: Annotated[int, Field(ge=1, le=100_000_000)] | None = None,
    currency: Currency | None = None,
    product_id: UUID | None = None,
    starts_at: Instant | None = None,
    ends_at: Instant | None = None,
    most_uses: Annotated[int, Field(ge=1, le=1_000_000)] | None = None,
    once_per_student: bool = False,
    note: Reason = "",
) -> PromotionView:
    """Offer a code that takes a percentage, or an amount in one currency, off the price. What it promises stays.

    Raises:
        CodeRefused: no code looks like this.
        CodeTaken: there is one of this name.
        InvalidInput: it takes off neither or both, or its dates or its amount make no sense.
        NotFound: there is no such product.
    """
    name = normal_code(code)
    _check(percent, amount_minor, currency, starts_at, ends_at)
    if ends_at is not None and ends_at <= ctx.now:
        raise InvalidInput("The code would end in the past.")
    with ctx.begin() as uow:
        if uow.promotions.by_code(name) is not None:
            raise CodeTaken()
        product = uow.catalog.product(product_id) if product_id else None
        if product_id is not None and product is None:
            raise NotFound("There is no such pack.")
        if product is not None and currency is not None and product.currency != currency:
            raise InvalidInput(f"This pack is sold in {product.currency}.")
        promotion = Promotion(
            code=name,
            kind=(PromotionKind.AMOUNT if percent is None else PromotionKind.PERCENT).value,
            percent=percent,
            amount_minor=amount_minor,
            currency=currency,
            product_id=product_id,
            starts_at=starts_at,
            ends_at=ends_at,
            most_uses=most_uses,
            once_per_student=once_per_student,
            note=note,
            created_at=ctx.now,
        )
        uow.promotions.add(promotion)
        after = {"code": name, "percent": percent, "amount": amount_minor, "currency": currency, "uses": most_uses}
        record(ctx, uow, "promotion_created", ("promotion", promotion.id), after=after)
        names = {product.id: product.name} if product else {}
        return _view(ctx, promotion, Uses(), names)


def _check(
    percent: int | None,
    amount_minor: int | None,
    currency: str | None,
    starts_at: Instant | None,
    ends_at: Instant | None,
) -> None:
    if (percent is None) == (amount_minor is None):
        raise InvalidInput("A code takes off either a percentage or an amount.")
    if (amount_minor is None) != (currency is None):
        raise InvalidInput("An amount has a currency, and a percentage has none.")
    if amount_minor is not None and currency is not None and amount_minor % step_of(currency):
        smallest = amount(Money(step_of(currency), currency)).text
        raise InvalidInput(f"Prices in {currency} move in steps of {smallest}.")
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise InvalidInput("The code would end before it starts.")


@use_case(Access.ADMIN)
def end_promotion(ctx: Context, *, promotion_id: UUID) -> PromotionView:
    """End a code: nobody can bring it any more. Checkouts that are open with it may still be paid.

    Raises:
        NotFound: there is no such code.
    """
    with ctx.begin() as uow:
        uow.lock(promotion_id)
        promotion = uow.promotions.get(promotion_id)
        if promotion is None:
            raise NotFound()
        uses = uow.promotions.uses([promotion_id], held_at=ctx.now)[promotion_id]
        if promotion.is_active:
            promotion.is_active = False
            record(
                ctx,
                uow,
                "promotion_ended",
                ("promotion", promotion_id),
                before={"active": True},
                after={"active": False, "uses": uses.total},
            )
        return _view(ctx, promotion, uses, {})


def _view(ctx: Context, row: Promotion, uses: Uses, products: dict[UUID, str]) -> PromotionView:
    terms = promotion_terms(row)
    state: PromotionState = promotion_state(terms, uses, ctx.now)
    return PromotionView(
        id=row.id,
        code=row.code,
        percent=row.percent,
        amount=amount(terms.amount, ctx.locale) if terms.amount else None,
        product_id=row.product_id,
        product_name=products.get(row.product_id, "One pack that is not on sale") if row.product_id else "",
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        most_uses=row.most_uses,
        once_per_student=row.once_per_student,
        note=row.note,
        uses=uses.total,
        state=state.value,
        created_at=row.created_at,
    )
