"""Captures: the buyer has approved a checkout at its provider and comes back; the money is ours to take."""

from typing import Annotated

from pydantic import StringConstraints

from mentorship.domain.actors import Access
from mentorship.domain.errors import NotFound, ProviderUnavailable
from mentorship.schemas.checkout import OrderView
from mentorship.services.arguments import ProviderName
from mentorship.services.checkout import order_view
from mentorship.services.context import Context
from mentorship.services.settling import settle_checkout
from mentorship.services.use_case import use_case

CheckoutReference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,255}$")]
"""The provider's own id of a checkout."""

UNSURE = (
    "The payment provider does not answer right now. We keep asking: you pay once, and the order follows by itself."
)


@use_case(Access.STUDENT)
def capture_checkout(ctx: Context, *, reference: CheckoutReference, provider: ProviderName = "paypal") -> OrderView:
    """Take the money of one's own approved checkout, once however often it is asked; then how the order stands.

    ``declined`` says that the provider did not get the money: the buyer chooses something else at ``hosted_url``.

    Raises:
        NotFound: there is no such checkout of the caller's.
        ProviderNotOffered: this installation has no such provider.
        ProviderUnavailable: nothing is known yet; ask again.
        ProviderRefused: the provider does not let us take it.
    """
    with ctx.begin(read_only=True) as uow:
        attempt = uow.orders.attempt_by_reference(provider, reference)
        order = uow.orders.get(attempt.order_id) if attempt else None
        if attempt is None or order is None or order.student_id != ctx.user_id:
            raise NotFound()
    try:
        settle_checkout(ctx.deps.system(), attempt.id, provider, reference)
    except ProviderUnavailable as error:
        raise type(error)(UNSURE) from error
    with ctx.begin(read_only=True) as uow:
        return order_view(ctx, uow, uow.orders.get(order.id) or order)
