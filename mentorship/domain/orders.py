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
    WITHDRAWN = "withdrawn"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"

    def may_become(self, other: "RefundStatus") -> bool:
        """Whether this can come before ``other``: a refund settles, and may bounce after that, but never goes back."""
        return other in _AFTER[self]

    @property
    def is_open(self) -> bool:
        """Whether it is still to be decided or carried out: its amount and its credits are spoken for."""
        return self in (RefundStatus.REQUESTED, RefundStatus.PENDING)


_AFTER: dict[RefundStatus, tuple[RefundStatus, ...]] = {
    RefundStatus.REQUESTED: (RefundStatus.PENDING, RefundStatus.DECLINED, RefundStatus.WITHDRAWN),
    RefundStatus.DECLINED: (),
    RefundStatus.WITHDRAWN: (),
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
    def takes_credits(self) -> bool:
        """Whether somebody asks for it against the credits of the pack, so that there is one of them at a time."""
        return self in (RefundReason.UNUSED, RefundReason.FULL)

    @property
    def ends_pack(self) -> bool:
        """Whether the pack is over, with what is booked of it, once this has brought back all that was paid."""
        return self in (RefundReason.FULL, RefundReason.PROVIDER, RefundReason.DISPUTE)
