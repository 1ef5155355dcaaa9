"""How domain facts become the finished texts that components lay out."""

from datetime import datetime

from mentorship.schemas.catalog import MentorCard, ProductOffer, SeatAvailability
from mentorship.schemas.checkout import OrderView
from mentorship.schemas.packs import PackView, SeatView
from mentorship.schemas.pages import Dot, MentorFace, PackFace, Pip, SeatRow, SlotTime, Tone
from mentorship.schemas.students import OrderFace
from mentorship.state import times

MOST_DOTS = 24
LAST_CREDITS = 1
"""With this many sessions left to book, a pack's card offers to renew it."""


def seat_row(seats: SeatAvailability, *, mine: bool = False, invite: bool = False) -> SeatRow:
    """A mentor's seats as dots and a sentence; the reader's own seat comes first.

    A free seat that somebody waits for is not shown as one. ``invite`` is for readers who can join the waitlist.
    """
    taken = seats.total - seats.left
    dots: list[Dot] = [*(["taken"] * taken), *(["free"] * (seats.total - taken))]  # type: ignore[list-item]
    if mine and dots:
        dots[0] = "mine"
    sold_out = "Sold out · join the waitlist" if invite else "Sold out"
    label = f"{seats.left} of {seats.total} seats left" if seats.left else sold_out
    return SeatRow(tuple(dots[:MOST_DOTS]), label, sold_out=seats.left == 0, waiting=waiting_text(seats.waiting))


def waiting_text(count: int) -> str:
    """How many people wait: "2 people are waiting"; nothing where nobody does."""
    if not count:
        return ""
    return "1 person is waiting" if count == 1 else f"{count} people are waiting"


def mentor_face(card: MentorCard) -> MentorFace:
    """A mentor as the storefront's card shows them."""
    return MentorFace(
        slug=card.slug,
        name=card.name,
        headline=card.headline,
        portrait=card.portrait,
        expertise=tuple(card.expertise),
        price=card.offer.price.text if card.offer else "",
        terms=terms(card.offer) if card.offer else "Not on sale",
        seats=seat_row(card.seats, invite=card.offer is not None),
    )


def terms(offer: ProductOffer) -> str:
    """What a pack consists of: "4 sessions of 60 minutes"."""
    return f"{offer.sessions} sessions of {offer.session_minutes} minutes"


def validity(offer: ProductOffer) -> str:
    """How long the sessions can be booked for."""
    if offer.validity_days is None:
        return "The sessions do not expire."
    return f"Book and take the sessions within {offer.validity_days} days of payment."


def slot_time(starts_at: datetime, zone: str, mentor_zone: str) -> SlotTime:
    """A free time in the reader's zone, with the mentor's clock where it differs."""
    other = ""
    if not times.same_time(starts_at, zone, mentor_zone):
        other = f"{times.clock(starts_at, mentor_zone)} {city(mentor_zone)}"
    return SlotTime(starts_at.isoformat(), times.clock(starts_at, zone), other, times.day(starts_at, zone))


def city(zone: str) -> str:
    """The place a zone is named after: "New York"."""
    return zone.rpartition("/")[2].replace("_", " ")


def pips(pack: PackView) -> tuple[Pip, ...]:
    """A pack's credits, one by one, in the order in which they are spent."""
    parts: list[tuple[Pip, int]] = [
        ("used", pack.consumed),
        ("booked", pack.reserved),
        ("available", pack.remaining_sessions),
        ("frozen", pack.frozen),
        ("expired", pack.expired),
        ("refunded", pack.refunded),
    ]
    return tuple(kind for kind, count in parts for _ in range(count))


_PACK_TONES: dict[str, Tone] = {"active": "good", "expired": "warning"}


