"""Deliveries of the payment providers: verified over the raw bytes, stored, and looked into afterwards.

Providers send in bursts and judge by how fast they are answered: so deliveries that come together are stored together,
and the routes are spared the machinery that parses arguments and answers. Each is verified by itself before that: one
that keeps us waiting, which anybody can send, holds up no other.
"""

from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from mentorship.api.gathering import Gathering
from mentorship.api.problems import MALFORMED, TOO_LARGE, WRONG_TYPE, answer_problem, refusals
from mentorship.domain.actors import ANONYMOUS
from mentorship.domain.errors import BadSignature, ProviderNotOffered, ProviderUnavailable
from mentorship.gateways.ports import ProviderEvent
from mentorship.schemas.checkout import EventReceived
from mentorship.services.context import Dependencies
from mentorship.services.inbox import Delivery, store_events, verify_delivery

PROVIDERS = ("stripe", "paypal")
LARGEST_QUICK = 64 * 1024
"""In bytes; what is larger is verified beside the event loop in any case."""


router = APIRouter(prefix="/api/webhooks", tags=["webhooks"])
_ROUTE: dict[str, Any] = {
    "response_model": EventReceived,
    "openapi_extra": {
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}
    },
    "responses": refusals(MALFORMED, BadSignature, ProviderNotOffered, TOO_LARGE, WRONG_TYPE, ProviderUnavailable),
}


class Shortcut:
    """Calls the endpoints of these routes without the layers around an app's; it has every other request."""

    def __init__(self, api: FastAPI) -> None:
        self._api = api
        self._routes = {route.path: route for route in router.routes if isinstance(route, APIRoute)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._routes.get(scope["path"])
        if route is None or scope["method"] not in route.methods:
            await self._api(scope, receive, send)
            return
        scope |= {"app": self._api, "route": route}
        request = Request(scope, receive)
        try:
            response = await route.endpoint(request)
        except Exception as error:
            response = await answer_problem(request, error)
        await response(scope, receive, send)


class Inbox:
    """Where one provider's deliveries to one app go."""

    def __init__(self, deps: Dependencies, provider: str) -> None:
        self._deps, self._provider = deps, provider
        self._stored = Gathering(self._store)

    async def receive(self, delivery: Delivery) -> EventReceived:
        """Verify a delivery and store it with those that come meanwhile; raises its refusal."""
        if self._is_quick(delivery):
            event = self._verify(delivery)
        else:
            event = await run_in_threadpool(self._verify, delivery)
        return await self._stored.do(event)

    def _is_quick(self, delivery: Delivery) -> bool:
        """Whether verifying takes less than handing it to a thread."""
        till = self._deps.providers.get(self._provider)
        return till is not None and till.verifies_alone and len(delivery.payload) <= LARGEST_QUICK

    def _verify(self, delivery: Delivery) -> ProviderEvent:
        return verify_delivery(self._deps.context(ANONYMOUS), provider=self._provider, delivery=delivery)

    def _store(self, events: list[ProviderEvent]) -> list[EventReceived]:
        return store_events(self._deps.system(), provider=self._provider, events=events)


def inboxes(deps: Dependencies) -> dict[str, Inbox]:
    """The inboxes of one app, by provider."""
    return {provider: Inbox(deps, provider) for provider in PROVIDERS}


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
    answer = await inbox.receive(Delivery(payload, dict(request.headers)))
    return JSONResponse({"outcome": answer.outcome})
