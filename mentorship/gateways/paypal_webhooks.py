"""PayPal's deliveries: the signature and the certificate behind it are checked here, the way PayPal documents it.

PayPal itself is asked only where that cannot be decided, never after a no.
"""

import base64
import binascii
import json
import logging
import threading
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from mentorship.domain.errors import BadSignature, ProviderUnavailable
from mentorship.gateways.ports import EventTopic, ProviderEvent

log = logging.getLogger(__name__)

ALGORITHM = "SHA256withRSA"
OLDEST = timedelta(days=3, hours=1)
"""PayPal delivers again for three days; what was received before is known by its id."""

AHEAD = timedelta(minutes=5)
MOST_KEYS = 32
MOST_UNDECIDED = 8
"""How many deliveries may wait at once for a certificate or for PayPal's word. Anybody can send what has to wait."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose signatures count: for these webhooks, by a certificate of this name, from one of these origins."""

    webhook_ids: tuple[str, ...]
    origins: tuple[str, ...]
    certificate_name: str
    roots: Path


@dataclass(frozen=True, slots=True)
class Transmission:
    """What PayPal says beside a body; each field is a header, and PayPal's own name for it when it is asked."""

    auth_algo: str
    cert_url: str
    transmission_id: str
    transmission_sig: str
    transmission_time: str

    @classmethod
    def read(cls, headers: Mapping[str, str]) -> Self:
        """From headers with lower case names; one that is missing is empty."""
        return cls(*(headers.get(f"paypal-{field.name.replace('_', '-')}", "") for field in fields(cls)))

    def signed_text(self, webhook_id: str, payload: bytes) -> bytes:
        """What the signature is over."""
        return f"{self.transmission_id}|{self.transmission_time}|{webhook_id}|{zlib.crc32(payload)}".encode()

    def question(self, webhook_id: str, payload: bytes) -> bytes:
        """PayPal's request for a check, with the body in it byte by byte as it came."""
        asked = {field.name: getattr(self, field.name) for field in fields(self)} | {"webhook_id": webhook_id}
        return json.dumps(asked)[:-1].encode() + b', "webhook_event": ' + payload + b"}"


