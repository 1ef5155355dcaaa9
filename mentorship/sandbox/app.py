"""Puts the sandbox together: one ASGI application to mount, one mail server, one webhook sender."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from . import stripe_flow
from .clock import clock_routes
from .console import console_routes
from .google import Google, GoogleClient
from .hosted import hosted_routes
from .mail import MailServer
from .mailbox import mailbox_routes
from .parts import SandboxParts
from .store import Store
from .stripe_api import StripeApi
from .webhooks import WebhookSender

__all__ = ["GoogleClient", "Sandbox", "SandboxParts", "create_sandbox"]


class Sandbox:
    """Stand-ins for the providers. `asgi` serves pages and APIs; `start` brings up mail and webhooks."""

    def __init__(self, parts: SandboxParts, sender: WebhookSender, google: Google, smtp_port: int) -> None:
        self._parts, self._sender, self._google, self._smtp_port = parts, sender, google, smtp_port
        self._mail: MailServer | None = None
        self.asgi = Starlette(
            routes=[
                Route("/", self._index, methods=["GET"]),
                Route("/stripe/v1/{path:path}", StripeApi(parts)),
                *hosted_routes(parts),
                *console_routes(parts),
                *google.routes,
                *mailbox_routes(parts),
                *clock_routes(parts),
            ],
            exception_handlers={HTTPException: self._problem},
        )

    @property
    def smtp_port(self) -> int:
        """Where the mail server listens on 127.0.0.1; known after `start` when a free port was asked for."""
        return self._smtp_port

    def start(self) -> None:
        """Start the mail server and the webhook sender; does nothing when they run already.

        Raises:
            OSError: the mail port is taken.
        """
        if self._mail is None:
            mail = MailServer(self._parts.store, self._parts.now, self._smtp_port)
            mail.start()
            self._mail, self._smtp_port = mail, mail.port
            self._sender.start()
            self._google.start()

    def stop(self) -> None:
        """Stop them and close the store's idle connections. A stopped sandbox can start again, on the same port."""
        if self._mail is not None:
            self._google.stop()
            self._sender.stop()
            self._mail.stop()
            self._mail = None
        self._parts.store.close()

    def tick(self) -> None:
        """Do what the sandbox clock has made due: sessions past their `expires_at` expire and say so."""
        stripe_flow.lapse(self._parts.store, self._parts.timestamp())

    def _index(self, _: Request) -> Response:
        return self._parts.render("index.html", now=self._parts.now())

    def _problem(self, _: Request, problem: Exception) -> Response:
        assert isinstance(problem, HTTPException)
        return self._parts.render("problem.html", status=problem.status_code, detail=problem.detail)


def create_sandbox(
    *,
    store_path: Path,
    now: Callable[[], datetime],
    advance: Callable[[timedelta], list[str]],
    public_url: str,
    webhook_url: str,
    webhook_secret: str,
    api_key: str = "sk_test_sandbox",
    google: GoogleClient,
    smtp_port: int = 0,
    home_url: str,
) -> Sandbox:
    """The sandbox on one file; nothing runs before `start`.

    `now` gives the sandbox clock (aware, UTC), `advance` moves it and returns what ran. `public_url` is where a browser
    reaches the mounted application, `webhook_url` where Stripe's webhooks go, signed with `webhook_secret`; `home_url`
    is the app's own front page, `google` the client that may ask for people's calendars.
    """
    store = Store(store_path)
    parts = SandboxParts(
        store=store,
        now=now,
        advance=advance,
        public_url=public_url.rstrip("/"),
        home_url=home_url,
        api_key=api_key,
    )
    stand_in = Google(parts, store_path.with_name("sandbox-google.db"), google)
    return Sandbox(parts, WebhookSender(store, webhook_url, webhook_secret), stand_in, smtp_port)
