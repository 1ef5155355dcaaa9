"""Orders for those who oversee: looked up by anything, read as a history, asked about, and cleared of a flag."""

import math
from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from mentorship.db.models import Order, PaymentAttempt
from mentorship.db.oversight import OrderQuery
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.errors import DomainError, NotFound
from mentorship.domain.money import Money
from mentorship.domain.orders import AttemptStatus, OrderStatus
from mentorship.gateways.ports import EventTopic
from mentorship.schemas.oversight import OrderFile, OrderPage, OrderRow
from mentorship.services.arguments import Instant, WrittenReason
from mentorship.services.context import Context
from mentorship.services.deliveries import look_into
from mentorship.services.order_history import history
from mentorship.services.reconciliation import finding_views
from mentorship.services.record import record
from mentorship.services.settling import sync_attempt
from mentorship.services.texts import amount, provider_name
from mentorship.services.use_case import use_case

ON_A_PAGE = 25
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=255)]
PageNumber = Annotated[int, Field(ge=1, le=100_000)]


@use_case(Access.ADMIN)
def find_orders(
    ctx: Context,
    *,
    words: Words = "",
    status: OrderStatus | None = None,
    provider: Annotated[str, StringConstraints(max_length=16)] = "",
    under_review: bool = False,
    since: Instant | None = None,
    until: Instant | None = None,
    page: PageNumber = 1,
) -> OrderPage:
    """Orders, newest first, by student, order, reference of a provider, promotion code, state, provider and date.

    ``since`` is included and ``until`` is not.
    """
    status_name = status.value if status else ""
    query = OrderQuery(words.replace("\0", ""), status_name, provider, under_review, since, until)
    with ctx.begin(read_only=True) as uow:
        orders, total = uow.oversight.orders(query, skip=(page - 1) * ON_A_PAGE, limit=ON_A_PAGE)
        return OrderPage(order_rows(uow, orders), total, page, max(1, math.ceil(total / ON_A_PAGE)))


@use_case(Access.ADMIN)
def order_file(ctx: Context, *, order_id: UUID) -> OrderFile:
    """One order with everything that ever happened to it.

    Raises:
        NotFound: there is no such order.
    """
    with ctx.begin(read_only=True) as uow:
        order = _order(uow, order_id)
        return OrderFile(
            order=order_rows(uow, [order])[0],
            references=[
                f"{provider} {reference}" for provider, reference in sorted(uow.oversight.references(order.id))
            ],
            history=history(uow, order),
            findings=finding_views(uow, uow.reconciliation.of_order(order.id)),
        )


@use_case(Access.ADMIN)
def ask_provider(ctx: Context, *, order_id: UUID) -> list[str]:
    """Ask each provider how the order's checkouts and refunds stand, and settle what it says; a sentence for each.

    Raises:
        NotFound: there is no such order.
    """
    with ctx.begin() as uow:
        order = _order(uow, order_id)
        attempts = uow.orders.attempts(order_id)
        record(ctx, uow, "provider_asked", ("order", order.id))
    before = order.status
    answers = [f"{provider_name(attempt.provider)}: {_ask(ctx, attempt)}" for attempt in reversed(attempts)]
    with ctx.begin(read_only=True) as uow:
        after = _order(uow, order_id).status
    if before != after:
        answers.append(f"The order was {before.replace('_', ' ')} and is {after.replace('_', ' ')} now.")
    return answers or ["No checkout was ever opened for this order."]


def _ask(ctx: Context, attempt: PaymentAttempt) -> str:
    provider, reference = attempt.provider, attempt.provider_ref
    if reference is None:
        return "never answered when the checkout was to be opened."
    system = ctx.deps.system()
    try:
        if attempt.status != AttemptStatus.PAID.value:
            answer = sync_attempt(system, attempt_id=attempt.id).replace("_", " ")
            return f"the checkout was {attempt.status}; asked again, the answer is {answer}."
        if attempt.payment_ref is None:
            known = look_into(system, provider, EventTopic.CHECKOUT, reference)
        else:
            known = look_into(system, provider, EventTopic.PAYMENT, attempt.payment_ref)
    except DomainError as refusal:
        return f"no answer. {refusal}"
    return "paid; its refunds are up to date." if known else "paid, but not every refund there could be matched."


@use_case(Access.ADMIN)
def clear_review(ctx: Context, *, order_id: UUID, reason: WrittenReason) -> OrderRow:
    """Take an order off the review list, with a written reason.

    Raises:
        NotFound: there is no such order, or it is not on the list.
    """
    with ctx.begin() as uow:
        order = _order(uow, order_id)
        uow.lock(order.mentor_id, order.student_id)
        if not order.review:
            raise NotFound("This order is not under review.")
        before, order.review = order.review, ""
        record(ctx, uow, "review_cleared", ("order", order.id), before={"review": before}, after={"reason": reason})
        return order_rows(uow, [order])[0]


def order_rows(uow: UnitOfWork, orders: Sequence[Order]) -> list[OrderRow]:
    """Orders as admins see them."""
    ids = [o.id for o in orders]
    students, mentors = (
        uow.people.users([o.student_id for o in orders]),
        uow.catalog.mentors([o.mentor_id for o in orders]),
    )
    money, providers = uow.oversight.money(ids), uow.oversight.providers(ids)

    def row(order: Order) -> OrderRow:
        paid, refunded = money.get(order.id, (0, 0))
        student = students[order.student_id]
        return OrderRow(
            id=order.id,
            student=student.name,
            email=student.email,
            mentor=mentors[order.mentor_id].name,
            product=order.product_name,
            providers=providers[order.id],
            amount=amount(Money(order.amount_minor, order.currency)),
            paid=amount(Money(paid, order.currency)),
            refunded=amount(Money(refunded, order.currency)),
            code=order.promotion_code,
            status=order.status,
            review=order.review,
            created_at=order.created_at,
        )

    return [row(order) for order in orders]


def _order(uow: UnitOfWork, order_id: UUID) -> Order:
    order = uow.orders.get(order_id)
    if order is None:
        raise NotFound("There is no such order.")
    return order
