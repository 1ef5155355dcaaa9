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
    """A refund that needs somebody's consent begins as requested; every other one as pending."""

    REQUESTED = "requested"
    DECLINED = "declined"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"

    def may_become(self, other: "RefundStatus") -> bool:
        """Whether this can come before ``other``: a refund settles, and may bounce after that, but never goes back."""
        return other in _AFTER[self]

    @property
    def is_promised(self) -> bool:
        """Whether this money is on its way back, or is back already."""
        return self in (RefundStatus.PENDING, RefundStatus.SUCCEEDED)


_AFTER: dict[RefundStatus, tuple[RefundStatus, ...]] = {
    RefundStatus.REQUESTED: (RefundStatus.PENDING, RefundStatus.DECLINED),
    RefundStatus.DECLINED: (),
    RefundStatus.PENDING: (RefundStatus.SUCCEEDED, RefundStatus.FAILED),
    RefundStatus.SUCCEEDED: (RefundStatus.FAILED,),
    RefundStatus.FAILED: (),
}


class RefundReason(StrEnum):
    SOLD_OUT = "sold_out"
    DUPLICATE_PAYMENT = "duplicate_payment"
    UNUSED = "unused"
    FULL = "full"
    GOODWILL = "goodwill"
    PROVIDER = "provider"
    DISPUTE = "dispute"

    @property
    def closes_pack(self) -> bool:
        """Whether this takes the pack's unused credits with it."""
        return self in (RefundReason.UNUSED, RefundReason.FULL, RefundReason.DISPUTE)
