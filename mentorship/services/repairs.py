"""Repairs: what an admin may do about a difference with one press of a button."""

from collections.abc import Callable
from uuid import UUID

from mentorship.db.models import Finding, Order
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.errors import NotFound, NothingToRepair, SoldOut
from mentorship.domain.orders import OrderStatus, RefundReason, RefundStatus
from mentorship.domain.reconciliation import Repair, status_by_money
from mentorship.domain.settle import Step
from mentorship.gateways.ports import EventTopic
from mentorship.schemas.reconciliation import Repaired
from mentorship.services.context import Context
from mentorship.services.deliveries import look_into
from mentorship.services.record import record
from mentorship.services.refunds import promise_repayment, refund_payment
from mentorship.services.seats import touch_pair
from mentorship.services.settling import complete_order, settle_checkout
from mentorship.services.use_case import use_case


@use_case(Access.ADMIN)
def repair_finding(ctx: Context, *, finding_id: UUID) -> Repaired:
    """Do what the difference proposes, by the road that every delivery takes; says what happened.

    Whether the books agree then is for the next comparison to say: it opens the difference again if they do not.

    Raises:
        NotFound: there is no such open difference.
        NothingToRepair: it needs a person's judgement, or was repaired meanwhile.
        ProviderUnavailable: nothing was done; try again.
        ProviderRefused: the provider does not know what this is about.
    """
    with ctx.begin(read_only=True) as uow:
        finding = uow.reconciliation.get(finding_id)
        if finding is None or finding.resolved_at is not None:
            raise NotFound("This difference is not open any more.")
    repair = _REPAIRS.get(Repair(finding.repair))
    if repair is None:
        raise NothingToRepair(fix="Look at the order and at the provider, then close the difference with a reason.")
    done = repair(ctx, finding)
    with ctx.begin() as uow:
        stored = uow.reconciliation.get(finding_id)
        if stored is not None and stored.resolved_at is None and done.done:
            stored.resolved_at, stored.resolution = ctx.now, f"Repaired: {done.text}"[:255]
        after = {"repair": finding.repair, "done": done.done, "text": done.text}
        record(ctx, uow, "difference_repaired", ("finding", finding.id), after=after)
    return done


def _sync_attempt(ctx: Context, finding: Finding) -> Repaired:
    reference = ctx.provider(finding.provider).checkout_of(finding.reference)
    with ctx.begin(read_only=True) as uow:
        attempt = uow.orders.attempt_by_reference(finding.provider, reference) if reference else None
    if attempt is None or reference is None:
        return Repaired(False, "The provider does not say which checkout this payment belongs to.")
    step = settle_checkout(ctx, attempt.id, finding.provider, reference)
    return Repaired(step in (Step.PAY, Step.REFUND_DUPLICATE, Step.NOTHING), _STEPS.get(step, _NOT_PAID))


_STEPS = {
    Step.PAY: "The payment is booked and the order is paid.",
    Step.REFUND_DUPLICATE: "The order was paid already, so this payment goes back.",
    Step.NOTHING: "The payment was booked already.",
    Step.REVIEW: "What the provider says does not match the order; it is flagged for review.",
}
_NOT_PAID = "The provider does not call this checkout paid any more."


def _look_into(topic: EventTopic, what: str) -> Callable[[Context, Finding], Repaired]:
    def look(ctx: Context, finding: Finding) -> Repaired:
        if look_into(ctx, finding.provider, topic, finding.reference):
            return Repaired(True, f"The {what} is booked as the provider has it.")
        return Repaired(False, f"The {what} could not be matched with a payment of ours.")

    return look


def _carry_out_refund(ctx: Context, finding: Finding) -> Repaired:
    status = refund_payment(ctx.deps.system(), refund_id=UUID(finding.reference))
    return Repaired(status != RefundStatus.FAILED.value, f"The provider was asked; the refund has {status}.")


def _grant_pack(ctx: Context, finding: Finding) -> Repaired:
    """The pack that was paid for; where nobody has a seat for it any more, the money goes back."""
    try:
        with ctx.begin() as uow:
            order = _locked_order(uow, finding)
            if uow.packs.of_order(order.id) is not None or order.status != OrderStatus.PAID.value:
                raise NothingToRepair()
            paid_at = order.paid_at
            complete_order(ctx, uow, order)
            order.paid_at = paid_at or order.paid_at
            touch_pair(uow, order.mentor_id, order.student_id)
        return Repaired(True, f"The pack of {order.sessions} sessions is granted.")
    except SoldOut:
        return _send_back(ctx, finding, RefundReason.SOLD_OUT, "There is no seat any more, so the money goes back.")


def _refund_payment(ctx: Context, finding: Finding) -> Repaired:
    return _send_back(ctx, finding, RefundReason.DUPLICATE_PAYMENT, "The second payment goes back in full.")


def _send_back(ctx: Context, finding: Finding, reason: RefundReason, text: str) -> Repaired:
    with ctx.begin() as uow:
        order = _locked_order(uow, finding)
        payments = uow.orders.payments(order.id)
        payment = next((p for p in payments if p.payment_ref == finding.reference), payments[0] if payments else None)
        if payment is None or uow.orders.refund_of(payment.id, reason) is not None:
            raise NothingToRepair()
        promise_repayment(ctx, uow, order, payment, reason)
    return Repaired(True, text)


def _recount(ctx: Context, finding: Finding) -> Repaired:
    """Count again what is derived: how much of each payment went back, and what state that makes the order."""
    with ctx.begin() as uow:
        order = _locked_order(uow, finding)
        refunds = uow.orders.refunds(order.id)
        before = {"status": order.status}
        duplicates = {r.payment_id for r in refunds if r.reason == RefundReason.DUPLICATE_PAYMENT.value}
        paid = back = 0
        for payment in uow.orders.payments(order.id):
            settled = [r for r in refunds if r.payment_id == payment.id and r.status == RefundStatus.SUCCEEDED.value]
            payment.refunded_minor = sum(r.amount_minor for r in settled)
            if payment.id not in duplicates:
                paid, back = paid + payment.amount_minor, back + payment.refunded_minor
        order.status = status_by_money(paid, back).value
        order.paid_at = order.paid_at or ctx.now
        record(ctx, uow, "order_recounted", ("order", order.id), before=before, after={"status": order.status})
        touch_pair(uow, order.mentor_id, order.student_id)
        return Repaired(True, f"Counted again, the order is {order.status.replace('_', ' ')}.")


def _locked_order(uow: UnitOfWork, finding: Finding) -> Order:
    order = uow.orders.get(finding.order_id) if finding.order_id else None
    if order is None:
        raise NothingToRepair()
    uow.lock(order.mentor_id, order.student_id)
    return order


_REPAIRS: dict[Repair, Callable[[Context, Finding], Repaired]] = {
    Repair.SYNC_ATTEMPT: _sync_attempt,
    Repair.BOOK_REFUND: _look_into(EventTopic.REFUND, "refund"),
    Repair.BOOK_DISPUTE: _look_into(EventTopic.DISPUTE, "dispute"),
    Repair.CARRY_OUT_REFUND: _carry_out_refund,
    Repair.RECOUNT: _recount,
    Repair.GRANT_PACK: _grant_pack,
    Repair.REFUND_PAYMENT: _refund_payment,
}
