"""Disputes: the provider's facts freeze a pack's credits, and thaw or take them once it has decided."""

from typing import Annotated

from pydantic import Field

from mentorship.db.models import Dispute, Order, Pack, Payment
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.money import Money
from mentorship.domain.notices import NoticeKind
from mentorship.domain.orders import RefundReason, RefundStatus
from mentorship.domain.refunds import Refundable, credits_lost
from mentorship.gateways.ports import DisputeFacts
from mentorship.schemas.refunds import DisputeView
from mentorship.services.context import Context
from mentorship.services.record import record
from mentorship.services.refund_credits import freeze_credits, give_back, take_credits, thaw_credits
from mentorship.services.refunds import flag, new_refund, settle_refund, tell_admins, unflag
from mentorship.services.seats import require_mentor, settle_pair, touch_pair
from mentorship.services.texts import amount
from mentorship.services.use_case import use_case

DISPUTED = "disputed"
"""The review flag of an order whose payment is in dispute."""


def apply_dispute(ctx: Context, provider: str, facts: DisputeFacts) -> bool:
    """Bring a dispute to where the provider's facts put it; says whether its payment is one of ours.

    The same facts again, or older ones after newer ones, change nothing: what is closed stays closed.
    """
    with ctx.begin() as uow:
        payment = uow.refunds.payment_by_reference(provider, facts.payment_reference)
        order = uow.orders.get(payment.order_id) if payment else None
        if payment is None or order is None:
            return False
        uow.lock(order.mentor_id, order.student_id)
        dispute = uow.disputes.by_reference(provider, facts.reference)
        if dispute is None:
            dispute = _open(ctx, uow, order, payment, facts)
        elif DisputeStatus(dispute.status).is_closed:
            return True
        _update(ctx, uow, order, dispute, facts)
        if facts.status.is_closed:
            _close(ctx, uow, order, payment, dispute)
        touch_pair(uow, order.mentor_id, order.student_id)
    return True


def _open(ctx: Context, uow: UnitOfWork, order: Order, payment: Payment, facts: DisputeFacts) -> Dispute:
    dispute = Dispute(
        order_id=order.id,
        payment_id=payment.id,
        provider=payment.provider,
        dispute_ref=facts.reference,
        amount_minor=facts.amount.minor,
        currency=facts.amount.currency,
        opened_at=ctx.now,
    )
    uow.disputes.add(dispute)
    record(ctx, uow, "dispute_opened", ("order", order.id), after={"amount": facts.amount.minor})
    flag(ctx, uow, order, DISPUTED)
    if not facts.status.is_closed:
        pack = uow.packs.of_order(order.id)
        if pack is not None:
            dispute.frozen_credits = pack.available
            freeze_credits(ctx, uow, pack, pack.available, dispute.id, "The payment is disputed")
        tell_admins(ctx, uow, NoticeKind.DISPUTE_OPENED, dispute.id, {"dispute_id": str(dispute.id)})
    return dispute


def _update(ctx: Context, uow: UnitOfWork, order: Order, dispute: Dispute, facts: DisputeFacts) -> None:
    before = dispute.status
    dispute.status = facts.status.value
    dispute.amount_minor = facts.amount.minor
    dispute.reason = facts.reason[:64]
    dispute.due_at = facts.due_at
    if before != dispute.status:
        subject = ("order", order.id)
        record(ctx, uow, "dispute_moved", subject, before={"status": before}, after={"status": dispute.status})


def _close(ctx: Context, uow: UnitOfWork, order: Order, payment: Payment, dispute: Dispute) -> None:
    dispute.closed_at = ctx.now
    pack = uow.packs.of_order(order.id)
    if dispute.status == DisputeStatus.LOST.value:
        _lose(ctx, uow, order, payment, pack, dispute)
    elif pack is not None:
        since = dispute.opened_at
        give_back(ctx, uow, pack, dispute.frozen_credits, dispute.id, "The dispute was won", since=since)
    if not uow.disputes.open_of(payment.id):
        unflag(ctx, uow, order, DISPUTED)
    settle_pair(ctx, uow, require_mentor(uow, order.mentor_id), order.student_id)
    tell_admins(ctx, uow, NoticeKind.DISPUTE_CLOSED, dispute.id, {"dispute_id": str(dispute.id)})


def _lose(ctx: Context, uow: UnitOfWork, order: Order, payment: Payment, pack: Pack | None, dispute: Dispute) -> None:
    """Book what was lost as a refund. All of the payment takes the pack, a part of it that part of the credits."""
    on_its_way = sum(r.amount_minor for r in uow.refunds.open_of(payment.id) if r.status == RefundStatus.PENDING.value)
    left = payment.amount_minor - payment.refunded_minor - on_its_way
    lost = min(dispute.amount_minor, left)
    if pack is not None:
        thaw_credits(ctx, uow, pack, dispute.frozen_credits, dispute.id, "The dispute was lost")
    if lost < dispute.amount_minor:
        unflag(ctx, uow, order, DISPUTED)
        flag(ctx, uow, order, "refunded_more_than_paid")
    if lost <= 0:
        return
    refund = new_refund(order, payment, RefundReason.DISPUTE, lost, f"dispute:{dispute.id}", ctx)
    refund.note = f"Dispute {dispute.dispute_ref}"[:500]
    if lost < payment.amount_minor - payment.refunded_minor and pack is not None:
        paid = Money(payment.amount_minor, payment.currency)
        refund.credits = credits_lost(lost, Refundable(paid, left, order.sessions), pack.available)
        take_credits(ctx, uow, pack, refund.credits, f"refund:{refund.id}")
    uow.orders.add(refund)
    settle_refund(ctx, uow, order, refund, RefundStatus.SUCCEEDED)


@use_case(Access.ADMIN)
def list_disputes(ctx: Context, *, limit: Annotated[int, Field(ge=1, le=200)] = 100) -> list[DisputeView]:
    """Disputes, those that wait for our answer first and the most urgent before the others."""
    with ctx.begin(read_only=True) as uow:
        rows = uow.disputes.newest(limit)
        orders = uow.orders.some({row.order_id for row in rows})
        people = uow.people.users([o.student_id for o in orders.values()])
        mentors = uow.catalog.mentors([o.mentor_id for o in orders.values()])
        return [
            DisputeView(
                id=row.id,
                order_id=row.order_id,
                provider=row.provider,
                reference=row.dispute_ref,
                student_name=people[orders[row.order_id].student_id].name,
                mentor_name=mentors[orders[row.order_id].mentor_id].name,
                product_name=orders[row.order_id].product_name,
                amount=amount(Money(row.amount_minor, row.currency), ctx.locale),
                reason=row.reason,
                status=row.status,
                frozen_credits=row.frozen_credits,
                due_at=row.due_at,
                opened_at=row.opened_at,
                closed_at=row.closed_at,
            )
            for row in rows
        ]
