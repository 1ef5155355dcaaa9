"""Faults of the console: for as many calls as they were set for, in the way that the real SDKs meet them."""

import time

import pytest
import requests
import stripe
from apimatic_core.exceptions.auth_validation_exception import AuthValidationException
from paypalserversdk.exceptions.api_exception import ApiException
from support.paypal import asked, create, link

from mentorship.sandbox import http_api


def fault(running, provider, kind, calls=1):
    assert running.press(f"/{provider}", action="fault", kind=kind, calls=str(calls)).status_code == 303


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("500", stripe.APIError),
        ("429", stripe.RateLimitError),
        ("502", stripe.APIError),
        ("401", stripe.AuthenticationError),
        ("lost", stripe.APIConnectionError),
    ],
)
def test_stripes_faults_last_as_long_as_they_were_set_for(running, client, kind, error):
    fault(running, "stripe", kind, calls=2)
    for _ in range(2):
        with pytest.raises(error):
            client.v1.checkout.sessions.list()
    assert client.v1.checkout.sessions.list().data == []


@pytest.mark.parametrize(("kind", "status"), [("500", 500), ("429", 429), ("502", 502), ("401", 401)])
def test_paypals_faults_last_as_long_as_they_were_set_for(running, paypal, kind, status):
    paypal.oauth_2.fetch_token()
    fault(running, "paypal", kind, calls=2)
    for _ in range(2):
        with pytest.raises(ApiException) as refusal:
            create(paypal)
        assert refusal.value.response_code == status
    assert create(paypal)["status"] == "PAYER_ACTION_REQUIRED"


def test_a_lost_answer_was_done_all_the_same(running, client, paypal):
    fault(running, "stripe", "lost")
    params, key = running.params(), {"idempotency_key": "k"}
    with pytest.raises(stripe.APIConnectionError):
        client.v1.checkout.sessions.create(params, key)
    (made,) = client.v1.checkout.sessions.list().data
    assert client.v1.checkout.sessions.create(params, key).id == made.id
    made = create(paypal)
    running.press(link(made, "payer-action"), action="approve")
    fault(running, "paypal", "lost")
    with pytest.raises(requests.RequestException):
        paypal.orders.capture_order({"id": made["id"], "paypal_request_id": "c"})
    assert asked(paypal.orders.get_order({"id": made["id"]}))["status"] == "COMPLETED"
    assert paypal.orders.capture_order({"id": made["id"], "paypal_request_id": "c"}).status_code == 200


def test_a_slow_answer_comes_late(running, client, monkeypatch):
    monkeypatch.setattr(http_api, "SLOW_SECONDS", 1.0)
    fault(running, "stripe", "slow")
    before = time.monotonic()
    assert client.v1.checkout.sessions.list().data == []
    assert time.monotonic() - before >= 1.0


def test_refused_keys_make_old_tokens_worthless(running, paypal):
    made = create(paypal)
    fault(running, "paypal", "token", calls=1)
    with pytest.raises(ApiException) as refusal:
        paypal.orders.get_order({"id": made["id"]})
    assert refusal.value.response_code == 401
    with pytest.raises(AuthValidationException):
        running.paypal().orders.get_order({"id": made["id"]})
    assert asked(running.paypal().orders.get_order({"id": made["id"]}))["id"] == made["id"]


def test_the_certificate_can_be_out_of_reach(running, paypal, paypal_receiver):
    fault(running, "paypal", "certificate")
    running.approved(paypal)
    with pytest.raises(AssertionError):
        running.paypal_events(paypal_receiver, 1)
    assert len(running.paypal_events(paypal_receiver, 1)) == 1


def test_faults_are_bounded_shown_and_cleared(running, client):
    for form in ({"kind": "500", "calls": "51"}, {"kind": "500", "calls": "0"}, {"kind": "token"}, {"kind": "no"}):
        assert running.press("/stripe", action="fault", **form).status_code == 400
    fault(running, "stripe", "500", calls=50)
    assert "The next 50 calls answer 500." in requests.get(f"{running.url}/stripe", timeout=5).text
    assert "answer 500." not in requests.get(f"{running.url}/paypal", timeout=5).text
    running.press("/stripe", action="clear_faults")
    assert client.v1.checkout.sessions.list().data == []
