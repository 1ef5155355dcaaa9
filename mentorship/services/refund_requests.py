"""Refunds before they are carried out: quoting, asking, withdrawing, deciding, and what to do about a failed one."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from mentorship.db.models import Order, Pack, Payment, Refund
from mentorship.db.packs import balance
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.booking import By
from mentorship.domain.credits import Entry
from mentorship.domain.errors import NotAllowed, NotFound, NothingToRefund, OrderDisputed, RefundNotOpen, RefundUnderWay
from mentorship.domain.money import Money
from mentorship.domain.notices import NoticeKind
from mentorship.domain.orders import RefundReason, RefundStatus
from mentorship.domain.refunds import Quote, Refundable, quote_refund
from mentorship.schemas.refunds import RefundQuote, RefundView
from mentorship.services.arguments import Reason, RequestKey, WrittenReason
from mentorship.services.bookings import after_credit_came_back
from mentorship.services.context import Context
from mentorship.services.notifications import notify
from mentorship.services.packs import move_credit
from mentorship.services.policies import policy
from mentorship.services.record import record
from mentorship.services.refund_credits import give_back
from mentorship.services.refund_views import quote_view, refund_view
from mentorship.services.refunds import REFUND_FAILED, about, new_refund, promise_refund, send, tell_admins, unflag
from mentorship.services.seats import activate_seat, require_mentor, settle_pair, touch_pair
from mentorship.services.use_case import use_case

AskedReason = Literal["unused", "full", "goodwill"]
Minor = Annotated[int, Field(ge=1, le=10**12)]


@use_case(Access.SIGNED_IN)
def quote_refund_of(
    ctx: Context, *, order_id: UUID, reason: AskedReason = "unused", amount_minor: Minor | None = None
) -> RefundQuote:
    """What a refund of an order would pay back and take now; students are quoted their unused credits.

    Raises:
        NotFound: there is no such paid order of the caller's.
        NotAllowed: a student asks for more than the unused credits.
        OrderDisputed: the provider decides about the money now.
        RefundUnderWay: a refund of this order is already asked for or on its way.
        NothingToRefund: it would pay nothing.
        RefundTooLarge: a goodwill amount is not less than what is left.
    """
    with ctx.begin(read_only=True) as uow:
        order, payment, pack = _load(ctx, uow, order_id)
        wanted = RefundReason(reason)
        if wanted is not RefundReason.UNUSED and not ctx.actor.is_admin:
            raise NotAllowed()
        of, quoted = _quote(ctx, uow, order, payment, pack, wanted, amount_minor)
        return quote_view(ctx, uow, order, wanted, of, quoted)


@use_case(Access.STUDENT)
def request_refund(
    ctx: Context, *, order_id: UUID, reason: Reason = "", request_key: RequestKey | None = None
) -> RefundView:
    """Ask for the unused credits of one's own order to be paid back; they are frozen until it is decided.

    Where the policy asks for nobody's approval it is on its way at once. A repeated request key asks once. Raises what
    :func:`quote_refund_of` raises.
    """
    with ctx.begin() as uow:
        order, payment, pack = _lock(ctx, uow, order_id)
        key = f"ask:{order.id.hex}:{request_key}" if request_key else ""
        if key and (done := uow.refunds.by_key(key)) is not None:
            return refund_view(ctx, uow, done)
        _, quoted = _quote(ctx, uow, order, payment, pack, RefundReason.UNUSED, None)
        mentor = require_mentor(uow, order.mentor_id)
        refund = _refund(ctx, order, payment, RefundReason.UNUSED, quoted, key)
        refund.note, refund.requested_by = reason, ctx.user_id
        if policy(uow, mentor).refund_needs_approval:
            refund.status = RefundStatus.REQUESTED.value
        promise_refund(ctx, uow, order, refund, pack)
        if refund.status == RefundStatus.REQUESTED.value:
            tell_admins(ctx, uow, NoticeKind.REFUND_REQUESTED, refund.id, about(order, refund), mentor.user_id)
        return refund_view(ctx, uow, refund)


@use_case(Access.STUDENT)
def withdraw_refund(ctx: Context, *, refund_id: UUID) -> RefundView:
    """Take one's own request back, as long as nobody has decided it; the credits can be booked again.

    Raises:
        NotFound: there is no such refund of the caller's.
        RefundNotOpen: it has been decided.
    """
    with ctx.begin() as uow:
        refund, order = _request(ctx, uow, refund_id, for_student=True)
        refund.status = RefundStatus.WITHDRAWN.value
        _release(ctx, uow, order, refund, "The refund was withdrawn", is_ours=False)
        return refund_view(ctx, uow, refund)


@use_case(Access.MENTOR_OR_ADMIN)
def approve_refund(ctx: Context, *, refund_id: UUID) -> RefundView:
    """Agree to a request: the refund is on its way, just as it was quoted.

    Raises:
        NotFound: there is no such refund of the caller's students.
        RefundNotOpen: it has been decided or withdrawn.
        OrderDisputed: the provider decides about the money now.
    """
    with ctx.begin() as uow:
        refund, order = _request(ctx, uow, refund_id)
        if uow.disputes.open_of(refund.payment_id):
            raise OrderDisputed()
        refund.status = RefundStatus.PENDING.value
        refund.decided_by, refund.decided_at = ctx.actor.user_id, ctx.now
        after = {"amount": refund.amount_minor, "credits": refund.credits}
        record(ctx, uow, "refund_approved", ("order", order.id), after=after)
        send(ctx, uow, order, refund)
        touch_pair(uow, order.mentor_id, order.student_id)
        return refund_view(ctx, uow, refund)


@use_case(Access.MENTOR_OR_ADMIN)
def decline_refund(ctx: Context, *, refund_id: UUID, reason: WrittenReason) -> RefundView:
    """Decline a request with a written reason, which the student is told; the credits can be booked again.

    Raises:
        NotFound: there is no such refund of the caller's students.
        RefundNotOpen: it has been decided or withdrawn.
    """
    with ctx.begin() as uow:
        refund, order = _request(ctx, uow, refund_id)
        refund.status, refund.decision = RefundStatus.DECLINED.value, reason
        _release(ctx, uow, order, refund, "The refund was declined", is_ours=True)
        notify(ctx, uow, order.student_id, NoticeKind.REFUND_DECLINED, refund.id, about(order, refund))
        return refund_view(ctx, uow, refund)


@use_case(Access.ADMIN)
def refund_order(
    ctx: Context,
    *,
    order_id: UUID,
    reason: AskedReason,
    note: WrittenReason,
    request_key: RequestKey,
    amount_minor: Minor | None = None,
) -> RefundView:
    """Refund an order directly, as quoted: unused credits, all of it, or a goodwill amount. One key pays once.

    Raises what :func:`quote_refund_of` raises.
    """
    with ctx.begin() as uow:
        order, payment, pack = _lock(ctx, uow, order_id)
        key = f"admin:{order.id.hex}:{request_key}"
        if (done := uow.refunds.by_key(key)) is not None:
            return refund_view(ctx, uow, done)
        wanted = RefundReason(reason)
        _, quoted = _quote(ctx, uow, order, payment, pack, wanted, amount_minor)
        refund = _refund(ctx, order, payment, wanted, quoted, key)
        refund.note, refund.decided_by, refund.decided_at = note, ctx.actor.user_id, ctx.now
        promise_refund(ctx, uow, order, refund, pack)
        return refund_view(ctx, uow, refund)


@use_case(Access.ADMIN)
def retry_refund(ctx: Context, *, refund_id: UUID) -> RefundView:
    """Promise a failed refund again as a new one; credits that left with the first stay out.

    Raises:
        NotFound: there is no such refund.
        RefundNotOpen: it has not failed, or somebody has dealt with it.
        OrderDisputed: the provider decides about the money now.
        NothingToRefund: the payment has gone back in another way.
    """
    with ctx.begin() as uow:
        failed, order = _failed(uow, refund_id)
        payment = uow.orders.payment(failed.payment_id)
        if payment is None:
            raise NotFound()
        if uow.disputes.open_of(payment.id):
            raise OrderDisputed()
        reason, pack = RefundReason(failed.reason), uow.packs.of_order(order.id)
        if reason.takes_credits and not failed.credits:
            _, quoted = _quote(ctx, uow, order, payment, pack, reason, None)
            again = _refund(ctx, order, payment, reason, quoted, f"again:{failed.id}")
        else:
            minor = min(failed.amount_minor, _left(uow, payment))
            if minor <= 0:
                raise NothingToRefund()
            again = new_refund(order, payment, reason, minor, f"again:{failed.id}", ctx)
            again.credits, pack = failed.credits, None
        again.note, again.decided_by, again.decided_at = failed.note, ctx.actor.user_id, ctx.now
        _close_failed(ctx, uow, order, failed, "Tried again")
        promise_refund(ctx, uow, order, again, pack)
        return refund_view(ctx, uow, again)


@use_case(Access.ADMIN)
def drop_refund(ctx: Context, *, refund_id: UUID, reason: WrittenReason) -> RefundView:
    """Do not try a failed refund again, with a written reason: credits that left with it are granted anew.

    Raises:
        NotFound: there is no such refund.
        RefundNotOpen: it has not failed, or somebody has dealt with it.
        SoldOut: the student's seat has been sold meanwhile.
    """
    with ctx.begin() as uow:
        failed, order = _failed(uow, refund_id)
        drop_failed(ctx, uow, order, failed, reason)
        notify(ctx, uow, order.student_id, NoticeKind.REFUND_DECLINED, failed.id, about(order, failed))
        touch_pair(uow, order.mentor_id, order.student_id)
        return refund_view(ctx, uow, failed)


def drop_failed(ctx: Context, uow: UnitOfWork, order: Order, failed: Refund, reason: str) -> None:
    """Close a failed refund that will not be tried again: credits that left with it are granted anew.

    Call it with the pair locked.

    Raises:
        SoldOut: the student's seat has been sold meanwhile, and nothing was changed.
    """
    pack = uow.packs.of_order(order.id)
    if failed.credits and pack is not None:
        mentor = require_mentor(uow, order.mentor_id)
        activate_seat(ctx, uow, mentor, order.student_id)
        key = f"regrant:{failed.id}"
        move_credit(ctx, uow, pack.id, Entry.GRANT, key, credits=failed.credits, reason=reason)
        after_credit_came_back(ctx, uow, pack, policy(uow, mentor), By.MENTOR)
        settle_pair(ctx, uow, mentor, order.student_id)
    _close_failed(ctx, uow, order, failed, reason)


def _load(ctx: Context, uow: UnitOfWork, order_id: UUID) -> tuple[Order, Payment, Pack | None]:
    order = uow.orders.get(order_id)
    payment = uow.refunds.kept_payment(order_id) if order else None
    if order is None or not (ctx.actor.is_admin or order.student_id == ctx.actor.user_id):
        raise NotFound()
    if payment is None:
        raise NothingToRefund() if order.amount_minor == 0 and order.paid_at else NotFound()
    return order, payment, uow.packs.of_order(order_id)


def _lock(ctx: Context, uow: UnitOfWork, order_id: UUID) -> tuple[Order, Payment, Pack | None]:
    order, _, _ = _load(ctx, uow, order_id)
    uow.lock(order.mentor_id, order.student_id)
    return _load(ctx, uow, order_id)


def _quote(
    ctx: Context,
    uow: UnitOfWork,
    order: Order,
    payment: Payment,
    pack: Pack | None,
    reason: RefundReason,
    typed_minor: int | None,
) -> tuple[Refundable, Quote]:
    if uow.disputes.open_of(payment.id):
        raise OrderDisputed()
    others = uow.refunds.open_of(payment.id)
    if reason.takes_credits and any(RefundReason(r.reason).takes_credits for r in others):
        raise RefundUnderWay()
    packs = uow.packs.of_pair(order.mentor_id, order.student_id)
    till = ctx.deps.providers.get(payment.provider)
    of = Refundable(
        paid=Money(payment.amount_minor, payment.currency),
        left_minor=_left(uow, payment),
        bought=order.sessions,
        available=_usable(ctx, pack),
        reserved=pack.reserved if pack else 0,
        upcoming=len(uow.bookings.upcoming_of_pack(pack.id, ctx.now)) if pack else 0,
        elsewhere=sum(balance(p).open for p in packs if p.order_id != order.id),
        unit=till.unit(payment.currency) if till else 1,
    )
    return of, quote_refund(reason, of, typed_minor)


def _usable(ctx: Context, pack: Pack | None) -> int:
    """The pack's available credits, unless its time is over and they are about to expire."""
    if pack is None or (pack.expires_at is not None and pack.expires_at <= ctx.now):
        return 0
    return pack.available


