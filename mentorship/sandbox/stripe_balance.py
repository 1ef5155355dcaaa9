"""Stripe's balance: every movement of money with what Stripe keeps of it."""

from .store import Json, Tx
from .stripe_objects import new_id

BALANCE = "balance_transaction"
FEE_PER_TEN_THOUSAND = 150
FIXED_FEE = 25
DISPUTE_FEE = 2_000
# type and reporting category of each movement
CHARGED = ("charge", "charge")
REFUNDED = ("refund", "refund")
REFUND_FAILED = ("refund_failure", "refund_failure")
WITHDRAWN = ("adjustment", "dispute")
REINSTATED = ("adjustment", "dispute_reversal")


def charge_fee(amount: int) -> int:
    """What Stripe keeps of a payment: 1.5 %, rounded half up, and a fixed part, but never more than the payment."""
    return min(amount, (amount * FEE_PER_TEN_THOUSAND + 5_000) // 10_000 + FIXED_FEE)


def book(tx: Tx, what: tuple[str, str], source: Json, *, amount: int, now: int, fee: int = 0) -> Json:
    """Record a movement of `amount` minor units because of `source`; negative when money leaves the balance."""
    kind, category = what
    movement = {
        "id": new_id("txn_3"),
        "object": BALANCE,
        "amount": amount,
        "available_on": now,
        "balance_type": "payments",
        "created": now,
        "currency": source["currency"],
        "description": None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [
            {
                "amount": fee,
                "application": None,
                "currency": source["currency"],
                "description": "Stripe processing fees",
                "type": "stripe_fee",
            }
        ]
        if fee
        else [],
        "net": amount - fee,
        "reporting_category": category,
        "source": source["id"],
        "status": "available",
        "type": kind,
    }
    tx.put_object(movement, parent=source["id"])
    return movement
