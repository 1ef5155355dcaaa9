"""PayPal over HTTP: start, come back, capture, give up, and what PayPal delivers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from support import fakes
from support.paypal_signing import body, capture, signer

from mentorship.domain.errors import ProviderUnavailable
from mentorship.domain.settle import ProviderState

PUBLIC = "http://localhost:3000"
HOOK = "/api/webhooks/paypal"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def dialect() -> str:
    """The services' tests run on both engines."""
    return "sqlite"


@pytest.fixture
def buyer(house, browser):
    """A student's browser with an order open at PayPal."""
    student, mentor = house.student(), house.mentor(capacity=1)
    client = browser(student)
    started = client.post("/api/checkout/paypal", json={"product_id": str(mentor.product_id)})
    assert started.status_code == 201
    client.mentor, client.order_id, client.url = mentor, started.json()["order_id"], started.json()["url"]
    client.reference = client.url.rpartition("/")[2]
    return client


def take(client, reference=None):
    return client.post("/api/checkout/paypal/capture", json={"token": reference or client.reference})


def test_a22_start_approve_capture_told(house, browser, buyer):
    assert take(buyer).json()["status"] == "pending"
    house.paypal.settle(buyer.reference, ProviderState.APPROVED)
    paid = take(buyer)
    assert (paid.status_code, paid.json()["status"], paid.json()["provider"]) == (200, "paid", "paypal")
    assert take(buyer).json() == paid.json()
    payment = house.paypal.checkouts[buyer.reference].payment_reference
    delivery, headers = house.paypal.paypal_delivery("PAYMENT.CAPTURE.COMPLETED", capture(payment, buyer.reference))
    told = [browser().post(HOOK, content=delivery, headers=JSON | headers) for _ in range(2)]
    assert [(t.status_code, t.json()["outcome"]) for t in told] == [(200, "received"), (200, "duplicate")]
    house.drain()
    assert [p["granted"] for p in buyer.get("/api/session-packs/me").json()["packs"]] == [4]


def test_a23_captures_at_the_same_time_pay_once(house, buyer):
    house.paypal.settle(buyer.reference, ProviderState.APPROVED)
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: take(buyer), range(5)))
    assert {a.status_code for a in answers} == {200}
    assert take(buyer).json()["status"] == "paid"
    assert len(house.paypal.captured) == 1


def test_a26_a_decline_names_the_way_back(house, buyer):
    house.paypal.settle(buyer.reference, ProviderState.APPROVED)
    house.paypal.captures_as = ProviderState.DECLINED
    declined = take(buyer)
    assert declined.status_code == 200
    assert (declined.json()["status"], declined.json()["declined"]) == ("pending", True)
    assert declined.json()["hosted_url"] == buyer.url
    by_card = buyer.post("/api/checkout/stripe", json={"product_id": str(buyer.mentor.product_id)})
    assert (by_card.status_code, by_card.json()["order_id"]) == (201, buyer.order_id)


def test_only_the_owner_captures(house, browser, buyer):
    house.paypal.settle(buyer.reference, ProviderState.APPROVED)
    assert take(browser(), buyer.reference).status_code == 401
    assert take(browser(house.student()), buyer.reference).status_code == 404
    assert take(browser(buyer.mentor), buyer.reference).status_code == 403
    for wrong in ("UNKNOWN", "../x", "", "é", "a" * 300, None, 7):
        assert buyer.post("/api/checkout/paypal/capture", json={"token": wrong}).status_code in (404, 422)
    assert house.paypal.captured == []


@pytest.mark.parametrize(("trouble", "code"), [("down", "provider_unavailable"), ("refusing", "provider_refused")])
def test_a27_paypal_in_trouble_is_a_503_and_the_same_order_afterwards(house, browser, trouble, code):
    mentor = house.mentor()
    client, asked = browser(house.student()), {"product_id": str(mentor.product_id)}
    setattr(house.paypal, trouble, True)
    refused = client.post("/api/checkout/paypal", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (503, code)
    setattr(house.paypal, trouble, False)
    assert client.post("/api/checkout/paypal", json=asked).status_code == 201
    assert len(house.paypal.checkouts) == 1
    setattr(house.paypal, trouble, True)
    assert client.post("/api/checkout/stripe", json=asked).status_code == 201, "the other way is not touched"


def test_the_return_address_hands_the_token_to_the_page_and_changes_nothing(house, browser, buyer):
    asked = house.paypal.checkouts[buyer.reference].request.success_url.removeprefix("http://localhost:8000")
    back = browser().get(f"{asked}&token={buyer.reference}&PayerID=QYR5Z8XDVJNXQ")
    place = urlencode({"order": buyer.order_id, "token": buyer.reference})
    assert (back.status_code, back.headers["location"]) == (303, f"{PUBLIC}/checkout/success?{place}")
    odd = browser().get(f"{asked}&{urlencode({'token': 'x&order=evil#'})}")
    assert odd.headers["location"].endswith("&token=x%26order%3Devil%23")
    assert "read_checkout" not in house.paypal.calls


def test_paypals_own_token_beside_the_cancel_link_does_no_harm(house, browser, buyer):
    asked = house.paypal.checkouts[buyer.reference].request.cancel_url.removeprefix("http://localhost:8000")
    back = browser().get(f"{asked}&token={buyer.reference}")
    assert (back.status_code, back.headers["location"]) == (303, f"{PUBLIC}/mentors/{buyer.mentor.slug}?canceled=1")
    house.paypal.settle(buyer.reference, ProviderState.APPROVED)
    assert take(buyer).json()["status"] == "canceled"
    assert house.paypal.captured == []


def test_a_provider_that_is_not_offered_is_refused(house, browser):
    mentor = house.mentor(currency="KWD", price_minor=48_000)
    refused = browser(house.student()).post("/api/checkout/paypal", json={"product_id": str(mentor.product_id)})
    assert (refused.status_code, refused.json()["code"]) == (409, "provider_not_offered")


def test_deliveries_that_are_not_paypals_are_a_400(house, browser):
    payload = body("CHECKOUT.ORDER.APPROVED", {"id": "O1"})
    webhook = house.paypal.webhook_ids[0]
    good = signer().headers(payload, webhook)
    for sent in (
        {},
        good | {"paypal-transmission-sig": "AAAA"},
        good | {"paypal-cert-url": "https://evil.example/CERT"},
        signer().headers(payload, "ANOTHER"),
        signer().headers(payload, webhook, age=timedelta(days=4)),
        {"Stripe-Signature": "t=1,v1=00"},
    ):
        refused = browser().post(HOOK, content=payload, headers=JSON | sent)
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_signature")
    assert browser().post(HOOK, content=payload, headers=JSON | good).json() == {"outcome": "received"}


def test_a_delivery_that_cannot_be_decided_is_a_503(house, browser, monkeypatch):
    def cannot_say(*_: object, **__: object) -> None:
        raise ProviderUnavailable()

    payload, headers = house.paypal.paypal_delivery("CHECKOUT.ORDER.APPROVED", {"id": "O1"})
    with monkeypatch.context() as trouble:
        trouble.setattr(fakes.WebhookVerifier, "_fetched_key", cannot_say)
        refused = browser().post(HOOK, content=payload, headers=JSON | headers)
    assert (refused.status_code, refused.json()["code"]) == (503, "provider_unavailable")
    assert browser().post(HOOK, content=payload, headers=JSON | headers).status_code == 200, "nothing was kept"
