"""A27 from the buyer's side: the real adapters, and a provider that answers nothing useful."""

import http.server
import json
import logging
import threading

import pytest
from fastapi.testclient import TestClient
from support.house import make_house
from support.paypal_signing import signer

from mentorship.api.actor import COOKIE
from mentorship.api.app import create_api
from mentorship.domain.errors import ProviderLockedOut, ProviderUnavailable
from mentorship.gateways import paypal_client
from mentorship.gateways.paypal_checkout import PayPalCheckout
from mentorship.gateways.stripe_checkout import StripeCheckout

TOKEN = {"access_token": "T1", "token_type": "Bearer", "expires_in": 3600}
WELL = {
    "object": "checkout.session",
    "url": "https://pay.example/1",
    "links": [{"rel": "payer-action", "href": "https://pay.example/1"}],
}
HTML = b"<html>Bad Gateway</html>"
REFUSED = json.dumps({"error": {"type": "invalid_request_error", "message": "no"}, "name": "AUTHENTICATION_FAILURE"})


class TroubledProvider:
    """Answers every request with ``trouble`` while there is one; notes the keys under which checkouts are created."""

    def __init__(self) -> None:
        self.trouble: tuple[int, bytes] | None = None
        self.keys: list[str] = []
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", 0)))
                is_token = self.path == "/v1/oauth2/token"
                key = self.headers.get("Idempotency-Key") or self.headers.get("PayPal-Request-Id")
                if not is_token:
                    provider.keys.append(key)
                status, body = provider.trouble or (200, json.dumps(TOKEN if is_token else WELL | {"id": key}).encode())
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def dialect() -> str:
    """Nothing here is about storage."""
    return "sqlite"


@pytest.fixture
def provider(monkeypatch):
    monkeypatch.setattr(paypal_client, "PAUSES", (0.0, 0.0))
    monkeypatch.setattr("stripe.RequestsClient._sleep_time_seconds", lambda *_, **__: 0.0)
    provider = TroubledProvider()
    yield provider
    provider.server.shutdown()
    provider.server.server_close()


@pytest.fixture
def house(database, provider):
    return make_house(
        database,
        payments=StripeCheckout("sk_test_x", ["whsec_x"], base_url=provider.url),
        paypal=PayPalCheckout("client", "secret", signer().trust("HOOK"), live=False, base_url=provider.url),
    )


@pytest.fixture
def buy(house):
    """Starts to buy the same thing each time; the answer."""
    client = TestClient(create_api(house.deps), base_url="http://localhost:8000")
    client.cookies.set(COOKIE, house.student().token)
    product = str(house.mentor().product_id)
    return lambda way: client.post(f"/api/checkout/{way}", json={"product_id": product, "request_key": "one-click"})


@pytest.mark.parametrize("way", ["stripe", "paypal"])
@pytest.mark.parametrize("trouble", [(500, b"{}"), (429, b"{}"), (502, HTML)], ids=["500", "429", "html"])
def test_a27_a_passing_trouble_is_said_and_the_next_try_has_the_same_key(house, provider, buy, way, trouble):
    admin = house.admin()
    assert buy(way).status_code == 201, "the token is known from now on"
    provider.keys.clear()
    fresh = house.student()
    client = TestClient(create_api(house.deps), base_url="http://localhost:8000")
    client.cookies.set(COOKIE, fresh.token)
    asked = {"product_id": str(house.mentor().product_id)}
    provider.trouble = trouble
    refused = [client.post(f"/api/checkout/{way}", json=asked) for _ in range(2)]
    assert [(r.status_code, r.json()["code"]) for r in refused] == [(503, ProviderUnavailable.code)] * 2
    assert {r.json()["detail"] for r in refused} == {ProviderUnavailable.sentence}
    provider.trouble = None
    assert client.post(f"/api/checkout/{way}", json=asked).json()["url"] == WELL["url"]
    assert len(provider.keys) >= 3
    assert len(set(provider.keys)) == 1
    house.drain()
    assert [mail for mail in house.mails if mail.to_address == admin.me.email] == []


@pytest.mark.parametrize("way", ["stripe", "paypal"])
def test_a27_wrong_keys_are_not_available_and_an_alert(house, provider, buy, way, caplog):
    admin = house.admin()
    provider.trouble = (401, REFUSED.encode())
    with caplog.at_level(logging.ERROR):
        refused = [buy(way) for _ in range(3)]
    assert [(r.status_code, r.json()["code"]) for r in refused] == [(503, "provider_locked_out")] * 3
    assert {r.json()["detail"] for r in refused} == {ProviderLockedOut.sentence}
    assert len([r for r in caplog.records if r.levelname == "ERROR" and "does not accept" in r.message]) >= 3
    house.drain()
    told = [mail.subject for mail in house.mails if mail.to_address == admin.me.email]
    assert told == [f"{'Stripe' if way == 'stripe' else 'PayPal'} does not accept our keys"]
    provider.trouble = None
    assert buy(way).status_code == 201
    assert len(set(provider.keys)) == 1
