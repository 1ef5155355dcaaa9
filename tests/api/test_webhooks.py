"""Deliveries of the provider: what gets in, what stays out, and that it counts once. Names as in the payment cases."""

import pytest
from sqlalchemy import func, select

from mentorship.api.guard import LARGEST_DELIVERY
from mentorship.db.models import InboxEvent, InboxState, LedgerRow
from mentorship.domain.settle import ProviderState

PATH = "/api/webhooks/stripe"
COMPLETED = "checkout.session.completed"


@pytest.fixture
def paid(house):
    """A checkout that is paid at the provider, with nobody told yet."""
    _, reference = house.checkout(house.student(), house.mentor())
    house.payments.settle(reference, ProviderState.PAID)
    return reference


@pytest.fixture
def post(house, browser):
    def deliver(payload: bytes, signature: str | None, content_type: str = "application/json"):
        headers = {"Content-Type": content_type} | ({"Stripe-Signature": signature} if signature is not None else {})
        response = browser().post(PATH, content=payload, headers=headers)
        house.drain()
        return response

    return deliver


@pytest.fixture
def stored(database):
    """States of everything in the inbox, and how many credit movements there are."""

    def read() -> tuple[list[str], int]:
        with database.session(read_only=True) as db:
            states = db.scalars(select(InboxEvent.state).order_by(InboxEvent.id)).all()
            return list(states), db.scalar(select(func.count()).select_from(LedgerRow)) or 0

    return read


NOTHING: tuple[list[str], int] = ([], 0)


def test_a01_a07_a08_paid_counts_once_however_often_it_is_told(house, post, paid, stored):
    delivery = house.payments.delivery(COMPLETED, paid)
    answers = [post(*delivery) for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 200]
    assert [a.json()["outcome"] for a in answers] == ["received", "duplicate", "duplicate"]
    assert post(*house.payments.delivery(COMPLETED, paid)).json() == {"outcome": "received"}
    assert stored() == ([InboxState.PROCESSED, InboxState.PROCESSED], 1)


def test_a02_a_wrong_or_missing_signature_stays_out(house, post, paid, stored):
    payload, _ = house.payments.delivery(COMPLETED, paid)
    for signature in (None, "", "v1=", "t=1,v1=00", "t=x,v1=", house.payments.signature(payload, secret="whsec_other")):
        refused = post(payload, signature)
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_signature")
    assert stored() == NOTHING


def test_a03_a_delivery_older_than_five_minutes_stays_out(house, post, paid, stored):
    assert post(*house.payments.delivery(COMPLETED, paid, age=301)).status_code == 400
    assert stored() == NOTHING
    assert post(*house.payments.delivery(COMPLETED, paid, age=297)).status_code == 200


def test_a04_a_changed_byte_stays_out(house, post, paid, stored):
    payload, signature = house.payments.delivery(COMPLETED, paid)
    for changed in (payload + b" ", payload[:-1], payload.replace(b"cs_test", b"cs_tesT")):
        assert post(changed, signature).status_code == 400
    assert stored() == NOTHING


def test_a05_one_right_signature_of_two_is_enough(house, post, paid):
    payload, signature = house.payments.delivery(COMPLETED, paid)
    at, right = signature.split(",")
    assert post(payload, f"{at},v1={'0' * 64},{right}").status_code == 200


def test_a06_an_old_secret_counts_while_it_is_configured(house, post, paid):
    house.payments.secrets = ["whsec_new", "whsec_old"]
    assert post(*house.payments.delivery(COMPLETED, paid, secret="whsec_old")).status_code == 200
    house.payments.secrets = ["whsec_new"]
    assert post(*house.payments.delivery(COMPLETED, paid, secret="whsec_old")).status_code == 400


def test_a14_an_unknown_session_is_kept_as_unmatched(house, post, stored):
    assert post(*house.payments.delivery(COMPLETED, "cs_unknown")).json() == {"outcome": "received"}
    assert stored() == ([InboxState.UNMATCHED], 0)


def test_a15_a_type_that_is_not_ours_is_ignored(house, post, stored):
    answer = post(*house.payments.delivery("customer.created", "cus_1"))
    assert (answer.status_code, answer.json()) == (200, {"outcome": "ignored"})
    assert stored() == ([InboxState.IGNORED], 0)


def test_a16_get_and_other_content_types_are_refused(house, post, paid, stored, browser):
    got = browser().get(PATH)
    assert (got.status_code, got.headers["allow"], got.json()["code"]) == (405, "POST", "method_not_allowed")
    delivery = house.payments.delivery(COMPLETED, paid)
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""):
        refused = post(*delivery, content_type=content_type)
        assert (refused.status_code, refused.json()["code"]) == (415, "unsupported_media_type")
    assert stored() == NOTHING
    assert post(*delivery, content_type="Application/JSON; charset=utf-8").status_code == 200


@pytest.mark.parametrize("chunked", [False, True])
def test_a17_a_body_over_the_cap_is_refused(house, browser, stored, chunked):
    payload = b" " * (LARGEST_DELIVERY + 1)
    parts = (payload[i : i + 65_536] for i in range(0, len(payload), 65_536))
    headers = {"Content-Type": "application/json", "Stripe-Signature": house.payments.signature(payload)}
    refused = browser().post(PATH, content=parts if chunked else payload, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert refused.headers["content-type"] == "application/problem+json"
    assert stored() == NOTHING


def test_a_large_delivery_under_the_cap_is_taken(house, post, paid):
    payload, _ = house.payments.delivery(COMPLETED, paid)
    payload += b" " * (LARGEST_DELIVERY - len(payload))
    assert post(payload, house.payments.signature(payload)).status_code == 200


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"{" * 20_000,
        b"[" * 100_000,
        b"\xff\xfe{}",
        b'{"id": NaN}',
        b'{"id": "evt_1", "object": "event", "type": "checkout.session.completed", "data": null}',
        b'{"id": "evt_1", "object": "event", "type": "checkout.session.completed", "data": {"object": []}}',
        b'{"id": 1, "object": "event", "type": "checkout.session.completed", "data": {"object": {"id": "cs_1"}}}',
        b'{"id": "evt_\\u0000", "object": "event", "type": "x", "data": {"object": {"id": "a"}}}',
        b'{"id": "evt_1", "object": "event", "type": "x\\ud800", "data": {"object": {"id": "a"}}}',
        b'{"id": "evt_1", "object": "event", "type": "x", "data": {"object": {"id": "\\udfff"}}}',
        b'{"id": "", "object": "event", "type": "x", "data": {"object": {"id": "a"}}}',
    ],
)
def test_a_signed_body_that_is_no_event_is_refused(house, post, stored, payload):
    refused = post(payload, house.payments.signature(payload))
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_signature")
    assert stored() == NOTHING
