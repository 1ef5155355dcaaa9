"""Buying over HTTP, and the two addresses to which the provider sends the buyer back."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from mentorship.domain.settle import ProviderState

PUBLIC = "http://localhost:3000"


@pytest.fixture
def cancel_path(house):
    def of(reference: str) -> str:
        return house.payments.checkouts[reference].request.cancel_url.removeprefix("http://localhost:8000")

    return of


def test_a_checkout_is_started_once_and_verified(house, browser):
    student, mentor = house.student(), house.mentor()
    client = browser(student)
    body = {"product_id": str(mentor.product_id), "request_key": "one-click"}
    started = client.post("/api/checkout/stripe", json=body)
    assert started.status_code == 201
    assert client.post("/api/checkout/stripe", json=body).json() == started.json()
    order_id, reference = started.json()["order_id"], started.json()["url"].rpartition("/")[2]

    verify = f"/api/checkout/verify?order_id={order_id}"
    assert client.get(verify).json()["status"] == "pending"
    house.payments.settle(reference, ProviderState.PAID)
    assert client.get(verify).json()["status"] == "paid"
    assert browser(house.student()).get(verify).status_code == 404
    assert browser().get(verify).status_code == 401


def test_the_last_seat_is_sold_out_for_the_next_student(house, browser):
    mentor = house.mentor(capacity=1)
    house.checkout(house.student(), mentor)
    refused = browser(house.student()).post("/api/checkout/stripe", json={"product_id": str(mentor.product_id)})
    assert (refused.status_code, refused.json()["code"]) == (409, "sold_out")


@pytest.mark.parametrize(("trouble", "code"), [("down", "provider_unavailable"), ("refusing", "provider_refused")])
def test_a_provider_in_trouble_is_a_503_that_may_be_tried_again(house, browser, trouble, code):
    student, mentor = house.student(), house.mentor()
    client, body = browser(student), {"product_id": str(mentor.product_id)}
    setattr(house.payments, trouble, True)
    refused = client.post("/api/checkout/stripe", json=body)
    assert (refused.status_code, refused.json()["code"]) == (503, code)
    setattr(house.payments, trouble, False)
    assert client.post("/api/checkout/stripe", json=body).status_code == 201
    assert len(house.payments.checkouts) == 1


def test_the_success_address_only_leads_to_the_page(house, browser):
    student, mentor = house.student(), house.mentor()
    order, reference = house.checkout(student, mentor)
    back = browser().get(f"/api/checkout/success?order={order.id}&session_id={reference}")
    assert (back.status_code, back.headers["location"]) == (303, f"{PUBLIC}/checkout/success?order={order.id}")
    assert "read_checkout" not in house.payments.calls
    assert browser().get("/api/checkout/success?order=//evil.example").status_code == 422


def test_the_cancel_link_frees_the_seat_and_shows_the_mentor(house, browser, cancel_path):
    student, mentor = house.student(), house.mentor(capacity=1)
    _, reference = house.checkout(student, mentor)
    for _ in range(2):
        back = browser().get(cancel_path(reference))
        assert (back.status_code, back.headers["location"]) == (303, f"{PUBLIC}/mentors/{mentor.slug}?canceled=1")
    assert browser().get(f"/api/seats/availability/{mentor.mentor_id}").json()["left"] == 1
    assert house.payments.checkouts[reference].state is ProviderState.EXPIRED


def test_a_paid_order_is_not_undone_by_its_cancel_link(house, browser, cancel_path):
    student, mentor = house.student(), house.mentor()
    order, reference = house.checkout(student, mentor)
    house.payments.settle(reference, ProviderState.PAID)
    back = browser().get(cancel_path(reference))
    assert back.headers["location"] == f"{PUBLIC}/checkout/success?order={order.id}"
    assert browser(student).get(f"/api/checkout/verify?order_id={order.id}").json()["status"] == "paid"


def test_a_cancel_link_that_is_not_ours_or_is_over_changes_nothing(house, browser, cancel_path):
    student, mentor = house.student(), house.mentor(capacity=1)
    _, reference = house.checkout(student, mentor)
    good = cancel_path(reference)
    token = parse_qs(urlsplit(good).query)["link"][0]
    other_order = token.replace(token.partition(".")[0], str(uuid4()))
    for forged in (
        f"{token[:-1]}{'0' if token[-1] != '0' else '1'}",
        other_order,
        "",
        "x",
        "é",
        "..",
        f"{token}\x00",
        "a" * 9000,
    ):
        refused = browser().get("/api/checkout/cancel", params={"link": forged})
        assert (refused.status_code, refused.json()["code"]) == (400, "link_invalid")
        page = browser().get("/api/checkout/cancel", params={"link": forged}, headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["location"]) == (303, f"{PUBLIC}/?notice=link_invalid")
    assert browser().get(f"/api/seats/availability/{mentor.mentor_id}").json()["left"] == 0
    house.clock.advance(timedelta(hours=25))
    assert browser().get(good).status_code == 400
