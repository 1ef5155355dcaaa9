"""The storefront."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Amount:
    """Money: minor units, ISO currency, and how it is printed."""

    minor: int
    currency: str
    text: str


@dataclass(frozen=True, slots=True)
class SeatAvailability:
    """How many of a mentor's seats are taken at this moment, and how many are left that nobody waits for."""

    mentor_id: UUID
    total: int
    taken: int
    left: int
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class ProductOffer:
    id: UUID
    name: str
    sessions: int
    session_minutes: int
    validity_days: int | None
    price: Amount


@dataclass(frozen=True, slots=True)
class Testimonial:
    quote: str
    author: str


@dataclass(frozen=True, slots=True)
class MentorCard:
    id: UUID
    slug: str
    name: str
    headline: str
    portrait: str
    time_zone: str
    expertise: list[str]
    seats: SeatAvailability
    offer: ProductOffer | None


@dataclass(frozen=True, slots=True)
class MentorPage:
    card: MentorCard
    about: str
    expectations: list[str]
    testimonials: list[Testimonial]
    offers: list[ProductOffer]


@dataclass(slots=True)  # Not frozen, because a list has hundreds, and a frozen one takes twice as long to make.
class Slot:
    """A time that can be booked."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class StartList:
    """When one mentor's free times begin, in order and in UTC; ``zone`` is the mentor's."""

    zone: str
    starts: list[datetime]


@dataclass(frozen=True, slots=True)
class SlotList:
    """Free times of one mentor; ``zone`` is the mentor's."""

    mentor_id: UUID
    zone: str
    session_minutes: int
    slots: list[Slot]
    next_free: list[Slot]
