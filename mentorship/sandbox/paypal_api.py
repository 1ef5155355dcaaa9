"""PayPal's HTTP API, as far as one-time checkouts need it. Whatever arrives is answered; nothing is ever a 5xx."""

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from . import paypal_flow as flow
from . import paypal_objects as write
from . import paypal_params as params
from .http_api import Answer, Api, Call
from .parts import SandboxParts
from .paypal_errors import Refusal, no_such, refused
from .paypal_flow import Desk
from .paypal_reports import list_disputes, search_transactions
from .paypal_verify import verify_signature
from .store import Json, Tx

TOKEN_SECONDS = 32_400
SCOPE = (
    "https://uri.paypal.com/services/payments/payment https://uri.paypal.com/services/disputes/read-seller "
    "https://uri.paypal.com/services/reporting/search/read openid"
)
GENERATION = "paypal:tokens"
LONGEST_REQUEST_ID = 108

Query = dict[str, str]


@dataclass(frozen=True)
class Done:
    """What a POST did: which thing it made or changed. The answer is written from how the thing is now."""

    kind: str
    id: str


class PayPalApi:
    """The API as an ASGI application that takes every path and method below `/v1` and `/v2`."""

    def __init__(self, parts: SandboxParts) -> None:
        self._parts = parts
        self._api = Api("paypal", parts.store, self.answer, _refusal, lambda: {"Paypal-Debug-Id": _debug_id()})
        self._changes: list[tuple[re.Pattern[str], Callable[[Desk, Any, str], Done]]] = [
            (re.compile(r"/v2/checkout/orders"), self._create_order),
            (re.compile(r"/v2/checkout/orders/([^/]+)/capture"), self._capture_order),
            (re.compile(r"/v2/payments/captures/([^/]+)/refund"), self._refund),
        ]
        self._reads: list[tuple[re.Pattern[str], Callable[[Desk, Query, str], Json]]] = [
            (re.compile(r"/v2/checkout/orders/([^/]+)"), self._read_order),
            (re.compile(r"/v2/payments/captures/([^/]+)"), self._read_capture),
            (re.compile(r"/v2/payments/refunds/([^/]+)"), self._read_refund),
            (re.compile(r"/v1/customer/disputes"), lambda desk, query, _: list_disputes(desk, query)),
            (re.compile(r"/v1/customer/disputes/([^/]+)"), self._read_dispute),
            (re.compile(r"/v1/reporting/transactions"), lambda desk, query, _: search_transactions(desk, query)),
            (re.compile(r"/v1/notifications/webhooks-events/([^/]+)"), self._read_event),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = f"/{scope['path_params']['version']}/{scope['path_params']['path']}"
        what = "token" if path == "/v1/oauth2/token" else "api"
        await self._api.serve(path, scope, receive, send, what=what)

    def answer(self, call: Call) -> Answer:
        """What PayPal would say."""
        try:
            if call.path == "/v1/oauth2/token":
                return self._grant_token(call)
            if (refusal := self._authenticate(call)) is not None:
                return refusal
            flow.lapse(self._parts.store, self._parts.timestamp(), self._parts.paypal_url)
            if call.method == "GET":
                return self._read(call)
            if call.method == "POST":
                return self._post(call)
            raise Refusal(405)
        except Refusal as refusal:
            return Answer(refusal.status, json.dumps(refusal.envelope()))

    def _grant_token(self, call: Call) -> Answer:
        if call.method != "POST":
            raise Refusal(405)
        scheme, _, encoded = call.headers.get("authorization", "").partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
        except (binascii.Error, ValueError):
            given = b""
        expected = f"{self._parts.paypal.client_id}:{self._parts.paypal.client_secret}".encode()
        if not hmac.compare_digest(given, expected):
            return _oauth_error(401, "invalid_client", "Client Authentication failed")
        form = dict(parse_qsl(call.body.decode("utf-8", "replace")))
        if form.get("grant_type") != "client_credentials":
            return _oauth_error(400, "unsupported_grant_type", "Grant Type is NULL or not supported")
        until = int(time.time()) + TOKEN_SECONDS
        token = {
            "scope": SCOPE,
            "access_token": f"A21AA{until}-{self._token_mac(until)}",
            "token_type": "Bearer",
            "app_id": "APP-80W284485P519543T",
            "expires_in": TOKEN_SECONDS,
            "nonce": f"{write.iso(int(time.time()))}{secrets.token_urlsafe(16)}",
        }
        return Answer(200, json.dumps(token))

    def _authenticate(self, call: Call) -> Answer | None:
        """None when the call carries a token of ours that is still good. Tokens run by real time, as clients do."""
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Refusal(401)
        match = re.fullmatch(r"A21AA([0-9]{1,12})-([0-9a-f]{64})", token.strip(), re.ASCII)
        if match is None or not hmac.compare_digest(match[2], self._token_mac(int(match[1]))):
            return _oauth_error(401, "invalid_token", "Token signature verification failed")
        if int(match[1]) < time.time():
            return _oauth_error(401, "invalid_token", "The token has expired")
        return None

    def _token_mac(self, until: int) -> str:
        with self._parts.store.read() as tx:
            generation = (tx.find_switch(GENERATION) or {"number": 0})["number"]
        key = self._parts.paypal.client_secret.encode()
        return hmac.new(key, f"{until}|{generation}".encode(), hashlib.sha256).hexdigest()

    def _read(self, call: Call) -> Answer:
        try:
            query = dict(parse_qsl(call.query.decode("utf-8", "replace"), max_num_fields=50))
        except ValueError:
            raise Refusal(400) from None
        for path, operation in self._reads:
            if match := path.fullmatch(call.path):
                with self._parts.store.read() as tx:
                    return Answer(200, json.dumps(operation(self._desk(tx), query, _id(match))))
        raise Refusal(404)

    def _post(self, call: Call) -> Answer:
        if not call.headers.get("content-type", "").lower().startswith("application/json"):
            raise Refusal(415)
        if call.path == "/v1/notifications/verify-webhook-signature":
            return Answer(200, json.dumps(self._verify(call)))
        for path, operation in self._changes:
            if match := path.fullmatch(call.path):
                return self._change(call, operation, _id(match))
        raise Refusal(404)

    def _verify(self, call: Call) -> Json:
        paypal = self._parts.paypal
        return verify_signature(paypal.keys, self._parts.certs_url, paypal.webhook_id, call.body)

    def _change(self, call: Call, operation: Callable[[Desk, Any, str], Done], object_id: str) -> Answer:
        body, request_id = params.decode(call.body), call.headers.get("paypal-request-id", "")
        if len(request_id) > LONGEST_REQUEST_ID:
            raise refused("INVALID_STRING_LENGTH", "PayPal-Request-Id", request_id)
        whole = "return=representation" in call.headers.get("prefer", "")
        if not request_id:
            if isinstance(body, dict) and body.get("payment_source"):
                raise refused("PAYPAL_REQUEST_ID_REQUIRED")
            with self._parts.store.write() as tx:
                desk = self._desk(tx)
                return self._written(desk, operation(desk, body, object_id), whole, replayed=False)
        key = f"paypal {call.path} {request_id}"
        with self._parts.store.write() as tx:
            claim = tx.claim_key(key, "")
            if claim is not None and claim.body is None:
                raise refused("PREVIOUS_REQUEST_IN_PROGRESS")
            if claim is not None and claim.body is not None:
                return self._written(self._desk(tx), Done(*json.loads(claim.body)), whole, replayed=True)
        try:
            with self._parts.store.write() as tx:
                desk = self._desk(tx)
                done = operation(desk, body, object_id)
                answer = self._written(desk, done, whole, replayed=False)
                tx.keep_answer(key, answer.status, json.dumps([done.kind, done.id]))
                return answer
        except BaseException:
            # A request that was refused before it did anything leaves its id free.
            with self._parts.store.write() as tx:
                tx.release_key(key)
            raise

    def _written(self, desk: Desk, done: Done, whole: bool, *, replayed: bool) -> Answer:
        """The answer to a change; to a repeated request id it tells how the thing is now, as PayPal does."""
        record = desk.tx.find_object(done.kind, done.id)
        assert record is not None
        if done.kind == write.REFUND:
            return Answer(201, json.dumps((write.refund if whole else write.refund_summary)(record, desk.api)))
        captures = desk.tx.list_objects(write.CAPTURE, parent=done.id)
        shown = desk.whole_order(record) if whole else write.order_summary(record, desk.api, captures)
        return Answer(200 if replayed else 201, json.dumps(shown))

    def _create_order(self, desk: Desk, body: Any, _: str) -> Done:
        return Done(write.ORDER, flow.create_order(desk, params.order(body))["id"])

    def _capture_order(self, desk: Desk, body: Any, order_id: str) -> Done:
        if not isinstance(body, dict):
            raise refused("INVALID_PARAMETER_SYNTAX", "/")
        return Done(write.ORDER, flow.capture(desk, flow.find_order(desk.tx, order_id))["id"])

    def _refund(self, desk: Desk, body: Any, capture_id: str) -> Done:
        return Done(write.REFUND, flow.refund(desk, capture_id, params.refund(body))["id"])

    def _read_order(self, desk: Desk, _: Query, order_id: str) -> Json:
        return desk.whole_order(flow.find_order(desk.tx, order_id))

    def _read_capture(self, desk: Desk, _: Query, capture_id: str) -> Json:
        return write.whole_capture(_found(desk.tx, write.CAPTURE, "capture_id", capture_id), desk.api)

    def _read_refund(self, desk: Desk, _: Query, refund_id: str) -> Json:
        return write.refund(_found(desk.tx, write.REFUND, "refund_id", refund_id), desk.api)

    def _read_dispute(self, desk: Desk, _: Query, dispute_id: str) -> Json:
        record = _found(desk.tx, write.DISPUTE, "id", dispute_id)
        return write.dispute(record, desk.api, _found(desk.tx, write.CAPTURE, "id", record["capture"]))

    def _read_event(self, desk: Desk, _: Query, event_id: str) -> Json:
        return _found(desk.tx, write.EVENT, "event_id", event_id)

    def _desk(self, tx: Tx) -> Desk:
        return Desk(tx, self._parts.timestamp(), self._parts.paypal_url)


def revoke_tokens(tx: Tx) -> None:
    """Make every access token that was given out worthless."""
    generation = (tx.find_switch(GENERATION) or {"number": 0})["number"]
    tx.set_switch(GENERATION, {"number": generation + 1})


def _found(tx: Tx, kind: str, field: str, object_id: str) -> Json:
    record = tx.find_object(kind, object_id)
    if record is None:
        raise no_such(field, object_id)
    return record


def _id(match: re.Match[str]) -> str:
    return match[1] if match.groups() else ""


def _oauth_error(status: int, error: str, description: str) -> Answer:
    return Answer(status, json.dumps({"error": error, "error_description": description}))


def _refusal(status: int) -> Answer:
    return Answer(status, json.dumps(Refusal(status).envelope()))


def _debug_id() -> str:
    return secrets.token_hex(7)[:13]
