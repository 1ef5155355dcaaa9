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
class PlaceFace:
    """The reader's place in one mentor's line, or the offer it has become; without ``mentor_id`` there is none.

    ``until`` is the end of an offer, for the browser to count down to. ``consequence`` is what leaving would do.
    """

    mentor_id: str = ""
    mentor_name: str = ""
    mentor_slug: str = ""
    portrait: str = ""
    is_offer: bool = False
    headline: str = ""
    text: str = ""
    until: str = ""
    question: str = ""
    consequence: str = ""
    leave_label: str = ""


@dataclass(frozen=True)
class Portfolio:
    """A mentor's page. ``own_seat`` is empty for a reader without a seat; ``product_id`` where nothing is on sale.

    ``offered_for`` says how long an offered seat is held; it is empty while seats are left.
    """

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
    offered_for: str = ""
    own_seat: str = ""
    place: PlaceFace = PlaceFace()
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
    """A session of the student's with what may be done to it, what each would cost, and why it cannot be done.

    ``cost`` is set where a session that is over used a credit, and says who could give it back.
    """

    face: SessionFace
    can_move: bool = False
    can_cancel: bool = False
    rule: str = ""
    consequence: str = ""
    returns_credit: bool = False
    notes: str = ""
    recording_url: str = ""
    reason: str = ""
    why_not_move: str = ""
    why_not_cancel: str = ""
    cost: str = ""


@dataclass(frozen=True)
class MentorChoice:
    """A mentor with whom the student can book now."""

    slug: str
    name: str
    portrait: str
    left: str


@dataclass(frozen=True)
class Confirmation:
    """The time that was picked, before it is booked. ``other_when`` is empty where the mentor's zone reads the same.

    ``plan_href`` leads on to planning a series from it, where there are credits for one.
    """

    starts_at: str = ""
    when: str = ""
    other_when: str = ""
    pays: str = ""
    plan_href: str = ""


@dataclass(frozen=True)
class Answer:
    """Why a time or a day cannot be booked, and what is free near it."""

    about: str = ""
    sentence: str = ""
    fix: str = ""
    nearest: tuple[SlotTime, ...] = ()


@dataclass(frozen=True)
class PlanRow:
    """One session of a plan. ``state`` is "free", "refused", "replaced" or "skipped"; ``key`` is its wall time.

    ``note`` says where the reader's own clock shows another time of day than for the first session.
    """

    key: str
    number: int
    when: str
    state: str
    other_when: str = ""
    note: str = ""
    reason: str = ""
    alternatives: tuple[SlotTime, ...] = ()
