"""Deliveries of the payment provider: verified over the raw bytes, stored, and looked into afterwards."""

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from mentorship.api.actor import Visitor
from mentorship.api.problems import MALFORMED, TOO_LARGE, WRONG_TYPE, refusals
from mentorship.domain.errors import BadSignature, ProviderNotOffered, ProviderUnavailable
from mentorship.schemas.checkout import EventReceived
from mentorship.services.context import Context
from mentorship.services.deliveries import receive_event

router = APIRouter(prefix="/api/webhooks", tags=["webhooks"])
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
