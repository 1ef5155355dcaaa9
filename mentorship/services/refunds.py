"""Refunds: promised with the credits they take, carried out by a job, settled by what the provider says."""

from uuid import UUID

from mentorship.db.models import Order, Pack, Payment, Refund
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access, Role
from mentorship.domain.errors import ProviderRefused
from mentorship.domain.money import Money
from mentorship.domain.notices import NoticeKind
from mentorship.domain.orders import OrderStatus, RefundReason, RefundStatus
from mentorship.gateways.ports import RefundFacts
from mentorship.services.context import Context
from mentorship.services.notifications import notify
from mentorship.services.record import record
from mentorship.services.refund_credits import (
    cancel_upcoming,
    freeze_credits,
    give_back,
    give_up_seat,
    take_credits,
    thaw_credits,
)
from mentorship.services.seats import require_mentor, settle_pair, touch_pair
from mentorship.services.use_case import use_case
from mentorship.services.waitlist import put_first_in_line

REFUND_FAILED = "refund_failed"
"""The review flag of an order that has a failed refund nobody has dealt with."""

_REPAYMENT_NOTICES = {
    RefundReason.SOLD_OUT: NoticeKind.REFUND_SOLD_OUT,
    RefundReason.DUPLICATE_PAYMENT: NoticeKind.REFUND_DUPLICATE_PAYMENT,
}
_FREEZE_REASONS = {
    RefundStatus.REQUESTED: "A refund was asked for",
    RefundStatus.PENDING: "A refund is on its way",
}


def promise_repayment(ctx: Context, uow: UnitOfWork, order: Order, payment: Payment, reason: RefundReason) -> None:
    """Promise to pay back all of a payment that bought nothing. The job carries the refund's id as idempotency key.

    Who paid for a seat that was sold meanwhile gets the next one.
    """
    refund = new_refund(order, payment, reason, payment.amount_minor, f"{reason.value}:{payment.id}", ctx)
    promise_refund(ctx, uow, order, refund, None)
    if reason is RefundReason.SOLD_OUT:
        put_first_in_line(ctx, uow, order.mentor_id, order.student_id)


def new_refund(
    order: Order, payment: Payment, reason: RefundReason, amount_minor: int, key: str, ctx: Context
) -> Refund:
    """A refund of part or all of a payment, not stored yet."""
    return Refund(
        key=key,
        order_id=order.id,
        payment_id=payment.id,
        provider=payment.provider,
        amount_minor=amount_minor,
        currency=payment.currency,
        reason=reason.value,
        created_at=ctx.now,
    )


def promise_refund(ctx: Context, uow: UnitOfWork, order: Order, refund: Refund, pack: Pack | None) -> None:
    """Store a refund that is asked for or promised, freeze its credits, and have a promised one carried out.

    ``pack`` is the one whose credits it takes; a refund that ends the pack cancels its sessions first.
    """
    uow.orders.add(refund)
    status, reason = RefundStatus(refund.status), RefundReason(refund.reason)
    if pack is not None:
        if reason is RefundReason.FULL:
            cancel_upcoming(ctx, uow, pack)
        freeze_credits(ctx, uow, pack, refund.credits, refund.id, _FREEZE_REASONS[status])
    after = {"amount": refund.amount_minor, "credits": refund.credits, "reason": refund.reason, "note": refund.note}
    action = "refund_requested" if status is RefundStatus.REQUESTED else "refund_promised"
    record(ctx, uow, action, ("order", order.id), after=after)
    if status is RefundStatus.PENDING:
        send(ctx, uow, order, refund)
    touch_pair(uow, order.mentor_id, order.student_id)


def send(ctx: Context, uow: UnitOfWork, order: Order, refund: Refund) -> None:
    """Have a promised refund carried out, and tell the student that it is on its way."""
    kind = _REPAYMENT_NOTICES.get(RefundReason(refund.reason), NoticeKind.REFUND_PROMISED)
    notify(ctx, uow, order.student_id, kind, refund.id, about(order, refund))
    uow.enqueue("refund_payment", refund.id)


def about(order: Order, refund: Refund) -> dict[str, str]:
    """What a notice about a refund needs to know."""
    return {"order_id": str(order.id), "refund_id": str(refund.id)}


def tell_admins(
    ctx: Context, uow: UnitOfWork, kind: NoticeKind, subject: UUID | str, data: dict[str, str], *others: UUID
) -> None:
    """Promise a notice to every admin, and to the others named."""
    admins = [user.id for user in uow.people.in_role(Role.ADMIN.value)]
    for person in dict.fromkeys([*admins, *others]):
        notify(ctx, uow, person, kind, subject, data)


