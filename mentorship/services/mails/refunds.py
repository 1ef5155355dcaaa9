"""Letters about refunds that somebody asked for, and about disputes."""

from dataclasses import dataclass

from mentorship.db.models import Dispute, Mentor, Order, Refund, User
from mentorship.domain.actors import Role
from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.money import Money
from mentorship.domain.orders import RefundStatus
from mentorship.services.mails.letter import Button, Fact, Letter, Notice, sessions_text
from mentorship.services.texts import ARRIVES, amount


@dataclass(frozen=True, slots=True)
class _About:
    """A refund with its order and its two people."""

    refund: Refund
    order: Order
    mentor: Mentor
    student: User

    @property
    def price(self) -> str:
        return amount(Money(self.refund.amount_minor, self.refund.currency)).text

    @property
    def credits(self) -> str:
        return sessions_text(self.refund.credits)

    def facts(self) -> list[Fact]:
        taken = f"For {self.credits} that had not been used" if self.refund.credits else ""
        pack = f"{self.order.product_name} with {self.mentor.name}"
        return [Fact("Refund", self.price, taken), Fact("Pack", pack, f"Order {self.order.id}")]


def refund_requested(notice: Notice) -> Letter | None:
    """To the mentor and admins: a student asks for a refund. Silent once it is decided."""
    about = _about(notice)
    if about is None or about.refund.status != RefundStatus.REQUESTED.value:
        return None
    is_admin = notice.reader.role == Role.ADMIN.value
    path = "/admin/refunds" if is_admin else "/instructor/students"
    return Letter(
        subject=f"{about.student.name} asks for {about.price} back",
        preview=f"For {about.credits} that were not used. Nobody has decided yet.",
        heading=f"{about.student.name} asks for a refund",
        lines=[
            f"{about.credits} cannot be booked until this is decided.",
            "If you agree, the money goes back the way it came. If you decline, your reason is sent to "
            f"{about.student.name}.",
        ],
        facts=[*about.facts(), *([Fact("Why", about.refund.note)] if about.refund.note else [])],
        button=Button("Decide", notice.url(path)),
    )


def refund_promised(notice: Notice) -> Letter | None:
    """To the student: the refund is on its way. Silent once it has arrived or failed."""
    about = _about(notice)
    if about is None or about.refund.status != RefundStatus.PENDING.value:
        return None
    return Letter(
        subject=f"Your refund of {about.price} is on its way",
        preview="There is nothing you need to do.",
        heading="Your refund is on its way",
        lines=[f"We are sending {about.price} back the way it came. There is nothing you need to do."],
        facts=about.facts(),
        button=_orders(notice),
        after=[ARRIVES],
    )


def refund_arrived(notice: Notice) -> Letter | None:
    """To the student: the provider has paid it back. Silent if it has bounced since."""
    about = _about(notice)
    if about is None or about.refund.status != RefundStatus.SUCCEEDED.value:
        return None
    return Letter(
        subject=f"You got {about.price} back",
        preview=f"For {about.order.product_name} with {about.mentor.name}.",
        heading=f"We have sent {about.price} back",
        lines=["The payment provider has made the refund; it goes back the way you paid."],
        facts=about.facts(),
        button=_orders(notice),
        after=[ARRIVES],
    )


def refund_declined(notice: Notice) -> Letter | None:
    """To the student: the refund is not made, why, and where the credits are."""
    about = _about(notice)
    if about is None or about.refund.status not in (RefundStatus.DECLINED.value, RefundStatus.FAILED.value):
        return None
    failed = about.refund.status == RefundStatus.FAILED.value
    back = "Credits that were kept back for it are in your pack again, unless the pack itself was refunded."
    return Letter(
        subject=f"Your refund of {about.price} is not made",
        preview=about.refund.decision,
        heading="Your refund could not be paid" if failed else "Your refund was declined",
        lines=[
            "The payment provider did not carry the refund out." if failed else "Your request was looked at.",
            back,
        ],
        facts=[Fact("Reason", about.refund.decision), *about.facts()],
        button=_orders(notice),
    )


