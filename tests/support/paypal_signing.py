"""PayPal's side of a delivery: a certificate authority, a certificate, signatures, and the bodies of events."""

import atexit
import base64
import json
import tempfile
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from mentorship.gateways.paypal_webhooks import Trust

NAME = "messageverificationcerts.sandbox.paypal.com"
ORIGIN = "https://certs.example"
CERT_URL = f"{ORIGIN}/v1/notifications/certs/CERT-1"
DAY = timedelta(days=1)

Event = dict[str, Any]


@dataclass(frozen=True)
class Authority:
    """Somebody who issues certificates."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def root(cls, name: str = "Root of the tests") -> "Authority":
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(name)
        return cls(_authority(subject, key, subject, key, None), key)

    def below(self, name: str) -> "Authority":
        """An authority that this one vouches for."""
        key = ec.generate_private_key(ec.SECP256R1())
        return Authority(_authority(_name(name), key, self.certificate.subject, self.key, self.certificate), key)

    def issue(self, key: rsa.RSAPublicKey, *, name: str = NAME, until: timedelta = 30 * DAY) -> x509.Certificate:
        """A certificate that began to count 30 days ago."""
        return (
            _builder(_name(name), self.certificate.subject, until)
            .public_key(key)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_identifier(self.certificate), critical=False)
            .sign(self.key, hashes.SHA256())
        )


def pem(*certificates: x509.Certificate) -> bytes:
    """Certificates as PayPal serves them."""
    return b"".join(c.public_bytes(serialization.Encoding.PEM) for c in certificates)


@dataclass(frozen=True)
class Signer:
    """Signs deliveries; ``roots`` is the file with the root that its certificate leads to."""

    key: rsa.RSAPrivateKey
    chain: bytes
    roots: Path

    def trust(self, *webhook_ids: str) -> Trust:
        return Trust(webhook_ids, (ORIGIN,), NAME, self.roots)

    def headers(self, payload: bytes, webhook_id: str, *, age: timedelta = timedelta()) -> dict[str, str]:
        """The headers beside a payload that was sent ``age`` ago, with lower case names."""
        transmission = str(uuid4())
        sent_at = (datetime.now(UTC) - age).strftime("%Y-%m-%dT%H:%M:%SZ")
        text = f"{transmission}|{sent_at}|{webhook_id}|{zlib.crc32(payload)}".encode()
        signature = self.key.sign(text, padding.PKCS1v15(), hashes.SHA256())
        return {
            "paypal-auth-algo": "SHA256withRSA",
            "paypal-cert-url": CERT_URL,
            "paypal-transmission-id": transmission,
            "paypal-transmission-sig": base64.b64encode(signature).decode(),
            "paypal-transmission-time": sent_at,
        }


@cache
def signer() -> Signer:
    """The PayPal of this test run."""
    root, key = Authority.root(), rsa.generate_private_key(65537, 2048)
    folder = tempfile.TemporaryDirectory(prefix="paypal-root-")
    atexit.register(folder.cleanup)
    roots = Path(folder.name) / "root.pem"
    roots.write_bytes(pem(root.certificate))
    return Signer(key, pem(root.issue(key.public_key())), roots)


def body(kind: str, resource: Event, *, event_id: str | None = None) -> bytes:
    """An event's raw body."""
    event = {
        "id": event_id or f"WH-{uuid4().hex[:17].upper()}",
        "event_version": "1.0",
        "create_time": "2026-03-02T09:00:00.000Z",
        "event_type": kind,
        "resource": resource,
    }
    return json.dumps(event).encode()


def capture(capture_id: str, order_id: str = "", *, up: bool = False) -> Event:
    """A capture as an event tells of it; older ones name their order in a link only."""
    found: Event = {"id": capture_id, "status": "COMPLETED"}
    if order_id and not up:
        found["supplementary_data"] = {"related_ids": {"order_id": order_id}}
    if order_id and up:
        found["links"] = [_up("checkout/orders", order_id)]
    return found


def refund(refund_id: str, capture_id: str) -> Event:
    """A refund as an event tells of it."""
    return {"id": refund_id, "status": "COMPLETED", "links": [_up("payments/captures", capture_id)]}


def _up(collection: str, object_id: str) -> dict[str, str]:
    return {"rel": "up", "method": "GET", "href": f"https://api.paypal.com/v2/{collection}/{object_id}"}


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _key_identifier(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _authority(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    above: x509.Certificate | None,
) -> x509.Certificate:
    usage = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    builder = (
        _builder(subject, issuer, 3650 * DAY)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if above is not None:
        builder = builder.add_extension(_key_identifier(above), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _builder(subject: x509.Name, issuer: x509.Name, until: timedelta) -> x509.CertificateBuilder:
    now = datetime.now(UTC).replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 30 * DAY)
        .not_valid_after(now + until)
    )
