"""What happens to PayPal's orders: created, approved, captured, refunded, reversed, disputed; each says so by events.

Every function works inside the caller's write transaction, so a record and its events change together or not at all.
`now` is the sandbox clock in epoch seconds, `api` the address of PayPal's API.
"""

from dataclasses import dataclass
from enum import StrEnum

from . import paypal_money as money
from . import paypal_objects as write
from .deliveries import PAYPAL, Arrival, queue_event
from .paypal_errors import no_such, refused
from .paypal_objects import CAPTURE, DISPUTE, EVENT, ORDER, REFUND
from .store import Json, Store, Tx

INVOICE = "paypal.invoice"
# An order that nobody approves, and an approval that nobody captures, are over after three hours.
ORDER_SECONDS = 3 * 60 * 60
REFUNDABLE = ("COMPLETED", "PARTIALLY_REFUNDED")
DISPUTE_SECONDS = 10 * 24 * 60 * 60


class Decision(StrEnum):
    """What the buyer chose on the approval page, as it shows when the order is captured."""

    PAY = "pay"
    PENDING = "pending"
    DECLINE = "decline"


@dataclass(frozen=True)
class Desk:
    """A transaction at a moment: what every step of PayPal's needs."""

    tx: Tx
    now: int
    api: str

    def emit(
        self, kind: str, resource_type: str, resource: Json, summary: str, arrival: Arrival = Arrival.NORMAL
    ) -> None:
        """Record an event and queue its delivery."""
        event = write.event(kind, resource_type, resource, summary, created=self.now, api=self.api)
        self.tx.put_object(event, kind=EVENT)
        queue_event(self.tx, PAYPAL, event["id"], arrival)

    def whole_order(self, record: Json) -> Json:
        """An order as the API shows it."""
        captures = self.tx.list_objects(CAPTURE, parent=record["id"])
        refunds = [r for capture in captures for r in self.tx.list_objects(REFUND, parent=capture["id"])]
        return write.order(record, self.api, captures, refunds)


def replay_as_new(desk: Desk, event: Json) -> None:
    """Send the content of an event once more under a new event id."""
    desk.emit(event["event_type"], event["resource_type"], event["resource"], event["summary"])


def create_order(desk: Desk, checked: Json) -> Json:
    """A new order from its checked body."""
    unit = checked["purchase_units"][0]
    amount = unit["amount"]
    currency = amount["currency_code"]
    amount["value"] = money.text(money.minor(amount["value"], currency), currency)
    wallet = checked.get("payment_source", {}).get("paypal")
    context = {**checked.get("application_context", {}), **(wallet or {}).get("experience_context", {})}
    record = {
        "id": write.new_id(),
        "created": desk.now,
        "updated": desk.now,
        "status": "CREATED" if wallet is None else "PAYER_ACTION_REQUIRED",
        "unit": {"reference_id": "default", **unit},
        "wallet": wallet is not None,
        "return_url": context.get("return_url"),
        "cancel_url": context.get("cancel_url"),
        "email": (wallet or {}).get("email_address", "buyer@example.com"),
        "payer_id": None,
        "decision": None,
        "arrival": Arrival.NORMAL,
        "capture": None,
    }
    _keep(desk, record)
    return record


def find_order(tx: Tx, order_id: str) -> Json:
    """An order that is there and not over.

    Raises:
        Refusal: INVALID_RESOURCE_ID; PayPal forgets orders that were not captured in time.
    """
    record = tx.find_object(ORDER, order_id)
    if record is None or record["status"] == "VOIDED":
        raise no_such("order_id", order_id)
    return record


def lapse(store: Store, now: int, api: str) -> None:
    """End the orders that were not captured in time."""
    with store.read() as tx:
        if not tx.due_objects(ORDER, now):
            return
    with store.write() as tx:
        desk = Desk(tx, now, api)
        for record in tx.due_objects(ORDER, now):
            approved = record["status"] == "APPROVED"
            voided = {**record, "status": "VOIDED", "updated": now}
            tx.put_object(voided, kind=ORDER)
            if approved:
                desk.emit(
                    "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
                    "payment-approval",
                    {"order_id": record["id"], "purchase_units": [record["unit"]]},
                    "A payment has been reversed after approval.",
                )


def approve(desk: Desk, record: Json, decision: Decision, arrival: Arrival) -> Json:
    """The buyer agrees to an order; `decision` says how its capture will end. A new approval replaces an older one."""
    record = {
        **record,
        "status": "APPROVED",
        "updated": desk.now,
        "payer_id": record["payer_id"] or write.new_payer_id(),
        "decision": decision,
        "arrival": arrival,
    }
    _keep(desk, record)
    desk.emit(
        "CHECKOUT.ORDER.APPROVED",
        "checkout-order",
        desk.whole_order(record),
        "An order has been approved by buyer",
        arrival,
    )
    return record


