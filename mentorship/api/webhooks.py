"""Deliveries of the payment provider: verified over the raw bytes, stored, and looked into afterwards.

Providers send in bursts and judge by how fast they are answered: so deliveries that come together are stored together,
and the route is spared the machinery that parses arguments and answers.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

from mentorship.api.gathering import Gathering
from mentorship.api.problems import MALFORMED, TOO_LARGE, WRONG_TYPE, refusals
from mentorship.domain.actors import ANONYMOUS
from mentorship.domain.errors import BadSignature, ProviderUnavailable
from mentorship.schemas.checkout import EventReceived
from mentorship.services.context import Dependencies
from mentorship.services.inbox import Delivery, receive_events


class _PlainRoute(APIRoute):
    """Documented like every route; its endpoint takes the request and gives the response itself."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return self.endpoint


router = APIRouter(prefix="/api/webhooks", tags=["webhooks"], route_class=_PlainRoute)
_BODY = {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}
_SIGNATURE = {"name": "Stripe-Signature", "in": "header", "required": False, "schema": {"type": "string"}}

Inbox = Gathering[Delivery, EventReceived | BadSignature]


def inbox(deps: Dependencies) -> Inbox:
    """Where the deliveries of one app go."""
    return Gathering(lambda deliveries: receive_events(deps.context(ANONYMOUS), deliveries=deliveries))


@router.post(
    "/stripe",
    response_model=EventReceived,
    openapi_extra={"requestBody": _BODY, "parameters": [_SIGNATURE]},
    responses=refusals(MALFORMED, BadSignature, TOO_LARGE, WRONG_TYPE, ProviderUnavailable),
)
async def stripe(request: Request) -> Response:
    """Take a signed event. ``outcome`` is received, duplicate or ignored; what it leads to is decided later."""
    media_type = request.headers.get("content-type", "").partition(";")[0]
    if media_type.strip().lower() != "application/json":
        raise HTTPException(415)
    try:
        payload = await request.body()
    except ClientDisconnect as error:
        raise HTTPException(400) from error
    inbox: Inbox = request.app.state.inbox
    answer = await inbox.do(Delivery(payload, dict(request.headers)))
    if isinstance(answer, BadSignature):
        raise answer
    return JSONResponse({"outcome": answer.outcome})
