"""PayPal's webhooks, checked by a verifier that shares no code with the sandbox."""

import json
from datetime import timedelta

import pytest
import requests
from support.paypal import BadWebhookError, create, link

from mentorship.sandbox.paypal_keys import load_keys


def kinds(events):
    return [event["event_type"] for event in events]


def test_twice_late_and_lost_are_the_buyers_choice(running, paypal, paypal_receiver):
    for key, arrival in (("1", "lost"), ("2", "late"), ("3", "twice")):
        running.press(link(create(paypal, key), "payer-action"), action="approve", arrival=arrival)
    first, second = running.paypal_events(paypal_receiver, 2)
    assert first["id"] == second["id"]
    assert len(paypal_receiver.got) == 2


def test_the_console_sends_again_replays_forges_and_corrupts(running, paypal, paypal_receiver):
    running.approved(paypal)
    (first,) = running.paypal_events(paypal_receiver, 1)
    running.press("/paypal", action="again", id=first["id"])
    running.press("/paypal", action="new", id=first["id"])
    _, again, new = running.paypal_events(paypal_receiver, 3)
    assert again["id"] == first["id"] != new["id"]
    assert new["resource"] == first["resource"]
    for way in ("forge", "corrupt"):
        del paypal_receiver.got[:]
        running.press("/paypal", action=way, id=first["id"])
        with pytest.raises(BadWebhookError):
            running.paypal_events(paypal_receiver, 1)
        body = json.loads(paypal_receiver.got[0][0])
        assert (body == first) is (way == "forge")


def test_held_webhooks_are_let_go_in_either_order(running, paypal, paypal_receiver):
    for release, expected in (
        ("release", ["CHECKOUT.ORDER.APPROVED", "PAYMENT.CAPTURE.COMPLETED"]),
        ("release_reversed", ["PAYMENT.CAPTURE.COMPLETED", "CHECKOUT.ORDER.APPROVED"]),
    ):
        del paypal_receiver.got[:]
        running.press("/paypal", action="hold_all")
        running.captured(paypal, release, invoice_id=release)
        assert "2 tries" not in requests.get(f"{running.url}/paypal", timeout=5).text
        assert paypal_receiver.got == []
        running.press("/paypal", action=release)
        assert kinds(running.paypal_events(paypal_receiver, 2)) == expected
    running.approved(paypal, "after")
    assert kinds(running.paypal_events(paypal_receiver, 3))[2] == "CHECKOUT.ORDER.APPROVED"


def test_a_refused_webhook_comes_again_as_the_same_event(running, paypal, paypal_receiver):
    paypal_receiver.answers = [500]
    running.approved(paypal)
    first, second = running.paypal_events(paypal_receiver, 2)
    assert first == second


def test_a_decided_dispute_is_taken_up_again(running, paypal, paypal_receiver):
    taken = running.captured(paypal)["id"]
    running.press("/paypal", action="dispute", id=taken)
    dispute_id = running.paypal_events(paypal_receiver, 3)[-1]["resource"]["dispute_id"]
    assert running.press("/paypal", action="reopen", id=dispute_id).status_code == 409, "nothing was decided"
    running.press("/paypal", action="lose", id=dispute_id)
    running.clock.advance(timedelta(days=3))
    assert running.press("/paypal", action="reopen", id=dispute_id).status_code == 303
    again = running.paypal_events(paypal_receiver, 5)[-1]
    assert again["event_type"] == "CUSTOMER.DISPUTE.UPDATED"
    assert again["resource"]["status"] == "WAITING_FOR_SELLER_RESPONSE"
    assert "dispute_outcome" not in again["resource"]


