"""Disputes, fees and lists by date at the sandbox's Stripe, through the real SDK."""

from datetime import timedelta

import pytest
import stripe


def paid(running, client, **changes):
    """The payment intent of a paid checkout."""
    made = client.v1.checkout.sessions.create(running.params(**changes))
    running.press(made.url, action="pay")
    return client.v1.checkout.sessions.retrieve(made.id).payment_intent


@pytest.mark.parametrize(("button", "status"), [("win", "won"), ("lose", "lost")])
def test_a_dispute_is_opened_answered_and_closed(running, client, receiver, violations, button, status):
    intent = paid(running, client)
    assert running.press("/stripe", action="dispute", id=intent).status_code == 303
    assert running.press("/stripe", action="dispute", id=intent).status_code == 409
    (dispute,) = client.v1.disputes.list({"payment_intent": intent}).data
    assert (dispute.amount, dispute.status, dispute.reason) == (48_000, "needs_response", "product_not_received")
    assert client.v1.charges.retrieve(dispute.charge).disputed
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": intent})
    assert refusal.value.code == "charge_disputed"
    running.press("/stripe", action="review", id=dispute.id)
    running.press("/stripe", action=button, id=dispute.id)
    assert running.press("/stripe", action=button, id=dispute.id).status_code == 409
    won = button == "win"
    told = [event.type.removeprefix("charge.dispute.") for event in receiver.wait_for(6 if won else 5)[1:]]
    assert told == ["created", "funds_withdrawn", "updated", *(["funds_reinstated"] if won else []), "closed"]
    closed = client.v1.disputes.retrieve(dispute.id, {"expand": ["charge", "payment_intent"]})
    assert closed.status == status
    assert sum(movement.amount for movement in closed.balance_transactions) == (0 if won else -48_000)
    for kind, obj in (
        (stripe.Dispute, dispute),
        (stripe.Dispute, closed),
        *((stripe.BalanceTransaction, movement) for movement in closed.balance_transactions),
        *((stripe.Event, event) for event in receiver.events()),
    ):
        assert violations(kind, obj) == []
    assert client.v1.disputes.list({"charge": dispute.charge}).data[0].id == dispute.id


@pytest.mark.parametrize("button", ["win", "lose"])
def test_a_decided_dispute_is_taken_up_again(running, client, receiver, violations, button):
    intent = paid(running, client)
    running.press("/stripe", action="dispute", id=intent)
    (dispute,) = client.v1.disputes.list({"payment_intent": intent}).data
    assert running.press("/stripe", action="reopen", id=dispute.id).status_code == 409, "nothing was decided"
    running.press("/stripe", action=button, id=dispute.id)
    running.clock.advance(timedelta(days=3))
    assert running.press("/stripe", action="reopen", id=dispute.id).status_code == 303
    again = client.v1.disputes.retrieve(dispute.id)
    assert again.status == "needs_response"
    assert again.evidence_details.due_by >= dispute.evidence_details.due_by + 3 * 24 * 60 * 60
    assert sum(movement.amount for movement in again.balance_transactions) == -48_000
    assert violations(stripe.Dispute, again) == []
    running.press("/stripe", action="win", id=dispute.id)
    assert sum(m.amount for m in client.v1.disputes.retrieve(dispute.id).balance_transactions) == 0


def test_a_payment_and_its_refund_know_their_fee(running, client, violations):
    intent = paid(running, client)
    read = client.v1.payment_intents.retrieve(intent, {"expand": ["latest_charge.balance_transaction"]})
    movement = read.latest_charge.balance_transaction
    assert (movement.amount, movement.fee, movement.net) == (48_000, 745, 47_255)
    refund = client.v1.refunds.create({"payment_intent": intent, "amount": 100, "expand": ["balance_transaction"]})
    assert (refund.balance_transaction.amount, refund.balance_transaction.fee) == (-100, 0)
    running.press("/stripe", action="fail_refund", id=refund.id)
    failed = client.v1.refunds.retrieve(refund.id, {"expand": ["failure_balance_transaction"]})
    assert failed.failure_balance_transaction.amount == 100
    for obj in (movement, refund.balance_transaction, failed.failure_balance_transaction):
        assert violations(stripe.BalanceTransaction, obj) == []
    assert violations(stripe.Refund, failed) == []


def test_a_delayed_payment_has_its_fee_once_it_succeeds(running, client):
    made = client.v1.checkout.sessions.create(running.params())
    running.press(made.url, action="delayed")
    expand = {"expand": ["payment_intent.latest_charge.balance_transaction"]}
    read = client.v1.checkout.sessions.retrieve(made.id, expand)
    assert read.payment_intent.latest_charge.balance_transaction is None
    running.press("/stripe", action="succeed", id=made.id)
    read = client.v1.checkout.sessions.retrieve(made.id, expand)
    assert read.payment_intent.latest_charge.balance_transaction.fee == 745


def test_lists_go_by_the_time_of_creation(running, client):
    begin = int(running.clock.now().timestamp())
    first = client.v1.checkout.sessions.create(running.params())
    running.clock.advance(timedelta(days=1))
    intent = paid(running, client)
    refund = client.v1.refunds.create({"payment_intent": intent, "amount": 1})
    later = first.created + 1

    def found(service, **created):
        return {item.id for item in service.list({"created": created}).data}

    sessions = client.v1.checkout.sessions
    assert len(found(sessions, gte=begin)) == 2
    assert found(sessions, gte=begin, lt=later) == found(sessions, lte=first.created) == {first.id}
    assert first.id not in found(sessions, gt=first.created)
    assert found(client.v1.refunds, gte=later) == {refund.id}
    assert found(client.v1.refunds, lt=later) == set()
    assert [r.id for r in client.v1.refunds.list({"charge": refund.charge}).data] == [refund.id]
    with pytest.raises(stripe.InvalidRequestError):
        sessions.list({"created": {"since": 1}})


def test_webhooks_are_corrupted_held_and_reordered(running, client, receiver):
    running.press("/stripe", action="hold_all")
    intent = paid(running, client)
    client.v1.refunds.create({"payment_intent": intent})
    running.press("/stripe", action="release_reversed")
    told = receiver.wait_for(4)
    assert [event.type for event in told] == [
        "refund.updated",
        "charge.refunded",
        "refund.created",
        "checkout.session.completed",
    ]
    running.press("/stripe", action="corrupt", id=told[0].id)
    with pytest.raises(stripe.SignatureVerificationError):
        receiver.wait_for(5)
