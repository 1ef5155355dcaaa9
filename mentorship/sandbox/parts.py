"""What the pieces of the sandbox share: their settings, and how a page is rendered and a form is read."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from . import paypal_money
from .paypal_keys import PayPalKeys
from .store import Store
from .stripe_objects import money

MAX_FORM = 65_536
# Pages may be framed by nobody and load nothing from elsewhere. Forms are not limited here: browsers apply form-action
# to redirects too, and a paid checkout leads back to the shop.
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
        "frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    # Not no-referrer: with that, browsers send forms with `Origin: null` and the same-origin check cannot work.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}

Form = Mapping[str, str]


class TooLargeError(Exception):
    """A request body is larger than allowed."""


@dataclass(frozen=True)
class PayPalAccount:
    """PayPal's account: who may call its API, and what its webhooks are signed for and with."""

    client_id: str
    client_secret: str
    webhook_id: str
    keys: PayPalKeys


@dataclass(frozen=True)
class SandboxParts:
    """The settings and tools every piece of the sandbox gets.

    `public_url` is where a browser reaches the sandbox and `home_url` the app itself, both without a closing slash;
    `now` gives the sandbox clock as an aware UTC datetime; `advance` moves it forward and returns what ran.
    """

    store: Store
    now: Callable[[], datetime]
    advance: Callable[[timedelta], list[str]]
    public_url: str
    home_url: str
    api_key: str
    paypal: PayPalAccount

    @property
    def paypal_url(self) -> str:
        """Where PayPal's API and its pages are."""
        return f"{self.public_url}/paypal"

    @property
    def certs_url(self) -> str:
        """Where PayPal's certificates are."""
        return f"{self.paypal_url}/certs"

    def timestamp(self) -> int:
        """The sandbox clock in epoch seconds."""
        return int(self.now().timestamp())

    @property
    def base_path(self) -> str:
        """The path of `public_url`: links built on it work under every host name the app answers to."""
        return urlsplit(self.public_url).path

    def render(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """A sandbox page."""
        text = _PAGES.get_template(template).render(base=self.base_path, home_url=self.home_url, **values)
        return HTMLResponse(text, status, headers=PAGE_HEADERS)


def _when(epoch_seconds: float) -> str:
    return datetime.fromtimestamp(epoch_seconds, UTC).strftime("%a %d %b %Y, %H:%M:%S UTC")


def _lasting(seconds: float) -> str:
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)
_PAGES.filters |= {"money": money, "paypal_money": paypal_money.shown, "when": _when, "lasting": _lasting}


async def read_body(request: Request, most: int) -> bytes:
    """The whole body of a request.

    Raises:
        TooLargeError: it has more than `most` bytes.
        ClientDisconnect: the client went away.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise TooLargeError
    return bytes(body)


def posted(handler: Callable[[Request, Form], Response]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint for a form of our own pages: checks where it comes from, reads it, runs the handler in a thread."""

    async def endpoint(request: Request) -> Response:
        if not is_own_form(request.headers):
            raise HTTPException(403, "This form was sent from another site.")
        try:
            body = await read_body(request, MAX_FORM)
            pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=100)
        except TooLargeError:
            raise HTTPException(413, "This form is too large.") from None
        except ValueError:
            raise HTTPException(400, "This form cannot be read.") from None
        return await run_in_threadpool(handler, request, dict(pairs))

    return endpoint


def is_own_form(headers: Headers) -> bool:
    """Whether a POST comes from a page of this host (any port), or from a program that is no browser.

    Browsers always say where a form comes from; what says nothing carries nobody's cookies and cannot be tricked.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "same-site")
    origin = headers.get("origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).hostname == urlsplit(f"//{headers.get('host', '')}").hostname is not None
    except ValueError:
        return False
