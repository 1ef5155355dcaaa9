"""Disputes: the provider's facts freeze a pack's credits, and thaw or take them once it has decided."""

from typing import NamedTuple

from mentorship.db.models import Dispute, Order, Pack, Payment, Refund
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.errors import SoldOut
from mentorship.domain.money import Money
from mentorship.domain.notices import NoticeKind
from mentorship.domain.orders import RefundReason, RefundStatus
from mentorship.domain.refunds import Refundable, credits_lost
from mentorship.gateways.ports import DisputeFacts
from mentorship.services.context import Context
from mentorship.services.record import record
from mentorship.services.refund_credits import freeze_credits, give_back, take_credits, thaw_credits
from mentorship.services.refund_requests import drop_failed
from mentorship.services.refunds import flag, new_refund, settle_refund, tell_admins, unflag
from mentorship.services.seats import require_mentor, settle_pair, touch_pair

DISPUTED = "disputed"
"""The review flag of an order whose payment is in dispute."""


class Stand(NamedTuple):
    """Where a stored dispute stands; it never stands there again once it has moved on and was opened anew."""

    status: DisputeStatus
    openings: int


class Overtaken(Exception):
    """The dispute has moved since these facts were asked for: ask again."""


def stand_of(ctx: Context, provider: str, reference: str) -> Stand | None:
    """Where a dispute stands in our books. Look before its provider is asked."""
    with ctx.begin(read_only=True) as uow:
        return _stand(uow.disputes.by_reference(provider, reference))


def _stand(dispute: Dispute | None) -> Stand | None:
    return Stand(DisputeStatus(dispute.status), dispute.openings) if dispute else None


def apply_dispute(ctx: Context, provider: str, facts: DisputeFacts, before: Stand | None) -> bool:
    """Bring a dispute to where the provider's facts put it; says whether its payment is one of ours.

    ``before`` is where it stood before the provider was asked. The same facts again change nothing; other facts after
    the dispute was closed mean that the provider has taken it up again.

    Raises:
        Overtaken: it has moved meanwhile, so these facts may be the older ones.
    """
    with ctx.begin() as uow:
        payment = uow.refunds.payment_by_reference(provider, facts.payment_reference)
        order = uow.orders.get(payment.order_id) if payment else None
        if payment is None or order is None:
            return False
        uow.lock(order.mentor_id, order.student_id)
        dispute = uow.disputes.by_reference(provider, facts.reference)
        if _stand(dispute) != before:
            raise Overtaken
        if dispute is None:
            dispute = _start(ctx, uow, order, payment, facts)
        elif DisputeStatus(dispute.status).is_closed:
            if facts.status.value == dispute.status:
                return True
            _reopen(ctx, uow, order, dispute, facts)
        _update(ctx, uow, order, dispute, facts)
        if facts.status.is_closed:
            _close(ctx, uow, order, payment, dispute)
        touch_pair(uow, order.mentor_id, order.student_id)
    return True


def _start(ctx: Context, uow: UnitOfWork, order: Order, payment: Payment, facts: DisputeFacts) -> Dispute:
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
    _wait(ctx, uow, order, dispute, facts)
    return dispute


def _reopen(ctx: Context, uow: UnitOfWork, order: Order, dispute: Dispute, facts: DisputeFacts) -> None:
    """Take up again what was decided. What a loss has taken stays taken until it is won after all."""
    dispute.openings += 1
    dispute.closed_at = None
    record(ctx, uow, "dispute_reopened", ("order", order.id), before={"status": dispute.status})
    _wait(ctx, uow, order, dispute, facts)


def _wait(ctx: Context, uow: UnitOfWork, order: Order, dispute: Dispute, facts: DisputeFacts) -> None:
    """Freeze what can be booked, and tell the admins until when to answer; unless it has been decided already."""
    flag(ctx, uow, order, DISPUTED)
    if facts.status.is_closed:
        return
    pack = uow.packs.of_order(order.id)
    if pack is not None:
        dispute.frozen_credits = pack.available
        freeze_credits(ctx, uow, pack, pack.available, _cause(dispute), "The payment is disputed")
    tell_admins(ctx, uow, NoticeKind.DISPUTE_OPENED, _cause(dispute), {"dispute_id": str(dispute.id)})


