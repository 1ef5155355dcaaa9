"""Payments: deliveries are hints, the provider's own answer is the fact, and settling it happens exactly once."""

from datetime import datetime, timedelta
from uuid import UUID

from mentorship.db.models import InboxEvent, InboxState, Order, Payment, PaymentAttempt, Refund
from mentorship.db.packs import seat_state
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.errors import ProviderRefused, ProviderUnavailable, SoldOut
from mentorship.domain.money import Money
from mentorship.domain.notices import NoticeKind
from mentorship.domain.orders import AttemptStatus, OrderStatus, RefundReason, RefundStatus
from mentorship.domain.settle import Expected, ProviderFacts, Step, settle
from mentorship.gateways.ports import RefundFacts
from mentorship.services.context import Context
from mentorship.services.notifications import notify
from mentorship.services.packs import PackTerms, grant
from mentorship.services.policies import policy
from mentorship.services.record import record
from mentorship.services.seats import change_seat, end_hold, has_room, require_mentor, touch_pair
from mentorship.services.use_case import use_case

CHECK_AFTER = (timedelta(minutes=2), timedelta(minutes=4), timedelta(minutes=8), timedelta(minutes=16))
_REFUND_NOTICES = {
    RefundReason.SOLD_OUT: NoticeKind.REFUND_SOLD_OUT,
    RefundReason.DUPLICATE_PAYMENT: NoticeKind.REFUND_DUPLICATE_PAYMENT,
}


@use_case(Access.SYSTEM)
def process_event(ctx: Context, *, event_id: UUID) -> str:
    """Look into a stored delivery: read the provider's object, settle it, and close the delivery.

    Raises:
        ProviderUnavailable: the delivery stays open and is looked into again.
    """
    with ctx.begin(read_only=True) as uow:
        event = uow.inbox.get(event_id)
    if event is None or event.state != InboxState.RECEIVED.value:
        return "done"
    try:
        matched = _process_refund(ctx, event) if event.type.startswith("refund.") else _process_checkout(ctx, event)
    except ProviderRefused:
        matched = False
    state = InboxState.PROCESSED if matched else InboxState.UNMATCHED
    with ctx.begin() as uow:
        stored = uow.inbox.get(event_id)
        if stored is not None and stored.state == InboxState.RECEIVED.value:
            stored.state = state.value
            stored.tries += 1
            stored.processed_at = ctx.now
    return state.value


def _process_checkout(ctx: Context, event: InboxEvent) -> bool:
    with ctx.begin(read_only=True) as uow:
        attempt = uow.orders.attempt_by_reference(event.provider, event.object_ref)
    found = ctx.payments.read_checkout(event.object_ref)
    if attempt is None and found.attempt_id is not None:
        attempt = _adopt(ctx, found.attempt_id, event)
    if attempt is None:
        return False
    apply_facts(ctx, attempt.id, found.facts)
    return True


def _adopt(ctx: Context, attempt_id: UUID, event: InboxEvent) -> PaymentAttempt | None:
    """The attempt whose answer got lost after the provider had created its checkout."""
    with ctx.begin() as uow:
        attempt = uow.orders.attempt(attempt_id)
        if attempt is None or attempt.provider_ref is not None or attempt.provider != event.provider:
            return None
        attempt.provider_ref = event.object_ref
        return attempt


def _process_refund(ctx: Context, event: InboxEvent) -> bool:
    with ctx.begin(read_only=True) as uow:
        refund = uow.orders.refund_by_reference(event.provider, event.object_ref)
    if refund is None:
        return False
    _apply_refund(ctx, refund.id, ctx.payments.read_refund(event.object_ref))
    return True


