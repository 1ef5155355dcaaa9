"""Delivers webhooks to the app: signed as their provider signs them, repeated until taken, safe to run many times."""

import hashlib
import hmac
import json
import logging
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import requests

from .paypal_keys import PayPalKeys
from .paypal_objects import EVENT
from .store import Delivery, Json, Store

log = logging.getLogger(__name__)

MAX_TRIES = 8
LEASE_SECONDS = 30.0
TIMEOUT = (3.05, 10.0)
IDLE_SECONDS = 0.25
FORGED_SECRET = "whsec_somebody_elses_secret"  # noqa: S105


@dataclass(frozen=True)
class Endpoint:
    """Where the webhooks of one provider go and how they are signed.

    `event_kind` is the kind of its events in the store; `sign` gives the headers for a payload, with a signature of
    somebody else when `forged`.
    """

    url: str
    event_kind: str
    sign: Callable[[bytes, bool], Mapping[str, str]]


def stripe_endpoint(url: str, secret: str) -> Endpoint:
    """Stripe's webhooks: an HMAC over the time and the payload."""

    def headers(payload: bytes, forged: bool) -> dict[str, str]:
        return {
            "Stripe-Signature": sign(payload, FORGED_SECRET if forged else secret, int(time.time())),
            "User-Agent": "Stripe/1.0 (sandbox)",
        }

    return Endpoint(url, "event", headers)


def paypal_endpoint(url: str, keys: PayPalKeys, webhook_id: str, certs_url: str) -> Endpoint:
    """PayPal's webhooks: an RSA signature by a certificate that is found below `certs_url`."""

    def headers(payload: bytes, forged: bool) -> Mapping[str, str]:
        return keys.headers(payload, webhook_id=webhook_id, certs_url=certs_url, forged=forged)

    return Endpoint(url, EVENT, headers)


def sign(payload: bytes, secret: str, timestamp: int) -> str:
    """The `Stripe-Signature` header for a payload; `timestamp` is real time in epoch seconds."""
    mac = hmac.new(secret.encode(), f"{timestamp}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={mac}"


def payload_of(event: Json) -> bytes:
    """The bytes that are sent for an event, the same at every try."""
    return json.dumps(event, indent=2).encode()


def corrupted(payload: bytes) -> bytes:
    """The payload with one letter or digit changed; it stays readable JSON."""
    last = max(match.start() for match in re.finditer(rb"[0-9A-Za-z]", payload))
    other = b"0" if payload[last : last + 1] != b"0" else b"1"
    return payload[:last] + other + payload[last + 1 :]


class WebhookSender:
    """A thread that delivers what is queued. Several processes may each have one: deliveries are claimed first.

    Back-off is in real seconds (1, 3, 9, 27, …, times `patience`), whatever the sandbox clock says.
    """

    def __init__(self, store: Store, endpoints: Mapping[str, Endpoint], *, patience: float = 1.0) -> None:
        self._store, self._endpoints, self._patience = store, endpoints, patience
        self._session = requests.Session()
        # A proxy from the environment would swallow calls to this machine.
        self._session.trust_env = False
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start delivering; does nothing when it runs already."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name="sandbox-webhooks", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop after the try that is under way."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(sum(TIMEOUT) + 1)
            self._thread = None

    def deliver_due(self) -> int:
        """Try once whatever is due now; how many tries were made."""
        tried = 0
        while not self._stopping.is_set():
            with self._store.write() as tx:
                delivery = tx.claim_delivery(LEASE_SECONDS)
                endpoint = self._endpoints[delivery.provider] if delivery else None
                event = tx.find_object(endpoint.event_kind, delivery.event_id) if delivery and endpoint else None
            if delivery is None or endpoint is None or event is None:
                break
            self._try(delivery, endpoint, event)
            tried += 1
        return tried

    def _run(self) -> None:
        while not self._stopping.wait(IDLE_SECONDS):
            try:
                self.deliver_due()
            except sqlite3.Error:
                log.exception("the sandbox could not read its webhook queue and tries again")

    def _try(self, delivery: Delivery, endpoint: Endpoint, event: Json) -> None:
        payload = payload_of(event)
        headers = endpoint.sign(payload, delivery.damage == "forged")
        try:
            response = self._session.post(
                endpoint.url,
                data=corrupted(payload) if delivery.damage == "corrupt" else payload,
                headers={"Content-Type": "application/json; charset=utf-8", **headers},
                timeout=TIMEOUT,
                allow_redirects=False,
            )
            outcome, taken = f"answered {response.status_code}", 200 <= response.status_code < 300
        except requests.RequestException as problem:
            outcome, taken = f"no answer ({type(problem).__name__})", False
        given_up = bool(delivery.damage) or delivery.tries >= MAX_TRIES
        with self._store.write() as tx:
            if taken:
                tx.finish_try(delivery, state="delivered", outcome=outcome)
            elif given_up:
                tx.finish_try(delivery, state="failed", outcome=outcome)
            else:
                delay = self._patience * 3 ** (delivery.tries - 1)
                tx.finish_try(delivery, state="waiting", outcome=outcome, delay=delay)
