"""What happens to Stripe's objects: a session is opened, paid, declined, expired, refunded, and says so by events.

Every function works inside the caller's write transaction, so an object and its events change together or not at all.
`now` is the sandbox clock in epoch seconds.
"""

from collections.abc import Mapping
from typing import Any

from . import stripe_balance as balance
from . import stripe_objects as build
from .deliveries import STRIPE, Arrival, queue_event
from .store import Json, Store, Tx
from .stripe_errors import ApiError, no_such

SHORTEST_SESSION = 30 * 60
LONGEST_SESSION = 24 * 60 * 60
# A request that was built just before the clock moved on is still in time.
CLOCK_TOLERANCE = 60

SESSION, INTENT, CHARGE, REFUND, DISPUTE, ITEM, EVENT = (
    "checkout.session",
    "payment_intent",
    "charge",
    "refund",
    "dispute",
    "item",
    "event",
)


def emit(tx: Tx, kind: str, obj: Json, now: int, arrival: Arrival = Arrival.NORMAL) -> None:
    """Record an event and queue its delivery."""
    event = build.event(kind, obj, created=now)
    tx.put_object(event)
    queue_event(tx, STRIPE, event["id"], arrival)


def replay_as_new(tx: Tx, event: Json, now: int) -> None:
    """Send the payload of an event once more under a new event id."""
    emit(tx, event["type"], event["data"]["object"], now)


def open_session(tx: Tx, params: Mapping[str, Any], *, now: int, pay_page: str) -> Json:
    """A new open session from checked parameters.

    Raises:
        ApiError: several currencies, a total beyond Stripe's limit, or an expiry outside 30 minutes to 24 hours.
    """
    lines = [build.line_item(line, now) for line in params["line_items"]]
    currencies = {line["currency"] for line in lines}
    if len(currencies) != 1:
        raise ApiError("All prices on a Checkout Session must have the same currency.", param="line_items")
    total = sum(line["amount_total"] for line in lines)
    if total > 99_999_999:
        raise ApiError(
            "The Checkout Session's total amount must be no more than 999,999.99.",
            code="amount_too_large",
            param="line_items",
        )
    expires_at = params.get("expires_at", now + LONGEST_SESSION)
    if not now + SHORTEST_SESSION - CLOCK_TOLERANCE <= expires_at <= now + LONGEST_SESSION + CLOCK_TOLERANCE:
        raise ApiError(
            "The `expires_at` timestamp must be at least 30 minutes and less than 24 hours "
            "from Checkout Session creation.",
            param="expires_at",
        )
    session = build.checkout_session(
        params, currency=currencies.pop(), total=total, created=now, expires_at=expires_at, pay_page=pay_page
    )
    # The intent is only shown on the session once the buyer has confirmed the payment, as in Stripe's API.
    intent = build.payment_intent(session, params.get("payment_intent_data", {}), now)
    tx.put_object(session, due_at=expires_at)
    tx.put_object(intent, parent=session["id"])
    for line in reversed(lines):
        tx.put_object(line, parent=session["id"])
    return session


def lapse(store: Store, now: int) -> None:
    """Expire the open sessions whose time is over."""
    with store.read() as tx:
        if not tx.due_objects(SESSION, now):
            return
    with store.write() as tx:
        for session in tx.due_objects(SESSION, now):
            expire(tx, session, now)


def expire(tx: Tx, session: Json, now: int) -> Json:
    """Close an open session without a payment."""
    expired = {**session, "status": "expired", "url": None}
    intent = intent_of(tx, session)
    tx.put_object(
        {**intent, "status": "canceled", "canceled_at": now, "cancellation_reason": "abandoned"}, parent=session["id"]
    )
    tx.put_object(expired)
    emit(tx, "checkout.session.expired", expired, now)
    return expired


def intent_of(tx: Tx, session: Json) -> Json:
    """The payment intent behind a session."""
    return tx.list_objects(INTENT, parent=session["id"])[0]


def pay(tx: Tx, session: Json, now: int, arrival: Arrival) -> Json:
    """The buyer pays an open session by card (or agrees to a total of zero)."""
    if session["amount_total"] == 0:
        done = build.completed(session, payment_intent=None, payment_status="no_payment_required")
        tx.put_object(done)
    else:
        intent = _charge(tx, session, intent_of(tx, session), status="succeeded", method="card", now=now)
        done = build.completed(session, payment_intent=intent["id"], payment_status="paid")
        tx.put_object(done, parent=intent["id"])
    emit(tx, "checkout.session.completed", done, now, arrival)
    return done


def decline(tx: Tx, session: Json, now: int) -> None:
    """The buyer's card is refused; the session stays open for another try."""
    intent = _charge(tx, session, intent_of(tx, session), status="failed", method="card", now=now)
    error = build.payment_error("Your card was declined.", "card_declined", "generic_decline")
    tx.put_object({**intent, "last_payment_error": error}, parent=session["id"])


def pay_later(tx: Tx, session: Json, now: int, arrival: Arrival) -> Json:
    """The buyer pays an open session by a method whose result comes later; `settle_later` brings the result."""
    intent = _charge(tx, session, intent_of(tx, session), status="pending", method="sepa_debit", now=now)
    done = build.completed(session, payment_intent=intent["id"], payment_status="unpaid")
    tx.put_object(done, parent=intent["id"])
    emit(tx, "checkout.session.completed", done, now, arrival)
    return done


