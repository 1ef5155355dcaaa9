"""The real PayPal SDK against the sandbox's PayPal."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
import requests
from apimatic_core.exceptions.auth_validation_exception import AuthValidationException
from paypalserversdk.exceptions.error_exception import ErrorException
from paypalserversdk.exceptions.o_auth_provider_exception import OAuthProviderException
from paypalserversdk.exceptions.search_error_exception import SearchErrorException
from support.paypal import asked, capture, create, link, order_body, query_of, refund


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


def eur(value):
    return {"currency_code": "EUR", "value": value}


def test_wrong_keys_are_refused_by_name(running):
    client = running.paypal(secret="wrong")
    with pytest.raises(OAuthProviderException) as refusal:
        client.oauth_2.fetch_token()
    assert (refusal.value.response_code, refusal.value.error) == (401, "invalid_client")
    with pytest.raises(AuthValidationException):
        client.orders.get_order({"id": "X"})
    for header in ("Bearer A21AA1-nonsense", f"Bearer A21AA99999999999-{'0' * 64}", "Basic eDp5", "Bearer", ""):
        answer = requests.get(
            f"{running.url}/paypal/v2/checkout/orders/X", headers={"Authorization": header}, timeout=5
        )
        assert answer.status_code == 401


def test_a_repeated_request_id_makes_one_order_and_tells_how_it_is_now(running, paypal):
    first = create(paypal, "same")
    running.press(link(first, "payer-action"), action="approve")
    again = paypal.orders.create_order({"body": order_body(), "paypal_request_id": "same"})
    assert again.status_code == 200
    assert (asked(again)["id"], asked(again)["status"]) == (first["id"], "APPROVED")
    assert create(paypal, "other")["id"] != first["id"]


def test_parallel_requests_with_one_id_make_one_order(running):
    start = threading.Barrier(10)
    clients = [running.paypal() for _ in range(10)]
    for client in clients:
        client.oauth_2.fetch_token()

    def attempt(client):
        start.wait()
        try:
            return create(client, "race")["id"]
        except ErrorException as refusal:
            return refusal.response_code

    with ThreadPoolExecutor(10) as threads:
        results = set(threads.map(attempt, clients))
    assert len(results - {409}) == 1


def test_parallel_captures_take_the_money_once(running, paypal, paypal_receiver):
    order_id = running.approved(paypal)
    clients, start = [running.paypal() for _ in range(8)], threading.Barrier(8)

    def attempt(numbered):
        number, client = numbered
        start.wait()
        try:
            return capture(client, order_id, f"capture {number}").status_code
        except ErrorException as refusal:
            return json.loads(refusal.response.text)["details"][0]["issue"]

    with ThreadPoolExecutor(8) as threads:
        results = sorted(map(str, threads.map(attempt, enumerate(clients))))
    assert results == ["201", *["ORDER_ALREADY_CAPTURED"] * 7]
    kinds = [e["event_type"] for e in running.paypal_events(paypal_receiver, 2)]
    assert kinds == ["CHECKOUT.ORDER.APPROVED", "PAYMENT.CAPTURE.COMPLETED"]


def amount(value="480.00", currency="EUR", **breakdown):
    parts = {name: {"currency_code": currency, "value": part} for name, part in breakdown.items()}
    return {"currency_code": currency, "value": value} | ({"breakdown": parts} if parts else {})


@pytest.mark.parametrize(
    ("unit", "status", "issue"),
    [
        ({"custom_id": "x" * 127}, 201, None),
        ({"custom_id": "x" * 128}, 400, "INVALID_STRING_LENGTH"),
        ({"invoice_id": "x" * 128}, 400, "INVALID_STRING_LENGTH"),
        ({"invoice_id": ""}, 400, "INVALID_STRING_LENGTH"),
        ({"amount": amount("45,00"), "items": []}, 400, "INVALID_PARAMETER_SYNTAX"),
        ({"amount": {"currency_code": "EUR", "value": 45.0}, "items": []}, 400, "INVALID_PARAMETER_SYNTAX"),
        ({"amount": amount("٤٥"), "items": []}, 400, "INVALID_PARAMETER_SYNTAX"),
        ({"amount": {"currency_code": "EUR"}}, 400, "MISSING_REQUIRED_PARAMETER"),
        ({"amount": amount("45"), "items": []}, 201, None),
        ({"amount": amount("45.001"), "items": []}, 422, "DECIMAL_PRECISION"),
        ({"amount": amount("5000", "JPY"), "items": []}, 201, None),
        ({"amount": amount("5000.5", "HUF"), "items": []}, 422, "DECIMAL_PRECISION"),
        ({"amount": amount("0.00"), "items": []}, 422, "CANNOT_BE_ZERO_OR_NEGATIVE"),
        ({"amount": amount("-1.00"), "items": []}, 422, "CANNOT_BE_ZERO_OR_NEGATIVE"),
        ({"amount": amount("9" * 16), "items": []}, 422, "MAX_VALUE_EXCEEDED"),
        ({"amount": amount("45.00", "KWD"), "items": []}, 422, "INVALID_CURRENCY_CODE"),
        ({"amount": amount()}, 422, "ITEM_TOTAL_REQUIRED"),
        ({"amount": amount(item_total="479.99")}, 422, "ITEM_TOTAL_MISMATCH"),
        ({"amount": amount("479.99", item_total="480.00")}, 422, "AMOUNT_MISMATCH"),
        ({"amount": amount("470.00", item_total="480.00", discount="10.00")}, 201, None),
        ({"amount": amount("490.00", item_total="480.00", tax_total="10.00")}, 201, None),
        ({"amount": amount("480.00", item_total="480.00", shipping="-1.00")}, 422, "CANNOT_BE_NEGATIVE"),
        (
            {"amount": {**amount("480.00"), "breakdown": {"item_total": {"currency_code": "USD", "value": "480.00"}}}},
            422,
            "MULTI_CURRENCY_ORDER",
        ),
    ],
)
def test_an_order_is_checked_in_paypals_words(running, paypal, unit, status, issue):
    options = {"body": order_body(**unit), "paypal_request_id": "k", "prefer": "return=representation"}
    if issue is None:
        made = paypal.orders.create_order(options)
        assert made.status_code == status
        shown = asked(made)["purchase_units"][0]["amount"]["value"]
        assert Decimal(shown) == Decimal(order_body(**unit)["purchase_units"][0]["amount"]["value"])
        return
    with pytest.raises(ErrorException) as refusal:
        paypal.orders.create_order(options)
    envelope = json.loads(refusal.value.response.text)
    assert (refusal.value.response_code, issues(refusal)) == (status, [issue])
    assert envelope["name"] == {400: "INVALID_REQUEST", 422: "UNPROCESSABLE_ENTITY"}[status]
    assert envelope["debug_id"]
    # A refused request leaves its id free.
    assert create(paypal, "k")["status"] == "PAYER_ACTION_REQUIRED"


def test_a_request_id_is_needed_for_a_wallet_and_is_at_most_108_characters(paypal):
    with pytest.raises(ErrorException) as refusal:
        paypal.orders.create_order({"body": order_body()})
    assert issues(refusal) == ["PAYPAL_REQUEST_ID_REQUIRED"]
    assert create(paypal, "k" * 108)
    with pytest.raises(ErrorException) as refusal:
        create(paypal, "k" * 109)
    assert issues(refusal) == ["INVALID_STRING_LENGTH"]


def test_an_invoice_id_is_good_for_one_capture(running, paypal):
    running.captured(paypal, "1", invoice_id="inv-1")
    second = running.approved(paypal, "2", invoice_id="inv-1")
    with pytest.raises(ErrorException) as refusal:
        capture(paypal, second, "c2")
    assert issues(refusal) == ["DUPLICATE_INVOICE_ID"]
    assert running.captured(paypal, "3", invoice_id="inv-2")["status"] == "COMPLETED"


def test_a_declined_instrument_leaves_the_order_open_for_another_try(running, paypal):
    order_id = running.approved(paypal, action="decline")
    for key in ("c1", "c2"):
        with pytest.raises(ErrorException) as refusal:
            capture(paypal, order_id, key)
        assert issues(refusal) == ["INSTRUMENT_DECLINED"]
    page = link(json.loads(refusal.value.response.text), "redirect")
    assert "declined" in requests.get(page, timeout=5).text
    assert running.press(page, action="approve").status_code == 303
    assert asked(capture(paypal, order_id, "c3"))["status"] == "COMPLETED"
    assert "already paid" in running.press(page, action="approve").text


@pytest.mark.parametrize(
    ("button", "status", "event"),
    [("complete", "COMPLETED", "PAYMENT.CAPTURE.COMPLETED"), ("deny", "DECLINED", "PAYMENT.CAPTURE.DENIED")],
)
def test_an_e_check_is_pending_until_the_console_decides(running, paypal, paypal_receiver, button, status, event):
    pending = running.captured(paypal, action="pending")
    assert (pending["status"], pending["status_details"]) == ("PENDING", {"reason": "ECHECK"})
    assert "seller_receivable_breakdown" not in pending
    with pytest.raises(ErrorException) as refusal:
        refund(paypal, pending["id"])
    assert issues(refusal) == ["PENDING_CAPTURE"]
    assert running.press("/paypal", action=button, id=pending["id"]).status_code == 303
    assert running.press("/paypal", action=button, id=pending["id"]).status_code == 409
    read = asked(paypal.payments.get_captured_payment({"capture_id": pending["id"]}))
    assert read["status"] == status
    kinds = [e["event_type"] for e in running.paypal_events(paypal_receiver, 3)]
    assert kinds == ["CHECKOUT.ORDER.APPROVED", "PAYMENT.CAPTURE.PENDING", event]


def test_refunds_in_parts_and_never_more_than_was_paid(running, paypal, paypal_receiver):
    taken = running.captured(paypal)["id"]
    part = refund(paypal, taken, "r1", amount=eur("144.00"), note_to_payer="sorry")
    assert refund(paypal, taken, "r1", amount=eur("144.00"))["id"] == part["id"]
    for body, issue in (
        ({"amount": eur("336.01")}, "REFUND_AMOUNT_EXCEEDED"),
        ({"amount": {"currency_code": "USD", "value": "1.00"}}, "REFUND_CAPTURE_CURRENCY_MISMATCH"),
        ({"amount": eur("0.00")}, "CANNOT_BE_ZERO_OR_NEGATIVE"),
    ):
        with pytest.raises(ErrorException) as refusal:
            refund(paypal, taken, "r2", **body)
        assert issues(refusal) == [issue]
    read = asked(paypal.payments.get_captured_payment({"capture_id": taken}))
    assert read["status"] == "PARTIALLY_REFUNDED"
    rest = refund(paypal, taken, "r2")
    assert (rest["amount"], rest["status"]) == (eur("336.00"), "COMPLETED")
    assert rest["seller_payable_breakdown"]["total_refunded_amount"] == eur("480.00")
    with pytest.raises(ErrorException) as refusal:
        refund(paypal, taken, "r3")
    assert issues(refusal) == ["CAPTURE_FULLY_REFUNDED"]
    assert asked(paypal.payments.get_refund({"refund_id": rest["id"]})) == rest
    told = running.paypal_events(paypal_receiver, 4)[2:]
    assert [(e["event_type"], e["resource"]["id"]) for e in told] == [
        ("PAYMENT.CAPTURE.REFUNDED", part["id"]),
        ("PAYMENT.CAPTURE.REFUNDED", rest["id"]),
    ]
    assert link(told[0]["resource"], "up").endswith(f"/v2/payments/captures/{taken}")


def test_parallel_refunds_never_give_back_more_than_was_paid(running, paypal):
    taken = running.captured(paypal)["id"]

    def give_back(number):
        try:
            return Decimal(refund(paypal, taken, f"r{number}", amount=eur("200.00"))["amount"]["value"])
        except ErrorException:
            return Decimal(0)

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(give_back, range(8))) == 400


def test_orders_that_nobody_captures_are_over_after_three_hours(running, paypal, paypal_receiver):
    left, agreed = create(paypal, "1")["id"], running.approved(paypal, "2")
    paid = asked(capture(paypal, running.approved(paypal, "3")))["id"]
    running.clock.advance(timedelta(hours=3, minutes=1))
    running.sandbox.tick()
    for order_id in (left, agreed, "0" * 17):
        with pytest.raises(ErrorException) as refusal:
            paypal.orders.get_order({"id": order_id})
        assert (refusal.value.response_code, issues(refusal)) == (404, ["INVALID_RESOURCE_ID"])
    assert asked(paypal.orders.get_order({"id": paid}))["status"] == "COMPLETED"
    assert "This order is over" in requests.get(f"{running.url}/paypal/checkoutnow?token={agreed}", timeout=5).text
    told = running.paypal_events(paypal_receiver, 4)[3]
    assert (told["event_type"], told["resource"]["order_id"]) == ("CHECKOUT.PAYMENT-APPROVAL.REVERSED", agreed)


def test_transactions_are_found_by_date_in_pages(running, paypal):
    begin = running.clock.now()
    first = running.captured(paypal, "1", invoice_id="i1")["id"]
    running.clock.advance(timedelta(days=2))
    second = running.captured(paypal, "2", invoice_id="i2", custom_id="attempt_2")["id"]
    back = refund(paypal, second, amount=eur("80.00"))["id"]
    running.press("/paypal", action="reverse", id=first)
    dates = {"start_date": begin.isoformat(timespec="seconds"), "end_date": "", "page_size": 2, "fields": "all"}
    dates["end_date"] = (running.clock.now() + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%S-0000")

    def search(**query):
        return asked(paypal.transaction_search.search_transactions(dates | query))

    pages = [search(page=number) for number in (1, 2, 3)]
    assert [len(page.get("transaction_details")) for page in pages] == [2, 2, 0]
    assert (pages[0]["total_items"], pages[0]["total_pages"]) == (4, 2)
    found = [details["transaction_info"] for page in pages for details in page["transaction_details"]]
    assert [(t["transaction_event_code"], t["transaction_amount"]["value"]) for t in found] == [
        ("T0006", "480.00"),
        ("T0006", "480.00"),
        ("T1107", "-80.00"),
        ("T1106", "-480.00"),
    ]
    assert [t["transaction_id"] for t in found[:3]] == [first, second, back]
    assert (found[0]["fee_amount"]["value"], found[0]["transaction_status"]) == ("-17.14", "V")
    assert (found[1]["custom_field"], found[1]["invoice_id"], found[1]["transaction_status"]) == (
        "attempt_2",
        "i2",
        "S",
    )
    assert found[2]["paypal_reference_id"] == second
    early = (begin + timedelta(days=1)).isoformat(timespec="seconds")
    assert search(end_date=early)["total_items"] == 1
    assert search(transaction_id=back)["total_items"] == 1
    for wrong in ({"end_date": "soon"}, {"end_date": begin.replace(year=begin.year + 1).isoformat()}, {"page": 0}):
        with pytest.raises(SearchErrorException) as refusal:
            search(**wrong)
        assert refusal.value.response_code == 400
