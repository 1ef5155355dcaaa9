"""PayPal through its own SDK, which has no webhooks and no disputes: those are plain requests with the same token.

The same code talks to PayPal and to the sandbox; only addresses, keys and trust differ.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.errors import CheckoutGone, ProviderRefused, ProviderUnavailable
from mentorship.domain.money import Money, from_paypal, paypal_amount, paypal_unit
from mentorship.domain.orders import RefundStatus
from mentorship.domain.settle import ProviderFacts, ProviderState
from mentorship.domain.statements import Statement
from mentorship.gateways.paypal_client import PayPalClient, Refused, understood
from mentorship.gateways.paypal_statement import read_statement
from mentorship.gateways.paypal_webhooks import Trust, WebhookVerifier, named_above, origin_of
from mentorship.gateways.ports import (
    CheckoutFacts,
    CheckoutRequest,
    DisputeFacts,
    HostedCheckout,
    ProviderEvent,
    RefundFacts,
)

log = logging.getLogger(__name__)

Json = dict[str, Any]
WHOLE = "return=representation"
LONGEST_DESCRIPTION = 127
_ORDER_STATES = {"APPROVED": ProviderState.APPROVED, "VOIDED": ProviderState.EXPIRED}
_CAPTURE_STATES = {
    "COMPLETED": ProviderState.PAID,
    "PARTIALLY_REFUNDED": ProviderState.PAID,
    "REFUNDED": ProviderState.PAID,
    "PENDING": ProviderState.PROCESSING,
    "DECLINED": ProviderState.FAILED,
    "FAILED": ProviderState.FAILED,
}
_LOOK_AGAIN = frozenset(
    {"ORDER_ALREADY_CAPTURED", "ORDER_NOT_APPROVED", "ORDER_COMPLETION_IN_PROGRESS", "DUPLICATE_INVOICE_ID"}
)
_DECLINES = frozenset(
    {
        "COMPLIANCE_VIOLATION",
        "INSTRUMENT_DECLINED",
        "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
        "PAYER_ACCOUNT_LOCKED_OR_CLOSED",
        "PAYER_ACCOUNT_RESTRICTED",
        "PAYER_ACTION_REQUIRED",
        "PAYER_CANNOT_PAY",
        "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING",
        "TRANSACTION_LIMIT_EXCEEDED",
        "TRANSACTION_REFUSED",
    }
)
"""The buyer's account or instrument is refused: the buyer can choose another, and nothing is wrong with us."""

_REFUND_STATES = {
    "COMPLETED": RefundStatus.SUCCEEDED,
    "FAILED": RefundStatus.FAILED,
    "CANCELLED": RefundStatus.FAILED,
}
_DISPUTE_STATES = {"OPEN": DisputeStatus.OPEN, "WAITING_FOR_SELLER_RESPONSE": DisputeStatus.OPEN}
_LOST = frozenset({"RESOLVED_BUYER_FAVOUR", "ACCEPTED"})

_ORIGINS = {
    "live": ("https://api.paypal.com", "https://api-m.paypal.com"),
    "sandbox": ("https://api.sandbox.paypal.com", "https://api-m.sandbox.paypal.com"),
}
_CERTIFICATE_NAMES = {
    "live": "messageverificationcerts.paypal.com",
    "sandbox": "messageverificationcerts.sandbox.paypal.com",
}


def paypal_trust(
    environment: str, webhook_ids: Sequence[str], *, origin: str = "", name: str = "", roots: Path | None = None
) -> Trust:
    """Whose deliveries count in an environment, ``live`` or ``sandbox``; what is not given is PayPal's own.

    ``origin`` is any address at the host that has the certificates.
    """
    return Trust(
        webhook_ids=tuple(webhook_ids),
        origins=(origin_of(origin),) if origin else _ORIGINS[environment],
        certificate_name=name or _CERTIFICATE_NAMES[environment],
        roots=roots or Path(DEFAULT_CA_BUNDLE_PATH),
    )


