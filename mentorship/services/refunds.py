"""Refunds: promised with the credits they take, carried out by a job, settled by what the provider says."""

from uuid import UUID

from mentorship.db.models import Order, Payment, Refund
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.money import Money
from mentorship.domain.notices import NoticeKind
from mentorship.domain.orders import OrderStatus, RefundReason, RefundStatus
from mentorship.gateways.ports import RefundFacts
from mentorship.services.context import Context
from mentorship.services.notifications import notify
from mentorship.services.record import record
from mentorship.services.seats import touch_pair
from mentorship.services.use_case import use_case

_REPAYMENT_NOTICES = {
    RefundReason.SOLD_OUT: NoticeKind.REFUND_SOLD_OUT,
    RefundReason.DUPLICATE_PAYMENT: NoticeKind.REFUND_DUPLICATE_PAYMENT,
}


def promise_repayment(ctx: Context, uow: UnitOfWork, order: Order, payment: Payment, reason: RefundReason) -> None:
    """Promise to pay back all of a payment that bought nothing. The job carries the refund's id as idempotency key."""
    refund = Refund(
        key=f"{reason.value}:{payment.id}",
        order_id=order.id,
        payment_id=payment.id,
        provider=payment.provider,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        reason=reason.value,
        created_at=ctx.now,
    )
    uow.orders.add(refund)
    record(
        ctx, uow, "refund_promised", ("order", order.id), after={"amount": refund.amount_minor, "reason": reason.value}
    )
    data = {"order_id": str(order.id), "refund_id": str(refund.id)}
    notify(ctx, uow, order.student_id, _REPAYMENT_NOTICES[reason], refund.id, data)
    uow.enqueue("refund_payment", refund.id)
    touch_pair(uow, order.mentor_id, order.student_id)


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
    if refund.refund_ref is None:
        facts = ctx.provider(refund.provider).refund(
            payment.payment_ref, Money(refund.amount_minor, refund.currency), key=f"refund:{refund.id}"
        )
    else:
        facts = ctx.provider(refund.provider).read_refund(refund.refund_ref)
    return _settle(ctx, refund_id, facts)


def apply_refund(ctx: Context, provider: str, facts: RefundFacts) -> bool:
    """Settle the refund that a provider's facts are about; says whether it is one of ours."""
    with ctx.begin(read_only=True) as uow:
        refund = uow.orders.refund_by_reference(provider, facts.reference)
    if refund is None:
        return False
    _settle(ctx, refund.id, facts)
    return True


def sync_refunds(ctx: Context, provider: str, payment_reference: str) -> bool:
    """Settle every refund that the provider lists for a payment; says whether all of them are ours."""
    found = ctx.provider(provider).refunds_of(payment_reference)
    known = [apply_refund(ctx, provider, facts) for facts in found]
    return all(known)


def _settle(ctx: Context, refund_id: UUID, facts: RefundFacts) -> str:
    with ctx.begin() as uow:
        refund = uow.orders.refund(refund_id)
        order = uow.orders.get(refund.order_id) if refund else None
        payment = uow.orders.payment(refund.payment_id) if refund else None
        if refund is None or order is None or payment is None:
            return "done"
        uow.lock(order.mentor_id, order.student_id)
        refund.refund_ref = facts.reference
        if not RefundStatus(refund.status).may_become(facts.status):
            return refund.status
        before = refund.status
        if facts.status is RefundStatus.SUCCEEDED:
            payment.refunded_minor += refund.amount_minor
            refund.settled_at = ctx.now
        else:
            if before == RefundStatus.SUCCEEDED.value:
                payment.refunded_minor -= refund.amount_minor
            order.review = order.review or "refund_failed"
        refund.status = facts.status.value
        _refresh_order(uow, order)
        record(
            ctx, uow, "refund_settled", ("order", order.id), before={"status": before}, after={"status": refund.status}
        )
        touch_pair(uow, order.mentor_id, order.student_id)
        return refund.status


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
