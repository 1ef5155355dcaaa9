"""Stripe's HTTP API, as far as one-time checkouts need it. Whatever arrives is answered; nothing is ever a 5xx."""

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from starlette.types import Receive, Scope, Send

from . import stripe_flow as flow
from . import stripe_params as p
from .http_api import Answer, Api, Call
from .parts import SandboxParts
from .store import Json, KeyClaim, Tx
from .stripe_balance import BALANCE
from .stripe_errors import ApiError, missing_parameter, no_such
from .stripe_objects import API_VERSION, new_id, page_of

REFUSALS = {
    401: ("Invalid API Key provided: sk_test_***", "invalid_request_error", None),
    413: ("The request body is too large.", "invalid_request_error", None),
    429: (
        "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.",
        "invalid_request_error",
        "rate_limit",
    ),
    500: ("An unknown error occurred", "api_error", None),
}
AMOUNT = p.integer(0, 99_999_999)
ID = p.text(200)

PRODUCT_DATA = p.struct({"name": p.text(250)}, {"description": p.text(5_000), "metadata": p.metadata})
LINE = p.struct(
    {"price_data": p.struct({"currency": p.currency, "unit_amount": AMOUNT, "product_data": PRODUCT_DATA}, {})},
    {"quantity": p.integer(1, 999_999)},
)
SESSION_REQUIRED: dict[str, p.Check] = {
    "mode": p.choice("payment"),
    "line_items": p.array(LINE, at_most=100),
    "success_url": p.web_address,
}
SESSION_OPTIONAL: dict[str, p.Check] = {
    "adaptive_pricing": p.struct({}, {"enabled": p.boolean}),
    "automatic_tax": p.struct({"enabled": p.choice("false")}, {}),
    "cancel_url": p.web_address,
    "client_reference_id": p.text(200),
    "customer_creation": p.choice("if_required", "always"),
    "customer_email": p.text(512),
    "expires_at": p.integer(0, 10**11),
    "locale": p.text(10),
    "metadata": p.metadata,
    "payment_intent_data": p.struct({}, {"metadata": p.metadata, "description": p.text(1_000)}),
    "payment_method_types": p.array(p.choice("card", "sepa_debit"), at_most=2),
    "submit_type": p.choice("auto", "book", "pay"),
    "ui_mode": p.choice("hosted_page"),
}
REFUND_OPTIONAL: dict[str, p.Check] = {
    "amount": p.integer(1, 99_999_999),
    "charge": ID,
    "metadata": p.metadata,
    "payment_intent": ID,
    "reason": p.choice("duplicate", "fraudulent", "requested_by_customer"),
}
PAGING: dict[str, p.Check] = {"limit": p.integer(1, 100), "starting_after": ID}
OF_A_PAYMENT: dict[str, p.Check] = {**PAGING, "charge": ID, "created": p.created, "payment_intent": ID}
# kind -> expandable field -> kind of what is behind it; "list" for the lists that are left out unless asked for.
EXPANDABLE = {
    flow.SESSION: {"payment_intent": flow.INTENT, "line_items": "list"},
    flow.INTENT: {"latest_charge": flow.CHARGE},
    flow.CHARGE: {"payment_intent": flow.INTENT, "refunds": "list", "balance_transaction": BALANCE},
    flow.REFUND: {
        "payment_intent": flow.INTENT,
        "charge": flow.CHARGE,
        "balance_transaction": BALANCE,
        "failure_balance_transaction": BALANCE,
    },
    flow.DISPUTE: {"payment_intent": flow.INTENT, "charge": flow.CHARGE},
    BALANCE: {},
    flow.EVENT: {},
    flow.ITEM: {},
}


Operation = Callable[[Tx, dict[str, Any], str], Json]


