"""Deliveries of the payment provider: verified over the raw bytes, stored, and looked into afterwards."""

from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from mentorship.api.actor import Visitor
from mentorship.api.problems import MALFORMED, TOO_LARGE, WRONG_TYPE, refusals
from mentorship.domain.errors import BadSignature, ProviderUnavailable
from mentorship.schemas.checkout import EventReceived
from mentorship.services.payments import receive_stripe_event

router = APIRouter(prefix="/api/webhooks", tags=["webhooks"])
_BODY = {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}


@router.post(
    "/stripe",
    openapi_extra={"requestBody": _BODY},
    responses=refusals(MALFORMED, BadSignature, TOO_LARGE, WRONG_TYPE, ProviderUnavailable),
)
async def stripe(request: Request, ctx: Visitor, stripe_signature: Annotated[str, Header()] = "") -> EventReceived:
    """Take a signed event. ``outcome`` is received, duplicate or ignored; what it leads to is decided later."""
    media_type = request.headers.get("content-type", "").partition(";")[0]
    if media_type.strip().lower() != "application/json":
        raise HTTPException(415)
    try:
        payload = await request.body()
    except ClientDisconnect as error:
        raise HTTPException(400) from error
    return await run_in_threadpool(receive_stripe_event, ctx, payload=payload, signature=stripe_signature)