def settle_later(tx: Tx, session_id: str, now: int, *, succeeded: bool) -> bool:
    """The delayed payment of a session succeeds or fails; False when it is not waiting for a result."""
    session = tx.find_object(SESSION, session_id)
    intent = tx.find_object(INTENT, session["payment_intent"] or "") if session else None
    if session is None or intent is None or intent["status"] != "processing":
        return False
    charge = tx.find_object(CHARGE, intent["latest_charge"])
    if charge is None:
        return False
    if succeeded:
        charge |= {"status": "succeeded", "paid": True, "captured": True, "amount_captured": charge["amount"]}
        _book_charge(tx, charge, now)
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        session["payment_status"] = "paid"
    else:
        message = "The bank did not accept the debit."
        charge |= {"status": "failed", "failure_code": "insufficient_funds", "failure_message": message}
        error = build.payment_error(message, "payment_method_provider_decline")
        intent |= {"status": "requires_payment_method", "last_payment_error": error}
    tx.put_object(charge, parent=intent["id"])
    tx.put_object(intent, parent=session["id"])
    tx.put_object(session, parent=intent["id"])
    emit(tx, f"checkout.session.async_payment_{'succeeded' if succeeded else 'failed'}", session, now)
    return True


def _charge(tx: Tx, session: Json, intent: Json, *, status: str, method: str, now: int) -> Json:
    charge = build.charge(intent, status=status, method=method, email=session["customer_email"], created=now)
    changes: Json = {"latest_charge": charge["id"], "last_payment_error": None}
    if status == "succeeded":
        changes |= {"amount_received": intent["amount"], "status": "succeeded"}
        _book_charge(tx, charge, now)
    elif status == "pending":
        changes |= {"status": "processing"}
    else:
        charge |= {"failure_code": "card_declined", "failure_message": "Your card was declined."}
    if status != "failed":
        changes["payment_method"] = charge["payment_method"]
    intent = {**intent, **changes}
    tx.put_object(charge, parent=intent["id"])
    tx.put_object(intent, parent=session["id"])
    return intent


def _book_charge(tx: Tx, charge: Json, now: int) -> None:
    amount = charge["amount"]
    movement = balance.book(tx, balance.CHARGED, charge, amount=amount, fee=balance.charge_fee(amount), now=now)
    charge["balance_transaction"] = movement["id"]


def refund(tx: Tx, params: Mapping[str, Any], now: int) -> Json:
    """Give money back, from checked parameters with `payment_intent` or `charge`.

    Raises:
        ApiError: nothing was paid, it is charged back, all is refunded already, or less is left than asked for.
    """
    charge = _charge_to_refund(tx, params)
    left = charge["amount"] - charge["amount_refunded"]
    if not charge["paid"]:
        raise ApiError(f"The charge {charge['id']} has not been paid and cannot be refunded.", param="payment_intent")
    disputes = tx.list_objects(DISPUTE, parent=charge["payment_intent"])
    if any(dispute["status"] != "won" for dispute in disputes):
        raise ApiError(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    if left == 0:
        raise ApiError(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = params.get("amount", left)
    if amount > left:
        raise ApiError(
            f"Refund amount ({build.money(amount, charge['currency'])}) is greater than unrefunded amount on charge "
            f"({build.money(left, charge['currency'])})",
            code="amount_too_large",
            param="amount",
        )
    made = build.refund(
        charge, amount=amount, reason=params.get("reason"), metadata=params.get("metadata", {}), created=now
    )
    made["balance_transaction"] = balance.book(tx, balance.REFUNDED, made, amount=-amount, now=now)["id"]
    tx.put_object(made, parent=made["payment_intent"])
    emit(tx, "refund.created", made, now)
    emit(tx, "charge.refunded", _set_refunded(tx, charge, charge["amount_refunded"] + amount), now)
    emit(tx, "refund.updated", made, now)
    return made


def fail_refund(tx: Tx, refund_id: str, now: int) -> bool:
    """A refund bounces after it had gone through; False when it has not gone through."""
    made = tx.find_object(REFUND, refund_id)
    charge = tx.find_object(CHARGE, made["charge"]) if made else None
    if made is None or charge is None or made["status"] != "succeeded":
        return False
    movement = balance.book(tx, balance.REFUND_FAILED, made, amount=made["amount"], now=now)
    made |= {
        "status": "failed",
        "failure_reason": "expired_or_canceled_card",
        "failure_balance_transaction": movement["id"],
    }
    tx.put_object(made, parent=made["payment_intent"])
    _set_refunded(tx, charge, charge["amount_refunded"] - made["amount"])
    emit(tx, "refund.failed", made, now)
    return True


def _set_refunded(tx: Tx, charge: Json, amount: int) -> Json:
    charge = {**charge, "amount_refunded": amount, "refunded": amount == charge["amount"]}
    tx.put_object(charge, parent=charge["payment_intent"])
    return charge


def _charge_to_refund(tx: Tx, params: Mapping[str, Any]) -> Json:
    if "charge" in params:
        charge = tx.find_object(CHARGE, params["charge"])
        if charge is None:
            raise no_such("charge", params["charge"], "charge", status=400)
        return charge
    intent = tx.find_object(INTENT, params["payment_intent"])
    if intent is None:
        raise no_such("payment_intent", params["payment_intent"], "payment_intent", status=400)
    charge = tx.find_object(CHARGE, intent["latest_charge"]) if intent["latest_charge"] else None
    if charge is None:
        raise ApiError(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.", param="payment_intent"
        )
    return charge
