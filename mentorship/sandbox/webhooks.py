"""Delivers webhooks to the app: signed as their provider signs them, repeated until taken, safe to run many times."""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import requests

from .paypal_keys import PayPalKeys
from .paypal_objects import EVENT
from .sender import TIMEOUT, Sender
from .store import Delivery, Json, Store

MAX_TRIES = 8
LEASE_SECONDS = 30.0
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


class WebhookSender(Sender):
    """Delivers events.

    Back-off is in real seconds (1, 3, 9, 27, …, times `patience`), whatever the sandbox clock says.
    """

    def __init__(self, store: Store, endpoints: Mapping[str, Endpoint], *, patience: float = 1.0) -> None:
        super().__init__("sandbox-webhooks")
        self._store, self._endpoints, self._patience = store, endpoints, patience

    def _send_next(self) -> bool:
        with self._store.write() as tx:
            delivery = tx.claim_delivery(LEASE_SECONDS)
            endpoint = self._endpoints[delivery.provider] if delivery else None
            event = tx.find_object(endpoint.event_kind, delivery.event_id) if delivery and endpoint else None
        if delivery is None or endpoint is None or event is None:
            return False
        self._try(delivery, endpoint, event)
        return True

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
