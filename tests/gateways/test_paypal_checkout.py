"""The PayPal adapter when PayPal is slow, down, or talks nonsense: each becomes a refusal of ours, never a trace."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.errors import BadSignature, CheckoutGone, ProviderLockedOut, ProviderRefused, ProviderUnavailable
from mentorship.domain.money import Money
from mentorship.domain.settle import ProviderState
from mentorship.gateways import paypal_client
from mentorship.gateways.paypal_checkout import PayPalCheckout
from mentorship.gateways.paypal_webhooks import Trust
from mentorship.gateways.ports import CheckoutRequest

TRUST = Trust((), (), "", Path())
HTML = b"<html>Bad Gateway</html>"
Answer = tuple[int, bytes]


@dataclass
class Server:
    """A PayPal that answers what it is told to; the token's answers apart from the API's."""

    answers: list[Answer | None] = field(default_factory=list)
    tokens: list[Answer] = field(default_factory=list)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    tokens_given: int = 0
    url: str = ""

    def answer(self, path: str) -> Answer | None:
        if path == "/v1/oauth2/token":
            self.tokens_given += 1
            if self.tokens:
                return self.tokens.pop(0)
            token = {"access_token": f"T{self.tokens_given}", "token_type": "Bearer", "expires_in": 32_400}
            return 200, json.dumps(token).encode()
        if len(self.answers) > 1:
            return self.answers.pop(0)
        return self.answers[0]

    @property
    def keys(self) -> list[str]:
        return [key for _, key, _ in self.asked if key]


@pytest.fixture
def server(monkeypatch) -> Iterator[Server]:
    monkeypatch.setattr(paypal_client, "PAUSES", (0.01, 0.02))
    state = Server()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            if self.path != "/v1/oauth2/token":
                token = self.headers.get("Authorization", "")
                state.asked.append((self.path, self.headers.get("PayPal-Request-Id", ""), token))
            answer = state.answer(self.path)
            if answer is None:
                self.close_connection = True
                return
            self.send_response(answer[0])
            self.send_header("Content-Length", str(len(answer[1])))
            self.end_headers()
            self.wfile.write(answer[1])

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    http_server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{http_server.server_port}"
    threading.Thread(target=http_server.serve_forever, daemon=True).start()
    yield state
    http_server.shutdown()
    http_server.server_close()


@pytest.fixture
def paypal(server) -> PayPalCheckout:
    return PayPalCheckout("client", "secret", TRUST, live=False, base_url=server.url)


def request() -> CheckoutRequest:
    return CheckoutRequest(
        attempt_id=uuid4(),
        order_id=uuid4(),
        amount=Money(48_000, "EUR"),
        description="Four sessions",
        email="ada@example.com",
        expires_at=datetime.now(UTC),
        success_url="http://localhost/success?order=1",
        cancel_url="http://localhost/cancel?link=1",
    )


def envelope(name: str, *issues: str) -> bytes:
    return json.dumps({"name": name, "message": "no", "details": [{"issue": issue} for issue in issues]}).encode()


def order(status: str = "APPROVED", capture: str = "", custom_id: str = "") -> bytes:
    amount = {"currency_code": "EUR", "value": "480"}
    unit: dict[str, object] = {"amount": amount, "custom_id": custom_id}
    if capture:
        unit["payments"] = {"captures": [{"id": "C1", "status": capture, "amount": amount}]}
    page = {"rel": "payer-action", "href": "https://paypal.example/pay"}
    return json.dumps({"id": "O1", "status": status, "purchase_units": [unit], "links": [page]}).encode()


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        ((500, envelope("INTERNAL_SERVER_ERROR")), ProviderUnavailable),
        ((500, b""), ProviderUnavailable),
        ((502, HTML), ProviderUnavailable),
        ((503, b"[]"), ProviderUnavailable),
        ((200, HTML), ProviderUnavailable),
        ((201, b"[]"), ProviderUnavailable),
        ((201, b'{"id": "O1", "links": []}'), ProviderUnavailable),
        ((201, b"{}"), ProviderUnavailable),
        ((429, envelope("RATE_LIMIT_REACHED")), ProviderUnavailable),
        ((409, envelope("RESOURCE_CONFLICT", "PREVIOUS_REQUEST_IN_PROGRESS")), ProviderUnavailable),
        (None, ProviderUnavailable),
        ((401, envelope("AUTHENTICATION_FAILURE")), ProviderLockedOut),
        ((403, envelope("NOT_AUTHORIZED", "PERMISSION_DENIED")), ProviderLockedOut),
        ((403, HTML), ProviderLockedOut),
        ((403, envelope("NOT_AUTHORIZED", "CONSENT_NEEDED")), ProviderRefused),
        ((400, HTML), ProviderRefused),
        ((422, envelope("UNPROCESSABLE_ENTITY", "AMOUNT_MISMATCH")), ProviderRefused),
    ],
)
def test_a27_bad_answers_are_refusals_and_a_retry_uses_the_same_key(server, paypal, answer, refusal) -> None:
    asked = request()
    server.answers = [answer]
    with pytest.raises(refusal):
        paypal.create_checkout(asked)
    with pytest.raises(refusal):
        paypal.create_checkout(asked)
    assert set(server.keys) == {f"create:{asked.attempt_id}"}
    assert len(server.keys) <= 6, "three tries each"


@pytest.mark.parametrize("trouble", [(500, HTML), (429, b""), (200, HTML), (409, b"{}"), (401, b"{}"), None])
def test_a_passing_trouble_is_not_noticed(server, paypal, trouble) -> None:
    asked = request()
    server.answers = [trouble, (201, order("PAYER_ACTION_REQUIRED"))]
    assert paypal.create_checkout(asked).reference == "O1"
    assert server.keys == [f"create:{asked.attempt_id}"] * 2


@pytest.mark.parametrize(
    ("token", "refusal"),
    [
        ((401, b'{"error": "invalid_client", "error_description": "Client Authentication failed"}'), ProviderLockedOut),
        ((400, b'{"error": "unsupported_grant_type"}'), ProviderLockedOut),
        ((401, HTML), ProviderLockedOut),
        ((429, b""), ProviderUnavailable),
        ((500, b""), ProviderUnavailable),
        ((200, HTML), ProviderUnavailable),
        ((200, b"{}"), ProviderUnavailable),
    ],
)
def test_a27_without_a_token_nothing_is_asked(server, paypal, token, refusal) -> None:
    server.tokens, server.answers = [token] * 3, [(201, order())]
    with pytest.raises(refusal):
        paypal.create_checkout(request())
    assert server.asked == []
    server.tokens = []
    assert paypal.create_checkout(request()).reference == "O1", "and it is well as soon as PayPal is"


def test_a_revoked_token_is_replaced_once(server, paypal) -> None:
    server.answers = [(200, order())]
    paypal.read_checkout("O1")
    paypal.read_checkout("O1")
    assert server.tokens_given == 1
    server.answers = [(401, b'{"error": "invalid_token"}'), (200, order())]
    paypal.read_checkout("O1")
    assert [token for _, _, token in server.asked] == ["Bearer T1"] * 3 + ["Bearer T2"]
    server.answers = [(401, b"{}")]
    with pytest.raises(ProviderLockedOut):
        paypal.read_checkout("O1")
    assert server.tokens_given == 3


def test_many_threads_that_start_cold_share_one_token(server, paypal) -> None:
    server.answers = [(200, order())]
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: paypal.read_checkout("O1").facts.state, range(64)))
    assert set(found) == {ProviderState.APPROVED}
    assert server.tokens_given == 1


@pytest.mark.parametrize(
    ("status", "capture", "state"),
    [
        ("CREATED", "", ProviderState.OPEN),
        ("SAVED", "", ProviderState.OPEN),
        ("PAYER_ACTION_REQUIRED", "", ProviderState.OPEN),
        ("APPROVED", "", ProviderState.APPROVED),
        ("VOIDED", "", ProviderState.EXPIRED),
        ("COMPLETED", "COMPLETED", ProviderState.PAID),
        ("COMPLETED", "PARTIALLY_REFUNDED", ProviderState.PAID),
        ("COMPLETED", "REFUNDED", ProviderState.PAID),
        ("COMPLETED", "PENDING", ProviderState.PROCESSING),
        ("COMPLETED", "DECLINED", ProviderState.FAILED),
        ("COMPLETED", "FAILED", ProviderState.FAILED),
    ],
)
def test_where_an_order_stands(server, paypal, status, capture, state) -> None:
    attempt = uuid4()
    server.answers = [(200, order(status, capture, str(attempt)))]
    found = paypal.read_checkout("O1")
    assert (found.facts.state, found.facts.amount, found.attempt_id) == (state, Money(48_000, "EUR"), attempt)
    assert found.facts.payment_reference == ("C1" if capture else None)


def test_amounts_that_make_no_sense_are_no_answer(server, paypal) -> None:
    for wrong in (b'"480,00"', b'"480.001"', b"null", b"480"):
        server.answers = [(200, order("COMPLETED", "COMPLETED").replace(b'"480"', wrong))]
        with pytest.raises(ProviderUnavailable):
            paypal.read_checkout("O1")


@pytest.mark.parametrize("issue", ["INSTRUMENT_DECLINED", "PAYER_CANNOT_PAY", "TRANSACTION_REFUSED"])
def test_a_declined_capture_is_a_fact(server, paypal, issue) -> None:
    server.answers = [(422, envelope("UNPROCESSABLE_ENTITY", issue)), (200, order())]
    assert paypal.capture("O1", key="capture:1").facts.state is ProviderState.DECLINED


def test_a_capture_that_was_made_meanwhile_is_read(server, paypal) -> None:
    already = (422, envelope("UNPROCESSABLE_ENTITY", "ORDER_ALREADY_CAPTURED"))
    server.answers = [already, (200, order("COMPLETED", "COMPLETED"))]
    assert paypal.capture("O1", key="capture:1").facts.state is ProviderState.PAID
    declined = (422, envelope("UNPROCESSABLE_ENTITY", "INSTRUMENT_DECLINED"))
    server.answers = [declined, (200, order("COMPLETED", "COMPLETED"))]
    assert paypal.capture("O1", key="capture:1").facts.state is ProviderState.PAID, "the money counts, not the no"


def test_a_capture_that_is_our_fault_is_refused(server, paypal) -> None:
    server.answers = [(422, envelope("UNPROCESSABLE_ENTITY", "PAYEE_BLOCKED_TRANSACTION"))]
    with pytest.raises(ProviderRefused):
        paypal.capture("O1", key="capture:1")


def test_an_unknown_order_is_gone(server, paypal) -> None:
    server.answers = [(404, envelope("RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID"))]
    looks: list[Callable[[], object]] = [
        lambda: paypal.read_checkout("O1"),
        lambda: paypal.expire_checkout("O1"),
        lambda: paypal.capture("O1", key="capture:1"),
    ]
    for look in looks:
        with pytest.raises(CheckoutGone):
            look()


@pytest.mark.parametrize(
    ("status", "outcome", "found"),
    [
        ("OPEN", "", DisputeStatus.OPEN),
        ("WAITING_FOR_SELLER_RESPONSE", "", DisputeStatus.OPEN),
        ("WAITING_FOR_BUYER_RESPONSE", "", DisputeStatus.IN_REVIEW),
        ("UNDER_REVIEW", "", DisputeStatus.IN_REVIEW),
        ("RESOLVED", "RESOLVED_SELLER_FAVOUR", DisputeStatus.WON),
        ("RESOLVED", "CANCELED_BY_BUYER", DisputeStatus.WON),
        ("RESOLVED", "RESOLVED_BUYER_FAVOUR", DisputeStatus.LOST),
        ("RESOLVED", "ACCEPTED", DisputeStatus.LOST),
    ],
)
def test_how_a_dispute_stands(server, paypal, status, outcome, found) -> None:
    dispute = {
        "dispute_id": "PP-D-1",
        "status": status,
        "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
        "disputed_transactions": [{"seller_transaction_id": "C1"}],
        "dispute_amount": {"currency_code": "EUR", "value": "480.00"},
        "seller_response_due_date": "2026-03-12T09:00:00.000Z",
    } | ({"dispute_outcome": {"outcome_code": outcome}} if outcome else {})
    server.answers = [(200, json.dumps(dispute).encode())]
    read = paypal.read_dispute("PP-D-1")
    assert (read.status, read.payment_reference, read.amount) == (found, "C1", Money(48_000, "EUR"))
    assert read.due_at == datetime(2026, 3, 12, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [((404, b""), BadSignature), ((503, b""), ProviderUnavailable), ((302, b""), ProviderUnavailable)],
)
def test_a_certificate_that_is_not_there(server, answer, refusal) -> None:
    server.answers = [answer]
    client = paypal_client.PayPalClient("client", "secret", live=False, base_url=server.url)
    with pytest.raises(refusal):
        client.fetch_certificate(f"{server.url}/certs/1")
    server.answers = [(200, b"x" * 200_000)]
    assert len(client.fetch_certificate(f"{server.url}/certs/1")) == paypal_client.LARGEST_CERTIFICATE


def test_nobody_at_home_is_unavailable() -> None:
    paypal = PayPalCheckout("client", "secret", TRUST, live=False, base_url="http://127.0.0.1:9")
    with pytest.raises(ProviderUnavailable):
        paypal.read_checkout("O1")


def test_an_amount_without_a_form_at_paypal_is_refused(paypal) -> None:
    for amount in (Money(5_001, "HUF"), Money(1, "KWD")):
        with pytest.raises(ProviderRefused):
            paypal.create_checkout(replace(request(), amount=amount))
    assert [paypal.unit(currency) for currency in ("EUR", "JPY", "HUF", "TWD", "KWD")] == [1, 1, 100, 100, 0]