def _cause(dispute: Dispute) -> str:
    """Names this opening of the dispute in the ledger, among refunds and among notices."""
    return str(dispute.id) if dispute.openings == 1 else f"{dispute.id}:{dispute.openings}"


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
    if not uow.disputes.open_of(payment.id):
        unflag(ctx, uow, order, DISPUTED)
    pack = uow.packs.of_order(order.id)
    loss = _loss(uow, order, dispute)
    if dispute.status == DisputeStatus.LOST.value:
        if pack is not None:
            thaw_credits(ctx, uow, pack, dispute.frozen_credits, _cause(dispute), "The dispute was lost")
        if loss is None:
            _lose(ctx, uow, order, payment, pack, dispute)
    else:
        if loss is not None:
            _undo(ctx, uow, order, loss)
        if pack is not None:
            give_back(ctx, uow, pack, dispute.frozen_credits, _cause(dispute), "The dispute was won", extends=True)
    dispute.frozen_credits = 0
    settle_pair(ctx, uow, require_mentor(uow, order.mentor_id), order.student_id)
    tell_admins(ctx, uow, NoticeKind.DISPUTE_CLOSED, _cause(dispute), {"dispute_id": str(dispute.id)})


def _loss(uow: UnitOfWork, order: Order, dispute: Dispute) -> Refund | None:
    """The refund as which an earlier decision was booked, while it stands."""
    for refund in uow.orders.refunds(order.id):
        if refund.key.startswith(f"dispute:{dispute.id}") and refund.status == RefundStatus.SUCCEEDED.value:
            return refund
    return None


def _lose(ctx: Context, uow: UnitOfWork, order: Order, payment: Payment, pack: Pack | None, dispute: Dispute) -> None:
    """Book what was lost as a refund. All of the payment takes the pack, a part of it that part of the credits."""
    on_its_way = sum(r.amount_minor for r in uow.refunds.open_of(payment.id) if r.status == RefundStatus.PENDING.value)
    left = payment.amount_minor - payment.refunded_minor - on_its_way
    lost = min(dispute.amount_minor, left)
    if lost < dispute.amount_minor:
        unflag(ctx, uow, order, DISPUTED)
        flag(ctx, uow, order, "refunded_more_than_paid")
    if lost <= 0:
        return
    refund = new_refund(order, payment, RefundReason.DISPUTE, lost, f"dispute:{_cause(dispute)}", ctx)
    refund.note = f"Dispute {dispute.dispute_ref}"[:500]
    if lost < payment.amount_minor - payment.refunded_minor and pack is not None:
        paid = Money(payment.amount_minor, payment.currency)
        refund.credits = credits_lost(lost, Refundable(paid, left, order.sessions), pack.available)
        take_credits(ctx, uow, pack, refund.credits, f"refund:{refund.id}")
    uow.orders.add(refund)
    settle_refund(ctx, uow, order, refund, RefundStatus.SUCCEEDED)


def _undo(ctx: Context, uow: UnitOfWork, order: Order, loss: Refund) -> None:
    """The money is ours again; its credits are granted anew. Where the seat was sold meanwhile, an admin decides.

    What another refund took only because nothing of the payment was left comes back with them.
    """
    settle_refund(ctx, uow, order, loss, RefundStatus.FAILED)
    for other in uow.orders.refunds(order.id):
        is_same = other.payment_id == loss.payment_id and other.status == RefundStatus.SUCCEEDED.value
        if is_same and RefundReason(other.reason) in (RefundReason.PROVIDER, RefundReason.GOODWILL):
            loss.credits, other.credits = loss.credits + other.credits, 0
    try:
        drop_failed(ctx, uow, order, loss, "The dispute was won after all")
    except SoldOut:
        record(ctx, uow, "dispute_seat_gone", ("order", order.id), after={"credits": loss.credits})
