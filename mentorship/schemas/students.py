"""What the pages of visitors and students are given: finished texts in the reader's zone, like :mod:`.pages`."""

from dataclasses import dataclass

from mentorship.schemas.pages import SeatRow, SessionFace, SlotTime, Tone

NO_SEATS = SeatRow((), "")


@dataclass(frozen=True)
class Quote:
    """What a student said, and who they are."""

    quote: str
    author: str
    about: str = ""


@dataclass(frozen=True)
class Portfolio:
    """A mentor's page. ``own_seat`` is empty for a reader without a seat; ``product_id`` where nothing is on sale."""

    id: str = ""
    name: str = ""
    headline: str = ""
    portrait: str = ""
    about: str = ""
    zone: str = ""
    expertise: tuple[str, ...] = ()
    expectations: tuple[str, ...] = ()
    testimonials: tuple[Quote, ...] = ()
    product_id: str = ""
    price: str = ""
    terms: str = ""
    validity: str = ""
    seats: SeatRow = NO_SEATS
    own_seat: str = ""
    next_free: tuple[SlotTime, ...] = ()


@dataclass(frozen=True)
class Purchase:
    """What is about to be bought, and what follows from it. ``way`` is the provider at which the order waits.

    ``price`` is what is to be paid; ``was``, ``off`` and ``why`` are set where it is lower than the product's.
    ``why_not`` says why it cannot be paid in another way.
    """

    product_id: str = ""
    title: str = ""
    mentor_name: str = ""
    mentor_slug: str = ""
    portrait: str = ""
    price: str = ""
    was: str = ""
    off: str = ""
    why: str = ""
    code: str = ""
    code_hint: str = ""
    is_free: bool = False
    terms: str = ""
    validity: str = ""
    seat: str = ""
    sold_out: bool = False
    by_card: bool = False
    by_paypal: bool = False
    why_not: str = ""
    order_id: str = ""
    way: str = ""
    declined: bool = False
    held_until: str = ""
    held_when: str = ""


@dataclass(frozen=True)
class OrderFace:
    """An order as a line of a list, and as its own page. ``phase`` is what the page has to say about it.

    ``checkout_href`` leads to the page on which the same can be bought.
    """

    id: str = ""
    title: str = ""
    mentor_name: str = ""
    mentor_slug: str = ""
    amount: str = ""
    when: str = ""
    status: str = ""
    tone: Tone = "neutral"
    phase: str = ""
    text: str = ""
    off: str = ""
    why: str = ""
    receipt: str = ""
    checkout_href: str = ""


@dataclass(frozen=True)
class SeatFace:
    """A student's seat with one mentor that needs attention: in grace, or held for a checkout."""

    mentor_name: str
    mentor_slug: str
    status: str
    next_line: str
    until: str
    renew_href: str


@dataclass(frozen=True)
class OwnSession:
    """A session of the student's with what may be done to it, and what each would cost."""

    face: SessionFace
    can_move: bool = False
    can_cancel: bool = False
    rule: str = ""
    consequence: str = ""
    returns_credit: bool = False
    notes: str = ""
    recording_url: str = ""
    reason: str = ""


@dataclass(frozen=True)
class MentorChoice:
    """A mentor with whom the student can book now."""

    slug: str
    name: str
    portrait: str
    left: str


@dataclass(frozen=True)
class Confirmation:
    """The time that was picked, before it is booked. ``other_when`` is empty where the mentor's zone reads the same."""

    starts_at: str = ""
    when: str = ""
    other_when: str = ""
    pays: str = ""