def capture(desk: Desk, record: Json) -> Json:
    """Take the money of an approved order; the order as it is then.

    Raises:
        Refusal: captured already, not approved, an invoice id that was used, or the instrument was declined.
    """
    if record["capture"] is not None:
        raise refused("ORDER_ALREADY_CAPTURED")
    if record["status"] != "APPROVED":
        raise refused("ORDER_NOT_APPROVED")
    if record["decision"] == Decision.DECLINE:
        page = f"{desk.api}/checkoutnow?token={record['id']}"
        raise refused("INSTRUMENT_DECLINED", links=[{"href": page, "rel": "redirect", "method": "GET"}])
    unit, pending = record["unit"], record["decision"] == Decision.PENDING
    invoice = unit.get("invoice_id")
    if invoice and desk.tx.find_object(INVOICE, f"invoice {invoice}"):
        raise refused("DUPLICATE_INVOICE_ID", "/purchase_units/0/invoice_id", invoice)
    if invoice:
        desk.tx.put_object({"id": f"invoice {invoice}"}, kind=INVOICE, parent=record["id"])
    currency = unit["amount"]["currency_code"]
    minor = money.minor(unit["amount"]["value"], currency)
    taken = {
        "id": write.new_id(),
        "order": record["id"],
        "created": desk.now,
        "updated": desk.now,
        "status": "PENDING" if pending else "COMPLETED",
        "reason": "ECHECK" if pending else None,
        "minor": minor,
        "currency": currency,
        "fee": None if pending else money.fee(minor, currency),
        "refunded": 0,
        "custom_id": unit.get("custom_id"),
        "invoice_id": invoice,
    }
    record = {**record, "status": "COMPLETED", "updated": desk.now, "capture": taken["id"]}
    desk.tx.put_object(taken, kind=CAPTURE, parent=record["id"])
    _keep(desk, record)
    _tell_capture(desk, taken, "PENDING" if pending else "COMPLETED", Arrival(record["arrival"]))
    return record


def settle(desk: Desk, capture_id: str, *, completed: bool) -> bool:
    """A pending capture is completed or denied; False when it is not pending."""
    taken = desk.tx.find_object(CAPTURE, capture_id)
    if taken is None or taken["status"] != "PENDING":
        return False
    fee = money.fee(taken["minor"], taken["currency"]) if completed else None
    taken |= {
        "status": "COMPLETED" if completed else "DECLINED",
        "reason": None,
        "fee": fee,
        "updated": desk.now,
    }
    desk.tx.put_object(taken, kind=CAPTURE, parent=taken["order"])
    _tell_capture(desk, taken, "COMPLETED" if completed else "DENIED")
    return True


def refund(desk: Desk, capture_id: str, checked: Json) -> Json:
    """Give money back, from a checked body; all that is left when it names no amount.

    Raises:
        Refusal: no such capture, nothing left, more than is left, another currency, or not a completed capture.
    """
    taken = desk.tx.find_object(CAPTURE, capture_id)
    if taken is None:
        raise no_such("capture_id", capture_id)
    if taken["status"] == "PENDING":
        raise refused("PENDING_CAPTURE")
    if taken["status"] == "DECLINED":
        raise refused("REFUND_NOT_ALLOWED")
    left = taken["minor"] - taken["refunded"]
    if left == 0:
        raise refused("CAPTURE_FULLY_REFUNDED")
    if "amount" in checked and checked["amount"]["currency_code"] != taken["currency"]:
        raise refused("REFUND_CAPTURE_CURRENCY_MISMATCH", "/amount/currency_code", checked["amount"]["currency_code"])
    minor = checked.get("minor", left)
    if minor > left:
        raise refused("REFUND_AMOUNT_EXCEEDED", "/amount/value", checked["amount"]["value"])
    if minor < left and _is_disputed(desk.tx, capture_id):
        raise refused("TRANSACTION_DISPUTED")
    made = _give_back(desk, taken, minor, checked, reversal=False)
    shown = money.shown(minor, taken["currency"])
    resource = write.refund(made, desk.api)
    desk.emit("PAYMENT.CAPTURE.REFUNDED", "refund", resource, f"A {shown} capture payment was refunded")
    return made


def reverse(desk: Desk, capture_id: str) -> bool:
    """PayPal takes back what is left of a capture; False when nothing is."""
    taken = desk.tx.find_object(CAPTURE, capture_id)
    if taken is None or taken["status"] not in REFUNDABLE:
        return False
    minor = taken["minor"] - taken["refunded"]
    made = _give_back(desk, taken, minor, {}, reversal=True)
    shown = money.shown(minor, taken["currency"])
    resource = write.refund(made, desk.api)
    desk.emit("PAYMENT.CAPTURE.REVERSED", "refund", resource, f"A {shown} capture payment was reversed")
    return True


