"""Stripe's disputes: a buyer's bank takes the money back, and gives it back again when the seller wins."""

from . import stripe_balance as balance
from .store import Json, Tx
from .stripe_flow import CHARGE, DISPUTE, INTENT, emit
from .stripe_objects import new_id

SECONDS_TO_ANSWER = 10 * 24 * 60 * 60
NO_EVIDENCE = (
    "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal "
    "customer_communication customer_email_address customer_name customer_purchase_ip customer_signature "
    "duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt "
    "refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation "
    "shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number "
    "uncategorized_file uncategorized_text"
)


def open_dispute(tx: Tx, intent_id: str, now: int) -> bool:
    """The buyer's bank disputes a payment and withdraws it; False when nothing is left or it was disputed."""
    intent = tx.find_object(INTENT, intent_id)
    charge = tx.find_object(CHARGE, intent["latest_charge"] or "") if intent else None
    if charge is None or not charge["paid"] or charge["refunded"] or charge["disputed"]:
        return False
    dispute = _dispute(charge, now)
    charge["disputed"] = True
    tx.put_object(charge, parent=charge["payment_intent"])
    _keep(tx, dispute)
    emit(tx, "charge.dispute.created", dispute, now)
    _move(tx, dispute, balance.WITHDRAWN, -1, now)
    emit(tx, "charge.dispute.funds_withdrawn", dispute, now)
    return True


def review_dispute(tx: Tx, dispute_id: str, now: int) -> bool:
    """The seller has answered and the bank looks at it; False when the dispute does not wait for an answer."""
    dispute = tx.find_object(DISPUTE, dispute_id)
    if dispute is None or dispute["status"] != "needs_response":
        return False
    dispute["status"] = "under_review"
    dispute["evidence_details"] |= {"has_evidence": True, "submission_count": 1, "submission_method": "manual"}
    _keep(tx, dispute)
    emit(tx, "charge.dispute.updated", dispute, now)
    return True


def close_dispute(tx: Tx, dispute_id: str, now: int, *, won: bool) -> bool:
    """A dispute ends; when the seller wins, the money comes back. False when it has ended already."""
    dispute = tx.find_object(DISPUTE, dispute_id)
    if dispute is None or dispute["status"] in ("won", "lost"):
        return False
    dispute["status"] = "won" if won else "lost"
    if won:
        _move(tx, dispute, balance.REINSTATED, 1, now)
        emit(tx, "charge.dispute.funds_reinstated", dispute, now)
    _keep(tx, dispute)
    emit(tx, "charge.dispute.closed", dispute, now)
    return True


def reopen_dispute(tx: Tx, dispute_id: str, now: int) -> bool:
    """The bank takes up again what it had decided, and withdraws what it gave back; False when it has not decided."""
    dispute = tx.find_object(DISPUTE, dispute_id)
    if dispute is None or dispute["status"] not in ("won", "lost"):
        return False
    was_won = dispute["status"] == "won"
    dispute["status"] = "needs_response"
    dispute["evidence_details"]["due_by"] = now + SECONDS_TO_ANSWER
    _keep(tx, dispute)
    if was_won:
        _move(tx, dispute, balance.WITHDRAWN, -1, now)
        emit(tx, "charge.dispute.funds_withdrawn", dispute, now)
    emit(tx, "charge.dispute.updated", dispute, now)
    return True


def _move(tx: Tx, dispute: Json, what: tuple[str, str], sign: int, now: int) -> None:
    fee = balance.DISPUTE_FEE if what == balance.WITHDRAWN else 0
    movement = balance.book(tx, what, dispute, amount=sign * dispute["amount"], now=now, fee=fee)
    dispute["balance_transactions"].append(movement)
    _keep(tx, dispute)


def _keep(tx: Tx, dispute: Json) -> None:
    tx.put_object(dispute, parent=dispute["payment_intent"])


def _dispute(charge: Json, now: int) -> Json:
    return {
        "id": new_id("du_1"),
        "object": DISPUTE,
        "amount": charge["amount"] - charge["amount_refunded"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": dict.fromkeys(NO_EVIDENCE.split()) | {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": now + SECONDS_TO_ANSWER,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "intended_submission_method": None,
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "network_reason_code": "13.1",
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {"brand": "visa", "case_type": "chargeback", "network": "visa", "network_reason_code": "13.1"},
            "type": "card",
        },
        "reason": "product_not_received",
        "status": "needs_response",
    }
