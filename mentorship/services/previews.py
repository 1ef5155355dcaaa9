"""What a student is about to buy, before anything is held."""

from uuid import UUID

from mentorship.db.models import Product
from mentorship.db.packs import seat_state
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.errors import InvalidInput, NotForSale, NotFound
from mentorship.domain.money import Money
from mentorship.domain.seats import SeatStatus
from mentorship.schemas.checkout import CheckoutPreview
from mentorship.services.checkout import order_view
from mentorship.services.context import Context
from mentorship.services.demo import CODE
from mentorship.services.instructors import mentor_cards, product_offer
from mentorship.services.policies import policy
from mentorship.services.seats import is_on_sale_to
from mentorship.services.tills import ways_to_pay
from mentorship.services.use_case import use_case


@use_case(Access.STUDENT)
def preview_checkout(ctx: Context, *, product_id: UUID | None = None, renew: UUID | None = None) -> CheckoutPreview:
    """A product with its mentor, or what renews one of the caller's packs: the same product while it is on sale.

    Raises:
        InvalidInput: neither a product nor a pack is named.
        NotFound: there is no such pack of the caller's.
        NotForSale: there is no such product, or it is not on sale.
    """
    with ctx.begin(read_only=True) as uow:
        if renew is not None:
            product = _renewal(ctx, uow, renew)
        elif product_id is not None:
            product = uow.catalog.product(product_id)
        else:
            raise InvalidInput("Nothing to buy is chosen.", fix="Choose a mentor first.")
        mentor = uow.catalog.mentor(product.mentor_id) if product else None
        if product is None or mentor is None or not product.is_active or not mentor.is_listed:
            raise NotForSale(fix="Have a look at the other mentors.")
        order = uow.orders.pending(ctx.user_id, product.id)
        status = seat_state(uow.seats.get(mentor.id, ctx.user_id)).status
        return CheckoutPreview(
            mentor=mentor_cards(ctx, uow, [mentor])[0],
            offer=product_offer(ctx, product),
            order=order_view(ctx, uow, order) if order else None,
            has_seat=status in (SeatStatus.ACTIVE, SeatStatus.GRACE),
            ways=ways_to_pay(ctx, Money(order.amount_minor if order else product.price_minor, product.currency)),
            hold=policy(uow, mentor).checkout_hold,
            on_sale=is_on_sale_to(ctx, uow, mentor, ctx.user_id),
            offered_until=uow.waitlist.offered_until(mentor.id, ctx.user_id, ctx.now),
            demo_code=CODE if ctx.site.is_sandbox and uow.promotions.by_code(CODE) else "",
        )


def _renewal(ctx: Context, uow: UnitOfWork, pack_id: UUID) -> Product | None:
    pack = uow.packs.get(pack_id)
    if pack is None or pack.student_id != ctx.user_id:
        raise NotFound()
    order = uow.orders.get(pack.order_id) if pack.order_id else None
    product = uow.catalog.product(order.product_id) if order else None
    if product is not None and product.is_active:
        return product
    on_sale = uow.catalog.products([pack.mentor_id])[pack.mentor_id]
    return on_sale[0] if on_sale else None
