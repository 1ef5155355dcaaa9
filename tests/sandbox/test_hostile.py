"""Whatever arrives at Stripe's API: an answer below 500, in Stripe's envelope."""

import http.client
import json
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

AUTH = {"Authorization": "Bearer sk_test_sandbox"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NAMES = [
    "mode",
    "line_items",
    "price_data",
    "currency",
    "unit_amount",
    "product_data",
    "name",
    "success_url",
    "quantity",
]
NAMES += [
    "metadata",
    "expand",
    "expires_at",
    "payment_intent",
    "charge",
    "amount",
    "limit",
    "starting_after",
    "0",
    "",
    "é",
]
PATHS = ["checkout/sessions", "refunds", "events", "charges/x", "payment_intents/x", "checkout/sessions/x/expire"]
PATHS += ["checkout/sessions/x/line_items", "checkout/sessions/x", "refunds/x", "events/x", ""]
VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["payment", "eur", "100", "-1", "9" * 400, "٣", "true", "http://a/b", "http://[", "data.x", "pi_1"]
    ),
)


@st.composite
def keys(draw):
    first, *rest = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=12))
    return first + "".join(f"[{step}]" for step in rest)


@dataclass
class Answer:
    status: int
    body: bytes

    def json(self):
        return json.loads(self.body)


@pytest.fixture(scope="module")
def ask(long_running):
    """Sends a request exactly as given, below the sandbox's address."""
    address = urlsplit(long_running.url)

    def ask(method, path, body=b"", headers=AUTH | FORM):
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
        with closing(connection):
            connection.request(method, address.path + path, body, headers)
            response = connection.getresponse()
            return Answer(response.status, response.read())

    return ask


def as_path(text):
    # Starlette leads no path with a line break to a mounted application: its own 404 answers those.
    return quote(text.replace("\n", ""), errors="replace")


def assert_answered(answer):
    assert answer.status < 500
    body = answer.json()
    assert answer.status == 200 or set(body["error"]) >= {"type", "message"}


@settings(max_examples=300, deadline=timedelta(seconds=5), suppress_health_check=[HealthCheck.too_slow])
@given(
    method=st.sampled_from(["GET", "POST"]),
    path=st.sampled_from(PATHS),
    pairs=st.lists(st.tuples(keys(), VALUES), max_size=12),
    key=st.sampled_from(["", "k", "k" * 300]),
)
def test_nearly_right_forms(ask, method, path, pairs, key):
    form = urlencode(pairs, errors="replace")
    query, body = ("", form) if method == "POST" else (form, b"")
    headers = AUTH | FORM | ({"Idempotency-Key": key} if key else {})
    assert_answered(ask(method, f"/stripe/v1/{path}?{query}", body, headers))


@settings(max_examples=200, deadline=timedelta(seconds=5))
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"]),
    path=st.text(max_size=40).map(as_path),
    body=st.binary(max_size=200),
    kind=st.sampled_from(["application/json", "application/x-www-form-urlencoded", "multipart/form-data", ""]),
)
def test_any_path_and_any_bytes(ask, method, path, body, kind):
    headers = AUTH | {"Content-Type": kind}
    assert_answered(ask(method, f"/stripe/v1/{path}", body, headers))


@settings(max_examples=100, deadline=timedelta(seconds=5))
@given(
    action=st.sampled_from(
        ["again", "pay", "twice", "new", "forge", "hold", "drop", "refund", "fail_refund", "succeed", "x"]
    ),
    target=st.one_of(st.text(max_size=20), st.integers().map(str)),
    amount=st.one_of(st.text(max_size=10), st.integers().map(str)),
)
def test_any_button_of_the_console(ask, action, target, amount):
    form = {"action": action, "id": target, "amount": amount}
    body = urlencode(form, errors="replace")
    for path in ("/stripe", f"/stripe/c/pay/{quote(target, errors='replace')}", "/clock"):
        assert 300 <= ask("POST", path, body).status < 500


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer"}, {"Authorization": "Basic eDo="}, {"Authorization": "Bearer é"}]
)
def test_without_the_key_nothing_is_told(ask, header):
    answer = ask("GET", "/stripe/v1/checkout/sessions", headers=header)
    assert (answer.status, answer.json()["error"]["type"]) == (401, "invalid_request_error")


def test_an_unknown_address_and_too_large_a_body(ask):
    unknown = ask("GET", "/stripe/v1/customers")
    assert (unknown.status, "Unrecognized request URL" in unknown.json()["error"]["message"]) == (404, True)
    large = ask("POST", "/stripe/v1/refunds", b"a=" + b"x" * 2_000_000)
    assert (large.status, "error" in large.json()) == (413, True)


@pytest.mark.parametrize(
    "path", ["/stripe/v1/%ff%fe", "/stripe/v1/charges/%00", "/stripe/c/pay/%ed%a0%80", "/mailbox?address=%ff%00"]
)
def test_bytes_that_are_no_text(ask, path):
    assert ask("GET", path, b"").status < 500
    assert ask("POST", path, b"%ff=%ff&a[%ff]=%ed%a0%80").status < 500
