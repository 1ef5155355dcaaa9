"""Letters about money: bought, sold, failed, refunded."""

from datetime import datetime

from mentorship.db.models import Mentor, Order
from mentorship.db.packs import seat_state
from mentorship.domain.money import Money
from mentorship.domain.orders import OrderStatus, RefundStatus
from mentorship.domain.policy import hours_text
from mentorship.domain.seats import SeatStatus
from mentorship.services.mails.letter import Button, Fact, Letter, Notice, sessions_text
from mentorship.services.policies import policy
from mentorship.services.texts import ARRIVES, amount


def purchase(notice: Notice) -> Letter | None:
    """To the student: paid, and the seat is theirs."""
    found = _order(notice)
    pack = notice.uow.packs.get(notice.id("pack_id"))
    if found is None or pack is None:
        return None
    order, mentor = found
    is_renewal = len(notice.uow.packs.of_pair(mentor.id, order.student_id)) > 1
    headline = f"You keep your seat with {mentor.name}" if is_renewal else f"Your seat with {mentor.name} is yours"
    return Letter(
        subject=headline,
        preview=f"{_price(order)} paid, {sessions_text(order.sessions)} to book.",
        heading=headline,
        lines=[f"Thank you. {_arrived(order, 'Your')}, and you have {sessions_text(order.sessions)} to book."],
        facts=[
            Fact("Pack", order.product_name, f"{sessions_text(order.sessions)} of {order.session_minutes} minutes"),
            *_discount(order),
            Fact("Paid", _price(order), notice.when(order.paid_at or order.created_at)),
            Fact("Valid until", valid_until(notice, pack.expires_at)),
        ],
        button=notice.book(mentor, "Book a session" if is_renewal else "Book your first session"),
        after=[
            "You have paid once. Nothing renews by itself, and no card is stored.",
            f"Every credit is accounted for here: {notice.url(f'/packs/{pack.id}')}",
            _number(order),
        ],
    )


def sold(notice: Notice) -> Letter | None:
    """To the mentor: who has bought what."""
    found = _order(notice)
    if found is None:
        return None
    order, mentor = found
    student = notice.uow.people.users([order.student_id])[order.student_id]
    left = notice.seats_left(mentor)
    return Letter(
        subject=f"{student.name} has bought {order.product_name}",
        preview=f"{_price(order)}, {sessions_text(order.sessions)}.",
        heading=f"{student.name} has bought a pack",
        lines=[f"{_arrived(order, 'The')}, and {student.name} can book {sessions_text(order.sessions)} with you."],
        facts=[
            Fact("Pack", order.product_name, f"{sessions_text(order.sessions)} of {order.session_minutes} minutes"),
            *_discount(order),
            Fact("Paid", _price(order), notice.when(order.paid_at or order.created_at)),
            Fact("Your seats", f"{left} of {mentor.max_active_students} left"),
        ],
        button=Button("Open your sessions", notice.url("/instructor/sessions")),
    )


def payment_failed(notice: Notice) -> Letter | None:
    """To the student: the payment did not go through. Silent once the order has been paid after all."""
    found = _order(notice)
    if found is None or found[0].status != OrderStatus.FAILED.value:
        return None
    order, mentor = found
    seat = seat_state(notice.uow.seats.get(mentor.id, order.student_id))
    if seat.status in (SeatStatus.ACTIVE, SeatStatus.GRACE):
        until = seat.release_at(policy(notice.uow, mentor))
        place = f"Your seat with {mentor.name} is still yours" + (f" until {notice.when(until)}." if until else ".")
    else:
        left = notice.seats_left(mentor)
        seats = "1 seat is left" if left == 1 else f"{left or 'no'} seats are left"
        place = f"The seat with {mentor.name} is not held for you any more; at the moment {seats}."
    return Letter(
        subject=f"Your payment for {order.product_name} did not go through",
        preview="Nothing was charged.",
        heading="Your payment did not go through",
        lines=[
            f"Nothing was charged. {place}",
            "Trying again often helps, or another way to pay.",
        ],
        facts=[Fact("Pack", f"{order.product_name} with {mentor.name}"), Fact("Price", _price(order))],
        button=notice.renew(mentor, "Try again"),
    )


