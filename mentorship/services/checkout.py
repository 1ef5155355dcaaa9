"""Checkout: hold the seat, open the hosted page, give up, and look at an order."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from mentorship.db.models import Mentor, Order, PaymentAttempt, Product, Refund, User
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.errors import (
    LinkInvalid,
    NotForSale,
    NotFound,
    OrderClosed,
    SoldOut,
)
from mentorship.domain.money import Money
from mentorship.domain.orders import AttemptStatus, OrderStatus, RefundReason
from mentorship.domain.terms import TERMS_VERSION
from mentorship.domain.waitlist import EntryStatus
from mentorship.gateways.ports import CheckoutRequest, PaymentProvider
from mentorship.schemas.checkout import CheckoutStarted, OrderView
from mentorship.services import links
from mentorship.services.arguments import CodeText, ProviderName, RequestKey
from mentorship.services.context import Context
from mentorship.services.policies import policy
from mentorship.services.pricing import Priced, find_promotion, give_back_lapsed_uses, limit_codes, price_for
from mentorship.services.record import record
from mentorship.services.refunds import is_owed
from mentorship.services.seats import end_hold, hold_seat, is_on_sale_to, require_mentor
from mentorship.services.settling import close_pages, complete_order, expire_attempt, sync_attempt
from mentorship.services.texts import amount
from mentorship.services.tills import require_fit
from mentorship.services.use_case import use_case

CANCEL_LINK_LASTS = timedelta(hours=24)
FIRST_CHECK = timedelta(minutes=2)
SHORTEST_CHECKOUT = timedelta(minutes=30, seconds=20)
"""Stripe refuses a session that would end sooner than 30 minutes after it is created."""


@dataclass(frozen=True, slots=True)
class _Opened:
    mentor_id: UUID
    attempt: PaymentAttempt
    request: CheckoutRequest


@dataclass(frozen=True, slots=True)
class _Purchase:
    """What somebody asks for."""

    product_id: UUID
    till: PaymentProvider
    code: str
    request_key: str | None


class _OtherCode(Exception):
    """The unpaid order carries another code than the one that is asked for now."""

    def __init__(self, order_id: UUID) -> None:
        super().__init__(order_id)
        self.order_id = order_id


@use_case(Access.STUDENT)
def start_checkout(
    ctx: Context,
    *,
    product_id: UUID,
    provider: ProviderName = "stripe",
    code: CodeText = "",
    request_key: RequestKey | None = None,
) -> CheckoutStarted:
    """Hold the seat and open a hosted checkout. Coming back to an unpaid order leads to the same checkout.

    Choosing another provider closes the checkout at the former one. With another code than before, the former order is
    given up and its page closed, so that nobody can pay a price that is not asked any more. Where a code leaves nothing
    to pay, the order is settled at once, without the provider.

    Raises:
        NotForSale: the product is not on sale.
        ProviderNotOffered: one cannot pay this way here, or not this amount.
        CodeRefused: the code does not work here; ``code`` says why.
        TooManyTries: the caller has tried too many codes.
        SoldOut: every seat is taken or held by somebody else, or people wait for those that are free.
        OrderClosed: the request key belongs to an order that is settled or closed.
        PaidMeanwhile: the order that another code was meant for has been paid.
        ProviderUnavailable: nothing was charged; the same checkout may be tried again.
        ProviderRefused: the provider does not accept it.
    """
    till = ctx.provider(provider)
    if code.strip():
        limit_codes(ctx, code)
        give_back_lapsed_uses(ctx, code)
    purchase = _Purchase(product_id, till, code, request_key)
    try:
        opened = _open(ctx, purchase)
    except _OtherCode as other:
        close_pages(ctx, other.order_id)
        opened = _open(ctx, purchase, instead_of=other.order_id)
    if isinstance(opened, Order):
        return CheckoutStarted(opened.id, f"{ctx.site.public_url}/checkout/success?order={opened.id}", ctx.now)
    attempt = opened.attempt
    if attempt.hosted_url is None:
        hosted = till.create_checkout(opened.request)
        with ctx.begin() as uow:
            uow.lock(opened.mentor_id, ctx.user_id)
            attempt = uow.orders.attempt(opened.attempt.id) or opened.attempt
            attempt.provider_ref = hosted.reference
            attempt.hosted_url = hosted.url
            if attempt.status == AttemptStatus.CREATED.value:
                attempt.status = AttemptStatus.OPEN.value
            attempt.next_check_at = ctx.now + FIRST_CHECK
    return CheckoutStarted(attempt.order_id, attempt.hosted_url or "", attempt.expires_at)


def _open(ctx: Context, purchase: _Purchase, instead_of: UUID | None = None) -> _Opened | Order:
    """The attempt to pay by, or an order that is settled because there is nothing to pay."""
    with ctx.begin() as uow:
        product = uow.catalog.product(purchase.product_id)
        mentor = uow.catalog.mentor(product.mentor_id) if product else None
        if product is None or mentor is None or not product.is_active or not mentor.is_listed:
            raise NotForSale()
        student = uow.people.users([ctx.user_id])[ctx.user_id]
        promotion = find_promotion(uow, purchase.code)
        uow.lock(mentor.id, student.id, *([promotion.id] if promotion else []))
        order = _unpaid_order(ctx, uow, purchase)
        if order is not None and order.promotion_id != (promotion.id if promotion else None):
            if order.id != instead_of:
                raise _OtherCode(order.id)
            _give_way(ctx, uow, order)
            order = None
        if order is not None:
            if order.amount_minor == 0:
                return order
            require_fit(purchase.till, Money(order.amount_minor, order.currency))
            if order.hold_expires_at <= ctx.now and promotion:
                price_for(ctx, uow, product, student.id, promotion, besides=order.id)
            for attempt in uow.orders.live_attempts(order.id):
                if attempt.provider == purchase.till.name and _may_continue(ctx, attempt):
                    return _Opened(mentor.id, attempt, _request(ctx, order, attempt, student))
        if not is_on_sale_to(ctx, uow, mentor, student.id):
            raise SoldOut(fix="Join the waitlist: a seat that is given up is offered to the next in line.")
        if order is None:
            priced = price_for(ctx, uow, product, student.id, promotion)
            require_fit(purchase.till, priced.price.total)
            order = _new_order(ctx, uow, product, mentor, purchase.request_key, priced)
        if order.amount_minor == 0:
            complete_order(ctx, uow, order)
            return order
        attempt = _new_attempt(ctx, uow, mentor, order, purchase.till)
        return _Opened(mentor.id, attempt, _request(ctx, order, attempt, student))


def _unpaid_order(ctx: Context, uow: UnitOfWork, purchase: _Purchase) -> Order | None:
    """The order to continue. One that cost nothing is settled; its own request key still leads to it."""
    key = purchase.request_key
    if key and (order := uow.orders.by_request(f"{ctx.user_id}:{key}")) is not None:
        if order.status != OrderStatus.PENDING.value and not _is_the_same(uow, order, purchase):
            raise OrderClosed()
        return order
    return uow.orders.pending(ctx.user_id, purchase.product_id)


def _is_the_same(uow: UnitOfWork, order: Order, purchase: _Purchase) -> bool:
    """Whether a settled order that cost nothing is what is asked for once more."""
    promotion = find_promotion(uow, purchase.code)
    is_free = order.amount_minor == 0 and OrderStatus(order.status).has_money
    return is_free and promotion is not None and order.promotion_id == promotion.id


def _give_way(ctx: Context, uow: UnitOfWork, order: Order) -> None:
    """Give up an order whose pages are closed, for another one that keeps its seat and takes over its request key."""
    for attempt in uow.orders.live_attempts(order.id):
        attempt.status, attempt.next_check_at = AttemptStatus.EXPIRED.value, None
    before, order.status = order.status, OrderStatus.CANCELED.value
    order.request_key = None
    record(ctx, uow, "order_canceled", ("order", order.id), before={"status": before}, after={"status": order.status})


def _new_attempt(ctx: Context, uow: UnitOfWork, mentor: Mentor, order: Order, till: PaymentProvider) -> PaymentAttempt:
    until = ctx.now + policy(uow, mentor).checkout_hold
    order.hold_expires_at = until
    attempt = PaymentAttempt(
        order_id=order.id,
        provider=till.name,
        created_at=ctx.now,
        expires_at=until,
        next_check_at=ctx.now + FIRST_CHECK,
    )
    _close_former(ctx, uow, order)
    uow.orders.add(attempt)
    hold_seat(ctx, uow, mentor.id, order.student_id, until)
    return attempt


def _close_former(ctx: Context, uow: UnitOfWork, order: Order) -> None:
    """Promise to close what the buyer turns away from, so that one order is open in one place."""
    for attempt in uow.orders.live_attempts(order.id):
        attempt.expires_at = attempt.next_check_at = ctx.now
        uow.enqueue("check_attempt", attempt.id, key=f"check_attempt:{attempt.id}:left")


def _may_continue(ctx: Context, attempt: PaymentAttempt) -> bool:
    if attempt.hosted_url is not None:
        return attempt.expires_at > ctx.now
    return attempt.expires_at - ctx.now >= SHORTEST_CHECKOUT


def _new_order(
    ctx: Context, uow: UnitOfWork, product: Product, mentor: Mentor, request_key: str | None, priced: Priced
) -> Order:
    price, promotion = priced.price, priced.promotion
    order = Order(
        student_id=ctx.user_id,
        mentor_id=mentor.id,
        product_id=product.id,
        product_name=product.name,
        sessions=product.sessions,
        session_minutes=product.session_minutes,
        validity_days=product.validity_days,
        amount_minor=price.total.minor,
        original_minor=price.original.minor,
        currency=product.currency,
        promotion_id=promotion.id if promotion else None,
        promotion_code=promotion.code if promotion else "",
        request_key=f"{ctx.user_id}:{request_key}" if request_key else None,
        terms_version=TERMS_VERSION,
        created_at=ctx.now,
        hold_expires_at=ctx.now,
    )
    uow.orders.add(order)
    after = {"amount": price.total.minor} | ({"code": promotion.code} if promotion else {})
    record(ctx, uow, "order_opened", ("order", order.id), after=after)
    return order


def _request(ctx: Context, order: Order, attempt: PaymentAttempt, student: User) -> CheckoutRequest:
    site = ctx.site
    link = links.sign(site.signing_key, "cancel", order.id, attempt.expires_at + CANCEL_LINK_LASTS)
    return CheckoutRequest(
        attempt_id=attempt.id,
        order_id=order.id,
        amount=Money(order.amount_minor, order.currency),
        description=order.product_name,
        email=student.email,
        expires_at=attempt.expires_at,
        success_url=f"{site.api_url}/api/checkout/success?order={order.id}",
        cancel_url=f"{site.api_url}/api/checkout/cancel?link={link}",
    )


@use_case(Access.PUBLIC)
def cancel_checkout(ctx: Context, *, link: str) -> OrderView:
    """Give up an unpaid order by its signed link: close the provider's page, then free the seat.

    An order that turns out to be paid stays paid.

    Raises:
        LinkInvalid: the link is not ours or has expired.
        ProviderUnavailable: the page could not be closed; the hold lapses by itself.
    """
    try:
        order_id = links.read(ctx.site.signing_key, "cancel", link[:256], ctx.now)
    except (ValueError, OverflowError, OSError) as error:
        raise LinkInvalid() from error
    return _cancel(ctx, order_id)


@use_case(Access.STUDENT)
def cancel_order(ctx: Context, *, order_id: UUID) -> OrderView:
    """Give up one's own unpaid order. See :func:`cancel_checkout`.

    Raises:
        NotFound: there is no such order of the caller's.
        ProviderUnavailable: the page could not be closed; the hold lapses by itself.
    """
    with ctx.begin(read_only=True) as uow:
        _own_order(ctx, uow, order_id)
    return _cancel(ctx, order_id)


def _cancel(ctx: Context, order_id: UUID) -> OrderView:
    with ctx.begin(read_only=True) as uow:
        order = uow.orders.get(order_id)
        if order is None:
            raise LinkInvalid()
        attempts = uow.orders.live_attempts(order_id) if order.status == OrderStatus.PENDING.value else []
    for attempt in attempts:
        if attempt.provider_ref is not None:
            expire_attempt(ctx, attempt.id, attempt.provider, attempt.provider_ref)
    with ctx.begin() as uow:
        uow.lock(order.mentor_id, order.student_id)
        order = uow.orders.get(order_id) or order
        if order.status in (OrderStatus.PENDING.value, OrderStatus.EXPIRED.value):
            _close(ctx, uow, order)
        return order_view(ctx, uow, order)


def _close(ctx: Context, uow: UnitOfWork, order: Order) -> None:
    before = order.status
    order.status = OrderStatus.CANCELED.value
    record(ctx, uow, "order_canceled", ("order", order.id), before={"status": before}, after={"status": order.status})
    end_hold(ctx, uow, order)


@use_case(Access.SIGNED_IN)
def get_order(ctx: Context, *, order_id: UUID) -> OrderView:
    """One's own order as it stands in our books; reading it changes nothing.

    Raises:
        NotFound: there is no such order of the caller's.
    """
    with ctx.begin(read_only=True) as uow:
        return order_view(ctx, uow, _own_order(ctx, uow, order_id))


@use_case(Access.SIGNED_IN)
def verify_checkout(ctx: Context, *, order_id: UUID) -> OrderView:
    """One's own order after asking the provider how the payment stands, so that a lost delivery costs no waiting.

    Raises:
        NotFound: there is no such order of the caller's.
    """
    with ctx.begin(read_only=True) as uow:
        order = _own_order(ctx, uow, order_id)
        attempts = uow.orders.live_attempts(order.id)
    system = ctx.deps.system()
    for attempt in attempts:
        sync_attempt(system, attempt_id=attempt.id)
    with ctx.begin(read_only=True) as uow:
        return order_view(ctx, uow, _own_order(ctx, uow, order_id))


@use_case(Access.SIGNED_IN)
def my_orders(ctx: Context) -> list[OrderView]:
    """The caller's orders, newest first."""
    with ctx.begin(read_only=True) as uow:
        return [order_view(ctx, uow, order) for order in uow.orders.of_student(ctx.user_id)]


