"""How the stand-ins take a call over HTTP and answer it, and how a fault of the console gets in between."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .faults import SLOW_SECONDS, take_fault
from .parts import TooLargeError, read_body
from .store import Store

MAX_BODY = 1_048_576
BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(frozen=True)
class Call:
    """One request, read completely. Header names are in lower case; `path` starts below the API's root."""

    method: str
    path: str
    headers: Mapping[str, str]
    query: bytes
    body: bytes


@dataclass(frozen=True)
class Answer:
    """A status and a text, with the headers beyond those every answer has."""

    status: int
    text: str
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "application/json"


@dataclass(frozen=True)
class Api:
    """A provider's API: `answer` says what it answers to a call, `refuse` what its refusals look like."""

    provider: str
    store: Store
    answer: Callable[[Call], Answer]
    refuse: Callable[[int], Answer]
    headers: Callable[[], dict[str, str]]

    async def serve(self, path: str, scope: Scope, receive: Receive, send: Send, *, what: str = "api") -> None:
        """Answer the request of an ASGI scope; `what` is the kind of call that faults go by."""
        request = Request(scope, receive)
        headers = {name.lower(): value for name, value in request.headers.items()}
        fault = await run_in_threadpool(take_fault, self.store, self.provider, what)
        try:
            body = await read_body(request, MAX_BODY)
        except ClientDisconnect:
            return
        except TooLargeError:
            answer = self.refuse(413)
        else:
            text_path = path.encode("utf-8", "replace").decode()
            call = Call(request.method, text_path, headers, scope["query_string"], body)
            answer = await self._answer(call, fault)
        response = Response(
            answer.text, answer.status, headers=self.headers() | answer.headers, media_type=answer.media_type
        )
        if fault == "lost":
            await _break_off(response, send)
        else:
            await response(scope, receive, send)

    async def _answer(self, call: Call, fault: str | None) -> Answer:
        match fault:
            case "500" | "429" | "401":
                return self.refuse(int(fault))
            case "token":
                return self.refuse(401)
            case "502":
                return Answer(502, BAD_GATEWAY, media_type="text/html")
            case "slow":
                await asyncio.sleep(SLOW_SECONDS)
        return await run_in_threadpool(self.answer, call)


async def _break_off(response: Response, send: Send) -> None:
    # Fewer bytes than announced: the server closes the connection, as when the network fails.
    await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
    await send({"type": "http.response.body", "body": bytes(response.body)[:1], "more_body": True})
