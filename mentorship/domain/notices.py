"""The kinds of notice, each told to one person once."""

from enum import StrEnum


class NoticeKind(StrEnum):
    PURCHASE = "purchase"
    SOLD = "sold"
    PACK_GRANTED = "pack_granted"
    PAYMENT_FAILED = "payment_failed"
    REFUND_SOLD_OUT = "refund_sold_out"
    REFUND_DUPLICATE_PAYMENT = "refund_duplicate_payment"
    REFUND_REQUESTED = "refund_requested"
    REFUND_PROMISED = "refund_promised"
    REFUND_ARRIVED = "refund_arrived"
    REFUND_DECLINED = "refund_declined"
    REFUND_FAILED = "refund_failed"
    DISPUTE_OPENED = "dispute_opened"
    DISPUTE_CLOSED = "dispute_closed"
    SESSION_BOOKED = "session_booked"
    SESSION_MOVED = "session_moved"
    SESSION_CANCELED = "session_canceled"
    SESSION_REMINDER = "session_reminder"
    CREDIT_RETURNED = "credit_returned"
    RENEWAL = "renewal"
    PACK_COMPLETE = "pack_complete"
    GRACE_WARNING = "grace_warning"
    SEAT_RELEASED = "seat_released"
