"""Refunds and disputes as people see them: quotes, one's own, what a mentor has to decide, and the admins' desk."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import Field

from mentorship.db.models import Order, Refund
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.money import Money
from mentorship.domain.orders import RefundReason, RefundStatus
from mentorship.domain.policy import Policy, hours_text
from mentorship.domain.refunds import Quote, Refundable, SeatAfter
from mentorship.schemas.refunds import DisputeView, RefundDesk, RefundQuote, RefundView
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
    sold = _sold(uow, (refund.order_id for refund in refunds))
    return [
        RefundView(
            id=refund.id,
            order_id=refund.order_id,
            student_name=sold[refund.order_id].student,
            mentor_name=sold[refund.order_id].mentor,
            product_name=sold[refund.order_id].product,
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


@use_case(Access.ADMIN)
def list_disputes(ctx: Context, *, limit: Annotated[int, Field(ge=1, le=200)] = 100) -> list[DisputeView]:
    """Disputes, those that wait for our answer first and the most urgent before the others."""
    with ctx.begin(read_only=True) as uow:
        rows = uow.disputes.newest(limit)
        sold = _sold(uow, (row.order_id for row in rows))
        return [
            DisputeView(
                id=row.id,
                order_id=row.order_id,
                provider=row.provider,
                reference=row.dispute_ref,
                student_name=sold[row.order_id].student,
                mentor_name=sold[row.order_id].mentor,
                product_name=sold[row.order_id].product,
                amount=amount(Money(row.amount_minor, row.currency), ctx.locale),
                reason=row.reason,
                status=row.status,
                openings=row.openings,
                frozen_credits=row.frozen_credits,
                due_at=row.due_at,
                opened_at=row.opened_at,
                closed_at=row.closed_at,
            )
            for row in rows
        ]


@dataclass(frozen=True, slots=True)
class _Sold:
    """Whose order it is, with which mentor, and of what."""

    student: str
    mentor: str
    product: str


def _sold(uow: UnitOfWork, order_ids: Iterable[UUID]) -> dict[UUID, _Sold]:
    orders = uow.orders.some(set(order_ids))
    people = uow.people.users([o.student_id for o in orders.values()])
    mentors = uow.catalog.mentors([o.mentor_id for o in orders.values()])
    return {
        key: _Sold(people[order.student_id].name, mentors[order.mentor_id].name, order.product_name)
        for key, order in orders.items()
    }


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
        SeatAfter.GRACE: f"The seat is kept for {hours_text(rules.grace)} after the refund, then it goes to the "
        "waitlist or back on sale.",
        SeatAfter.RELEASED: "The seat goes to the waitlist or back on sale when the refund is made.",
    }[seat]
