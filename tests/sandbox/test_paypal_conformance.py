"""Everything the PayPal SDK does here, held against PayPal's published specifications."""

import json
from datetime import timedelta

import pytest
import requests
from paypalserversdk.exceptions.error_exception import ErrorException
from support.paypal import asked, capture, create, order_body, refund

EUR = {"currency_code": "EUR"}


def test_a_run_of_everything_conforms(running, conformance_proxy, paypal_receiver):
    proxy = conformance_proxy.Proxy(0, f"{running.url}/paypal")
    try:
        client = running.paypal(api=f"http://127.0.0.1:{proxy.srv.server_port}")
        client.orders.create_order({"body": order_body(), "paypal_request_id": "minimal"})
        plain = {k: v for k, v in order_body().items() if k != "payment_source"}
        approve = asked(client.orders.create_order({"body": plain}))
        assert [link["rel"] for link in approve["links"]] == ["self", "approve", "update", "capture"]
        taken = []
        for action in ("approve", "pending", "decline"):
            order_id = running.approved(client, action, action, invoice_id=action)
            client.orders.get_order({"id": order_id})
            if action == "decline":
                with pytest.raises(ErrorException):
                    capture(client, order_id, action)
                continue
            paid = capture(client, order_id, action)
            assert capture(client, order_id, action).status_code == 200
            taken.append(asked(paid)["purchase_units"][0]["payments"]["captures"][0]["id"])
            with pytest.raises(ErrorException):
                capture(client, order_id, f"{action} again")
            client.payments.get_captured_payment({"capture_id": taken[-1]})
        running.press("/paypal", action="deny", id=taken[1])
        client.payments.get_captured_payment({"capture_id": taken[1]})
        part = refund(client, taken[0], "r1", amount=EUR | {"value": "1.50"}, note_to_payer="sorry", custom_id="c")
        client.payments.get_refund({"refund_id": part["id"]})
        client.payments.refund_captured_payment({"capture_id": taken[0], "paypal_request_id": "r2", "body": {}})
        client.orders.get_order({"id": asked(paid)["id"]})
        for body in ({"amount": EUR | {"value": "1"}}, {"amount": {"currency_code": "USD", "value": "1"}}):
            with pytest.raises(ErrorException):
                refund(client, taken[0], "r3", **body)
        for wrong in ({"amount": EUR | {"value": "1.001"}, "items": []}, {"amount": EUR | {"value": "1"}}):
            with pytest.raises(ErrorException):
                create(client, "wrong", **wrong)
        for read in (
            lambda: client.orders.get_order({"id": "NOWHERE"}),
            lambda: client.payments.get_captured_payment({"capture_id": "NOWHERE"}),
            lambda: client.payments.get_refund({"refund_id": "NOWHERE"}),
        ):
            with pytest.raises(ErrorException):
                read()
        assert proxy.n >= 28
        assert proxy.bad == []
    finally:
        proxy.stop()


def test_disputes_conform(running, paypal, paypal_spec):
    disputes = paypal_spec("customer_disputes_v1")
    token = paypal.oauth_2.fetch_token().access_token

    def get(path):
        answer = requests.get(f"{running.url}/paypal{path}", headers={"Authorization": f"Bearer {token}"}, timeout=5)
        assert disputes.check_request("GET", path, {}, b"")[1] == []
        assert disputes.check_response("GET", path, answer.status_code, answer.content)[1] == []
        return answer.status_code, answer.json()

    assert "items" not in get("/v1/customer/disputes")[1]
    ids = []
    for number, end in enumerate(("win", "lose", None)):
        taken = running.captured(paypal, str(number), invoice_id=str(number))["id"]
        running.press("/paypal", action="dispute", id=taken)
        (found,) = get(f"/v1/customer/disputes?disputed_transaction_id={taken}")[1]["items"]
        ids.append(found["dispute_id"])
        running.press("/paypal", action="review", id=ids[-1])
        if end:
            running.press("/paypal", action=end, id=ids[-1])
    outcomes = [get(f"/v1/customer/disputes/{dispute_id}")[1].get("dispute_outcome") for dispute_id in ids]
    assert [o and o["outcome_code"] for o in outcomes] == ["RESOLVED_SELLER_FAVOUR", "RESOLVED_BUYER_FAVOUR", None]
    first = get("/v1/customer/disputes?page_size=2")[1]
    assert [d["dispute_id"] for d in first["items"]] == ids[:0:-1]
    onward = first["links"][1]["href"].removeprefix(f"{running.url}/paypal")
    assert [d["dispute_id"] for d in get(onward)[1]["items"]] == ids[:1]
    assert len(get("/v1/customer/disputes?dispute_state=RESOLVED")[1]["items"]) == 2
    later = (running.clock.now() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert "items" not in get(f"/v1/customer/disputes?update_time_after={later}")[1]
    assert get("/v1/customer/disputes/PP-D-NOWHERE")[0] == 404


def test_webhooks_conform(running, paypal, paypal_receiver, paypal_spec):
    events, orders = paypal_spec("notifications_webhooks_v1"), paypal_spec("checkout_orders_v2")
    payments, disputes = paypal_spec("payments_payment_v2"), paypal_spec("customer_disputes_v1")
    taken = running.captured(paypal)["id"]
    running.press("/paypal", action="dispute", id=taken)
    running.press("/paypal", action="refund", id=taken)
    told = running.paypal_events(paypal_receiver, 4)
    shapes = {
        "checkout-order": (orders, "order"),
        "capture": (payments, "capture-2"),
        "refund": (payments, "refund"),
        "dispute": (disputes, "dispute"),
    }
    assert [event["resource_type"] for event in told] == ["checkout-order", "capture", "dispute", "refund"]
    for event in told:
        assert events._errs({"$ref": "#/components/schemas/event"}, event, False) == []
        kind, schema = shapes[event["resource_type"]]
        assert kind._errs({"$ref": f"#/components/schemas/{schema}"}, event["resource"], False) == []
    assert json.loads(paypal_receiver.got[0][0]) == told[0]