class StripeApi:
    """The API as an ASGI application that takes every path and method below `/v1`."""

    def __init__(self, parts: SandboxParts) -> None:
        self._parts = parts
        self._api = Api("stripe", parts.store, self.answer, _refusal, _headers)
        self._operations: list[tuple[str, re.Pattern[str], Operation]] = [
            (method, re.compile(path.replace("{id}", r"([^/]+)")), operation)
            for method, path, operation in (
                ("POST", "/v1/checkout/sessions", self._create_session),
                ("GET", "/v1/checkout/sessions", self._list_sessions),
                ("GET", "/v1/checkout/sessions/{id}", self._retrieve(flow.SESSION, "checkout.session")),
                ("GET", "/v1/checkout/sessions/{id}/line_items", self._list_line_items),
                ("POST", "/v1/checkout/sessions/{id}/expire", self._expire_session),
                ("GET", "/v1/payment_intents/{id}", self._retrieve(flow.INTENT, "payment_intent")),
                ("GET", "/v1/charges/{id}", self._retrieve(flow.CHARGE, "charge")),
                ("POST", "/v1/refunds", self._create_refund),
                ("GET", "/v1/refunds", self._list_refunds),
                ("GET", "/v1/refunds/{id}", self._retrieve(flow.REFUND, "refund")),
                ("GET", "/v1/disputes", self._list_disputes),
                ("GET", "/v1/disputes/{id}", self._retrieve(flow.DISPUTE, "dispute")),
                ("GET", "/v1/events", self._list_events),
                ("GET", "/v1/events/{id}", self._retrieve(flow.EVENT, "event")),
            )
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._api.serve(f"/v1/{scope['path_params']['path']}", scope, receive, send)

    def answer(self, call: Call) -> Answer:
        """What Stripe would say."""
        try:
            self._authenticate(call)
            operation, object_id = self._find(call)
            params = p.decode(call.body if call.method == "POST" else call.query)
            if call.method == "POST" and call.body and not _is_form(call):
                raise ApiError(
                    "Invalid request (check that your POST content type is application/x-www-form-urlencoded)."
                )
            flow.lapse(self._parts.store, self._parts.timestamp())
            if call.method == "GET":
                with self._parts.store.read() as tx:
                    return Answer(200, _json(operation(tx, params, object_id)))
            return self._post(call, operation, params, object_id)
        except ApiError as refusal:
            return _refused(refusal)

    def _authenticate(self, call: Call) -> None:
        scheme, _, key = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise ApiError(
                "You did not provide an API key. You need to provide your API key in the Authorization header, "
                "using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
                status=401,
            )
        if not hmac.compare_digest(key.strip().encode(), self._parts.api_key.encode()):
            raise ApiError(f"Invalid API Key provided: {key[:8]}***", status=401)

    def _find(self, call: Call) -> tuple[Operation, str]:
        for method, path, operation in self._operations:
            match = path.fullmatch(call.path)
            if method == call.method and match:
                return operation, match[1] if match.groups() else ""
        raise ApiError(f"Unrecognized request URL ({call.method}: {quote(call.path[:300])}).", status=404)

    def _post(self, call: Call, operation: Operation, params: dict[str, Any], object_id: str) -> Answer:
        key = call.headers.get("idempotency-key", "")
        if not key:
            with self._parts.store.write() as tx:
                return Answer(200, _json(operation(tx, params, object_id)))
        if len(key) > 255:
            raise ApiError("Idempotency keys can be at most 255 characters long.", kind="idempotency_error")
        fingerprint = hashlib.sha256(f"{call.path}\n{json.dumps(params, sort_keys=True)}".encode()).hexdigest()
        with self._parts.store.write() as tx:
            claim = tx.claim_key(key, fingerprint)
        if claim is not None:
            return _replayed(key, claim, fingerprint)
        try:
            with self._parts.store.write() as tx:
                text = _json(operation(tx, params, object_id))
                tx.keep_answer(key, 200, text)
        except BaseException:
            # As at Stripe, a request that was refused before it did anything leaves its key free.
            with self._parts.store.write() as tx:
                tx.release_key(key)
            raise
        return Answer(200, text, {"Idempotency-Key": quote(key)})

    def _create_session(self, tx: Tx, params: dict[str, Any], _: str) -> Json:
        checked = p.check(params, SESSION_REQUIRED, SESSION_OPTIONAL)
        if not checked["line_items"]:
            raise missing_parameter("line_items[0]")
        session = flow.open_session(
            tx, checked, now=self._parts.timestamp(), pay_page=f"{self._parts.public_url}/stripe/c/pay"
        )
        return expand(tx, session, checked.get("expand", []))

    def _expire_session(self, tx: Tx, params: dict[str, Any], session_id: str) -> Json:
        checked = p.check(params, {}, {})
        session = tx.find_object(flow.SESSION, session_id)
        if session is None:
            raise no_such("checkout.session", session_id)
        if session["status"] != "open":
            raise ApiError(
                'Only Checkout Sessions with a status in ["open"] can be expired. '
                f"This Checkout Session has a status of {session['status']}."
            )
        return expand(tx, flow.expire(tx, session, self._parts.timestamp()), checked.get("expand", []))

    def _create_refund(self, tx: Tx, params: dict[str, Any], _: str) -> Json:
        checked = p.check(params, {}, REFUND_OPTIONAL)
        if ("charge" in checked) == ("payment_intent" in checked):
            raise ApiError("One of the following params should be provided for this request: payment_intent or charge.")
        return expand(tx, flow.refund(tx, checked, self._parts.timestamp()), checked.get("expand", []))

    def _retrieve(self, kind: str, name: str) -> Operation:
        def retrieve(tx: Tx, params: dict[str, Any], object_id: str) -> Json:
            checked = p.check(params, {}, {})
            found = tx.find_object(kind, object_id)
            if found is None:
                raise no_such(name, object_id)
            return expand(tx, found, checked.get("expand", []))

        return retrieve

    def _list_sessions(self, tx: Tx, params: dict[str, Any], _: str) -> Json:
        checked = p.check(params, {}, {**PAGING, "created": p.created, "payment_intent": ID})
        return _page(tx, flow.SESSION, checked, "/v1/checkout/sessions", checked.get("payment_intent"))

    def _list_line_items(self, tx: Tx, params: dict[str, Any], session_id: str) -> Json:
        checked = p.check(params, {}, PAGING)
        if tx.find_object(flow.SESSION, session_id) is None:
            raise no_such("checkout.session", session_id)
        return _page(tx, flow.ITEM, checked, f"/v1/checkout/sessions/{session_id}/line_items", session_id)

    def _list_refunds(self, tx: Tx, params: dict[str, Any], _: str) -> Json:
        checked = p.check(params, {}, OF_A_PAYMENT)
        return _page(tx, flow.REFUND, checked, "/v1/refunds", _payment(tx, checked))

    def _list_disputes(self, tx: Tx, params: dict[str, Any], _: str) -> Json:
        checked = p.check(params, {}, OF_A_PAYMENT)
        return _page(tx, flow.DISPUTE, checked, "/v1/disputes", _payment(tx, checked))

    def _list_events(self, tx: Tx, params: dict[str, Any], _: str) -> Json:
        return _page(tx, flow.EVENT, p.check(params, {}, {**PAGING, "created": p.created}), "/v1/events", None)


def expand(tx: Tx, obj: Json, paths: list[str]) -> Json:
    """The object with what `expand[]` asks for put in place of ids.

    Raises:
        ApiError: a path leads over something that is not an id here.
    """
    for path in paths:
        _expand_path(tx, obj, path.split("."), path)
    return obj


def _expand_path(tx: Tx, obj: Json, steps: list[str], path: str) -> None:
    name, rest = steps[0], steps[1:]
    kind = EXPANDABLE[obj["object"]].get(name)
    if kind is None or len(rest) > 3 or (kind == "list" and rest):
        raise ApiError(f"This property cannot be expanded ({path}).", param="expand")
    if kind == "list":
        obj[name] = _whole_list(tx, obj, name)
        return
    if isinstance(obj[name], str):
        obj[name] = tx.find_object(kind, obj[name])
    if rest and obj[name] is not None:
        _expand_path(tx, obj[name], rest, path)


def _whole_list(tx: Tx, obj: Json, name: str) -> Json:
    if name == "line_items":
        url = f"/v1/checkout/sessions/{obj['id']}/line_items"
        return page_of(tx.list_objects(flow.ITEM, parent=obj["id"]), url)
    refunds = tx.list_objects(flow.REFUND, parent=obj["payment_intent"])
    return page_of([refund for refund in refunds if refund["charge"] == obj["id"]], f"/v1/charges/{obj['id']}/refunds")


def _page(tx: Tx, kind: str, checked: dict[str, Any], url: str, parent: str | None) -> Json:
    after, limit = checked.get("starting_after"), checked.get("limit", 10)
    if after is not None and tx.find_object(kind, after) is None:
        raise no_such(kind, after, "starting_after", status=400)
    found = tx.list_objects(kind, parent=parent, after=after, created=checked.get("created"), limit=limit + 1)
    page = page_of(found[:limit], url, has_more=len(found) > limit)
    for path in checked.get("expand", []):
        first, _, rest = path.partition(".")
        if first != "data" or not rest:
            raise ApiError(f"This property cannot be expanded ({path}).", param="expand")
        for item in page["data"]:
            _expand_path(tx, item, rest.split("."), path)
    return page


def _payment(tx: Tx, checked: dict[str, Any]) -> str | None:
    """The payment intent that a list is asked for, by its own id or by its charge's."""
    if "charge" in checked:
        charge = tx.find_object(flow.CHARGE, checked["charge"])
        return str(charge["payment_intent"] if charge else checked["charge"])
    return checked.get("payment_intent")


def _replayed(key: str, claim: KeyClaim, fingerprint: str) -> Answer:
    if claim.fingerprint != fingerprint:
        raise ApiError(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. "
            f"Try using a key other than '{key}' if you meant to execute a different request.",
            kind="idempotency_error",
        )
    if claim.status is None or claim.body is None:
        raise ApiError(
            "There is currently another in-progress request using this idempotency key. Please try again later.",
            status=409,
            code="idempotency_key_in_use",
        )
    return Answer(claim.status, claim.body, {"Idempotency-Key": quote(key), "Idempotent-Replayed": "true"})


def _is_form(call: Call) -> bool:
    return call.headers.get("content-type", "").lower().startswith("application/x-www-form-urlencoded")


def _headers() -> dict[str, str]:
    return {"Request-Id": new_id("req_", 14), "Stripe-Version": API_VERSION}


def _refusal(status: int) -> Answer:
    message, kind, code = REFUSALS[status]
    return _refused(ApiError(message, status=status, kind=kind, code=code))


def _refused(refusal: ApiError) -> Answer:
    return Answer(refusal.status, _json(refusal.envelope()))


def _json(value: Json) -> str:
    return json.dumps(value, indent=2)
