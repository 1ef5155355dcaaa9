"""PayPal's deliveries: one real one, and everything that could be wrong with one."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from support.paypal_signing import CERT_URL, DAY, NAME, Authority, Signer, body, capture, pem, refund, signer

from mentorship.domain.errors import BadSignature, ProviderUnavailable
from mentorship.gateways.paypal_checkout import paypal_trust
from mentorship.gateways.paypal_webhooks import Transmission, Trust, WebhookVerifier, read_event
from mentorship.gateways.ports import EventTopic

REAL = Path(__file__).parent / "paypal_delivery_2017" / "delivery.json"
WEBHOOK = "WEBHOOKOFTHETEST"
PAYLOAD = body("CHECKOUT.ORDER.APPROVED", {"id": "ORDER1"})


class PayPal:
    """The two things a verifier asks PayPal for, and what it was asked."""

    def __init__(self, chain: bytes | Exception, answer: bool | Exception = False) -> None:
        self.chain, self.answer = chain, answer
        self.fetched: list[str] = []
        self.asked: list[bytes] = []

    def fetch(self, url: str) -> bytes:
        self.fetched.append(url)
        if isinstance(self.chain, Exception):
            raise self.chain
        return self.chain

    def ask(self, question: bytes) -> bool:
        self.asked.append(question)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def verifier(self, *webhook_ids: str, trust: Trust | None = None) -> WebhookVerifier:
        return WebhookVerifier(trust or signer().trust(*(webhook_ids or (WEBHOOK,))), self.fetch, self.ask)


@pytest.fixture
def paypal() -> PayPal:
    return PayPal(signer().chain)


# The real delivery


@pytest.fixture
def real() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(REAL.read_text())
    return found


@pytest.fixture
def check_real(real, tmp_path):
    """Verifies the real delivery with some of it changed; PayPal cannot be asked."""

    def check(*, headers=(), payload=None, leaf=None, rest=None, **settings):
        sent = {name.lower(): value for name, value in real["headers"].items()} | dict(headers)
        at = datetime.fromisoformat(settings.pop("at", real["verify_at"]))
        (tmp_path / "root.pem").write_text(settings.pop("root", real["root_pem"]))
        trust = paypal_trust("sandbox", [real["webhook_id"]], roots=tmp_path / "root.pem")
        chain = (leaf or real["leaf_pem"]) + (real["intermediate_pem"] if rest is None else rest)
        paypal = PayPal(chain.encode(), ProviderUnavailable())
        verifier = WebhookVerifier(replace(trust, **settings), paypal.fetch, paypal.ask, lambda: at)
        return verifier.verify(payload or real["body"].encode(), sent)

    return check


def test_a_real_delivery_is_genuine(real, check_real) -> None:
    event = check_real()
    assert (event.type, event.topic) == ("BILLING.PLAN.CREATED", EventTopic.OTHER)
    assert event.event_id == json.loads(real["body"])["id"]


def test_every_changed_part_of_a_real_delivery_is_refused(real, check_real) -> None:
    signature = real["headers"]["PAYPAL-TRANSMISSION-SIG"]
    changed = {
        "paypal-transmission-id": real["headers"]["PAYPAL-TRANSMISSION-ID"].replace("0", "1", 1),
        "paypal-transmission-time": real["headers"]["PAYPAL-TRANSMISSION-TIME"].replace(":05Z", ":06Z"),
        "paypal-transmission-sig": signature[:10] + ("A" if signature[10] != "A" else "B") + signature[11:],
        "paypal-auth-algo": "SHA1withRSA",
        "paypal-cert-url": "https://api.sandbox.paypal.com.evil.example/v1/notifications/test",
    }
    for name, value in changed.items():
        for wrong in (value, ""):
            with pytest.raises(BadSignature):
                check_real(headers={name: wrong})
    for payload in (real["body"] + " ", real["body"].replace("CREATED", "CREATES", 1), "{}"):
        with pytest.raises(BadSignature):
            check_real(payload=payload.encode())
    for settings in (
        {"webhook_ids": ("96605875FF6516634",)},
        {"webhook_ids": ()},
        {"certificate_name": "messageverificationcerts.paypal.com"},
        {"origins": ("https://api.paypal.com",)},
        {"at": "2017-04-03T20:05:00Z"},
        {"at": "2017-03-30T19:05:00Z"},
        {"leaf": real["root_pem"]},
    ):
        with pytest.raises(BadSignature):
            check_real(**settings)


def test_a_real_delivery_with_half_its_chain_or_no_roots_is_not_decided_here(real, check_real) -> None:
    with pytest.raises(ProviderUnavailable):
        check_real(rest="")
    with pytest.raises(ProviderUnavailable):
        check_real(root=pem(Authority.root().certificate).decode())


# What could be wrong


def test_any_configured_webhook_counts(paypal) -> None:
    headers = signer().headers(PAYLOAD, WEBHOOK)
    assert paypal.verifier("OTHER", WEBHOOK).verify(PAYLOAD, headers).object_id == "ORDER1"
    with pytest.raises(BadSignature):
        paypal.verifier("OTHER").verify(PAYLOAD, headers)


def test_the_key_is_fetched_once_and_a_failure_is_not_kept(paypal) -> None:
    verifier = paypal.verifier()
    paypal.chain, chain = ProviderUnavailable(), paypal.chain
    with pytest.raises(BadSignature):
        verifier.verify(PAYLOAD, signer().headers(PAYLOAD, WEBHOOK))
    paypal.chain = chain
    for _ in range(3):
        verifier.verify(PAYLOAD, signer().headers(PAYLOAD, WEBHOOK))
    assert paypal.fetched == [CERT_URL] * 2


@pytest.mark.parametrize(
    ("age", "good"),
    [
        (timedelta(0), True),
        (timedelta(days=3), True),
        (timedelta(days=3, hours=2), False),
        (timedelta(minutes=-4), True),
        (timedelta(minutes=-6), False),
    ],
)
def test_a_delivery_counts_for_three_days(paypal, age, good) -> None:
    headers = signer().headers(PAYLOAD, WEBHOOK, age=age)
    if good:
        paypal.verifier().verify(PAYLOAD, headers)
    else:
        with pytest.raises(BadSignature):
            paypal.verifier().verify(PAYLOAD, headers)


@pytest.mark.parametrize(
    "url",
    [
        "https://certs.example.evil.example/CERT-1",
        "https://certs.example@evil.example/CERT-1",
        "https://evil.example/https://certs.example/CERT-1",
        "http://certs.example/CERT-1",
        "https://certs.example:8443/CERT-1",
        "https://user@certs.example/CERT-1",
        "https://certs.example\\@evil.example/CERT-1",
        "https://certs.example\t.evil.example/",
        "//certs.example/CERT-1",
        "file:///etc/passwd",
        "https://[",
        "",
    ],
)
def test_a_certificate_is_fetched_from_paypal_only(paypal, url) -> None:
    headers = signer().headers(PAYLOAD, WEBHOOK) | {"paypal-cert-url": url}
    with pytest.raises(BadSignature):
        paypal.verifier().verify(PAYLOAD, headers)
    assert paypal.fetched == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"paypal-auth-algo": "sha256WithRSA"},
        {"paypal-transmission-time": "yesterday"},
        {"paypal-transmission-time": "2026-03-02T09:00:00"},
        {"paypal-transmission-time": "9999-12-31T23:59:59-23:59"},
        {"paypal-transmission-sig": "not base64!"},
        {"paypal-transmission-sig": "é"},
        {"paypal-transmission-sig": "AAAA"},
    ],
)
def test_headers_that_are_none_are_refused(paypal, headers) -> None:
    sent = signer().headers(PAYLOAD, WEBHOOK) | headers if headers else {}
    with pytest.raises(BadSignature):
        paypal.verifier().verify(PAYLOAD, sent)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return signer().key


def _trusting(root: Authority, folder: Path) -> Trust:
    (folder / "root.pem").write_bytes(pem(root.certificate))
    return replace(signer().trust(WEBHOOK), roots=folder / "root.pem")


def test_a_chain_through_an_intermediate_counts(key, tmp_path) -> None:
    root = Authority.root()
    middle = root.below("Middle")
    paypal = PayPal(pem(middle.issue(key.public_key()), middle.certificate))
    paypal.verifier(trust=_trusting(root, tmp_path)).verify(PAYLOAD, signer().headers(PAYLOAD, WEBHOOK))


def test_a_certificate_that_is_wrong_is_refused_and_nobody_is_asked(key, tmp_path) -> None:
    root, stranger = Authority.root(), Authority.root("Somebody else")
    namesake = Authority.root()
    for leaf in (
        pem(root.issue(key.public_key(), name="www.paypal.com")),
        pem(root.issue(key.public_key(), until=-DAY)),
        pem(stranger.issue(key.public_key()), stranger.certificate),
        pem(namesake.issue(key.public_key())),
        pem(namesake.issue(key.public_key()), namesake.certificate),
        pem(root.certificate),
    ):
        paypal = PayPal(leaf, answer=True)
        with pytest.raises(BadSignature):
            paypal.verifier(trust=_trusting(root, tmp_path)).verify(PAYLOAD, signer().headers(PAYLOAD, WEBHOOK))
        assert paypal.asked == []


def test_a_forged_signature_is_a_no_and_nobody_is_asked(paypal) -> None:
    paypal.answer = True
    forger = Signer(rsa.generate_private_key(65537, 2048), b"", Path())
    with pytest.raises(BadSignature):
        paypal.verifier().verify(PAYLOAD, forger.headers(PAYLOAD, WEBHOOK))
    assert paypal.asked == []


def test_no_such_certificate_is_a_no(paypal) -> None:
    paypal.chain, paypal.answer = BadSignature(), True
    with pytest.raises(BadSignature):
        paypal.verifier().verify(PAYLOAD, signer().headers(PAYLOAD, WEBHOOK))
    assert paypal.asked == []


# What cannot be decided


@pytest.mark.parametrize("chain", [ProviderUnavailable(), b"<html>Service Unavailable</html>", b""])
def test_what_cannot_be_decided_is_asked_of_paypal(chain) -> None:
    headers = signer().headers(PAYLOAD, WEBHOOK)
    genuine = PayPal(chain, answer=True)
    assert genuine.verifier().verify(PAYLOAD, headers).object_id == "ORDER1"
    forged = PayPal(chain, answer=False)
    with pytest.raises(BadSignature):
        forged.verifier(WEBHOOK, "OTHER").verify(PAYLOAD, headers)
    assert [json.loads(question)["webhook_id"] for question in forged.asked] == [WEBHOOK, "OTHER"]
    silent = PayPal(chain, answer=ProviderUnavailable())
    with pytest.raises(ProviderUnavailable):
        silent.verifier().verify(PAYLOAD, headers)


def test_an_incomplete_chain_is_asked_of_paypal(key, tmp_path) -> None:
    root = Authority.root()
    paypal = PayPal(pem(root.below("Middle").issue(key.public_key())), answer=True)
    paypal.verifier(trust=_trusting(root, tmp_path)).verify(PAYLOAD, signer().headers(PAYLOAD, WEBHOOK))
    assert len(paypal.asked) == 1


def test_paypal_is_asked_about_the_bytes_that_came() -> None:
    payload = b'{"id":  "WH-1", "event_type":"X", "resource": {"price": 1.10, "name": "Zo\\u00eb \xc3\xab"}}'
    sent = Transmission.read(signer().headers(payload, WEBHOOK))
    question = sent.question(WEBHOOK, payload)
    assert question.count(payload) == 1
    asked = json.loads(question)
    assert asked["webhook_event"] == json.loads(payload)
    assert (asked["webhook_id"], asked["cert_url"], asked["auth_algo"]) == (WEBHOOK, CERT_URL, "SHA256withRSA")
    assert set(asked) == {
        "auth_algo", "cert_url", "transmission_id", "transmission_sig", "transmission_time", "webhook_id",
        "webhook_event",
    }  # fmt: skip


def test_a_body_that_is_no_event_is_not_put_to_paypal() -> None:
    paypal = PayPal(ProviderUnavailable(), answer=True)
    for payload in (b"", b"[]", b"{}", b'{}, "webhook_id": "EVIL"', b"\xff", b"[" * 100_000):
        with pytest.raises(BadSignature):
            paypal.verifier().verify(payload, signer().headers(payload, WEBHOOK))
    assert paypal.asked == []


# Where to look


@pytest.mark.parametrize(
    ("kind", "resource", "topic", "object_id"),
    [
        ("CHECKOUT.ORDER.APPROVED", {"id": "O1"}, EventTopic.CHECKOUT, "O1"),
        ("CHECKOUT.ORDER.COMPLETED", {"id": "O1"}, EventTopic.CHECKOUT, "O1"),
        ("CHECKOUT.PAYMENT-APPROVAL.REVERSED", {"order_id": "O1"}, EventTopic.CHECKOUT, "O1"),
        ("PAYMENT.CAPTURE.COMPLETED", capture("C1", "O1"), EventTopic.CHECKOUT, "O1"),
        ("PAYMENT.CAPTURE.PENDING", capture("C1", "O1", up=True), EventTopic.CHECKOUT, "O1"),
        ("PAYMENT.CAPTURE.DENIED", capture("C1"), EventTopic.PAYMENT, "C1"),
        ("PAYMENT.CAPTURE.REFUNDED", refund("R1", "C1"), EventTopic.REFUND, "R1"),
        ("PAYMENT.CAPTURE.REVERSED", refund("R1", "C1"), EventTopic.REFUND, "R1"),
        ("PAYMENT.CAPTURE.REVERSED", capture("C1", "O1"), EventTopic.PAYMENT, "C1"),
        ("CUSTOMER.DISPUTE.CREATED", {"dispute_id": "PP-D-1"}, EventTopic.DISPUTE, "PP-D-1"),
        ("CUSTOMER.DISPUTE.RESOLVED", {"dispute_id": "PP-D-1"}, EventTopic.DISPUTE, "PP-D-1"),
        ("BILLING.PLAN.CREATED", {"id": "P1"}, EventTopic.OTHER, "P1"),
        ("PAYMENT.SALE.COMPLETED", {}, EventTopic.OTHER, ""),
    ],
)
def test_an_event_says_where_to_look(kind, resource, topic, object_id) -> None:
    event = read_event(body(kind, resource, event_id="WH-1"))
    assert (event.event_id, event.type, event.topic, event.object_id) == ("WH-1", kind, topic, object_id)


@pytest.mark.parametrize(
    "payload",
    [
        b'{"id": 1, "event_type": "X", "resource": {}}',
        b'{"id": "", "event_type": "X", "resource": {}}',
        b'{"id": "WH\\u0000", "event_type": "X", "resource": {}}',
        b'{"id": "WH-1", "event_type": "X\\ud800", "resource": {}}',
        b'{"id": "WH-1", "event_type": ["X"], "resource": {}}',
        b'{"id": "WH-1", "event_type": "X", "resource": null}',
        b'{"id": "WH-1", "event_type": "X", "resource": {"id": {"a": 1}}}',
        b'{"id": "WH-1", "event_type": "CUSTOMER.DISPUTE.CREATED", "resource": {"id": "x"}}',
        b'{"id": "WH-1", "event_type": "PAYMENT.CAPTURE.DENIED", "resource": {"id": "x", "links": [1]}}',
    ],
)
def test_an_event_that_makes_no_sense_is_refused(payload) -> None:
    with pytest.raises(BadSignature):
        read_event(payload)


def test_the_name_of_the_certificate_follows_the_environment() -> None:
    assert paypal_trust("sandbox", [WEBHOOK]).certificate_name == NAME
    assert paypal_trust("live", [WEBHOOK]).certificate_name == "messageverificationcerts.paypal.com"
    assert paypal_trust("live", [WEBHOOK]).origins == ("https://api.paypal.com", "https://api-m.paypal.com")
    assert paypal_trust("sandbox", [], origin="http://localhost:8000/sandbox/x").origins == ("http://localhost:8000",)
