"""Refunds as people see them: quotes, one's own, what a mentor has to decide, and the admins' desk."""

from collections.abc import Sequence

from mentorship.db.models import Order, Refund
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.money import Money
from mentorship.domain.orders import RefundReason, RefundStatus
from mentorship.domain.policy import Policy, hours_text
from mentorship.domain.refunds import Quote, Refundable, SeatAfter
from mentorship.schemas.refunds import RefundDesk, RefundQuote, RefundView
from mentorship.services.context import Context
from mentorship.services.policies import policy
from mentorship.services.seats import require_mentor
from mentorship.services.texts import ARRIVES, amount
from mentorship.services.use_case import use_case

MOST = 100


@use_case(Access.SIGNED_IN)
def my_refunds(ctx: Context) -> list[RefundView]:
    """The refunds of the caller's orders, newest first."""
    with ctx.begin(read_only=True) as uow:
        return refund_views(ctx, uow, uow.refunds.of_student(ctx.user_id, MOST))


@use_case(Access.MENTOR)
def refund_requests(ctx: Context) -> list[RefundView]:
    """What the calling mentor's students have asked for and nobody has decided, oldest first."""
    if ctx.actor.mentor_id is None:
        return []
    with ctx.begin(read_only=True) as uow:
        return refund_views(ctx, uow, uow.refunds.requested_of_mentor(ctx.actor.mentor_id, MOST))


@use_case(Access.ADMIN)
def refund_desk(ctx: Context) -> RefundDesk:
    """Every refund that is to be decided, on its way, failed and not closed; and the newest that are done."""
    with ctx.begin(read_only=True) as uow:
        in_status = {s: refund_views(ctx, uow, uow.refunds.in_status(s, MOST)) for s in RefundStatus}
    return RefundDesk(
        requested=in_status[RefundStatus.REQUESTED][::-1],
        pending=in_status[RefundStatus.PENDING],
        failed=in_status[RefundStatus.FAILED],
        done=in_status[RefundStatus.SUCCEEDED][:20],
    )


def refund_view(ctx: Context, uow: UnitOfWork, refund: Refund) -> RefundView:
    """One refund as the caller sees it."""
    return refund_views(ctx, uow, [refund])[0]


def refund_views(ctx: Context, uow: UnitOfWork, refunds: Sequence[Refund]) -> list[RefundView]:
    """Refunds in the order given."""
    orders = uow.orders.some({r.order_id for r in refunds})
    people = uow.people.users([o.student_id for o in orders.values()])
    mentors = uow.catalog.mentors([o.mentor_id for o in orders.values()])
    return [
        RefundView(
            id=refund.id,
            order_id=refund.order_id,
            student_name=people[orders[refund.order_id].student_id].name,
            mentor_name=mentors[orders[refund.order_id].mentor_id].name,
            product_name=orders[refund.order_id].product_name,
            amount=amount(Money(refund.amount_minor, refund.currency), ctx.locale),
            credits=refund.credits,
            reason=refund.reason,
            status=refund.status,
            note=refund.note,
            decision=refund.decision,
            created_at=refund.created_at,
            decided_at=refund.decided_at,
            settled_at=refund.settled_at,
        )
        for refund in refunds
    ]


def quote_view(
    ctx: Context, uow: UnitOfWork, order: Order, reason: RefundReason, of: Refundable, quoted: Quote
) -> RefundQuote:
    """A quote in words and numbers."""
    mentor = require_mentor(uow, order.mentor_id)
    rules = policy(uow, mentor)
    return RefundQuote(
        order_id=order.id,
        reason=reason.value,
        amount=amount(quoted.amount, ctx.locale),
        paid=amount(of.paid, ctx.locale),
        credits=quoted.credits,
        bought=of.bought,
        sessions_canceled=quoted.sessions_canceled,
        sessions_kept=of.upcoming - quoted.sessions_canceled,
        seat=quoted.seat.value,
        seat_text=_seat_text(quoted.seat, rules),
        needs_approval=rules.refund_needs_approval and not ctx.actor.is_admin,
        arrives=ARRIVES,
        student_name=uow.people.users([order.student_id])[order.student_id].name,
        mentor_name=mentor.name,
        product_name=order.product_name,
    )


def _seat_text(seat: SeatAfter, rules: Policy) -> str:
    return {
        SeatAfter.KEPT: "The seat stays as long as there are sessions.",
        SeatAfter.GRACE: f"The seat is kept for {hours_text(rules.grace)} after the refund, then it goes back on sale.",
        SeatAfter.RELEASED: "The seat goes back on sale when the refund is made.",
    }[seat]
