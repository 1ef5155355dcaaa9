"""Buying."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mentorship.schemas.catalog import Amount


@dataclass(frozen=True, slots=True)
class CheckoutStarted:
    """Where to pay, and until when the seat is held."""

    order_id: UUID
    url: str
    seat_held_until: datetime


@dataclass(frozen=True, slots=True)
class OrderView:
    """One order as its owner sees it."""

    id: UUID
    status: str
    mentor_id: UUID
    mentor_name: str
    mentor_slug: str
    product_name: str
    sessions: int
    amount: Amount
    created_at: datetime
    paid_at: datetime | None
    seat_held_until: datetime | None
    pack_id: UUID | None
    refund: Amount | None
    refund_reason: str
    hosted_url: str | None


@dataclass(frozen=True, slots=True)
class EventReceived:
    """The answer to a provider's delivery."""

    outcome: str
