"""The Stripe adapter when Stripe is slow, down, or talks nonsense: each becomes a refusal of ours, never a trace."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from mentorship.domain.errors import ProviderLockedOut, ProviderRefused, ProviderUnavailable
from mentorship.domain.money import Money
from mentorship.gateways.ports import CheckoutRequest
from mentorship.gateways.stripe_checkout import StripeCheckout


def request() -> CheckoutRequest:
    return CheckoutRequest(
        attempt_id=uuid4(),
        order_id=uuid4(),
        amount=Money(48_000, "EUR"),
        description="Four sessions",
        email="ada@example.com",
        expires_at=datetime.now(UTC) + timedelta(minutes=31),
        success_url="http://localhost/success?session_id={CHECKOUT_SESSION_ID}",
        cancel_url="http://localhost/cancel",
    )


@contextmanager
def answering(status: int, body: bytes, kind: str) -> Iterator[tuple[str, list[str]]]:
    """A server that always gives one answer; notes the idempotency keys it was sent."""
    keys: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            keys.append(self.headers.get("Idempotency-Key", ""))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", keys
    finally:
        server.shutdown()
        server.server_close()


def envelope(kind: str) -> bytes:
    return json.dumps({"error": {"type": kind, "message": "no", "code": "nope"}}).encode()


@pytest.mark.parametrize(
    ("status", "body", "kind", "refusal"),
    [
        (500, envelope("api_error"), "application/json", ProviderUnavailable),
        (502, b"<html>Bad Gateway</html>", "text/html", ProviderUnavailable),
        (200, b"<html>Welcome to the hotel</html>", "text/html", ProviderUnavailable),
        (429, envelope("rate_limit_error"), "application/json", ProviderUnavailable),
        (401, envelope("invalid_request_error"), "application/json", ProviderLockedOut),
        (403, envelope("invalid_request_error"), "application/json", ProviderLockedOut),
        (400, envelope("invalid_request_error"), "application/json", ProviderRefused),
        (400, envelope("idempotency_error"), "application/json", ProviderRefused),
    ],
)
def test_a27_bad_answers_are_refusals_and_a_retry_uses_the_same_key(
    status: int, body: bytes, kind: str, refusal: type[Exception]
) -> None:
    asked = request()
    with answering(status, body, kind) as (url, keys):
        for _ in range(2):
            with pytest.raises(refusal):
                StripeCheckout("sk_test_x", ["whsec_x"], base_url=url).create_checkout(asked)
    assert set(keys) == {f"create:{asked.attempt_id}"}


def test_nobody_at_home_is_unavailable() -> None:
    with pytest.raises(ProviderUnavailable):
        StripeCheckout("sk_test_x", ["whsec_x"], base_url="http://127.0.0.1:9").read_checkout("cs_test_1")
