"""Stripe through its own SDK. The same code talks to Stripe and to the sandbox; only address and key differ."""

import json
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import requests
import stripe

from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.errors import BadSignature, ProviderLockedOut, ProviderRefused, ProviderUnavailable
from mentorship.domain.money import Money, from_stripe, stripe_amount, stripe_unit
from mentorship.domain.orders import RefundStatus
from mentorship.domain.settle import ProviderFacts, ProviderState
from mentorship.domain.statements import StatedDispute, StatedPayment, StatedRefund, Statement
from mentorship.gateways.ports import (
    CheckoutFacts,
    CheckoutRequest,
    DisputeFacts,
    EventTopic,
    HostedCheckout,
    ProviderEvent,
    RefundFacts,
)

log = logging.getLogger(__name__)
stripe.enable_telemetry = False

T = TypeVar("T")
CONNECT_AND_READ = (3.05, 6)
TOLERANCE_SECONDS = 300
_UNAVAILABLE = (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError)
_WITH_FEE = "payment_intent.latest_charge.balance_transaction"
_EXPAND: Any = {"expand": [_WITH_FEE]}
LONGEST_CHECKOUT = timedelta(days=1)
PAGE = 100
_TOPICS = {
    "checkout.session.": EventTopic.CHECKOUT,
    "refund.": EventTopic.REFUND,
    "charge.dispute.": EventTopic.DISPUTE,
    "charge.refunded": EventTopic.PAYMENT,
}
_DISPUTE_STATES = {
    "needs_response": DisputeStatus.OPEN,
    "warning_needs_response": DisputeStatus.OPEN,
    "won": DisputeStatus.WON,
    "warning_closed": DisputeStatus.WON,
    "prevented": DisputeStatus.WON,
    "lost": DisputeStatus.LOST,
}
_REFUND_STATES = {"succeeded": RefundStatus.SUCCEEDED, "failed": RefundStatus.FAILED, "canceled": RefundStatus.FAILED}