@use_case(Access.SYSTEM)
def refund_payment(ctx: Context, *, refund_id: UUID) -> str:
    """Carry out a promised refund at the provider; running it again pays nothing twice.

    Raises:
        ProviderUnavailable: try again; the promise stays.
    """
    with ctx.begin(read_only=True) as uow:
        refund = uow.orders.refund(refund_id)
        payment = uow.orders.payment(refund.payment_id) if refund else None
    if refund is None or payment is None or refund.status != RefundStatus.PENDING.value:
        return "done"
    provider = ctx.provider(refund.provider)
    try:
        if refund.refund_ref is None:
            amount = Money(refund.amount_minor, refund.currency)
            facts = provider.refund(payment.payment_ref, amount, key=f"refund:{refund.id}")
        else:
            facts = provider.read_refund(refund.refund_ref)
    except ProviderRefused:
        return _settle(ctx, refund_id, None)
    return _settle(ctx, refund_id, facts)


def apply_refund(ctx: Context, provider: str, facts: RefundFacts) -> bool:
    """Settle the refund that a provider's facts are about; says whether its payment is one of ours.

    What we have promised for this payment is carried out first, so that a refund which is unknown after that was
    made at the provider's own console; it is booked as such.
    """
    with ctx.begin(read_only=True) as uow:
        refund = uow.orders.refund_by_reference(provider, facts.reference)
        payment = uow.refunds.payment_by_reference(provider, facts.payment_reference or "")
        promised = uow.refunds.open_of(payment.id) if payment else []
    if refund is None:
        for own in promised:
            if own.refund_ref is None:
                refund_payment(ctx, refund_id=own.id)
        refund = _find_or_book(ctx, provider, facts)
    if refund is None:
        return False
    _settle(ctx, refund.id, facts)
    return True


def _find_or_book(ctx: Context, provider: str, facts: RefundFacts) -> Refund | None:
    with ctx.begin() as uow:
        payment = uow.refunds.payment_by_reference(provider, facts.payment_reference or "")
        order = uow.orders.get(payment.order_id) if payment else None
        if payment is None or order is None or facts.amount.currency != payment.currency:
            return uow.orders.refund_by_reference(provider, facts.reference)
        uow.lock(order.mentor_id, order.student_id)
        known = uow.orders.refund_by_reference(provider, facts.reference)
        if known is not None:
            return known
        left = payment.amount_minor - payment.refunded_minor
        if facts.amount.minor > left:
            flag(ctx, uow, order, "refunded_more_than_paid")
        if min(facts.amount.minor, left) <= 0:
            return None
        key = f"provider:{provider}:{facts.reference}"[:128]
        refund = new_refund(order, payment, RefundReason.PROVIDER, min(facts.amount.minor, left), key, ctx)
        refund.refund_ref = facts.reference
        uow.orders.add(refund)
        record(ctx, uow, "refund_found", ("order", order.id), after={"amount": refund.amount_minor})
        return refund


def sync_refunds(ctx: Context, provider: str, payment_reference: str) -> bool:
    """Settle every refund that the provider lists for a payment; says whether all of them are ours."""
    found = ctx.provider(provider).refunds_of(payment_reference)
    known = [apply_refund(ctx, provider, facts) for facts in found]
    return all(known)


def _settle(ctx: Context, refund_id: UUID, facts: RefundFacts | None) -> str:
    """Settle a refund by the provider's facts; none at all means that the provider refuses to make it."""
    with ctx.begin() as uow:
        refund = uow.orders.refund(refund_id)
        order = uow.orders.get(refund.order_id) if refund else None
        if refund is None or order is None:
            return "done"
        uow.lock(order.mentor_id, order.student_id)
        if facts is None and refund.refund_ref is not None:
            return refund.status
        if facts is not None:
            refund.refund_ref = facts.reference
        settle_refund(ctx, uow, order, refund, facts.status if facts else RefundStatus.FAILED)
        return refund.status