@use_case(Access.SYSTEM)
def sync_attempt(ctx: Context, *, attempt_id: UUID) -> str:
    """Ask the provider how an attempt stands and settle it. Delivery, return page and reconciliation all end here.

    A provider that does not answer changes nothing but the time of the next look.
    """
    with ctx.begin(read_only=True) as uow:
        attempt = uow.orders.attempt(attempt_id)
    if attempt is None or attempt.status == AttemptStatus.PAID.value:
        return "done"
    if attempt.provider_ref is None:
        return _give_up_unanswered(ctx, attempt)
    try:
        lapsed = attempt.expires_at <= ctx.now and attempt.status == AttemptStatus.OPEN.value
        read = ctx.payments.expire_checkout if lapsed else ctx.payments.read_checkout
        found = read(attempt.provider_ref)
    except (ProviderUnavailable, ProviderRefused) as error:
        _look_again(ctx, attempt_id)
        return error.code
    return apply_facts(ctx, attempt_id, found.facts).value


def _give_up_unanswered(ctx: Context, attempt: PaymentAttempt) -> str:
    """Close an attempt whose checkout page nobody ever got to see, once its time is over."""
    if attempt.expires_at > ctx.now:
        _look_again(ctx, attempt.id)
        return "waiting"
    with ctx.begin() as uow:
        order = uow.orders.get(attempt.order_id)
        if order is None:
            return "done"
        uow.lock(order.mentor_id, order.student_id)
        stored = uow.orders.attempt(attempt.id)
        if stored is not None and stored.provider_ref is None and AttemptStatus(stored.status).is_live:
            _close_attempt(ctx, uow, order, stored, AttemptStatus.EXPIRED)
    return "expired"


def _look_again(ctx: Context, attempt_id: UUID) -> None:
    with ctx.begin() as uow:
        attempt = uow.orders.attempt(attempt_id)
        if attempt is not None:
            attempt.next_check_at = _next_check(ctx.now, attempt)


def _next_check(now: datetime, attempt: PaymentAttempt) -> datetime:
    attempt.checks += 1
    return now + CHECK_AFTER[min(attempt.checks, len(CHECK_AFTER) - 1)]


def apply_facts(ctx: Context, attempt_id: UUID, facts: ProviderFacts) -> Step:
    """Settle an attempt by the provider's facts in one transaction, under the pair's lock; says which step it took."""
    with ctx.begin() as uow:
        pair = uow.orders.pair_of(attempt_id)
        if pair is None:
            return Step.NOTHING
        uow.lock(*pair)
        order, attempt = uow.orders.with_attempt(attempt_id)
        expected = Expected(
            attempt.provider_ref or "", Money(order.amount_minor, order.currency), ctx.deps.payments.live
        )
        decision = settle(OrderStatus(order.status), AttemptStatus(attempt.status), expected, facts)
        match decision.step:
            case Step.PAY:
                _pay(ctx, uow, order, attempt, facts)
            case Step.REFUND_DUPLICATE:
                payment = _book_payment(ctx, uow, order, attempt, facts)
                _promise_refund(ctx, uow, order, payment, RefundReason.DUPLICATE_PAYMENT)
            case Step.PROCESSING:
                _await_money(ctx, uow, order, attempt)
            case Step.FAIL:
                _close_attempt(ctx, uow, order, attempt, AttemptStatus.FAILED)
            case Step.EXPIRE:
                _close_attempt(ctx, uow, order, attempt, AttemptStatus.EXPIRED)
            case Step.REVIEW:
                _flag(ctx, uow, order, attempt, decision.reason)
            case Step.NOTHING:
                if AttemptStatus(attempt.status).is_live:
                    attempt.next_check_at = _next_check(ctx.now, attempt)
    return decision.step


def _pay(ctx: Context, uow: UnitOfWork, order: Order, attempt: PaymentAttempt, facts: ProviderFacts) -> None:
    payment = _book_payment(ctx, uow, order, attempt, facts)
    before, order.status, order.paid_at = order.status, OrderStatus.PAID.value, ctx.now
    record(ctx, uow, "order_paid", ("order", order.id), before={"status": before}, after={"status": order.status})
    mentor = require_mentor(uow, order.mentor_id)
    terms = PackTerms(order.product_name, order.sessions, order.session_minutes, order.validity_days)
    try:
        pack = grant(
            ctx, uow, mentor, order.student_id, terms, f"grant:{order.id}", order_id=order.id, reason="Purchase"
        )
    except SoldOut:
        _promise_refund(ctx, uow, order, payment, RefundReason.SOLD_OUT)
        return
    data = {"order_id": str(order.id), "pack_id": str(pack.id)}
    notify(ctx, uow, order.student_id, NoticeKind.PURCHASE, order.id, data)
    notify(ctx, uow, mentor.user_id, NoticeKind.SOLD, order.id, data)


