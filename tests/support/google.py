"""Google's stand-in served for real on this machine, with the witness in front of it and a mentor who uses it."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette
from starlette.routing import Mount
from support.google_witness import Witness

from mentorship.domain.calendars import PERMISSIONS
from mentorship.gateways.google_calendar import GoogleCalendars
from mentorship.gateways.google_oauth import GoogleAddresses, GoogleConsent
from mentorship.gateways.ports import CalendarGateways
from mentorship.gateways.secrets import SealedSecrets
from mentorship.sandbox.app import GoogleClient, Sandbox, create_sandbox
from mentorship.sandbox.google_store import GoogleStore, GoogleTx

CLIENT = GoogleClient(
    "test.apps.googleusercontent.com", "GOCSPX-test", "http://localhost:8000/api/calendars/google/callback"
)


class Now:
    """The stand-in's clock, set by whoever uses it."""

    def __init__(self) -> None:
        self.clock: Any = None

    def __call__(self) -> datetime:
        return self.clock.now() if self.clock else datetime.now(UTC)


@dataclass
class GoogleStand:
    """A served stand-in: `url` is where its Google begins."""

    sandbox: Sandbox
    witness: Witness
    url: str
    now: Now
    store: GoogleStore

    @property
    def addresses(self) -> GoogleAddresses:
        return GoogleAddresses.below(self.url)

    def gateways(self, push_url: str = "", retries: int = 0) -> CalendarGateways:
        """The real adapters, pointed here."""
        return CalendarGateways(
            consents=GoogleConsent(CLIENT.client_id, CLIENT.client_secret, CLIENT.redirect_uri, self.addresses),
            calendars=GoogleCalendars(
                CLIENT.client_id, CLIENT.client_secret, push_url, self.addresses, retries=retries
            ),
            vault=SealedSecrets({"test": bytes(32)}, purpose="google"),
            is_real=False,
        )

    def consent(
        self, url: str, account: str, *, scopes: tuple[str, ...] = tuple(PERMISSIONS), allow: bool = True
    ) -> dict[str, str]:
        """Be the person on the consent page; what the redirect back says."""
        form = {"account": account, "scope": list(scopes), "action": "allow" if allow else "deny"}
        headers = {"Origin": "{0.scheme}://{0.netloc}".format(urlsplit(url))}
        answer = requests.post(url, data=form, headers=headers, allow_redirects=False, timeout=10)
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"].startswith(CLIENT.redirect_uri)
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}

    def press(self, **form: str) -> requests.Response:
        """Press a button of the tester's page."""
        headers = {"Origin": "{0.scheme}://{0.netloc}".format(urlsplit(self.url))}
        return requests.post(self.url, data=form, headers=headers, allow_redirects=False, timeout=10)

    def add(self, account: str, start: datetime, minutes: int = 60, calendar: str = "") -> None:
        """Something of the mentor's own comes into their calendar."""
        at = start.strftime("%Y-%m-%dT%H:%M")
        pressed = self.press(account=account, calendar=calendar or account, action="add", at=at, minutes=str(minutes))
        assert pressed.status_code == 303, pressed.text

    def ours(self, account: str, calendar: str = "") -> list[dict[str, Any]]:
        """The events in a calendar that the app wrote and that are not deleted."""
        with self.store.write() as tx:
            events = [event for _, event in tx.events(calendar or account)]
        return [e for e in events if "extendedProperties" in e and e["status"] != "cancelled"]

    @contextlib.contextmanager
    def tx(self) -> Iterator[GoogleTx]:
        with self.store.write() as tx:
            yield tx


def wait_until(condition: Any, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@contextlib.contextmanager
def serve_google(folder: Path) -> Iterator[GoogleStand]:
    """The stand-in behind a real HTTP server, watched by the witness."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    url, now = f"http://127.0.0.1:{port}/sandbox", Now()
    sandbox = create_sandbox(
        store_path=folder / "sandbox.db",
        now=now,
        advance=lambda _: [],
        public_url=url,
        webhook_url="http://127.0.0.1:1/",
        webhook_secret="whsec_none",
        paypal_webhook_url="http://127.0.0.1:1/",
        paypal_webhook_id="NONE",
        paypal_client_id="none",
        paypal_client_secret="none",
        google=CLIENT,
        home_url="http://127.0.0.1:1/",
    )
    store = GoogleStore(folder / "sandbox-google.db")

    def scopes_of(token: str) -> frozenset[str]:
        with store.write() as tx:
            found = tx.token(token)
        return found.scopes if found else frozenset()

    witness = Witness(Starlette(routes=[Mount("/sandbox", sandbox.asgi)]), "/sandbox/google/calendar/v3", scopes_of)
    server = Server(witness, port=port, interface=Interfaces.ASGINL, log_enabled=False)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(server.serve()), daemon=True)
    thread.start()
    sandbox.start()
    wait_until(lambda: _listens(port))
    try:
        yield GoogleStand(sandbox, witness, f"{url}/google", now, store)
    finally:
        sandbox.stop()
        loop.call_soon_threadsafe(server.stop)
        thread.join(10)
    assert witness.violations == []


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
