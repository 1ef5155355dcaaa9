"""A sandbox served for real on this machine, with the real Stripe SDK and a webhook receiver in front of it."""

import asyncio
import http.server
import importlib.util
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import requests
import stripe
from granian.constants import Interfaces
from granian.server.embed import Server
from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient
from starlette.applications import Starlette
from starlette.routing import Mount
from support.paypal import PayPalReceiver, asked, capture, create, link, paypal_client, verified

from mentorship.sandbox.app import GoogleClient, Sandbox, create_sandbox

SECRET = "whsec_test_secret"
KEY = "sk_test_sandbox"
CLIENT_ID, CLIENT_SECRET, WEBHOOK_ID = "client-of-the-test", "secret-of-the-test", "WEBHOOKOFTHETEST"
TOOLS = Path(__file__).resolve().parents[2] / ".." / "shared" / "tools"


@dataclass
class Clock:
    """The sandbox clock under test."""

    offset: timedelta = timedelta()
    moves: list[timedelta] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def advance(self, step: timedelta) -> list[str]:
        self.offset += step
        self.moves.append(step)
        return [f"moved by {step}"]


@dataclass
class Running:
    """A served sandbox: `url` is where it is mounted."""

    sandbox: Sandbox
    url: str
    clock: Clock
    store_path: Path

    def client(self, *, key: str = KEY, api: str | None = None) -> stripe.StripeClient:
        """The real SDK, pointed here (or at a proxy in front of here)."""
        session = requests.Session()
        session.trust_env = False
        return stripe.StripeClient(
            key,
            base_addresses={"api": api or f"{self.url}/stripe"},
            http_client=stripe.RequestsClient(timeout=(3.05, 10), session=session),
        )

    def paypal(
        self, *, secret: str = CLIENT_SECRET, api: str | None = None, timeout: float = 8
    ) -> PaypalServersdkClient:
        """The real PayPal SDK, pointed here (or at a proxy in front of here)."""
        return paypal_client(api or f"{self.url}/paypal", CLIENT_ID, secret, timeout)

    def paypal_events(self, receiver: PayPalReceiver, number: int) -> list[dict[str, Any]]:
        """The first `number` events at a receiver once they are there, each with a signature that was checked."""
        wait_until(lambda: len(receiver.got) >= number)
        sandbox = self.sandbox
        return [
            verified(body, headers, root=sandbox.paypal_root, certs_url=sandbox.paypal_certs_url, webhook_id=WEBHOOK_ID)
            for body, headers in list(receiver.got)
        ]

    def approved(
        self, client: PaypalServersdkClient, key: str = "create:1", action: str = "approve", **unit: Any
    ) -> str:
        """The id of a new order that the buyer has decided about."""
        made = create(client, key, **unit)
        self.press(link(made, "payer-action"), action=action)
        return str(made["id"])

    def captured(
        self, client: PaypalServersdkClient, key: str = "create:1", action: str = "approve", **unit: Any
    ) -> dict[str, Any]:
        """The capture of a new order that the buyer has agreed to."""
        paid = asked(capture(client, self.approved(client, key, action, **unit), f"capture {key}"))
        taken: dict[str, Any] = paid["purchase_units"][0]["payments"]["captures"][0]
        return taken

    def params(self, **changes: object) -> dict[str, object]:
        """The parameters of a checkout as the app sends them."""
        return {
            "mode": "payment",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": "eur",
                        "unit_amount": 48_000,
                        "product_data": {"name": "Mentorship with Ada: 4 sessions"},
                    },
                }
            ],
            "client_reference_id": "attempt_1",
            "metadata": {"order_id": "order_1", "attempt_id": "attempt_1"},
            "payment_intent_data": {"metadata": {"order_id": "order_1", "attempt_id": "attempt_1"}},
            "success_url": "http://127.0.0.1:1/checkout/success?session_id={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://127.0.0.1:1/checkout/cancel",
            "expires_at": int((self.clock.now() + timedelta(minutes=31)).timestamp()),
            "customer_email": "student@example.com",
            "customer_creation": "if_required",
            "adaptive_pricing": {"enabled": False},
            "automatic_tax": {"enabled": False},
            **changes,
        }

    def press(self, path: str, **form: str) -> requests.Response:
        """Press a button of a sandbox page, as a browser does."""
        address = path if path.startswith("http") else self.url + path
        origin = "/".join(self.url.split("/")[:3])
        return requests.post(address, data=form, headers={"Origin": origin}, allow_redirects=False, timeout=10)


