"""Webhooks: signed, repeated, late, twice, lost, forged; whatever happens, the queue is the truth."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from mentorship.sandbox.deliveries import Arrival
from mentorship.sandbox.store import Store
from mentorship.sandbox.stripe_flow import emit
from mentorship.sandbox.webhooks import WebhookSender, stripe_endpoint


def endpoints(url):
    return {"stripe": stripe_endpoint(url, "whsec_test_secret")}


def types(events):
    return [event.type for event in events]


def test_a_payment_arrives_signed_and_in_the_pinned_version(running, client, receiver, violations):
    made = client.v1.checkout.sessions.create(running.params())
    running.press(made.url, action="pay")
    (event,) = receiver.wait_for(1)
    assert (event.type, event.api_version, event.livemode) == (
        "checkout.session.completed",
        "2026-10-28.endive",
        False,
    )
    assert (event.data.object.id, event.data.object.payment_status) == (made.id, "paid")
    assert client.v1.events.retrieve(event.id).id == event.id
    assert violations(stripe.Event, event) == []


def test_a_refund_is_told_in_three_events_and_a_bounce_in_one(running, client, receiver):
    made = client.v1.checkout.sessions.create(running.params())
    running.press(made.url, action="pay")
    intent = client.v1.checkout.sessions.retrieve(made.id).payment_intent
    assert running.press("/stripe", action="refund", id=intent, amount="1000").status_code == 303
    events = receiver.wait_for(4)
    assert types(events[1:]) == ["refund.created", "charge.refunded", "refund.updated"]
    assert events[2].data.object.amount_refunded == 1_000
    running.press("/stripe", action="fail_refund", id=events[1].data.object.id)
    bounced = receiver.wait_for(5)[4]
    assert (bounced.type, bounced.data.object.status) == ("refund.failed", "failed")
    assert client.v1.charges.retrieve(bounced.data.object.charge).amount_refunded == 0


@pytest.mark.parametrize(
    ("button", "ending", "status"), [("succeed", "succeeded", "paid"), ("fail", "failed", "unpaid")]
)
def test_a_delayed_payment_is_completed_first_and_settled_by_the_console(
    running, client, receiver, button, ending, status
):
    made = client.v1.checkout.sessions.create(running.params())
    running.press(made.url, action="delayed")
    assert receiver.wait_for(1)[0].data.object.payment_status == "unpaid"
    assert running.press("/stripe", action=button, id=made.id).status_code == 303
    assert receiver.wait_for(2)[1].type == f"checkout.session.async_payment_{ending}"
    assert client.v1.checkout.sessions.retrieve(made.id).payment_status == status
    assert running.press("/stripe", action=button, id=made.id).status_code == 409


def test_twice_is_the_same_event_twice_and_lost_is_never(running, client, receiver):
    lost = client.v1.checkout.sessions.create(running.params())
    running.press(lost.url, action="pay", arrival="lost")
    late = client.v1.checkout.sessions.create(running.params())
    running.press(late.url, action="pay", arrival="late")
    twice = client.v1.checkout.sessions.create(running.params())
    running.press(twice.url, action="pay", arrival="twice")
    events = receiver.wait_for(2)
    time.sleep(0.6)
    assert len(receiver.got) == 2
    assert events[0].id == events[1].id
    assert events[0].data.object.id == twice.id
    assert client.v1.checkout.sessions.retrieve(lost.id).payment_status == "paid"


def test_the_console_sends_again_replays_and_forges(running, client, receiver):
    made = client.v1.checkout.sessions.create(running.params())
    running.press(made.url, action="expire")
    (first,) = receiver.wait_for(1)
    running.press("/stripe", action="again", id=first.id)
    assert receiver.wait_for(2)[1].id == first.id
    running.press("/stripe", action="new", id=first.id)
    replayed = receiver.wait_for(3)[2]
    assert replayed.id != first.id
    assert replayed.data.object.id == made.id
    running.press("/stripe", action="forge", id=first.id)
    with pytest.raises(stripe.SignatureVerificationError):
        receiver.wait_for(4)


def test_the_console_holds_and_drops_what_is_waiting(running, client, receiver):
    receiver.answers = [500]
    made = client.v1.checkout.sessions.create(running.params())
    running.press(made.url, action="expire")
    receiver.wait_for(1)
    store = Store(running.store_path)
    with store.read() as tx:
        (waiting,) = tx.list_deliveries(10)
    assert running.press("/stripe", action="hold", id=str(waiting.id)).status_code == 303
    assert running.press("/stripe", action="drop", id=str(waiting.id)).status_code == 303
    assert running.press("/stripe", action="drop", id=str(waiting.id)).status_code == 409
    with store.read() as tx:
        assert [d.state for d in tx.list_deliveries(10)] == ["lost"]
    store.close()


@pytest.fixture
def queue(tmp_path):
    store = Store(tmp_path / "queue.db")
    yield store
    store.close()


def queue_one(store, number=0):
    with store.write() as tx:
        emit(tx, "checkout.session.expired", {"id": f"cs_{number}", "object": "checkout.session"}, 1, Arrival.NORMAL)


def test_a_delivery_is_repeated_with_growing_gaps_until_it_is_taken(queue, receiver):
    receiver.answers = [500, 302, 503, 204]
    queue_one(queue)
    sender = WebhookSender(queue, endpoints(receiver.url), patience=0.02)
    sender.start()
    events = receiver.wait_for(4)
    sender.stop()
    assert len({event.id for event in events}) == 1
    with queue.read() as tx:
        (done,) = tx.list_deliveries(10)
    assert (done.state, done.tries, done.outcome) == ("delivered", 4, "answered 204")


def test_after_eight_tries_a_delivery_has_failed(queue, receiver):
    receiver.answers = [500] * 20
    queue_one(queue)
    sender = WebhookSender(queue, endpoints(receiver.url), patience=0.0)
    assert sender.deliver_due() == 8
    assert len(receiver.got) == 8
    with queue.read() as tx:
        assert tx.list_deliveries(10)[0].state == "failed"


def test_the_first_gap_is_one_second_and_the_next_three(queue, receiver):
    receiver.answers = [500, 500]
    queue_one(queue)
    sender = WebhookSender(queue, endpoints(receiver.url))
    for gap in (1.0, 3.0):
        before = time.time()
        assert sender.deliver_due() == 1
        with queue.write() as tx:
            (waiting,) = tx.list_deliveries(1)
            assert before + gap <= waiting.next_try_at <= time.time() + gap
            tx.hold_delivery(waiting.id, 0.0)


def test_nobody_listening_is_a_try_too(queue):
    queue_one(queue)
    WebhookSender(queue, endpoints("http://127.0.0.1:1/hook")).deliver_due()
    with queue.read() as tx:
        (waiting,) = tx.list_deliveries(1)
    assert (waiting.state, waiting.tries, waiting.outcome) == ("waiting", 1, "no answer (ConnectionError)")


def test_several_senders_deliver_everything_once(queue, receiver, tmp_path):
    for number in range(40):
        queue_one(queue, number)
    start = threading.Barrier(4)

    def deliver(_):
        store = Store(tmp_path / "queue.db")
        sender = WebhookSender(store, endpoints(receiver.url))
        start.wait()
        sent = sender.deliver_due()
        store.close()
        return sent

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(deliver, range(4))) == 40
    assert len({event.id for event in receiver.events()}) == len(receiver.got) == 40
