"""Puts the sandbox together: one ASGI application to mount, one mail server, one webhook sender."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from . import paypal_flow, stripe_flow
from .clock import clock_routes
from .console import console_routes
from .deliveries import PAYPAL, STRIPE
from .google import Google, GoogleClient
from .hosted import hosted_routes
from .mail import MailServer
from .mailbox import mailbox_routes
from .parts import PayPalAccount, SandboxParts
from .paypal_api import PayPalApi
from .paypal_console import paypal_console_routes
from .paypal_keys import load_keys
from .paypal_pages import paypal_routes
from .store import Store
from .stripe_api import StripeApi
from .webhooks import WebhookSender, paypal_endpoint, stripe_endpoint

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
                *paypal_routes(parts),
                *paypal_console_routes(parts),
                Route("/paypal/{version}/{path:path}", PayPalApi(parts)),
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

    @property
    def paypal_root(self) -> Path:
        """The file with the root certificate that whoever checks PayPal's webhooks has to trust."""
        return self._parts.paypal.keys.root

    @property
    def paypal_certs_url(self) -> str:
        """Where the certificates are that PayPal's webhooks name."""
        return self._parts.certs_url

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
        """Do what the sandbox clock has made due: what was not paid in time is over, and says so."""
        store, now = self._parts.store, self._parts.timestamp()
        stripe_flow.lapse(store, now)
        paypal_flow.lapse(store, now, self._parts.paypal_url)

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
    paypal_webhook_url: str,
    paypal_webhook_id: str,
    paypal_client_id: str,
    paypal_client_secret: str,
    google: GoogleClient,
    smtp_port: int = 0,
    home_url: str,
) -> Sandbox:
    """The sandbox on one file; nothing runs before `start`.

    `now` gives the sandbox clock (aware, UTC), `advance` moves it and returns what ran. `public_url` is where a browser
    reaches the mounted application, `webhook_url` where Stripe's webhooks go, signed with `webhook_secret`;
    `paypal_webhook_url` where PayPal's go, signed for `paypal_webhook_id` with a key that is kept beside the file;
    `home_url` is the app's own front page, `google` the client that may ask for people's calendars.
    """
    store = Store(store_path)
    parts = SandboxParts(
        store=store,
        now=now,
        advance=advance,
        public_url=public_url.rstrip("/"),
        home_url=home_url,
        api_key=api_key,
        paypal=PayPalAccount(
            client_id=paypal_client_id,
            client_secret=paypal_client_secret,
            webhook_id=paypal_webhook_id,
            keys=load_keys(store_path.parent / "sandbox-paypal"),
        ),
    )
    endpoints = {
        STRIPE: stripe_endpoint(webhook_url, webhook_secret),
        PAYPAL: paypal_endpoint(paypal_webhook_url, parts.paypal.keys, paypal_webhook_id, parts.certs_url),
    }
    stand_in = Google(parts, store_path.with_name("sandbox-google.db"), google)
    return Sandbox(parts, WebhookSender(store, endpoints), stand_in, smtp_port)
