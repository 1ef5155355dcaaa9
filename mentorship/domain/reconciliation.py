"""Reconciliation: three books (provider, payments, ledger) that must agree, and how they can differ."""

from enum import StrEnum


class Difference(StrEnum):
    """The classes of difference between the books."""

    PAYMENT_MISSING = "payment_missing"
    PAYMENT_UNKNOWN = "payment_unknown"
    AMOUNT_DIFFERS = "amount_differs"
    REFUND_MISSING = "refund_missing"
    REFUND_UNKNOWN = "refund_unknown"
    REFUND_DIFFERS = "refund_differs"
    PAID_WITHOUT_PACK = "paid_without_pack"
    PACK_WITHOUT_PAYMENT = "pack_without_payment"
    CREDITS_DIFFER = "credits_differ"
    DISPUTE_MISSING = "dispute_missing"