def _give_back(desk: Desk, taken: Json, minor: int, checked: Json, *, reversal: bool) -> Json:
    refunded = taken["refunded"] + minor
    made = {
        "id": write.new_id(),
        "capture": taken["id"],
        "created": desk.now,
        "updated": desk.now,
        "status": "COMPLETED",
        "minor": minor,
        "currency": taken["currency"],
        "total_refunded": refunded,
        "custom_id": checked.get("custom_id") or taken["custom_id"],
        "invoice_id": checked.get("invoice_id") or taken["invoice_id"],
        "note": checked.get("note_to_payer"),
        "reversal": reversal,
    }
    desk.tx.put_object(made, kind=REFUND, parent=taken["id"])
    status = "REFUNDED" if refunded == taken["minor"] else "PARTIALLY_REFUNDED"
    desk.tx.put_object(
        {**taken, "refunded": refunded, "status": status, "updated": desk.now}, kind=CAPTURE, parent=taken["order"]
    )
    return made


def open_dispute(desk: Desk, capture_id: str) -> bool:
    """The buyer complains about a capture; False when nothing is left of it or somebody complains already."""
    taken = desk.tx.find_object(CAPTURE, capture_id)
    if taken is None or taken["status"] not in REFUNDABLE or _is_disputed(desk.tx, capture_id):
        return False
    record = {
        "id": f"PP-D-{write.new_id(6)}",
        "capture": capture_id,
        "created": desk.now,
        "updated": desk.now,
        "due": desk.now + DISPUTE_SECONDS,
        "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
        "status": "WAITING_FOR_SELLER_RESPONSE",
        "minor": taken["minor"],
        "currency": taken["currency"],
        "outcome": None,
    }
    _tell_dispute(desk, record, "CREATED", "A new dispute opened with Case # ")
    return True


def review_dispute(desk: Desk, dispute_id: str) -> bool:
    """PayPal starts to look at an open dispute; False when it is not open any more."""
    record = desk.tx.find_object(DISPUTE, dispute_id)
    if record is None or record["status"] != "WAITING_FOR_SELLER_RESPONSE":
        return False
    _tell_dispute(desk, {**record, "status": "UNDER_REVIEW", "updated": desk.now}, "UPDATED", "Updated dispute Case # ")
    return True


def close_dispute(desk: Desk, dispute_id: str, *, won: bool) -> bool:
    """A dispute ends for the seller or for the buyer; False when it has ended already."""
    record = desk.tx.find_object(DISPUTE, dispute_id)
    if record is None or record["status"] == "RESOLVED":
        return False
    outcome = "RESOLVED_SELLER_FAVOUR" if won else "RESOLVED_BUYER_FAVOUR"
    closed = {**record, "status": "RESOLVED", "outcome": outcome, "updated": desk.now}
    _tell_dispute(desk, closed, "RESOLVED", "A dispute was resolved with case # ")
    return True


def reopen_dispute(desk: Desk, dispute_id: str) -> bool:
    """PayPal takes up again what it had decided; False when it has not decided."""
    record = desk.tx.find_object(DISPUTE, dispute_id)
    if record is None or record["status"] != "RESOLVED":
        return False
    due = desk.now + DISPUTE_SECONDS
    again = {**record, "status": "WAITING_FOR_SELLER_RESPONSE", "outcome": None, "due": due, "updated": desk.now}
    _tell_dispute(desk, again, "UPDATED", "Updated dispute Case # ")
    return True


def _is_disputed(tx: Tx, capture_id: str) -> bool:
    return any(dispute["status"] != "RESOLVED" for dispute in tx.list_objects(DISPUTE, parent=capture_id))


def _tell_dispute(desk: Desk, record: Json, what: str, summary: str) -> None:
    desk.tx.put_object(record, kind=DISPUTE, parent=record["capture"])
    taken = desk.tx.find_object(CAPTURE, record["capture"])
    assert taken is not None
    resource = write.dispute(record, desk.api, taken)
    desk.emit(f"CUSTOMER.DISPUTE.{what}", "dispute", resource, summary + str(record["id"]))


def _tell_capture(desk: Desk, taken: Json, what: str, arrival: Arrival = Arrival.NORMAL) -> None:
    summary = f"Payment {what.lower()} for {money.shown(taken['minor'], taken['currency'])}"
    desk.emit(f"PAYMENT.CAPTURE.{what}", "capture", write.whole_capture(taken, desk.api), summary, arrival)


def _keep(desk: Desk, record: Json) -> None:
    open_until = None if record["capture"] else record["updated"] + ORDER_SECONDS
    desk.tx.put_object(record, kind=ORDER, due_at=open_until)
