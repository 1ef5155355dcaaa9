"""Whatever arrives at PayPal's API, its pages and its console: an answer below 500, in PayPal's envelope."""

import base64
import http.client
import json
from contextlib import closing
from urllib.parse import quote, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.paypal import order_body

RIGHT = order_body()["purchase_units"][0]
NAMES = ["intent", "purchase_units", "payment_source", "paypal", "experience_context", "return_url", "amount", "value"]
NAMES += ["currency_code", "breakdown", "item_total", "items", "unit_amount", "quantity", "custom_id", "webhook_event"]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["CAPTURE", "EUR", "JPY", "480.00", "٤", "1", "-", ".", "9" * 400, "\ud800", "http://[", "JPN"]),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)),
    max_leaves=12,
)
CHANGES = st.dictionaries(st.sampled_from([*RIGHT, "soft_descriptor", "reference_id"]), JSON, max_size=3)
PATHS = ["v2/checkout/orders", "v2/checkout/orders/X", "v2/checkout/orders/X/capture", "v2/payments/captures/X/refund"]
PATHS += ["v2/payments/captures/X", "v2/payments/refunds/X", "v1/customer/disputes", "v1/customer/disputes/X"]
PATHS += ["v1/reporting/transactions", "v1/notifications/verify-webhook-signature", "v1/oauth2/token", "v9/x", "v1/"]
QUERIES = ["start_date", "end_date", "page", "page_size", "dispute_state", "update_time_after", "next_page_token"]


@pytest.fixture(scope="module")
def ask(long_running):
    """Sends a request exactly as given, below the sandbox's address, with a good token unless headers are given."""
    address = urlsplit(long_running.url)
    basic = base64.b64encode(b"client-of-the-test:secret-of-the-test").decode()

    def send(method, path, body, headers):
        with closing(http.client.HTTPConnection(address.hostname, address.port, timeout=10)) as connection:
            connection.request(method, address.path + path, body, headers)
            response = connection.getresponse()
            return response.status, response.read()

    grant = send(
        "POST", "/paypal/v1/oauth2/token", "grant_type=client_credentials", {"Authorization": f"Basic {basic}"}
    )
    bearer = {"Authorization": f"Bearer {json.loads(grant[1])['access_token']}", "Content-Type": "application/json"}

    def ask(method, path, body=b"", headers=bearer, **more):
        return send(method, path, body, headers | more)

    return ask


def assert_answered(answer):
    status, body = answer
    told = json.loads(body)
    assert status < 500
    assert status < 300 or set(told) >= {"name", "message", "debug_id", "details"} or set(told) >= {"error"}


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(changes=CHANGES, number=st.integers(0, 10**9))
def test_nearly_right_orders(ask, changes, number):
    body = order_body()
    body["purchase_units"] = [RIGHT | changes]
    answer = ask("POST", "/paypal/v2/checkout/orders", json.dumps(body), **{"PayPal-Request-Id": f"near {number}"})
    assert_answered(answer)
    assert answer[0] in (201, 200, 400, 422)


@settings(max_examples=200)
@given(
    method=st.sampled_from(["GET", "POST"]),
    path=st.sampled_from(PATHS),
    body=st.one_of(JSON.map(json.dumps), st.binary(max_size=100)),
    query=st.dictionaries(
        st.sampled_from(QUERIES), st.one_of(st.text(max_size=30), st.datetimes().map(lambda d: d.isoformat() + "Z"))
    ),
    key=st.sampled_from(["", "k", "k" * 300]),
)
def test_any_body_at_any_address(ask, method, path, body, query, key):
    more = {"PayPal-Request-Id": key} if key else {}
    assert_answered(ask(method, f"/paypal/{path}?{urlencode(query, errors='replace')}", body, **more))


@settings(max_examples=150)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"]),
    path=st.text(max_size=40).map(lambda text: quote(text.replace("\n", ""), errors="replace")),
    body=st.binary(max_size=200),
    kind=st.sampled_from(["application/json", "application/x-www-form-urlencoded", "", "é"]),
)
def test_any_path_and_any_bytes(ask, method, path, body, kind):
    for version in ("v1", "v2"):
        assert_answered(ask(method, f"/paypal/{version}/{path}", body, **{"Content-Type": kind}))


@settings(max_examples=150)
@given(
    action=st.sampled_from(
        "refund complete deny reverse dispute review win lose again twice late new forge corrupt hold drop x".split()
    ),
    target=st.one_of(st.text(max_size=20), st.integers().map(str)),
    amount=st.one_of(st.text(max_size=10), st.integers().map(str)),
)
def test_any_button_of_the_console_and_the_approval_page(ask, action, target, amount):
    form = urlencode({"action": action, "id": target, "amount": amount, "calls": amount}, errors="replace")
    for path in ("/paypal", "/stripe", f"/paypal/checkoutnow?token={quote(target, errors='replace')}"):
        assert 300 <= ask("POST", path, form, {})[0] < 500


@pytest.mark.parametrize("authorization", ["", "Basic", "Basic é", "Basic eDo=", "Bearer x", "Basic " + "A" * 5_000])
def test_tokens_are_for_those_who_know_the_secret(ask, authorization):
    header = {"Authorization": authorization} if authorization else {}
    status, body = ask("POST", "/paypal/v1/oauth2/token", "grant_type=client_credentials", header)
    assert (status, json.loads(body)["error"]) == (401, "invalid_client")


def test_deep_large_and_broken_bodies(ask):
    for body, status in (
        (b"[" * 100_000, 400),
        (b'{"intent": NaN}', 400),
        (b'{"intent": "CAPTURE"', 400),
        ("{}".encode("utf-16"), 400),
        (b"9" * 5_000, 400),
        (b"x" * 2_000_000, 413),
    ):
        answer = ask("POST", "/paypal/v2/checkout/orders", body)
        assert_answered(answer)
        assert answer[0] == status


@pytest.mark.parametrize(
    "path", ["/paypal/v1/%ff%fe", "/paypal/certs/%00", "/paypal/checkoutnow?token=%ed%a0%80", "/paypal/checkoutnow"]
)
def test_bytes_that_are_no_text(ask, path):
    assert ask("GET", path)[0] < 500
    assert ask("POST", path, b"%ff=%ff&a[%ff]=%ed%a0%80")[0] < 500
