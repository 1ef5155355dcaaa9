"""Deliveries of providers: verified, stored or promised to be looked into, and looked into afterwards."""

from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from mentorship.api.actor import Visitor
from mentorship.api.problems import MALFORMED, TOO_LARGE, WRONG_TYPE, refusals
from mentorship.domain.errors import BadSignature, ProviderNotOffered, ProviderUnavailable
from mentorship.schemas.checkout import EventReceived
from mentorship.services.calendar_channels import receive_push
from mentorship.services.context import Context
from mentorship.services.deliveries import receive_event

router = APIRouter(prefix="/api/webhooks", tags=["webhooks"])
Announced = Annotated[str, Header()]
_BODY = {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}


_REFUSALS = refusals(MALFORMED, BadSignature, ProviderNotOffered, TOO_LARGE, WRONG_TYPE, ProviderUnavailable)


@router.post("/stripe", openapi_extra={"requestBody": _BODY}, responses=_REFUSALS)
async def stripe(request: Request, ctx: Visitor) -> EventReceived:
    """Take an event signed by Stripe. ``outcome`` is received, duplicate or ignored; it is looked into afterwards."""
    return await _receive(request, ctx, "stripe")


@router.post("/paypal", openapi_extra={"requestBody": _BODY}, responses=_REFUSALS)
async def paypal(request: Request, ctx: Visitor) -> EventReceived:
    """Take an event signed by PayPal. ``outcome`` is received, duplicate or ignored; it is looked into afterwards."""
    return await _receive(request, ctx, "paypal")


@router.post("/google", status_code=204, responses=refusals(MALFORMED, BadSignature, TOO_LARGE))
def google(
    ctx: Visitor,
    x_goog_channel_id: Announced = "",
    x_goog_channel_token: Announced = "",
    x_goog_resource_state: Announced = "",
    x_goog_message_number: Announced = "",
) -> None:
    """Take Google Calendar's announcement that a calendar has changed; it is read afterwards."""
    receive_push(
        ctx,
        channel_id=x_goog_channel_id,
        token=x_goog_channel_token,
        state=x_goog_resource_state,
        number=x_goog_message_number,
    )


async def _receive(request: Request, ctx: Context, provider: str) -> EventReceived:
    media_type = request.headers.get("content-type", "").partition(";")[0]
    if media_type.strip().lower() != "application/json":
        raise HTTPException(415)
    try:
        payload = await request.body()
    except ClientDisconnect as error:
        raise HTTPException(400) from error
    headers = dict(request.headers)
    return await run_in_threadpool(receive_event, ctx, provider=provider, payload=payload, headers=headers)