def test_a_dispute_is_opened_answered_and_decided(running, paypal, paypal_receiver):
    taken = running.captured(paypal)["id"]
    assert running.press("/paypal", action="dispute", id=taken).status_code == 303
    assert running.press("/paypal", action="dispute", id=taken).status_code == 409
    opened = running.paypal_events(paypal_receiver, 3)[2]
    dispute_id = opened["resource"]["dispute_id"]
    assert opened["event_type"] == "CUSTOMER.DISPUTE.CREATED"
    assert opened["resource"]["disputed_transactions"][0]["seller_transaction_id"] == taken
    assert opened["resource"]["dispute_amount"]["value"] == "480.00"
    running.press("/paypal", action="review", id=dispute_id)
    running.press("/paypal", action="lose", id=dispute_id)
    assert running.press("/paypal", action="win", id=dispute_id).status_code == 409
    updated, lost = running.paypal_events(paypal_receiver, 5)[3:]
    assert (updated["event_type"], updated["resource"]["status"]) == ("CUSTOMER.DISPUTE.UPDATED", "UNDER_REVIEW")
    assert lost["event_type"] == "CUSTOMER.DISPUTE.RESOLVED"
    assert lost["resource"]["dispute_outcome"] == {
        "outcome_code": "RESOLVED_BUYER_FAVOUR",
        "amount_refunded": {"currency_code": "EUR", "value": "480.00"},
    }
    running.press("/paypal", action="reverse", id=taken)
    reversal = running.paypal_events(paypal_receiver, 6)[5]
    assert (reversal["event_type"], reversal["resource_type"]) == ("PAYMENT.CAPTURE.REVERSED", "refund")
    assert link(reversal["resource"], "up").endswith(taken)
    assert running.press("/paypal", action="reverse", id=taken).status_code == 409


def posted_back(running, body, headers, **changes):
    """What PayPal says when it is asked about a webhook, its body spliced in as it came."""
    token = requests.post(
        f"{running.url}/paypal/v1/oauth2/token",
        auth=("client-of-the-test", "secret-of-the-test"),
        data={"grant_type": "client_credentials"},
        timeout=5,
    ).json()["access_token"]
    question = {
        "auth_algo": headers["PAYPAL-AUTH-ALGO"],
        "cert_url": headers["PAYPAL-CERT-URL"],
        "transmission_id": headers["PAYPAL-TRANSMISSION-ID"],
        "transmission_sig": headers["PAYPAL-TRANSMISSION-SIG"],
        "transmission_time": headers["PAYPAL-TRANSMISSION-TIME"],
        "webhook_id": "WEBHOOKOFTHETEST",
        **changes,
    }
    spliced = json.dumps(question)[:-1].encode() + b', "webhook_event": ' + body + b"}"
    return requests.post(
        f"{running.url}/paypal/v1/notifications/verify-webhook-signature",
        data=spliced,
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
        timeout=5,
    )


def test_paypal_answers_whether_a_webhook_is_its_own(running, paypal, paypal_receiver):
    running.approved(paypal, custom_id='tricky "webhook_event": {"a": 1}')
    (event,) = running.paypal_events(paypal_receiver, 1)
    body, headers = paypal_receiver.got[0]
    assert posted_back(running, body, headers).json() == {"verification_status": "SUCCESS"}
    assert posted_back(running, json.dumps(event).encode(), headers).json()["verification_status"] == "FAILURE"
    for change in ({"webhook_id": "ANOTHER1"}, {"transmission_id": "x-1"}, {"cert_url": "https://evil.example/c"}):
        assert posted_back(running, body, headers, **change).json()["verification_status"] == "FAILURE"
    running.press("/paypal", action="forge", id=event["id"])
    with pytest.raises(BadWebhookError):
        running.paypal_events(paypal_receiver, 2)
    assert posted_back(running, *paypal_receiver.got[1]).json()["verification_status"] == "FAILURE"
    assert posted_back(running, b"[]", headers).status_code == 400
    assert posted_back(running, body, headers, transmission_sig=7).status_code == 400


def test_the_keys_are_kept_and_shared(tmp_path):
    first, second = load_keys(tmp_path / "keys"), load_keys(tmp_path / "keys")
    assert (first.name, first.certificate, first.root) == (second.name, second.certificate, second.root)
    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0
    assert load_keys(tmp_path / "others").name != first.name
