"""Our side of a reconciliation: orders, attempts, payments, refunds, disputes and packs as they are booked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mentorship.domain.credits import Balance
from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.money import Money
from mentorship.domain.orders import AttemptStatus, OrderStatus, RefundReason, RefundStatus


@dataclass(frozen=True, slots=True)
class BookedOrder:
    id: UUID
    status: OrderStatus
    amount: Money
    sessions: int


@dataclass(frozen=True, slots=True)
class BookedAttempt:
    """``next_check_at`` is when we ask the provider again by ourselves, None when we do not."""

    id: UUID
    order_id: UUID
    provider: str
    reference: str
    status: AttemptStatus
    next_check_at: datetime | None


@dataclass(frozen=True, slots=True)
class BookedPayment:
    id: UUID
    order_id: UUID
    provider: str
    reference: str
    amount: Money
    refunded_minor: int
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class BookedRefund:
    """``reference`` is empty as long as the provider has not been asked for it."""

    id: UUID
    order_id: UUID
    payment_id: UUID
    provider: str
    reference: str
    amount: Money
    status: RefundStatus
    reason: RefundReason
    created_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class BookedDispute:
    id: UUID
    order_id: UUID
    provider: str
    reference: str
    amount: Money
    status: DisputeStatus
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class BookedPack:
    """A pack that was bought: the parts that it says it has, and the sum of its ledger.

    ``regranted`` of those granted came anew for credits that a refund had taken and that was given up or undone.
    """

    id: UUID
    order_id: UUID
    parts: Balance
    granted: int
    regranted: int
    ledger: Balance


@dataclass(frozen=True, slots=True)
class Books:
    """What is booked at one instant."""

    orders: Sequence[BookedOrder]
    attempts: Sequence[BookedAttempt]
    payments: Sequence[BookedPayment]
    refunds: Sequence[BookedRefund]
    disputes: Sequence[BookedDispute]
    packs: Sequence[BookedPack]
