"""Deliveries of the payment providers: verified over the raw bytes, stored, and looked into afterwards.

Providers send in bursts and judge by how fast they are answered: so deliveries that come together are stored together,
and the routes are spared the machinery that parses arguments and answers.
"""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

from mentorship.api.gathering import Gathering
from mentorship.api.problems import MALFORMED, TOO_LARGE, WRONG_TYPE, refusals
from mentorship.domain.actors import ANONYMOUS
from mentorship.domain.errors import BadSignature, ProviderNotOffered, ProviderUnavailable
from mentorship.schemas.checkout import EventReceived
from mentorship.services.context import Dependencies
from mentorship.services.inbox import Delivery, Refusal, receive_events

PROVIDERS = ("stripe", "paypal")
Inbox = Gathering[Delivery, EventReceived | Refusal]


class _PlainRoute(APIRoute):
    """Documented like every route; its endpoint takes the request and gives the response itself."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return self.endpoint


router = APIRouter(prefix="/api/webhooks", tags=["webhooks"], route_class=_PlainRoute)
_ROUTE: dict[str, Any] = {
    "response_model": EventReceived,
    "openapi_extra": {
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}
    },
    "responses": refusals(MALFORMED, BadSignature, ProviderNotOffered, TOO_LARGE, WRONG_TYPE, ProviderUnavailable),
}


def inboxes(deps: Dependencies) -> dict[str, Inbox]:
    """Where the deliveries to one app go, by provider."""

    def receive(provider: str, deliveries: list[Delivery]) -> list[EventReceived | Refusal]:
        return receive_events(deps.context(ANONYMOUS), provider=provider, deliveries=deliveries)

    return {provider: Gathering(partial(receive, provider)) for provider in PROVIDERS}


@router.post("/stripe", **_ROUTE)
async def stripe(request: Request) -> Response:
    """Take an event signed by Stripe. ``outcome`` is received, duplicate or ignored; it is looked into afterwards."""
    return await _receive(request, "stripe")


@router.post("/paypal", **_ROUTE)
async def paypal(request: Request) -> Response:
    """Take an event signed by PayPal. ``outcome`` is received, duplicate or ignored; it is looked into afterwards."""
    return await _receive(request, "paypal")


async def _receive(request: Request, provider: str) -> Response:
    media_type = request.headers.get("content-type", "").partition(";")[0]
    if media_type.strip().lower() != "application/json":
        raise HTTPException(415)
    try:
        payload = await request.body()
    except ClientDisconnect as error:
        raise HTTPException(400) from error
    inbox: Inbox = request.app.state.inboxes[provider]
    answer = await inbox.do(Delivery(payload, dict(request.headers)))
    if not isinstance(answer, EventReceived):
        raise answer
    return JSONResponse({"outcome": answer.outcome})