class Receiver:
    """Takes webhooks; answers the statuses in `answers` first, then 200."""

    def __init__(self) -> None:
        self.got: list[tuple[bytes, str]] = []
        self.answers: list[int] = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((body, self.headers["Stripe-Signature"]))
                self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self) -> list[stripe.Event]:
        """What came, each with a signature that the SDK accepted."""
        client = stripe.StripeClient(KEY)
        return [client.construct_event(body, signature, SECRET) for body, signature in self.got]

    def wait_for(self, number: int) -> list[stripe.Event]:
        """The first `number` events, once they are here."""
        wait_until(lambda: len(self.got) >= number)
        return self.events()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def load_tool(name: str) -> ModuleType:
    """One of the conformance tools kept beside the repository.

    A clone that stands alone skips what needs them. In CI a folder that has some but not this one is a mistake.
    """
    if not (TOOLS / f"{name}.py").is_file():
        if TOOLS.is_dir() and os.environ.get("CI"):
            pytest.fail(f"{TOOLS.resolve()} is there without {name}.py, so nothing was held against the contract.")
        pytest.skip(f"there are no conformance tools beside this repository ({name}.py)")
    sys.path.insert(0, str(TOOLS))
    try:
        spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(TOOLS))


@pytest.fixture(scope="session")
def violations() -> Callable[[type[stripe.StripeObject], stripe.StripeObject], list[str]]:
    """What is wrong with an object by the SDK's types; free-form fields such as metadata may hold anything."""
    check_object = load_tool("sdkcheck").check_object
    return lambda kind, obj: [
        v for v in check_object(kind, obj.to_dict(for_json=True)) if "UntypedStripeObject" not in v
    ]


@pytest.fixture(scope="session")
def paypal_spec() -> Callable[[str], Any]:
    """Gives PayPal's published specification of a name."""
    oas = load_tool("oas")
    return lambda name: oas.Spec(TOOLS.parent / "provider-specs" / f"{name}.json")


@pytest.fixture(scope="session")
def conformance_proxy() -> ModuleType:
    """Checks every request and answer that passes through it."""
    return load_tool("conformance_proxy")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def paypal_receiver() -> Iterator[PayPalReceiver]:
    receiver = PayPalReceiver()
    yield receiver
    receiver.stop()


@contextmanager
def serve(folder: Path, webhook_url: str, paypal_webhook_url: str = "http://127.0.0.1:1/") -> Iterator[Running]:
    """A sandbox in this process behind a real HTTP server."""
    stripe.enable_telemetry = False
    clock, port = Clock(), free_port()
    url, store_path = f"http://127.0.0.1:{port}/sandbox", folder / "sandbox.db"
    sandbox = create_sandbox(
        store_path=store_path,
        now=clock.now,
        advance=clock.advance,
        public_url=url,
        webhook_url=webhook_url,
        webhook_secret=SECRET,
        google=GoogleClient("client", "secret", "http://127.0.0.1:1/callback"),
        paypal_webhook_url=paypal_webhook_url,
        paypal_webhook_id=WEBHOOK_ID,
        paypal_client_id=CLIENT_ID,
        paypal_client_secret=CLIENT_SECRET,
        home_url="http://127.0.0.1:1/",
    )
    app = Starlette(routes=[Mount("/sandbox", sandbox.asgi)])
    server = Server(app, port=port, interface=Interfaces.ASGINL, log_enabled=False)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(server.serve()), daemon=True)
    thread.start()
    sandbox.start()
    wait_until(lambda: _listens(port))
    yield Running(sandbox, url, clock, store_path)
    sandbox.stop()
    loop.call_soon_threadsafe(server.stop)
    thread.join(10)


@pytest.fixture
def running(tmp_path: Path, receiver: Receiver, paypal_receiver: PayPalReceiver) -> Iterator[Running]:
    """A fresh sandbox for one test."""
    with serve(tmp_path, receiver.url, paypal_receiver.url) as running:
        yield running


@pytest.fixture(scope="module")
def long_running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One sandbox for all tests of a module, whose webhooks reach nobody."""
    with serve(tmp_path_factory.mktemp("sandbox"), "http://127.0.0.1:1/") as running:
        yield running


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def paypal(running: Running) -> PaypalServersdkClient:
    return running.paypal()


@pytest.fixture
def client(running: Running) -> stripe.StripeClient:
    return running.client()
