"""Buying: start, ask how it stands, and the two addresses to which the provider's page sends the buyer back."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from mentorship.api.actor import Caller, Visitor, needs_session
from mentorship.api.problems import CROSS_SITE, MALFORMED, TOO_LARGE, problem_of, refusals, respond
from mentorship.domain.errors import (
    CodeRefused,
    DomainError,
    LinkInvalid,
    NotAllowed,
    NotForSale,
    NotFound,
    OrderClosed,
    PaidMeanwhile,
    ProviderLockedOut,
    ProviderNotOffered,
    ProviderRefused,
    ProviderUnavailable,
    SignInRequired,
    SoldOut,
    TooManyTries,
)
from mentorship.domain.orders import OrderStatus
from mentorship.schemas.checkout import CheckoutStarted, OrderView
from mentorship.schemas.prices import PriceQuote
from mentorship.services.arguments import CodeText, ProviderName, RequestKey
from mentorship.services.captures import CheckoutReference, capture_checkout
from mentorship.services.checkout import cancel_checkout, start_checkout, verify_checkout
from mentorship.services.pricing import quote_price

router = APIRouter(prefix="/api/checkout", tags=["checkout"])


class CheckoutBody(BaseModel):
    """What to buy. The same request key leads to the same order."""

    model_config = ConfigDict(extra="forbid")

    product_id: UUID
    code: CodeText = Field(default="", examples=["SPRING-25"])
    request_key: RequestKey | None = Field(default=None, examples=["b7f3a2c4-order"])


class ApprovedBody(BaseModel):
    """Which checkout was approved: the ``token`` with which PayPal sent the buyer back."""

    model_config = ConfigDict(extra="forbid")

    token: CheckoutReference = Field(examples=["5O190127TN364715T"])


_START_REFUSALS = refusals(
    MALFORMED,
    SignInRequired,
    NotAllowed,
    CROSS_SITE,
    NotForSale,
    ProviderNotOffered,
    CodeRefused,
    SoldOut,
    OrderClosed,
    PaidMeanwhile,
    TOO_LARGE,
    TooManyTries,
    ProviderUnavailable,
    ProviderLockedOut,
    ProviderRefused,
)


@router.post("/stripe", status_code=201, dependencies=needs_session, responses=_START_REFUSALS)
def start_stripe(ctx: Caller, body: CheckoutBody) -> CheckoutStarted:
    """Hold the seat and open Stripe's page; send the buyer to ``url``."""
    return _start(ctx, body, "stripe")


@router.post("/paypal", status_code=201, dependencies=needs_session, responses=_START_REFUSALS)
def start_paypal(ctx: Caller, body: CheckoutBody) -> CheckoutStarted:
    """Hold the seat and open PayPal's page; send the buyer to ``url``."""
    return _start(ctx, body, "paypal")


def _start(ctx: Caller, body: CheckoutBody, provider: ProviderName) -> CheckoutStarted:
    return start_checkout(
        ctx, product_id=body.product_id, provider=provider, code=body.code, request_key=body.request_key
    )


@router.post(
    "/paypal/capture",
    dependencies=needs_session,
    responses=refusals(
        MALFORMED,
        SignInRequired,
        NotAllowed,
        CROSS_SITE,
        NotFound,
        ProviderNotOffered,
        TOO_LARGE,
        ProviderUnavailable,
        ProviderRefused,
    ),
)
def capture_paypal(ctx: Caller, body: ApprovedBody) -> OrderView:
    """Take the money of one's own approved order. While ``declined``, send the buyer to ``hosted_url`` again."""
    return capture_checkout(ctx, reference=body.token)


@router.get("/quote", responses=refusals(NotForSale, CodeRefused, TooManyTries))
def quote(request: Request, ctx: Caller, product_id: UUID, code: CodeText = "") -> PriceQuote:
    """What a product costs the caller, with or without a code. No account is needed; signed in, it is exact."""
    address = request.client.host if request.client else ""
    return quote_price(ctx, product_id=product_id, code=code, address=address)


@router.get("/verify", dependencies=needs_session, responses=refusals(SignInRequired, NotFound))
def verify(ctx: Caller, order_id: UUID) -> OrderView:
    """One's own order, after asking the provider how its payment stands."""
    return verify_checkout(ctx, order_id=order_id)


@router.get(
    "/success",
    status_code=303,
    response_class=RedirectResponse,
    responses={303: {"description": "To the page that shows the order"}, **refusals()},
)
def success(
    ctx: Visitor,
    order: UUID,
    token: Annotated[str, Query(description="PayPal's id of what the buyer has approved", max_length=255)] = "",
) -> Response:
    """Where the provider sends a buyer back. It changes nothing: the page does, as the order's owner."""
    asked = {"order": str(order)} | ({"token": token} if token else {})
    return RedirectResponse(f"{ctx.site.public_url}/checkout/success?{urlencode(asked)}", 303)


@router.get(
    "/cancel",
    status_code=303,
    response_class=RedirectResponse,
    responses={
        303: {"description": "To the mentor's page, or to the order when it turns out to be paid"},
        **refusals(LinkInvalid, ProviderUnavailable, ProviderLockedOut),
    },
)
def cancel(request: Request, ctx: Visitor, link: str = "") -> Response:
    """Where the provider sends a buyer who gives up: frees the seat. Browsers always end on a page."""
    try:
        order = cancel_checkout(ctx, link=link)
    except DomainError as error:
        if "text/html" in request.headers.get("accept", ""):
            return RedirectResponse(f"{ctx.site.public_url}/?notice={error.code}", 303)
        return respond(problem_of(error))
    if OrderStatus(order.status).has_money or order.status == OrderStatus.PROCESSING.value:
        return RedirectResponse(f"{ctx.site.public_url}/checkout/success?order={order.id}", 303)
    return RedirectResponse(f"{ctx.site.public_url}/mentors/{order.mentor_slug}?canceled=1", 303)
