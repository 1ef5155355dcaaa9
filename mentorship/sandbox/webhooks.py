"""Delivers webhooks to the app: signed as Stripe signs them, repeated until they are taken, safe to run many times."""

import hashlib
import hmac
import json
import logging
import sqlite3
import threading
import time

import requests

from .store import Delivery, Json, Store

log = logging.getLogger(__name__)

MAX_TRIES = 8
LEASE_SECONDS = 30.0
TIMEOUT = (3.05, 10.0)
IDLE_SECONDS = 0.25
FORGED_SECRET = "whsec_somebody_elses_secret"  # noqa: S105


def sign(payload: bytes, secret: str, timestamp: int) -> str:
    """The `Stripe-Signature` header for a payload; `timestamp` is real time in epoch seconds."""
    mac = hmac.new(secret.encode(), f"{timestamp}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={mac}"


def payload_of(event: Json) -> bytes:
    """The bytes that are sent for an event, the same at every try."""
    return json.dumps(event, indent=2).encode()


class WebhookSender:
    """A thread that delivers what is queued. Several processes may each have one: deliveries are claimed first.

    Back-off is in real seconds (1, 3, 9, 27, …, times `patience`), whatever the sandbox clock says.
    """

    def __init__(self, store: Store, url: str, secret: str, *, patience: float = 1.0) -> None:
        self._store, self._url, self._secret, self._patience = store, url, secret, patience
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
                event = tx.find_object("event", delivery.event_id) if delivery else None
            if delivery is None or event is None:
                break
            self._try(delivery, event)
            tried += 1
        return tried

    def _run(self) -> None:
        while not self._stopping.wait(IDLE_SECONDS):
            try:
                self.deliver_due()
            except sqlite3.Error:
                log.exception("the sandbox could not read its webhook queue and tries again")

    def _try(self, delivery: Delivery, event: Json) -> None:
        payload = payload_of(event)
        secret = FORGED_SECRET if delivery.forged else self._secret
        try:
            response = self._session.post(
                self._url,
                data=payload,
                headers={
                    "Content-Type": "application/json; charset=utf-8",
                    "Stripe-Signature": sign(payload, secret, int(time.time())),
                    "User-Agent": "Stripe/1.0 (sandbox)",
                },
                timeout=TIMEOUT,
                allow_redirects=False,
            )
            outcome, taken = f"answered {response.status_code}", 200 <= response.status_code < 300
        except requests.RequestException as problem:
            outcome, taken = f"no answer ({type(problem).__name__})", False
        given_up = delivery.forged or delivery.tries >= MAX_TRIES
        with self._store.write() as tx:
            if taken:
                tx.finish_try(delivery, state="delivered", outcome=outcome)
            elif given_up:
                tx.finish_try(delivery, state="failed", outcome=outcome)
            else:
                delay = self._patience * 3 ** (delivery.tries - 1)
                tx.finish_try(delivery, state="waiting", outcome=outcome, delay=delay)