def settle_refund(ctx: Context, uow: UnitOfWork, order: Order, refund: Refund, status: RefundStatus) -> None:
    """Bring payment, order, pack and seat to where a refund's new status puts them; the same status again is nothing.

    Call it with the pair locked.
    """
    before = RefundStatus(refund.status)
    payment = uow.orders.payment(refund.payment_id)
    if payment is None or not before.may_become(status):
        return
    refund.status = status.value
    reason = RefundReason(refund.reason)
    pack = None if reason is RefundReason.DUPLICATE_PAYMENT else uow.packs.of_order(order.id)
    if status is RefundStatus.SUCCEEDED:
        payment.refunded_minor += refund.amount_minor
        refund.settled_at = ctx.now
        _refresh_order(uow, order)
        if pack is not None:
            _take(ctx, uow, order, pack, payment, refund)
        if reason not in _REPAYMENT_NOTICES and reason is not RefundReason.DISPUTE:
            notify(ctx, uow, order.student_id, NoticeKind.REFUND_ARRIVED, refund.id, about(order, refund))
    else:
        if before is RefundStatus.SUCCEEDED:
            payment.refunded_minor -= refund.amount_minor
            _refresh_order(uow, order)
        elif pack is not None and refund.credits:
            _give_back(ctx, uow, order, pack, refund)
        flag(ctx, uow, order, REFUND_FAILED)
        tell_admins(ctx, uow, NoticeKind.REFUND_FAILED, refund.id, about(order, refund))
    after = {"status": refund.status, "amount": refund.amount_minor, "credits": refund.credits}
    record(ctx, uow, "refund_settled", ("order", order.id), before={"status": before.value}, after=after)
    touch_pair(uow, order.mentor_id, order.student_id)


def _take(ctx: Context, uow: UnitOfWork, order: Order, pack: Pack, payment: Payment, refund: Refund) -> None:
    """Take what a settled refund takes: its frozen credits, and all there is once everything has gone back."""
    reason = RefundReason(refund.reason)
    all_back = payment.refunded_minor >= payment.amount_minor
    ends = reason is RefundReason.FULL or (all_back and reason.ends_pack)
    if refund.credits and thaw_credits(ctx, uow, pack, refund.credits, refund.id, "The refund has been paid"):
        take_credits(ctx, uow, pack, refund.credits, f"refund:{refund.id}")
    if ends:
        close_requests(ctx, uow, order, pack, payment)
        cancel_upcoming(ctx, uow, pack)
        rest = pack.available
        take_credits(ctx, uow, pack, rest, f"refund:{refund.id}:rest")
        refund.credits += rest
    if all_back or ends:
        give_up_seat(ctx, uow, order, refund.id, kept_for_pack=not ends)
    settle_pair(ctx, uow, require_mentor(uow, order.mentor_id), order.student_id)


def close_requests(ctx: Context, uow: UnitOfWork, order: Order, pack: Pack, payment: Payment) -> None:
    """Decline what is still asked for of a payment that has gone back in another way."""
    for refund in uow.refunds.open_of(payment.id):
        if refund.status == RefundStatus.REQUESTED.value:
            refund.status = RefundStatus.DECLINED.value
            refund.decision, refund.decided_at = "The payment has gone back in another way.", ctx.now
            thaw_credits(ctx, uow, pack, refund.credits, refund.id, refund.decision)
            refund.credits = 0
            notify(ctx, uow, order.student_id, NoticeKind.REFUND_DECLINED, refund.id, about(order, refund))


def _give_back(ctx: Context, uow: UnitOfWork, order: Order, pack: Pack, refund: Refund) -> None:
    if uow.packs.entered_at(f"freeze:{refund.id}") is not None:
        give_back(ctx, uow, pack, refund.credits, refund.id, "The refund has failed", extends=True)
        refund.credits = 0
    settle_pair(ctx, uow, require_mentor(uow, order.mentor_id), order.student_id)


def is_owed(refund: Refund, pack: Pack | None) -> bool:
    """Whether this money has gone back, is on its way, or is owed for an order that got no pack."""
    status = RefundStatus(refund.status)
    return status in (RefundStatus.PENDING, RefundStatus.SUCCEEDED) or (status is RefundStatus.FAILED and pack is None)


def flag(ctx: Context, uow: UnitOfWork, order: Order, review: str) -> None:
    """Have an admin look at an order, unless one is already to."""
    if not order.review:
        order.review = review
        record(ctx, uow, "order_flagged", ("order", order.id), after={"review": review})


def unflag(ctx: Context, uow: UnitOfWork, order: Order, review: str) -> None:
    """An admin has seen to what an order was flagged for."""
    if order.review == review:
        order.review = ""
        record(ctx, uow, "order_unflagged", ("order", order.id), before={"review": review})


def _refresh_order(uow: UnitOfWork, order: Order) -> None:
    """The order's state from what is left of its own payment; a refunded duplicate does not count."""
    duplicates = {
        r.payment_id for r in uow.orders.refunds(order.id) if r.reason == RefundReason.DUPLICATE_PAYMENT.value
    }
    kept = [p for p in uow.orders.payments(order.id) if p.id not in duplicates]
    paid, back = sum(p.amount_minor for p in kept), sum(p.refunded_minor for p in kept)
    if not OrderStatus(order.status).has_money:
        return
    if back == 0:
        order.status = OrderStatus.PAID.value
    else:
        order.status = (OrderStatus.REFUNDED if back >= paid else OrderStatus.PARTIALLY_REFUNDED).value
