"""Headers of the pages and their files: nobody frames them, and a file whose name carries its hash is kept for ever."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGES = {
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
}
HASHED = "/assets/"
KEPT = "public, max-age=31536000, immutable"


def page_headers(app: ASGIApp) -> ASGIApp:
    """Add what is missing to each answer; what a page has set itself stays."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in PAGES.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith(HASHED) and message["status"] == 200:
                    headers["Cache-Control"] = KEPT
            await send(message)

        await app(scope, receive, send_with_headers if scope["type"] == "http" else send)

    return serve