def pack_face(pack: PackView, seat: SeatView | None, zone: str) -> PackFace:
    """A pack as its card shows it; with its seat, the card says what happens next and offers to renew."""
    left, seated = pack.remaining_sessions, seat is not None and seat.status in ("active", "grace")
    legend = [(left, "to book"), (pack.reserved, "booked"), (pack.consumed, "used")]
    legend += [(pack.expired, "expired"), (pack.refunded, "refunded"), (pack.frozen, "frozen")]
    renew = ""
    if seat is not None and seat.remaining_sessions <= LAST_CREDITS:
        renew = "Renew" if seated else "Buy again"
    return PackFace(
        id=str(pack.id),
        title=pack.name,
        mentor_name=seat.mentor_name if seat else "",
        mentor_portrait=seat.portrait if seat else "",
        pips=pips(pack),
        headline=f"{left} of {pack.granted} sessions left to book",
        legend=" · ".join(f"{count} {word}" for count, word in legend if count),
        expiry=_expiry(pack, zone),
        next_line=seat.next_step if seat else "",
        status=pack.status.capitalize(),
        tone=_PACK_TONES.get(pack.status, "neutral"),
        renew_label=renew,
        plan_href=f"/calendar?mentor={seat.mentor_slug}&plan=1"
        if seat and seat.status == "active" and left > 1
        else "",
    )


def _expiry(pack: PackView, zone: str) -> str:
    if pack.expires_at is None:
        return "Does not expire"
    word = "Expired" if pack.status == "expired" else "Valid until"
    return f"{word} {times.moment(pack.expires_at, zone)}"


_ORDERS: dict[str, tuple[str, Tone]] = {
    "pending": ("Waiting for payment", "warning"),
    "processing": ("Payment on its way", "warning"),
    "paid": ("Paid", "good"),
    "partially_refunded": ("Partly refunded", "neutral"),
    "refunded": ("Refunded", "neutral"),
    "failed": ("Payment failed", "bad"),
    "canceled": ("Given up", "neutral"),
    "expired": ("Not paid in time", "neutral"),
}
_REFUNDS = {
    "sold_out": "The last seat was taken before your payment arrived, so we sent all of it back",
    "duplicate_payment": "You had paid for this order already, so we sent the second payment back",
}


_SENT_BACK = {"paypal": "to your PayPal account"}


def discount_reason(code: str) -> str:
    """Why a price is lower than the product's."""
    return f"Code {code}" if code else "Your former price"


def order_face(order: OrderView, zone: str) -> OrderFace:
    """An order with its state in words, and what follows from it."""
    status, tone = _ORDERS[order.status]
    refund = f"{order.refund.text}" if order.refund else ""
    first = order.mentor_name.partition(" ")[0]
    texts = {
        "pending": "Your payment is being confirmed. This takes a few seconds; the page follows by itself.",
        "declined": f"PayPal could not collect {order.amount.text} from what you chose. Nothing was charged, and the "
        "seat is still held. Choose something else at PayPal, or pay another way.",
        "processing": f"{order.amount.text} is still on its way to us. You get a mail when it has arrived, and the "
        "seat is yours from then on.",
        "paid": f"Thank you. You have {order.sessions} sessions to book with {order.mentor_name}.",
        "failed": "Your payment did not go through and nothing was charged. You can try again.",
        "canceled": "You gave this order up. Nothing was charged, and it no longer holds a seat.",
        "expired": "The seat was held for you, and no payment came in time. Nothing was charged.",
    }
    phase = "declined" if order.declined else order.status
    sent_back = _SENT_BACK.get(order.provider, "to your card")
    text = texts.get(phase, f"{refund} was sent back {sent_back}.")
    if order.refund_reason in _REFUNDS:
        text = f"{_REFUNDS[order.refund_reason]}: {refund}, {sent_back}. It arrives within a few days."
    if order.is_first_in_line:
        text += f" You are first in {first}'s waitlist: the next seat that is given up is offered to you."
    if order.refund and order.pack_id is None:
        phase = "refunded"
    return OrderFace(
        id=str(order.id),
        title=order.product_name,
        mentor_name=order.mentor_name,
        mentor_slug=order.mentor_slug,
        amount=order.amount.text,
        off=f"−{order.discount.text}" if order.discount.minor else "",
        why=discount_reason(order.promotion_code),
        receipt=order.receipt,
        when=times.moment(order.created_at, zone),
        status=status,
        tone=tone,
        phase=phase,
        text=text,
        checkout_href=f"/checkout?product={order.product_id}",
    )
