"""Orders and payment attempts: their states and which moves are legal."""

from enum import StrEnum


class OrderStatus(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    FAILED = "failed"
    CANCELED = "canceled"
    EXPIRED = "expired"

    @property
    def is_open(self) -> bool:
        """Whether a payment may still arrive without surprise."""
        return self in (OrderStatus.PENDING, OrderStatus.PROCESSING)

    @property
    def has_money(self) -> bool:
        return self in (OrderStatus.PAID, OrderStatus.PARTIALLY_REFUNDED, OrderStatus.REFUNDED)


class AttemptStatus(StrEnum):
    CREATED = "created"
    OPEN = "open"
    PROCESSING = "processing"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"

    @property
    def is_live(self) -> bool:
        """Whether the provider may still change it."""
        return self in (AttemptStatus.CREATED, AttemptStatus.OPEN, AttemptStatus.PROCESSING)


class RefundStatus(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"

    def may_become(self, other: "RefundStatus") -> bool:
        """Whether this can come before ``other``: a refund settles, and may bounce after that, but never goes back."""
        order = list(RefundStatus)
        return order.index(self) < order.index(other)


class RefundReason(StrEnum):
    SOLD_OUT = "sold_out"
    DUPLICATE_PAYMENT = "duplicate_payment"
