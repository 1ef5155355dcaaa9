"""Statements: what a provider says, over a length of time, about the money it moved for us."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.money import Money
from mentorship.domain.orders import RefundStatus


@dataclass(frozen=True, slots=True)
class StatedPayment:
    """Money that arrived at the provider; with the checkout and the attempt where it names them."""

    reference: str
    checkout_reference: str
    attempt_id: UUID | None
    amount: Money
    fee_minor: int | None
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class StatedRefund:
    reference: str
    payment_reference: str
    amount: Money
    status: RefundStatus
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StatedDispute:
    reference: str
    payment_reference: str
    amount: Money
    status: DisputeStatus
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Statement:
    """Everything that began from ``since`` on. What began after ``until`` the provider may not list yet."""

    provider: str
    since: datetime
    until: datetime
    payments: Sequence[StatedPayment]
    refunds: Sequence[StatedRefund]
    disputes: Sequence[StatedDispute]