def _left(uow: UnitOfWork, payment: Payment) -> int:
    return payment.amount_minor - payment.refunded_minor - uow.refunds.spoken_for(payment.id)


def _refund(ctx: Context, order: Order, payment: Payment, reason: RefundReason, quoted: Quote, key: str) -> Refund:
    refund = new_refund(order, payment, reason, quoted.amount.minor, key, ctx)
    refund.key = key or f"{reason.value}:{refund.id}"
    refund.credits = quoted.credits
    return refund


def _request(ctx: Context, uow: UnitOfWork, refund_id: UUID, *, for_student: bool = False) -> tuple[Refund, Order]:
    """A request that waits for its decision, with its pair locked: for its student, or for who decides about it."""
    refund = uow.orders.refund(refund_id)
    order = uow.orders.get(refund.order_id) if refund else None
    if refund is None or order is None:
        raise NotFound()
    decides = ctx.actor.is_admin or ctx.actor.is_system or order.mentor_id == ctx.actor.mentor_id
    if not (order.student_id == ctx.actor.user_id if for_student else decides):
        raise NotFound()
    uow.lock(order.mentor_id, order.student_id)
    if refund.status != RefundStatus.REQUESTED.value:
        raise RefundNotOpen()
    return refund, order


def _release(ctx: Context, uow: UnitOfWork, order: Order, refund: Refund, why: str, *, is_ours: bool) -> None:
    """Give a request's credits back. The time they were frozen counts against the pack only if the student took it."""
    refund.decided_by, refund.decided_at = ctx.actor.user_id, ctx.now
    after = {"status": refund.status, "reason": refund.decision}
    record(ctx, uow, f"refund_{refund.status}", ("order", order.id), after=after)
    pack = uow.packs.of_order(order.id)
    if pack is not None:
        give_back(ctx, uow, pack, refund.credits, refund.id, why, extends=is_ours)
    refund.credits = 0
    settle_pair(ctx, uow, require_mentor(uow, order.mentor_id), order.student_id)
    touch_pair(uow, order.mentor_id, order.student_id)


def _failed(uow: UnitOfWork, refund_id: UUID) -> tuple[Refund, Order]:
    refund = uow.orders.refund(refund_id)
    order = uow.orders.get(refund.order_id) if refund else None
    if refund is None or order is None:
        raise NotFound()
    uow.lock(order.mentor_id, order.student_id)
    if refund.status != RefundStatus.FAILED.value or refund.closed_at is not None:
        raise RefundNotOpen()
    return refund, order


def _close_failed(ctx: Context, uow: UnitOfWork, order: Order, failed: Refund, why: str) -> None:
    failed.closed_at, failed.decision = ctx.now, why
    record(ctx, uow, "refund_closed", ("order", order.id), after={"reason": why, "credits": failed.credits})
    others = [r for r in uow.orders.refunds(order.id) if r.status == RefundStatus.FAILED.value and not r.closed_at]
    if not others:
        unflag(ctx, uow, order, REFUND_FAILED)
