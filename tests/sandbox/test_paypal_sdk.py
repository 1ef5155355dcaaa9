"""The real PayPal SDK against the sandbox's PayPal."""

import json

import pytest
import requests
from paypalserversdk.exceptions.error_exception import ErrorException
from support.paypal import order_body, query_of


@pytest.fixture
def paypal(running):
    return running.paypal()


def asked(answer):
    return json.loads(answer.text)


def create(client, key="create:1", **unit):
    body = order_body(**unit)
    return asked(
        client.orders.create_order({"body": body, "paypal_request_id": key, "prefer": "return=representation"})
    )


def link(order, rel):
    return next(x["href"] for x in order["links"] if x["rel"] == rel)


def capture(client, order_id, key="capture:1"):
    return client.orders.capture_order({"id": order_id, "paypal_request_id": key, "body": {}})


def issues(refusal):
    return [detail["issue"] for detail in json.loads(refusal.value.response.text)["details"]]


def test_an_order_is_created_approved_and_captured(running, paypal, paypal_receiver):
    made = create(paypal)
    assert (made["status"], made["purchase_units"][0]["custom_id"]) == ("PAYER_ACTION_REQUIRED", "attempt_1")
    page = link(made, "payer-action")
    assert page == f"{running.url}/paypal/checkoutnow?token={made['id']}"
    shown = requests.get(page, timeout=5).text
    assert "€480.00" in shown
    assert "Mentorship with Ada: 4 sessions" in shown
    with pytest.raises(ErrorException) as refusal:
        capture(paypal, made["id"])
    assert (refusal.value.response_code, issues(refusal)) == (422, ["ORDER_NOT_APPROVED"])

    back = running.press(page, action="approve")
    assert back.status_code == 303
    query = query_of(back.headers["Location"])
    assert (query["order"], query["token"], len(query["PayerID"])) == ("1", made["id"], 13)
    (approved,) = running.paypal_events(paypal_receiver, 1)
    assert (approved["event_type"], approved["resource"]["id"]) == ("CHECKOUT.ORDER.APPROVED", made["id"])

    paid = asked(capture(paypal, made["id"]))
    taken = paid["purchase_units"][0]["payments"]["captures"][0]
    assert (paid["status"], taken["status"], taken["amount"]["value"]) == ("COMPLETED", "COMPLETED", "480.00")
    again = capture(paypal, made["id"])
    assert (again.status_code, asked(again)["purchase_units"]) == (200, paid["purchase_units"])
    with pytest.raises(ErrorException) as refusal:
        capture(paypal, made["id"], key="capture:2")
    assert issues(refusal) == ["ORDER_ALREADY_CAPTURED"]

    told = running.paypal_events(paypal_receiver, 2)[1]
    assert (told["event_type"], told["resource"]["id"]) == ("PAYMENT.CAPTURE.COMPLETED", taken["id"])
    assert told["resource"]["supplementary_data"]["related_ids"]["order_id"] == made["id"]
    read = asked(paypal.payments.get_captured_payment({"capture_id": taken["id"]}))
    assert read["seller_receivable_breakdown"] == {
        "gross_amount": {"currency_code": "EUR", "value": "480.00"},
        "paypal_fee": {"currency_code": "EUR", "value": "17.14"},
        "net_amount": {"currency_code": "EUR", "value": "462.86"},
    }