class StripeCheckout:
    """The payment provider port on Stripe Checkout."""

    name = "stripe"
    verifies_alone = True

    def __init__(self, key: str, webhook_secrets: Sequence[str], *, base_url: str | None = None) -> None:
        session = requests.Session()
        session.trust_env = base_url is None
        self.live = key.startswith(("sk_live_", "rk_live_"))
        self._secrets = list(webhook_secrets)
        self._client = stripe.StripeClient(
            key,
            base_addresses={"api": base_url} if base_url else None,
            http_client=stripe.RequestsClient(timeout=CONNECT_AND_READ, session=session),
            max_network_retries=1,
        )

    def unit(self, currency: str) -> int:
        """Stripe takes every currency that products are sold in."""
        return stripe_unit(currency)

    def create_checkout(self, request: CheckoutRequest) -> HostedCheckout:
        """Open a hosted checkout; the attempt's id is the idempotency key."""
        metadata = {"order_id": str(request.order_id), "attempt_id": str(request.attempt_id)}
        params: Any = {
            "mode": "payment",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": request.amount.currency.lower(),
                        "unit_amount": stripe_amount(request.amount),
                        "product_data": {"name": request.description},
                    },
                }
            ],
            "client_reference_id": str(request.attempt_id),
            "metadata": metadata,
            "payment_intent_data": {"metadata": metadata},
            "success_url": request.success_url,
            "cancel_url": request.cancel_url,
            "expires_at": int(request.expires_at.timestamp()),
            "customer_email": request.email,
            "customer_creation": "if_required",
            "adaptive_pricing": {"enabled": False},
            "automatic_tax": {"enabled": False},
        }
        key = f"create:{request.attempt_id}"
        session = _ask(lambda: self._client.v1.checkout.sessions.create(params, {"idempotency_key": key})).to_dict()
        return HostedCheckout(session["id"], session["url"])

    def read_checkout(self, reference: str) -> CheckoutFacts:
        """How a checkout stands."""
        return _facts(_ask(lambda: self._client.v1.checkout.sessions.retrieve(reference, _EXPAND)).to_dict())

    def capture(self, reference: str, *, key: str) -> CheckoutFacts:  # noqa: ARG002
        """Stripe takes the money when the buyer pays: there is nothing left to do."""
        return self.read_checkout(reference)

    def expire_checkout(self, reference: str) -> CheckoutFacts:
        """Close a checkout and say how it stands; a paid or closed one stays as it is."""
        try:
            _ask(lambda: self._client.v1.checkout.sessions.expire(reference))
        except ProviderRefused:
            log.info("checkout %s was closed already", reference)
        return self.read_checkout(reference)

    def checkout_of(self, payment_reference: str) -> str | None:
        """The session whose payment intent this is."""
        found = _ask(lambda: self._client.v1.checkout.sessions.list({"payment_intent": payment_reference})).data
        return found[0].id if found else None

    def refund(self, payment_reference: str, amount: Money, *, key: str) -> RefundFacts:
        """Pay back; the same key pays back once."""
        params: Any = {"payment_intent": payment_reference, "amount": stripe_amount(amount)}
        return _refund_facts(_ask(lambda: self._client.v1.refunds.create(params, {"idempotency_key": key})).to_dict())

    def read_refund(self, reference: str) -> RefundFacts:
        """How a refund stands."""
        return _refund_facts(_ask(lambda: self._client.v1.refunds.retrieve(reference)).to_dict())

    def refunds_of(self, payment_reference: str) -> Sequence[RefundFacts]:
        """Every refund of a payment."""
        listed = _ask(lambda: self._client.v1.refunds.list({"payment_intent": payment_reference, "limit": 100}))
        return [_refund_facts(refund.to_dict()) for refund in listed.data]

    def read_dispute(self, reference: str) -> DisputeFacts:
        """How a dispute stands."""
        dispute = _ask(lambda: self._client.v1.disputes.retrieve(reference)).to_dict()
        due = (dispute.get("evidence_details") or {}).get("due_by")
        return DisputeFacts(
            reference=dispute["id"],
            payment_reference=dispute["payment_intent"],
            status=_dispute_status(dispute),
            amount=from_stripe(dispute["amount"], dispute["currency"]),
            reason=dispute["reason"],
            due_at=datetime.fromtimestamp(due, UTC) if due else None,
        )

    def statement(self, since: datetime, until: datetime) -> Statement:
        """Every payment, refund and dispute that began in ``[since, until)``.

        A payment is listed by its checkout, which may be older: Stripe keeps one open for a day at most.
        """
        listed = self._client.v1
        opened = _created(since - LONGEST_CHECKOUT, until) | {"expand": [f"data.{_WITH_FEE}"]}
        sessions = _all(lambda: listed.checkout.sessions.list(opened))
        paid = [_stated_payment(s) for s in sessions if s["payment_status"] == "paid"]
        began = _created(since, until)
        return Statement(
            provider=self.name,
            since=since,
            until=until,
            payments=[p for p in paid if since <= p.paid_at < until],
            refunds=[_stated_refund(r) for r in _all(lambda: listed.refunds.list(began))],
            disputes=[_stated_dispute(d) for d in _all(lambda: listed.disputes.list(began))],
        )

    def verify_event(self, payload: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """Check a delivery over its raw bytes against each configured secret.

        Raises:
            BadSignature: no secret fits, it is older than five minutes, or it is not an event.
        """
        signature = headers.get("stripe-signature", "")
        for secret in self._secrets:
            try:
                stripe.WebhookSignature.verify_header(payload, signature, secret, TOLERANCE_SECONDS)
                return _event(payload)
            except Exception as error:
                log.info("delivery refused by one secret: %s", type(error).__name__)
        raise BadSignature()


def _event(payload: bytes) -> ProviderEvent:
    raw = payload.decode()
    event = json.loads(raw)
    if event["object"] != "event":
        raise BadSignature()
    event_id, kind, about = event["id"], event["type"], event["data"]["object"]
    topic = next((topic for start, topic in _TOPICS.items() if kind.startswith(start)), EventTopic.OTHER)
    subject = about.get("payment_intent" if topic is EventTopic.PAYMENT else "id") or ""
    if not event_id or not all(isinstance(text, str) and text.isprintable() for text in (event_id, kind, subject)):
        raise BadSignature()
    return ProviderEvent(event_id[:255], kind[:128], topic, subject[:255], raw)


def _ask(call: Callable[[], T]) -> T:
    """Make one call and turn the SDK's failures into ours."""
    try:
        return call()
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        log.error("Stripe does not accept the key: %s", error.user_message or error.code)
        raise ProviderLockedOut() from error
    except (stripe.InvalidRequestError, stripe.IdempotencyError, stripe.CardError) as error:
        log.warning("Stripe refused: %s %s", error.code, error.param if hasattr(error, "param") else "")
        raise ProviderRefused() from error
    except _UNAVAILABLE as error:
        log.warning("Stripe is not available: %s", type(error).__name__)
        raise ProviderUnavailable() from error
    except stripe.StripeError as error:
        log.warning("Stripe failed: %s", type(error).__name__)
        raise ProviderUnavailable() from error


def _all(call: Callable[[], Any]) -> list[dict[str, Any]]:
    """Every page of a list."""
    return _ask(lambda: [item.to_dict() for item in call().auto_paging_iter()])


def _created(since: datetime, until: datetime) -> Any:
    """The parameters of a list of what was created in ``[since, until)``."""
    return {"created": {"gte": math.floor(since.timestamp()), "lt": math.ceil(until.timestamp())}, "limit": PAGE}


def _stated_payment(session: dict[str, Any]) -> StatedPayment:
    intent = session["payment_intent"]
    paid_at = (intent.get("latest_charge") or intent)["created"]
    return StatedPayment(
        reference=intent["id"],
        checkout_reference=session["id"],
        attempt_id=_attempt_named(session),
        amount=from_stripe(session["amount_total"], session["currency"]),
        fee_minor=_fee(intent),
        paid_at=datetime.fromtimestamp(paid_at, UTC),
    )


def _stated_refund(refund: dict[str, Any]) -> StatedRefund:
    facts = _refund_facts(refund)
    created = datetime.fromtimestamp(refund["created"], UTC)
    return StatedRefund(facts.reference, facts.payment_reference or "", facts.amount, facts.status, created)


def _stated_dispute(dispute: dict[str, Any]) -> StatedDispute:
    return StatedDispute(
        reference=dispute["id"],
        payment_reference=dispute["payment_intent"] or "",
        amount=from_stripe(dispute["amount"], dispute["currency"]),
        status=_dispute_status(dispute),
        opened_at=datetime.fromtimestamp(dispute["created"], UTC),
    )


def _dispute_status(dispute: dict[str, Any]) -> DisputeStatus:
    return _DISPUTE_STATES.get(dispute["status"], DisputeStatus.IN_REVIEW)


def _attempt_named(session: dict[str, Any]) -> UUID | None:
    """The attempt that a checkout says it is for; on a payment link anybody can write anything."""
    return _uuid(None if session.get("payment_link") else session.get("client_reference_id"))


def _facts(session: dict[str, Any]) -> CheckoutFacts:
    intent = session.get("payment_intent")
    intent_id = intent["id"] if isinstance(intent, dict) else intent
    facts = ProviderFacts(
        reference=session["id"],
        state=_state(session, intent if isinstance(intent, dict) else {}),
        amount=from_stripe(session["amount_total"] or 0, session["currency"]),
        live=session["livemode"],
        payment_reference=intent_id,
        fee_minor=_fee(intent) if isinstance(intent, dict) else None,
    )
    return CheckoutFacts(facts, _attempt_named(session))


def _fee(intent: dict[str, Any]) -> int | None:
    """What Stripe kept, where it was in the payment's own currency."""
    charge = intent.get("latest_charge")
    balance = charge.get("balance_transaction") if isinstance(charge, dict) else None
    if not isinstance(balance, dict) or balance["currency"] != intent["currency"]:
        return None
    return from_stripe(balance["fee"], balance["currency"]).minor


def _state(session: dict[str, Any], intent: dict[str, Any]) -> ProviderState:
    if session["status"] == "expired":
        return ProviderState.EXPIRED
    if session["status"] != "complete":
        return ProviderState.OPEN
    if session["payment_status"] in ("paid", "no_payment_required"):
        return ProviderState.PAID
    if intent.get("status") in ("requires_payment_method", "canceled"):
        return ProviderState.FAILED
    return ProviderState.PROCESSING


def _refund_facts(refund: dict[str, Any]) -> RefundFacts:
    status = _REFUND_STATES.get(refund["status"] or "", RefundStatus.PENDING)
    amount = from_stripe(refund["amount"], refund["currency"])
    return RefundFacts(refund["id"], status, amount, refund.get("payment_intent"))


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