class WebhookVerifier:
    """Says whether a delivery is PayPal's.

    ``fetch`` gets the certificates at an address: it raises ``BadSignature`` when there are none and
    ``ProviderUnavailable`` when that cannot be said. ``ask`` puts a question to PayPal.
    """

    def __init__(
        self,
        trust: Trust,
        fetch: Callable[[str], bytes],
        ask: Callable[[bytes], bool],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._trust, self._fetch, self._ask, self._now = trust, fetch, ask, now
        self._keys: dict[str, tuple[rsa.RSAPublicKey, datetime]] = {}
        self._waiting = threading.BoundedSemaphore(MOST_UNDECIDED)

    def verify(self, payload: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """The event in a delivery; any number of threads may ask. A known certificate is waited for by nobody.

        Raises:
            BadSignature: it is not from PayPal, not for us, or too old.
            ProviderUnavailable: neither we nor PayPal can say that now, or too many wait to hear it.
        """
        sent = Transmission.read(headers)
        signature = self._plausible(sent)
        key = self._known_key(sent.cert_url)
        if key is not None:
            genuine = self._is_signed(key, signature, sent, payload)
        elif self._waiting.acquire(blocking=False):
            try:
                genuine = self._find_out(signature, sent, payload)
            finally:
                self._waiting.release()
        else:
            log.warning("a PayPal delivery is put off: %d wait for a certificate", MOST_UNDECIDED)
            raise ProviderUnavailable()
        if not genuine:
            raise BadSignature()
        return read_event(payload)

    def _find_out(self, signature: bytes, sent: Transmission, payload: bytes) -> bool:
        """Whether a delivery is genuine, by a certificate that has to be fetched, or else by PayPal's word."""
        try:
            key = self._fetched_key(sent.cert_url)
        except ProviderUnavailable:
            log.warning("a PayPal delivery cannot be decided here; PayPal is asked")
            read_event(payload)
            return any(self._ask(sent.question(webhook_id, payload)) for webhook_id in self._trust.webhook_ids)
        return self._is_signed(key, signature, sent, payload)

    def _is_signed(self, key: rsa.RSAPublicKey, signature: bytes, sent: Transmission, payload: bytes) -> bool:
        ids = self._trust.webhook_ids
        return any(_is_signed(key, signature, sent.signed_text(webhook_id, payload)) for webhook_id in ids)

    def _plausible(self, sent: Transmission) -> bytes:
        """The signature, once everything that needs no certificate is in order."""
        try:
            at = datetime.fromisoformat(sent.transmission_time)
            age = self._now() - at
            signature = base64.b64decode(sent.transmission_sig, validate=True)
        except (ValueError, TypeError, OverflowError, binascii.Error) as error:
            raise BadSignature() from error
        known = sent.auth_algo == ALGORITHM and sent.transmission_id and origin_of(sent.cert_url) in self._trust.origins
        if not known or not -AHEAD <= age <= OLDEST:
            raise BadSignature()
        return signature

    def _known_key(self, url: str) -> rsa.RSAPublicKey | None:
        key, until = self._keys.get(url, (None, None))
        return key if until is not None and self._now() <= until else None

    def _fetched_key(self, url: str) -> rsa.RSAPublicKey:
        now = self._now()
        chain = self._chain(self._fetch(url))
        leaf, key = chain[0], chain[0].public_key()
        names = _names(leaf)
        in_time = leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc
        if not in_time or self._trust.certificate_name not in names or not isinstance(key, rsa.RSAPublicKey):
            log.error("PayPal's certificate is not valid, or is somebody else's")
            raise BadSignature()
        self._check_chain(leaf, chain[1:], now)
        if len(self._keys) >= MOST_KEYS:
            self._keys.clear()
        self._keys[url] = (key, leaf.not_valid_after_utc)
        return key

    def _chain(self, pem: bytes) -> Sequence[x509.Certificate]:
        try:
            return x509.load_pem_x509_certificates(pem)
        except ValueError as error:
            raise ProviderUnavailable() from error

    def _check_chain(self, leaf: x509.Certificate, rest: Sequence[x509.Certificate], now: datetime) -> None:
        name = x509.DNSName(self._trust.certificate_name)
        verifier = PolicyBuilder().store(Store(self._roots)).time(now).build_server_verifier(name)
        try:
            verifier.verify(leaf, list(rest))
        except VerificationError as error:
            if _is_incomplete(leaf, rest, self._roots):
                raise ProviderUnavailable() from error
            log.error("PayPal's certificate is not trusted: %s", error)
            raise BadSignature() from error

    @cached_property
    def _roots(self) -> list[x509.Certificate]:
        return x509.load_pem_x509_certificates(self._trust.roots.read_bytes())


def _is_signed(key: rsa.RSAPublicKey, signature: bytes, text: bytes) -> bool:
    try:
        key.verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _is_incomplete(leaf: x509.Certificate, rest: Sequence[x509.Certificate], roots: Sequence[x509.Certificate]) -> bool:
    """Whether the chain ends at somebody whose certificate we have not seen: it may be good, or not."""
    trusted, given, at = {root.subject for root in roots}, {c.subject: c for c in rest}, leaf
    while at.issuer not in trusted:
        if at.issuer == at.subject:
            return False
        if at.issuer not in given:
            return True
        at = given.pop(at.issuer)
    return False


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return names.get_values_for_type(x509.DNSName)


def origin_of(url: str) -> str:
    """Scheme, host and port; empty for an address that hides somebody else's host."""
    try:
        parts = urlsplit(url)
        odd = not url.isascii() or not url.isprintable() or set(url) & set(" \\") or parts.username is not None
    except ValueError:
        return ""
    return "" if odd else f"{parts.scheme}://{parts.netloc}"


def read_event(payload: bytes) -> ProviderEvent:
    """The event that a body tells of, before anybody knows whether it is true.

    Raises:
        BadSignature: the body is no event.
    """
    try:
        raw = payload.decode()
        event = json.loads(raw)
        event_id, kind, resource = event["id"], event["event_type"], event["resource"]
        topic, subject = _about(kind, resource)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadSignature() from error
    if not event_id or not all(isinstance(text, str) and text.isprintable() for text in (event_id, kind, subject)):
        raise BadSignature()
    return ProviderEvent(event_id[:255], kind[:128], topic, subject[:255], raw)


def _about(kind: str, resource: Mapping[str, Any]) -> tuple[EventTopic, Any]:
    """Where to look: at an order as soon as one is named, else at the capture, refund or dispute."""
    own = resource.get("id") or ""
    match kind.split("."):
        case ["CHECKOUT", "ORDER" | "PAYMENT-APPROVAL", _]:
            return EventTopic.CHECKOUT, resource.get("order_id") or own
        case ["CUSTOMER", "DISPUTE", _]:
            return EventTopic.DISPUTE, resource["dispute_id"]
        case ["PAYMENT", "CAPTURE", what]:
            return _about_capture(what, own, resource)
    return EventTopic.OTHER, own


def _about_capture(what: str, own: Any, resource: Mapping[str, Any]) -> tuple[EventTopic, Any]:
    """A refund leads up to its capture, and a reversal is told of as either of them."""
    if what == "REFUNDED" or named_above(resource, "captures"):
        return EventTopic.REFUND, own
    if what == "REVERSED":
        return EventTopic.PAYMENT, own
    related = (resource.get("supplementary_data") or {}).get("related_ids") or {}
    order = related.get("order_id") or named_above(resource, "orders")
    return (EventTopic.CHECKOUT, order) if order else (EventTopic.PAYMENT, own)


def named_above(resource: Mapping[str, Any], collection: str) -> str:
    """The id at the end of the ``up`` link, when that leads to one of this collection; else empty."""
    for link in resource.get("links") or []:
        before, _, last = str(link.get("href", "")).rpartition("/")
        if link.get("rel") == "up" and before.endswith(f"/{collection}"):
            return last
    return ""
