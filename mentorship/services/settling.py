"""Settling: what a provider says about a checkout becomes orders, payments, packs and seats, exactly once."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from mentorship.db.models import Order, Payment, PaymentAttempt
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.errors import CheckoutGone, PaidMeanwhile, ProviderRefused, ProviderUnavailable, SoldOut
from mentorship.domain.money import Money
from mentorship.domain.notices import NoticeKind
from mentorship.domain.orders import AttemptStatus, OrderStatus, RefundReason
from mentorship.domain.settle import Expected, ProviderFacts, ProviderState, Step, settle
from mentorship.services.context import Context
from mentorship.services.notifications import notify
from mentorship.services.packs import PackTerms, grant
from mentorship.services.policies import policy
from mentorship.services.record import record
from mentorship.services.refunds import promise_repayment
from mentorship.services.seats import end_hold, has_room, hold_seat, require_mentor, touch_pair
from mentorship.services.use_case import use_case

CHECK_AFTER = (timedelta(minutes=2), timedelta(minutes=4), timedelta(minutes=8), timedelta(minutes=16))
CAPTURE_TAKES = timedelta(minutes=5)
"""How long a seat is kept at least for a capture that is under way."""


@use_case(Access.SYSTEM)
def sync_attempt(ctx: Context, *, attempt_id: UUID) -> str:
    """Ask the provider how an attempt stands and settle it. Delivery, return page and reconciliation all end here.

    An open checkout that nobody may pay any more is closed. A provider that does not answer changes nothing but the
    time of the next look. A capture that was declined is not tried again before the buyer has chosen anew.
    """
    with ctx.begin(read_only=True) as uow:
        attempt = uow.orders.attempt(attempt_id)
        order = uow.orders.get(attempt.order_id) if attempt else None
    if attempt is None or order is None or attempt.status == AttemptStatus.PAID.value:
        return "done"
    if attempt.provider_ref is None:
        return _give_up_unanswered(ctx, attempt)
    unwanted = attempt.expires_at <= ctx.now or OrderStatus(order.status).has_money
    try:
        if unwanted and attempt.status == AttemptStatus.OPEN.value:
            return expire_attempt(ctx, attempt_id, attempt.provider, attempt.provider_ref).value
        captures = not attempt.declines
        return settle_checkout(ctx, attempt_id, attempt.provider, attempt.provider_ref, captures=captures).value
    except (ProviderUnavailable, ProviderRefused) as error:
        _look_again(ctx, attempt_id)
        return error.code


def settle_checkout(ctx: Context, attempt_id: UUID, provider: str, reference: str, *, captures: bool = True) -> Step:
    """Read a checkout at its provider and settle it. One that the buyer has approved is captured, if we still may.

    Raises:
        ProviderUnavailable: nothing is known; look again later.
        ProviderRefused: the provider does not let us look.
    """
    till = ctx.provider(provider)
    try:
        facts = till.read_checkout(reference).facts
    except CheckoutGone:
        return _close_forgotten(ctx, attempt_id)
    if facts.state is ProviderState.APPROVED and not captures:
        facts = replace(facts, state=ProviderState.OPEN)
    step = apply_facts(ctx, attempt_id, facts)
    if step is Step.CAPTURE:
        step = apply_facts(ctx, attempt_id, till.capture(reference, key=_capture_key(ctx, attempt_id)).facts)
    return step


def expire_attempt(ctx: Context, attempt_id: UUID, provider: str, reference: str) -> Step:
    """Close a checkout at its provider and settle it as it stands then: it may have been paid.

    Raises:
        ProviderUnavailable: it could not be closed.
        ProviderRefused: the provider does not let us.
    """
    try:
        facts = ctx.provider(provider).expire_checkout(reference).facts
    except CheckoutGone:
        return _close_forgotten(ctx, attempt_id)
    return apply_facts(ctx, attempt_id, facts)


def _capture_key(ctx: Context, attempt_id: UUID) -> str:
    """The same for every try to take the same approval, and another one after a decline."""
    with ctx.begin(read_only=True) as uow:
        attempt = uow.orders.attempt(attempt_id)
        return f"capture:{attempt_id}:{attempt.declines if attempt else 0}"


def _close_forgotten(ctx: Context, attempt_id: UUID) -> Step:
    """Close an unpaid attempt whose checkout the provider has forgotten. One with money under way is kept."""
    with ctx.begin() as uow:
        pair = uow.orders.pair_of(attempt_id)
        if pair is None:
            return Step.NOTHING
        uow.lock(*pair)
        order, attempt = uow.orders.with_attempt(attempt_id)
        if attempt.status == AttemptStatus.OPEN.value:
            _close_attempt(ctx, uow, order, attempt, AttemptStatus.EXPIRED)
            return Step.EXPIRE
        if AttemptStatus(attempt.status).is_live:
            attempt.next_check_at = _next_check(ctx.now, attempt)
        return Step.NOTHING


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
            attempt.provider_ref or "",
            Money(order.amount_minor, order.currency),
            ctx.deps.providers[attempt.provider].live,
        )
        decision = settle(OrderStatus(order.status), AttemptStatus(attempt.status), expected, facts)
        match decision.step:
            case Step.PAY:
                _pay(ctx, uow, order, attempt, facts)
            case Step.REFUND_DUPLICATE:
                payment = _book_payment(ctx, uow, order, attempt, facts)
                promise_repayment(ctx, uow, order, payment, RefundReason.DUPLICATE_PAYMENT)
            case Step.CAPTURE:
                return _allow_capture(ctx, uow, order, attempt)
            case Step.DECLINE:
                _note_decline(ctx, uow, order, attempt)
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


def close_pages(ctx: Context, order_id: UUID) -> None:
    """Close an unpaid order's pages at the providers; the order and its seat stay as they are.

    Raises:
        PaidMeanwhile: it has been paid, or is about to be.
        ProviderUnavailable: a page could not be closed.
    """
    with ctx.begin(read_only=True) as uow:
        attempts = [a for a in uow.orders.live_attempts(order_id) if a.provider_ref is not None]
    for attempt in attempts:
        try:
            facts = ctx.provider(attempt.provider).expire_checkout(attempt.provider_ref or "").facts
        except CheckoutGone:
            continue
        if facts.state in (ProviderState.PAID, ProviderState.PROCESSING):
            apply_facts(ctx, attempt.id, facts)
            raise PaidMeanwhile()


def _allow_capture(ctx: Context, uow: UnitOfWork, order: Order, attempt: PaymentAttempt) -> Step:
    """Whether the buyer's approved money may be taken: only with a seat, which is then kept until it is."""
    mentor = require_mentor(uow, order.mentor_id)
    if not has_room(ctx, uow, mentor, order.student_id):
        _close_attempt(ctx, uow, order, attempt, AttemptStatus.EXPIRED)
        return Step.EXPIRE
    until = max(order.hold_expires_at, ctx.now + CAPTURE_TAKES)
    if until > order.hold_expires_at:
        order.hold_expires_at = until
        hold_seat(ctx, uow, mentor.id, order.student_id, until)
    attempt.next_check_at = _next_check(ctx.now, attempt)
    return Step.CAPTURE


