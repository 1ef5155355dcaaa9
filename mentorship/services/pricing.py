"""What a product costs one student: its price, a former one, or the price under a code."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import Field

from mentorship.db.models import Product, Promotion
from mentorship.db.prices import promotion_terms
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access, Role
from mentorship.domain.charges import smallest_charge, step_of
from mentorship.domain.errors import CodeRefused, InvalidInput, NotForSale, NotFound, TooManyTries
from mentorship.domain.money import Money
from mentorship.domain.promotions import FormerPrice, Price, check_code, normal_code, with_code, without_code
from mentorship.schemas.prices import PriceQuote
from mentorship.services.arguments import CodeText
from mentorship.services.context import Context
from mentorship.services.record import record
from mentorship.services.settling import sync_attempt
from mentorship.services.texts import amount
from mentorship.services.tills import ways_to_pay
from mentorship.services.use_case import use_case

MOST_LAPSED = 20


@dataclass(frozen=True, slots=True)
class Priced:
    """A price with the code that made it, where one did."""

    price: Price
    promotion: Promotion | None = None


@use_case(Access.PUBLIC)
def quote_price(ctx: Context, *, product_id: UUID, code: CodeText = "", address: str = "") -> PriceQuote:
    """What a product costs the caller, with or without a code; checking out asks for exactly this.

    For visitors, nothing that depends on the person is looked at. ``address`` is where a visitor's request came from.

    Raises:
        NotForSale: the product is not on sale.
        CodeRefused: the code does not work here; ``code`` says why.
        TooManyTries: the caller has tried too many codes.
    """
    limit_codes(ctx, code, address)
    with ctx.begin(read_only=True) as uow:
        product = uow.catalog.product(product_id)
        if product is None or not product.is_active:
            raise NotForSale()
        student_id = ctx.actor.user_id if ctx.actor.role is Role.STUDENT else None
        promotion = find_promotion(uow, code)
        order = uow.orders.pending(student_id, product_id) if student_id else None
        priced = price_for(ctx, uow, product, student_id, promotion, besides=order.id if order else None, now_only=True)
        original, total = priced.price.original, priced.price.total
        return PriceQuote(
            product_id=product.id,
            original=amount(original, ctx.locale),
            discount=amount(priced.price.discount, ctx.locale),
            total=amount(total, ctx.locale),
            reason=priced.price.reason.value,
            code=promotion.code if promotion else "",
            ways=ways_to_pay(ctx, total),
        )


def limit_codes(ctx: Context, code: str, address: str = "") -> None:
    """Count one try of a code, so that nobody finds one by trying.

    Raises:
        TooManyTries: the caller, or a visitor's address, has tried too many.
    """
    if code and not ctx.deps.limiter.allow("code", str(ctx.actor.user_id or address)):
        raise TooManyTries()


def find_promotion(uow: UnitOfWork, code: str) -> Promotion | None:
    """The promotion of a code as somebody typed it; None when nothing was typed.

    Raises:
        CodeRefused: there is no such code.
    """
    if not code.strip():
        return None
    promotion = uow.promotions.by_code(normal_code(code))
    if promotion is None:
        raise CodeRefused()
    return promotion


def price_for(
    ctx: Context,
    uow: UnitOfWork,
    product: Product,
    student_id: UUID | None,
    promotion: Promotion | None,
    *,
    besides: UUID | None = None,
    now_only: bool = False,
) -> Priced:
    """What this student pays. A code wins over a former price, and applies to the present one.

    To decide a sale, call it with the promotion locked: every order that may still be paid then counts as a use, except
    the student's own order ``besides``. With ``now_only`` a lapsed hold has given its use back.

    Raises:
        CodeRefused: the code does not work here.
    """
    original = Money(product.price_minor, product.currency)
    if promotion is None:
        paid_at = uow.promotions.first_paid_at(student_id, product.id) if student_id else None
        return Priced(without_code(original, _former_price(product), paid_at))
    held_at = ctx.now if now_only else None
    uses = uow.promotions.uses([promotion.id], student_id, besides=besides, held_at=held_at)[promotion.id]
    terms = promotion_terms(promotion)
    check_code(terms, product.id, product.currency, ctx.now, uses)
    return Priced(with_code(original, terms), promotion)


def _former_price(product: Product) -> FormerPrice | None:
    if product.former_price_minor is None or product.former_price_until is None:
        return None
    return FormerPrice(Money(product.former_price_minor, product.currency), product.former_price_until)


def give_back_lapsed_uses(ctx: Context, code: str) -> None:
    """Close at the provider what nobody may pay any more, so that the uses it held can be given to others.

    Only for codes with a limit. A checkout that cannot be closed now keeps its use.
    """
    with ctx.begin(read_only=True) as uow:
        promotion = find_promotion(uow, code)
        if promotion is None or (promotion.most_uses is None and not promotion.once_per_student):
            return
        orders = uow.promotions.lapsed(promotion.id, ctx.now, MOST_LAPSED)
        attempts = [a.id for order_id in orders for a in uow.orders.live_attempts(order_id)]
    system = ctx.deps.system()
    for attempt_id in attempts:
        sync_attempt(system, attempt_id=attempt_id)


@use_case(Access.ADMIN)
def change_price(
    ctx: Context,
    *,
    product_id: UUID,
    price_minor: Annotated[int, Field(ge=0, le=100_000_000)],
    keep_former: bool,
) -> UUID:
    """Ask another price from now on. With ``keep_former``, those who have paid already keep paying the present one.

    Returns the product's id.

    Raises:
        NotFound: there is no such product.
        InvalidInput: providers cannot charge this amount.
    """
    with ctx.begin() as uow:
        product = uow.catalog.product(product_id)
        if product is None:
            raise NotFound()
        require_chargeable(price_minor, product.currency)
        before = {"price": product.price_minor, "former": product.former_price_minor}
        if keep_former:
            product.former_price_minor, product.former_price_until = product.price_minor, ctx.now
        else:
            product.former_price_minor = product.former_price_until = None
        product.price_minor = price_minor
        after = {"price": price_minor, "former": product.former_price_minor}
        record(ctx, uow, "price_changed", ("product", product_id), before=before, after=after)
        uow.touch("storefront", f"mentor:{product.mentor_id}")
        return product.id


def require_chargeable(minor: int, currency: str) -> None:
    """Refuse a price that no payment provider could charge exactly.

    Raises:
        InvalidInput: it is too small, or between the steps in which this currency moves.
    """
    if minor < smallest_charge(currency):
        raise InvalidInput(f"The smallest price is {amount(Money(smallest_charge(currency), currency)).text}.")
    if minor % step_of(currency):
        raise InvalidInput(f"Prices in {currency} move in steps of {amount(Money(step_of(currency), currency)).text}.")