def _own_order(ctx: Context, uow: UnitOfWork, order_id: UUID) -> Order:
    order = uow.orders.get(order_id)
    if order is None or not (ctx.actor.is_admin or order.student_id == ctx.actor.user_id):
        raise NotFound()
    return order


def order_view(ctx: Context, uow: UnitOfWork, order: Order) -> OrderView:
    """An order as its owner sees it."""
    mentor = require_mentor(uow, order.mentor_id)
    pack = uow.packs.of_order(order.id)
    refunds = [r for r in uow.orders.refunds(order.id) if is_owed(r, pack)]
    attempts = uow.orders.attempts(order.id)
    live = [a for a in attempts if AttemptStatus(a.status).is_live and a.expires_at > ctx.now and a.hosted_url]
    paid = [a for a in attempts if a.status == AttemptStatus.PAID.value]
    is_open = OrderStatus(order.status).is_open
    return OrderView(
        id=order.id,
        status=order.status,
        mentor_id=mentor.id,
        mentor_name=mentor.name,
        mentor_slug=mentor.slug,
        product_name=order.product_name,
        sessions=order.sessions,
        amount=amount(Money(order.amount_minor, order.currency), ctx.locale),
        original=amount(Money(order.original_minor, order.currency), ctx.locale),
        discount=amount(Money(order.original_minor - order.amount_minor, order.currency), ctx.locale),
        promotion_code=order.promotion_code,
        receipt=uow.receipts.number_of(order.id),
        created_at=order.created_at,
        paid_at=order.paid_at,
        seat_held_until=order.hold_expires_at if is_open and order.hold_expires_at > ctx.now else None,
        pack_id=pack.id if pack else None,
        refund=amount(Money(sum(r.amount_minor for r in refunds), order.currency), ctx.locale) if refunds else None,
        refund_reason=refunds[0].reason if refunds else "",
        hosted_url=live[0].hosted_url if live and is_open else None,
        product_id=order.product_id,
        provider=(paid or live or attempts)[0].provider if attempts else "",
        declined=bool(live and is_open and live[0].declines),
        is_first_in_line=_is_first_in_line(uow, order, refunds),
    )


def _is_first_in_line(uow: UnitOfWork, order: Order, refunds: list[Refund]) -> bool:
    """Whether the buyer waits before all others, because the seat was sold when the payment came."""
    if not any(refund.reason == RefundReason.SOLD_OUT.value for refund in refunds):
        return False
    entry = uow.waitlist.of_pair(order.mentor_id, order.student_id)
    return entry is not None and entry.is_first and entry.status == EntryStatus.WAITING.value
