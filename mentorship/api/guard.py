"""What stands before every route: foreign pages and large bodies stay out, answers are not stored or sniffed."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mentorship.api.problems import CROSS_SITE, MALFORMED, TOO_LARGE, Problem, respond

WEBHOOKS = "/api/webhooks/"
LARGEST_BODY = 64 * 1024
LARGEST_DELIVERY = 512 * 1024
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITE = frozenset({"same-origin", "same-site"})
_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
)


def origin_of(url: str) -> str:
    """The origin of an address, as browsers send it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


class Guard:
    """Pure ASGI. Browsers say where a request comes from; servers and command lines do not, and hold no cookie."""

    def __init__(self, app: ASGIApp, deliveries: ASGIApp, origins: frozenset[str]) -> None:
        self._app, self._origins = app, origins
        self._requests = RequestBodyLimitMiddleware(app, LARGEST_BODY)
        self._deliveries = RequestBodyLimitMiddleware(deliveries, LARGEST_DELIVERY)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(each for each in _HEADERS if each[0] not in given)]
            await send(message)

        headers, is_delivery = Headers(scope=scope), scope["path"].startswith(WEBHOOKS)
        app = self._deliveries if is_delivery else self._requests
        refusal = _size_refusal(headers, app.max_body_size)
        if refusal is None and not is_delivery and scope["method"] not in _SAFE_METHODS and self._is_foreign(headers):
            refusal = CROSS_SITE
        await (respond(refusal) if refusal else app)(scope, receive, send_guarded)

    def _is_foreign(self, headers: Headers) -> bool:
        origins, site = headers.getlist("origin"), headers.get("sec-fetch-site")
        if origins and origins != ["null"]:
            return any(origin.lower() not in self._origins for origin in origins)
        return site not in _OWN_SITE if site or origins else False


def _size_refusal(headers: Headers, largest: int) -> Problem | None:
    lengths = headers.getlist("content-length")
    if any(not (length.isascii() and length.isdigit() and len(length) < 20) for length in lengths):
        return MALFORMED
    return TOO_LARGE if any(int(length) > largest for length in lengths) else None