def refund_sold_out(notice: Notice) -> Letter | None:
    """To the student: paid, but the last seat had gone; everything goes back."""
    found = _order(notice)
    back = _refund(notice)
    if found is None or back is None:
        return None
    order, mentor = found
    price, news = back
    entry = notice.uow.waitlist.of_pair(mentor.id, order.student_id)
    first = (
        "You are first in the waitlist: the next seat that is given up is offered to you, and held for "
        f"{hours_text(policy(notice.uow, mentor).waitlist_offer)}. Paying then is up to you."
    )
    return Letter(
        subject=f"{mentor.name} was sold out: you get {price} back",
        preview="The last seat went while you were paying. You get everything back.",
        heading="The last seat went while you were paying",
        lines=[
            f"Your payment arrived after the hold on your seat with {mentor.name} had ended, and by then every seat "
            "was taken. We are sorry.",
            f"{news} There is nothing you need to do.",
            *([first] if entry is not None and entry.is_first else []),
        ],
        facts=[
            Fact("Refund", price, "Everything you paid"),
            Fact("Pack", f"{order.product_name} with {mentor.name}"),
        ],
        button=Button("See all mentors", notice.url("/mentors")),
        after=[ARRIVES, _number(order)],
    )


def refund_duplicate_payment(notice: Notice) -> Letter | None:
    """To the student: the same order was paid twice; the second payment goes back."""
    found = _order(notice)
    back = _refund(notice)
    if found is None or back is None:
        return None
    order, mentor = found
    price, news = back
    return Letter(
        subject=f"You paid twice: you get {price} back",
        preview="Your order stays paid, and the second payment goes back.",
        heading="You paid twice for the same order",
        lines=[f"{news} Your order stays paid; there is nothing you need to do."],
        facts=[
            Fact("Refund", price, "The whole second payment"),
            Fact("Pack", f"{order.product_name} with {mentor.name}"),
        ],
        button=Button("Open your dashboard", notice.url("/dashboard")),
        after=[ARRIVES, _number(order)],
    )


def valid_until(notice: Notice, expires_at: datetime | None) -> str:
    """Until when sessions of a pack can take place."""
    return "No end date" if expires_at is None else notice.when(expires_at)


def _order(notice: Notice) -> tuple[Order, Mentor] | None:
    order = notice.uow.orders.get(notice.id("order_id"))
    mentor = notice.uow.catalog.mentor(order.mentor_id) if order else None
    return (order, mentor) if order and mentor else None


def _number(order: Order) -> str:
    return f"Your order's number is {order.id}."


def _arrived(order: Order, whose: str) -> str:
    return f"{whose} payment has arrived" if order.amount_minor else f"{whose} code covers the whole price"


def _discount(order: Order) -> list[Fact]:
    """What was taken off the price, and why."""
    if order.amount_minor == order.original_minor:
        return []
    off = amount(Money(order.amount_minor - order.original_minor, order.currency)).text
    return [Fact("Code" if order.promotion_code else "Former price", off, order.promotion_code)]


def _price(order: Order) -> str:
    return amount(Money(order.amount_minor, order.currency)).text


def _refund(notice: Notice) -> tuple[str, str] | None:
    """The amount that goes back and how far it has come."""
    refund = notice.uow.orders.refund(notice.id("refund_id"))
    if refund is None:
        return None
    price = amount(Money(refund.amount_minor, refund.currency)).text
    news = {
        RefundStatus.PENDING: f"We are sending {price} back the way it came.",
        RefundStatus.SUCCEEDED: f"We have sent {price} back the way it came.",
        RefundStatus.FAILED: f"We owe you {price}, and the first try to send it back has failed. We are looking at it.",
    }
    return price, news[RefundStatus(refund.status)]