class PayPalCheckout:
    """The payment provider port on PayPal's Orders."""

    name = "paypal"
    verifies_alone = False

    def __init__(
        self, client_id: str, client_secret: str, trust: Trust, *, live: bool, base_url: str | None = None
    ) -> None:
        self.live = live
        self._client = PayPalClient(client_id, client_secret, live=live, base_url=base_url)
        self._webhooks = WebhookVerifier(trust, self._client.fetch_certificate, self._is_genuine)

    def unit(self, currency: str) -> int:
        """PayPal takes some currencies, and some of those without decimals."""
        return paypal_unit(currency)

    def create_checkout(self, request: CheckoutRequest) -> HostedCheckout:
        """Open an order for the buyer to approve; the attempt's id is the key, and PayPal's invoice."""
        body = {
            "intent": "CAPTURE",
            "purchase_units": [
                {
                    "custom_id": str(request.attempt_id),
                    "invoice_id": str(request.attempt_id),
                    "description": request.description[:LONGEST_DESCRIPTION],
                    "amount": _amount(request.amount),
                }
            ],
            "payment_source": {
                "paypal": {
                    "experience_context": {
                        "return_url": request.success_url,
                        "cancel_url": request.cancel_url,
                        "user_action": "PAY_NOW",
                        "shipping_preference": "NO_SHIPPING",
                    }
                }
            },
        }
        asked = {"body": body, "paypal_request_id": f"create:{request.attempt_id}", "prefer": WHOLE}
        order = self._client.ask(lambda sdk: sdk.orders.create_order(asked))
        with understood():
            return HostedCheckout(order["id"], _approval_page(order))

    def read_checkout(self, reference: str) -> CheckoutFacts:
        """How an order stands.

        Raises:
            CheckoutGone: PayPal has no such order any more.
        """
        return self._facts(self._order(reference))

    def capture(self, reference: str, *, key: str) -> CheckoutFacts:
        """Take the money of an approved order; the same key takes it once. Says how the order stands then."""
        asked = {"id": reference, "paypal_request_id": key, "prefer": WHOLE, "body": {}}
        try:
            return self._facts(self._client.ask(lambda sdk: sdk.orders.capture_order(asked)))
        except Refused as refusal:
            if refusal.status == 404:
                raise CheckoutGone() from refusal
            if not refusal.issues & (_LOOK_AGAIN | _DECLINES):
                raise
            log.info("PayPal did not capture %s: %s", reference, ", ".join(sorted(refusal.issues)))
            found = self.read_checkout(reference)
            if refusal.issues & _DECLINES and found.facts.state is ProviderState.APPROVED:
                return replace(found, facts=replace(found.facts, state=ProviderState.DECLINED))
            return found

    def expire_checkout(self, reference: str) -> CheckoutFacts:
        """PayPal closes no order on request: one that is not captured is closed by never being captured."""
        found = self.read_checkout(reference)
        if found.facts.state in (ProviderState.OPEN, ProviderState.APPROVED):
            return replace(found, facts=replace(found.facts, state=ProviderState.EXPIRED))
        return found

    def checkout_of(self, payment_reference: str) -> str | None:
        """The order of a capture."""
        asked = {"capture_id": payment_reference}
        capture = self._client.ask(lambda sdk: sdk.payments.get_captured_payment(asked))
        with understood():
            related = (capture.get("supplementary_data") or {}).get("related_ids") or {}
            return related.get("order_id") or named_above(capture, "orders") or None

    def refund(self, payment_reference: str, amount: Money, *, key: str) -> RefundFacts:
        """Pay back; the same key pays back once."""
        asked = {
            "capture_id": payment_reference,
            "paypal_request_id": key,
            "prefer": WHOLE,
            "body": {"amount": _amount(amount)},
        }
        return _refund_facts(self._client.ask(lambda sdk: sdk.payments.refund_captured_payment(asked)))

    def read_refund(self, reference: str) -> RefundFacts:
        """How a refund stands."""
        return _refund_facts(self._client.ask(lambda sdk: sdk.payments.get_refund({"refund_id": reference})))

    def refunds_of(self, payment_reference: str) -> Sequence[RefundFacts]:
        """Every refund of a capture, as its order lists them."""
        order = self.checkout_of(payment_reference)
        if order is None:
            return []
        listed = _payments(self._order(order)).get("refunds") or []
        found = [_refund_facts(refund) for refund in listed]
        return [refund for refund in found if refund.payment_reference == payment_reference]

    def read_dispute(self, reference: str) -> DisputeFacts:
        """How a dispute stands."""
        dispute = self._client.request("GET", f"/v1/customer/disputes/{reference}")
        with understood():
            status = _DISPUTE_STATES.get(dispute["status"], DisputeStatus.IN_REVIEW)
            if dispute["status"] == "RESOLVED":
                outcome = (dispute.get("dispute_outcome") or {}).get("outcome_code")
                status = DisputeStatus.LOST if outcome in _LOST else DisputeStatus.WON
            due = dispute.get("seller_response_due_date")
            return DisputeFacts(
                reference=dispute["dispute_id"],
                payment_reference=dispute["disputed_transactions"][0]["seller_transaction_id"],
                status=status,
                amount=_money(dispute["dispute_amount"]),
                reason=dispute["reason"].lower(),
                due_at=datetime.fromisoformat(due) if due else None,
            )

    def statement(self, since: datetime, until: datetime) -> Statement:
        """Every payment, refund and dispute that began in ``[since, until)``; PayPal reports with some delay."""
        return read_statement(self._client, self.read_dispute, since, until)

    def verify_event(self, payload: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """Check a delivery over its raw bytes.

        Raises:
            BadSignature: it is not from PayPal, or too old.
            ProviderUnavailable: it cannot be decided now.
        """
        return self._webhooks.verify(payload, headers)

    def _is_genuine(self, question: bytes) -> bool:
        """PayPal's own answer, asked for without patience: others wait behind this, and PayPal delivers again."""
        try:
            path = "/v1/notifications/verify-webhook-signature"
            answer = self._client.request("POST", path, question, pauses=(0.0,))
        except Refused as refusal:
            if refusal.status == 400:
                return False
            raise ProviderUnavailable() from refusal
        return bool(answer.get("verification_status") == "SUCCESS")

    def _order(self, reference: str) -> Json:
        try:
            return self._client.ask(lambda sdk: sdk.orders.get_order({"id": reference}))
        except Refused as refusal:
            raise (CheckoutGone() if refusal.status == 404 else refusal) from refusal

    def _facts(self, order: Json) -> CheckoutFacts:
        with understood():
            unit, captures = order["purchase_units"][0], _payments(order).get("captures") or []
            capture = max(captures, key=_weight, default=None)
            facts = ProviderFacts(
                reference=order["id"],
                state=_ORDER_STATES.get(order["status"], ProviderState.OPEN),
                amount=_money((capture or unit)["amount"]),
                live=self.live,
            )
            if capture is not None:
                state = _CAPTURE_STATES[capture["status"]]
                facts = replace(facts, state=state, payment_reference=capture["id"], fee_minor=_fee(capture))
            return CheckoutFacts(facts, _uuid(unit.get("custom_id")))


def _payments(order: Json) -> Json:
    payments: Json = order["purchase_units"][0].get("payments") or {}
    return payments


def _weight(capture: Json) -> int:
    """An order has one capture; should it ever have more, the one with the money counts."""
    return (ProviderState.FAILED, ProviderState.PROCESSING, ProviderState.PAID).index(
        _CAPTURE_STATES[capture["status"]]
    )


def _approval_page(order: Json) -> str:
    return next(str(link["href"]) for link in order["links"] if link["rel"] in ("payer-action", "approve"))


def _fee(capture: Json) -> int | None:
    fee = (capture.get("seller_receivable_breakdown") or {}).get("paypal_fee")
    if not fee or fee["currency_code"] != capture["amount"]["currency_code"]:
        return None
    return _money(fee).minor


def _refund_facts(refund: Json) -> RefundFacts:
    with understood():
        status = _REFUND_STATES.get(refund["status"], RefundStatus.PENDING)
        return RefundFacts(refund["id"], status, _money(refund["amount"]), named_above(refund, "captures") or None)


def _amount(money: Money) -> Json:
    try:
        return {"currency_code": money.currency, "value": paypal_amount(money)}
    except ValueError as error:
        log.error("an amount that PayPal cannot take: %s", error)
        raise ProviderRefused() from error


def _money(amount: Json) -> Money:
    return from_paypal(amount["value"], amount["currency_code"])


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
