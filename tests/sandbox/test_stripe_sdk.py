"""The real Stripe SDK against the sandbox's Stripe."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest
import requests
import stripe


def key(value):
    return {"idempotency_key": value}


def test_a_session_is_created_retrieved_and_listed(client, running, violations):
    made = client.v1.checkout.sessions.create(running.params())
    assert (made.amount_total, made.currency, made.status, made.payment_status) == (48_000, "eur", "open", "unpaid")
    assert (made.client_reference_id, made.metadata["order_id"]) == ("attempt_1", "order_1")
    assert made.payment_intent is None
    assert made.url == f"{running.url}/stripe/c/pay/{made.id}"
    read = client.v1.checkout.sessions.retrieve(made.id, {"expand": ["line_items", "payment_intent"]})
    assert read.line_items.data[0].description == "Mentorship with Ada: 4 sessions"
    assert violations(stripe.checkout.Session, read) == []
    (line,) = client.v1.checkout.sessions.line_items.list(made.id).data
    assert violations(stripe.LineItem, line) == []


def test_the_same_key_gives_the_same_session_and_other_parameters_are_refused(client, running):
    params = running.params()
    first = client.v1.checkout.sessions.create(params, key("create:1"))
    again = client.v1.checkout.sessions.create(params, key("create:1"))
    assert again.id == first.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.last_response.headers
    with pytest.raises(stripe.IdempotencyError) as refusal:
        client.v1.checkout.sessions.create({**params, "client_reference_id": "other"}, key("create:1"))
    assert refusal.value.http_status == 400
    assert len(client.v1.checkout.sessions.list().data) == 1


def test_a_refused_request_leaves_its_key_free(client, running):
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.create(running.params(mode="subscription"), key("k"))
    assert client.v1.checkout.sessions.create(running.params(), key("k")).status == "open"


def test_a_key_whose_first_request_still_runs_is_409(client, running):
    params = running.params()
    made = client.v1.checkout.sessions.create(params, key("busy"))
    with closing(sqlite3.connect(running.store_path)) as file, file:
        file.execute("UPDATE idempotency_keys SET status = NULL, body = NULL")
    with pytest.raises(stripe.APIError) as refusal:
        client.v1.checkout.sessions.create(params, key("busy"))
    assert refusal.value.http_status == 409
    assert refusal.value.json_body["error"]["code"] == "idempotency_key_in_use"
    assert [s.id for s in client.v1.checkout.sessions.list().data] == [made.id]


def test_parallel_requests_with_one_key_make_one_session(running):
    params, start = running.params(), threading.Barrier(12)

    def create(_):
        client = running.client()
        start.wait()
        try:
            return client.v1.checkout.sessions.create(params, key("race")).id
        except stripe.APIError as refusal:
            return refusal.http_status

    with ThreadPoolExecutor(12) as threads:
        results = set(threads.map(create, range(12)))
    assert len(results - {409}) == 1
    assert len(running.client().v1.checkout.sessions.list().data) == 1


def test_a_wrong_key_is_401(running):
    with pytest.raises(stripe.AuthenticationError):
        running.client(key="sk_test_other").v1.checkout.sessions.list()


def line(**price):
    return [{"quantity": 1, "price_data": {"currency": "eur", "unit_amount": 1, "product_data": {"name": "x"}} | price}]


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"line_items": line(unit_amount=-1)}, "parameter_invalid_integer", "line_items[0][price_data][unit_amount]"),
        (
            {"line_items": line(unit_amount="45.0")},
            "parameter_invalid_integer",
            "line_items[0][price_data][unit_amount]",
        ),
        ({"line_items": line(currency="xyz")}, None, "line_items[0][price_data][currency]"),
        ({"line_items": line(colour="red")}, "parameter_unknown", "line_items[0][price_data][colour]"),
        ({"line_items": [*line(), *line(currency="usd")]}, None, "line_items"),
        ({"line_items": [{"quantity": 1}]}, "parameter_missing", "line_items[0][price_data]"),
        ({"line_items": []}, "parameter_missing", "line_items"),
        ({"success_url": "javascript:alert(1)"}, "url_invalid", "success_url"),
        ({"ui_mode": "hosted"}, None, "ui_mode"),
        ({"nonsense": "1"}, "parameter_unknown", "nonsense"),
        ({"metadata": {"k" * 41: "v"}}, None, f"metadata[{'k' * 40}]"),
        ({"client_reference_id": "x" * 201}, None, "client_reference_id"),
        ({"expand": ["customer"]}, None, "expand"),
    ],
)
def test_bad_parameters_are_refused_in_stripes_words(client, running, changes, code, param):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.checkout.sessions.create(running.params(**changes))
    assert (refusal.value.http_status, refusal.value.code, refusal.value.param) == (400, code, param)


@pytest.mark.parametrize(("minutes", "accepted"), [(28, False), (31, True), (24 * 60 - 1, True), (24 * 60 + 2, False)])
def test_expires_at_is_between_half_an_hour_and_a_day_of_the_sandbox_clock(client, running, minutes, accepted):
    running.clock.advance(timedelta(days=40))
    at = int((running.clock.now() + timedelta(minutes=minutes)).timestamp())
    if accepted:
        assert client.v1.checkout.sessions.create(running.params(expires_at=at)).expires_at == at
    else:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            client.v1.checkout.sessions.create(running.params(expires_at=at))
        assert refusal.value.param == "expires_at"


def test_pay_refund_and_list(client, running, violations):
    made = client.v1.checkout.sessions.create(running.params())
    paid = running.press(made.url, action="pay")
    assert paid.status_code == 303
    assert paid.headers["Location"] == f"http://127.0.0.1:1/checkout/success?session_id={made.id}"
    session = client.v1.checkout.sessions.retrieve(made.id, {"expand": ["payment_intent.latest_charge"]})
    intent, charge = session.payment_intent, session.payment_intent.latest_charge
    assert (session.status, session.payment_status, session.url) == ("complete", "paid", None)
    assert (intent.status, intent.amount_received, intent.metadata["attempt_id"]) == ("succeeded", 48_000, "attempt_1")
    assert (charge.paid, charge.amount_captured, charge.amount_refunded) == (True, 48_000, 0)
    assert client.v1.checkout.sessions.list({"payment_intent": intent.id}).data[0].id == made.id

    part = client.v1.refunds.create({"payment_intent": intent.id, "amount": 14_400, "reason": "requested_by_customer"})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": intent.id, "amount": 33_601})
    assert refusal.value.param == "amount"
    rest = client.v1.refunds.create({"charge": charge.id, "metadata": {"why": "all"}})
    assert (part.amount, rest.amount, rest.status) == (14_400, 33_600, "succeeded")
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": intent.id})
    assert refusal.value.code == "charge_already_refunded"
    assert [r.id for r in client.v1.refunds.list({"payment_intent": intent.id}).data] == [rest.id, part.id]
    assert client.v1.refunds.retrieve(part.id).amount == 14_400
    charge = client.v1.charges.retrieve(charge.id, {"expand": ["refunds"]})
    assert (charge.refunded, charge.amount_refunded, len(charge.refunds.data)) == (True, 48_000, 2)

    for kind, obj in (
        (stripe.checkout.Session, session),
        (stripe.PaymentIntent, client.v1.payment_intents.retrieve(intent.id)),
        (stripe.Charge, charge),
        (stripe.Refund, rest),
        *((stripe.Event, event) for event in client.v1.events.list().data),
    ):
        assert violations(kind, obj) == []


def test_parallel_refunds_never_give_back_more_than_was_paid(client, running):
    made = client.v1.checkout.sessions.create(running.params())
    running.press(made.url, action="pay")
    intent = client.v1.checkout.sessions.retrieve(made.id).payment_intent

    def give_back(_):
        try:
            return running.client().v1.refunds.create({"payment_intent": intent, "amount": 20_000}).amount
        except stripe.InvalidRequestError:
            return 0

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(give_back, range(8))) == 40_000


def test_an_open_session_is_expired_once(client, running):
    made = client.v1.checkout.sessions.create(running.params())
    assert client.v1.checkout.sessions.expire(made.id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.expire(made.id)
    assert "expired" in running.press(made.url, action="pay").text
    assert client.v1.checkout.sessions.retrieve(made.id).payment_status == "unpaid"


def test_time_expires_a_session(client, running):
    touched = client.v1.checkout.sessions.create(running.params())
    running.clock.advance(timedelta(minutes=32))
    assert client.v1.checkout.sessions.retrieve(touched.id).status == "expired"
    client.v1.checkout.sessions.create(running.params())
    running.clock.advance(timedelta(minutes=32))
    running.sandbox.tick()
    running.sandbox.tick()
    assert [e.type for e in client.v1.events.list().data] == ["checkout.session.expired"] * 2


def test_lists_are_paged_newest_first(client, running):
    made = [client.v1.checkout.sessions.create(running.params(client_reference_id=str(n))).id for n in range(5)]
    first = client.v1.checkout.sessions.list({"limit": 2})
    assert (first.has_more, [s.id for s in first.data]) == (True, made[:2:-1])
    assert [s.id for s in first.auto_paging_iter()] == made[::-1]
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.list({"starting_after": "cs_test_nowhere"})


def test_a_free_checkout_needs_no_payment(client, running):
    made = client.v1.checkout.sessions.create(running.params(line_items=line(unit_amount=0)))
    assert made.payment_status == "no_payment_required"
    running.press(made.url, action="pay")
    done = client.v1.checkout.sessions.retrieve(made.id, {"expand": ["payment_intent.latest_charge"]})
    assert (done.status, done.payment_status, done.payment_intent) == ("complete", "no_payment_required", None)


def test_a_run_of_everything_conforms_to_the_sdks_types(running, conformance_proxy):
    proxy = conformance_proxy.Proxy(0, f"{running.url}/stripe")
    try:
        client = running.client(api=f"http://127.0.0.1:{proxy.srv.server_port}")
        for action in ("decline", "delayed", "pay", "expire"):
            made = client.v1.checkout.sessions.create(running.params())
            running.press(made.url, action=action)
            client.v1.checkout.sessions.retrieve(made.id, {"expand": ["payment_intent.latest_charge", "line_items"]})
            if action == "pay":
                intent = client.v1.checkout.sessions.retrieve(made.id).payment_intent
                charge = client.v1.payment_intents.retrieve(intent).latest_charge
                refund = client.v1.refunds.create({"payment_intent": intent, "amount": 1})
                client.v1.refunds.retrieve(refund.id, {"expand": ["charge", "payment_intent"]})
                client.v1.refunds.list({"payment_intent": intent})
                client.v1.charges.retrieve(charge)
                client.v1.checkout.sessions.list({"payment_intent": intent, "expand": ["data.payment_intent"]})
            if action == "decline":
                client.v1.checkout.sessions.expire(made.id)
        event = requests.get(
            f"{running.url}/stripe/v1/events", headers={"Authorization": "Bearer sk_test_sandbox"}, timeout=5
        ).json()["data"][0]
        client.v1.events.retrieve(event["id"])
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.refunds.create({"payment_intent": "pi_nowhere"})
        assert proxy.n >= 17
        assert proxy.bad == []
    finally:
        proxy.stop()