def _await_money(ctx: Context, uow: UnitOfWork, order: Order, attempt: PaymentAttempt) -> None:
    """A delayed method keeps the seat until its result, as far as there still is one."""
    attempt.status = AttemptStatus.PROCESSING.value
    attempt.next_check_at = _next_check(ctx.now, attempt)
    if OrderStatus(order.status).has_money:
        return
    before, order.status = order.status, OrderStatus.PROCESSING.value
    record(ctx, uow, "order_processing", ("order", order.id), before={"status": before}, after={"status": order.status})
    mentor = require_mentor(uow, order.mentor_id)
    if has_room(ctx, uow, mentor, order.student_id):
        order.hold_expires_at = ctx.now + policy(uow, mentor).delayed_payment_hold
        seat = seat_state(uow.seats.get(mentor.id, order.student_id))
        change_seat(ctx, uow, mentor.id, order.student_id, seat.held(order.hold_expires_at), "seat_held")


def _book_payment(
    ctx: Context, uow: UnitOfWork, order: Order, attempt: PaymentAttempt, facts: ProviderFacts
) -> Payment:
    attempt.status = AttemptStatus.PAID.value
    attempt.payment_ref = facts.payment_reference
    attempt.next_check_at = None
    payment = Payment(
        order_id=order.id,
        attempt_id=attempt.id,
        provider=attempt.provider,
        payment_ref=facts.payment_reference or facts.reference,
        amount_minor=facts.amount.minor,
        currency=facts.amount.currency,
        paid_at=ctx.now,
    )
    uow.orders.add(payment)
    return payment


def _promise_refund(ctx: Context, uow: UnitOfWork, order: Order, payment: Payment, reason: RefundReason) -> None:
    """Promise to pay everything back; the job that does it carries the refund's id as idempotency key."""
    refund = Refund(
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
    notify(ctx, uow, order.student_id, _REFUND_NOTICES[reason], refund.id, data)
    uow.enqueue("refund_payment", refund.id)
    touch_pair(uow, order.mentor_id, order.student_id)


def _close_attempt(ctx: Context, uow: UnitOfWork, order: Order, attempt: PaymentAttempt, status: AttemptStatus) -> None:
    attempt.status = status.value
    attempt.next_check_at = None
    if not OrderStatus(order.status).is_open or uow.orders.live_attempts(order.id):
        return
    closed = OrderStatus.FAILED if status is AttemptStatus.FAILED else OrderStatus.EXPIRED
    before, order.status = order.status, closed.value
    record(
        ctx,
        uow,
        f"order_{closed.value}",
        ("order", order.id),
        before={"status": before},
        after={"status": closed.value},
    )
    end_hold(ctx, uow, order)
    if closed is OrderStatus.FAILED:
        notify(ctx, uow, order.student_id, NoticeKind.PAYMENT_FAILED, order.id, {"order_id": str(order.id)})
    touch_pair(uow, order.mentor_id, order.student_id)


def _flag(ctx: Context, uow: UnitOfWork, order: Order, attempt: PaymentAttempt, reason: str) -> None:
    attempt.next_check_at = None
    if not order.review:
        order.review = reason
        record(ctx, uow, "order_flagged", ("order", order.id), after={"review": reason})


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
        facts = ctx.payments.refund(
            payment.payment_ref, Money(refund.amount_minor, refund.currency), key=f"refund:{refund.id}"
        )
    else:
        facts = ctx.payments.read_refund(refund.refund_ref)
    return _apply_refund(ctx, refund_id, facts)


def _apply_refund(ctx: Context, refund_id: UUID, facts: RefundFacts) -> str:
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
