"""Buying."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from mentorship.schemas.catalog import Amount, MentorCard, ProductOffer
from mentorship.schemas.prices import WaysToPay


@dataclass(frozen=True, slots=True)
class CheckoutStarted:
    """Where to pay, and until when the seat is held."""

    order_id: UUID
    url: str
    seat_held_until: datetime


@dataclass(frozen=True, slots=True)
class OrderView:
    """One order as its owner sees it.

    ``provider`` is where it was paid, or where it was last tried. While ``declined``, the provider did not get the
    money from what the buyer chose, and ``hosted_url`` is where to choose something else. ``receipt`` is the number of
    its receipt, empty until it is issued. ``is_first_in_line`` is for who paid when the last seat had been sold.
    """

    id: UUID
    status: str
    mentor_id: UUID
    mentor_name: str
    mentor_slug: str
    product_name: str
    sessions: int
    amount: Amount
    original: Amount
    discount: Amount
    promotion_code: str
    receipt: str
    created_at: datetime
    paid_at: datetime | None
    seat_held_until: datetime | None
    pack_id: UUID | None
    refund: Amount | None
    refund_reason: str
    hosted_url: str | None
    product_id: UUID
    provider: str
    declined: bool
    is_first_in_line: bool = False


@dataclass(frozen=True, slots=True)
class CheckoutPreview:
    """What a student is about to buy, and the ways to pay for it.

    ``order`` is their unpaid one; with ``has_seat`` they keep their seat, otherwise paying holds one for ``hold``.
    ``on_sale`` says whether they may buy now, ``offered_until`` until when a seat from the waitlist is held for them,
    and ``demo_code`` is a code that the sandbox tells of.
    """

    mentor: MentorCard
    offer: ProductOffer
    order: OrderView | None
    has_seat: bool
    ways: WaysToPay
    hold: timedelta
    on_sale: bool
    offered_until: datetime | None
    demo_code: str


@dataclass(frozen=True, slots=True)
class EventReceived:
    """The answer to a provider's delivery."""

    outcome: str