def refund_failed(notice: Notice) -> Letter | None:
    """To admins: a refund has failed and somebody has to decide. Silent once somebody has."""
    about = _about(notice)
    if about is None or about.refund.status != RefundStatus.FAILED.value or about.refund.closed_at is not None:
        return None
    out = (
        f"{about.credits} left the pack with it and stay out until you decide."
        if about.refund.credits
        else "No credit is missing from the pack."
    )
    return Letter(
        subject=f"A refund of {about.price} has failed",
        preview=f"{about.student.name}, {about.order.product_name}.",
        heading="A refund has failed",
        lines=[f"The provider did not pay {about.price} back to {about.student.name}. {out}"],
        facts=about.facts(),
        button=Button("Try again or close it", notice.url("/admin/refunds")),
    )


def dispute_opened(notice: Notice) -> Letter | None:
    """To admins: a payment is disputed, and until when to answer. Silent once it is closed."""
    found = _disputed(notice)
    if found is None or DisputeStatus(found[0].status).is_closed:
        return None
    dispute, order, student = found
    price = amount(Money(dispute.amount_minor, dispute.currency)).text
    due = notice.when(dispute.due_at) if dispute.due_at else "The provider names no time"
    again = dispute.openings > 1
    return Letter(
        subject=f"{student.name} disputes {price}{' again' if again else ''}",
        preview=f"Answer until: {due}",
        heading="A dispute has been taken up again" if again else "A payment is disputed",
        lines=[
            f"{student.name} wants {price} back from the bank or the provider. What was left to book is frozen "
            "until it is decided.",
            "Download the evidence and hand it in at the provider before the time is over.",
        ],
        facts=[
            Fact("Answer until", due),
            Fact("Reason", dispute.reason or "None given"),
            Fact("Order", order.product_name, str(order.id)),
        ],
        button=Button("Open disputes", notice.url("/admin/disputes")),
    )


def dispute_closed(notice: Notice) -> Letter | None:
    """To admins: how a dispute has ended."""
    found = _disputed(notice)
    if found is None or not DisputeStatus(found[0].status).is_closed:
        return None
    dispute, order, student = found
    price = amount(Money(dispute.amount_minor, dispute.currency)).text
    won = dispute.status == DisputeStatus.WON.value
    return Letter(
        subject=f"Dispute {'won' if won else 'lost'}: {student.name}, {price}",
        preview="The credits can be booked again." if won else "The money is gone, and so are the credits.",
        heading=f"The dispute is {'won' if won else 'lost'}",
        lines=[
            f"The money stays, and {student.name} can book the frozen credits again."
            if won
            else f"The payment of {student.name} counts as refunded, and its credits have left the pack."
        ],
        facts=[Fact("Amount", price), Fact("Order", order.product_name, str(order.id))],
        button=Button("Open disputes", notice.url("/admin/disputes")),
    )


def _about(notice: Notice) -> _About | None:
    refund = notice.uow.orders.refund(notice.id("refund_id"))
    order = notice.uow.orders.get(refund.order_id) if refund else None
    mentor = notice.uow.catalog.mentor(order.mentor_id) if order else None
    if refund is None or order is None or mentor is None:
        return None
    return _About(refund, order, mentor, notice.uow.people.users([order.student_id])[order.student_id])


def _disputed(notice: Notice) -> tuple[Dispute, Order, User] | None:
    dispute = notice.uow.disputes.get(notice.id("dispute_id"))
    order = notice.uow.orders.get(dispute.order_id) if dispute else None
    if dispute is None or order is None:
        return None
    return dispute, order, notice.uow.people.users([order.student_id])[order.student_id]


def _orders(notice: Notice) -> Button:
    return Button("Open your orders", notice.url("/orders"))