def _note_decline(ctx: Context, uow: UnitOfWork, order: Order, attempt: PaymentAttempt) -> None:
    """What the buyer chose to pay with was declined; the checkout stays open for something else."""
    attempt.declines += 1
    attempt.next_check_at = _next_check(ctx.now, attempt)
    record(ctx, uow, "payment_declined", ("order", order.id), after={"provider": attempt.provider})
    touch_pair(uow, order.mentor_id, order.student_id)


def _close_others(ctx: Context, uow: UnitOfWork, order: Order) -> None:
    """Promise to close the other checkouts of an order that has just been paid, so that nobody pays twice."""
    for other in uow.orders.live_attempts(order.id):
        other.next_check_at = ctx.now
        uow.enqueue("check_attempt", other.id, key=f"check_attempt:{other.id}:paid")


def _pay(ctx: Context, uow: UnitOfWork, order: Order, attempt: PaymentAttempt, facts: ProviderFacts) -> None:
    payment = _book_payment(ctx, uow, order, attempt, facts)
    try:
        complete_order(ctx, uow, order)
    except SoldOut:
        promise_repayment(ctx, uow, order, payment, RefundReason.SOLD_OUT)
        end_hold(ctx, uow, order)


def complete_order(ctx: Context, uow: UnitOfWork, order: Order) -> None:
    """Turn an order paid, with nothing left to pay: pack, seat, receipt and notices. Call it with the pair locked.

    Raises:
        SoldOut: the student has no seat and none is free; the order is paid all the same.
    """
    before, order.status, order.paid_at = order.status, OrderStatus.PAID.value, ctx.now
    record(ctx, uow, "order_paid", ("order", order.id), before={"status": before}, after={"status": order.status})
    uow.enqueue("issue_receipt", order.id)
    _close_others(ctx, uow, order)
    mentor = require_mentor(uow, order.mentor_id)
    terms = PackTerms(order.product_name, order.sessions, order.session_minutes, order.validity_days)
    pack = grant(ctx, uow, mentor, order.student_id, terms, f"grant:{order.id}", order_id=order.id, reason="Purchase")
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
        hold_seat(ctx, uow, mentor.id, order.student_id, order.hold_expires_at)


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
        fee_minor=facts.fee_minor,
        currency=facts.amount.currency,
        paid_at=ctx.now,
    )
    uow.orders.add(payment)
    return payment


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
