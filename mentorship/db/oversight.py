"""Reads across tables for those who oversee: looking up orders and deliveries, and everything about one order."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from mentorship.db.models import (
    Delivery,
    Dispute,
    Finding,
    InboxEvent,
    InboxState,
    Notification,
    Order,
    Payment,
    PaymentAttempt,
    Refund,
    User,
)


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """What orders are looked for by; what is empty does not narrow. ``since`` is included, ``until`` is not."""

    words: str = ""
    status: str = ""
    provider: str = ""
    under_review: bool = False
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventQuery:
    """What deliveries are looked for by; what is empty does not narrow."""

    state: str = ""
    provider: str = ""
    type: str = ""
    failed: bool = False


_FAILED = or_(InboxEvent.state == InboxState.UNMATCHED.value, InboxEvent.error != "")


class Oversight:
    def __init__(self, session: Session) -> None:
        self._db = session

    def orders(self, query: OrderQuery, *, skip: int, limit: int) -> tuple[Sequence[Order], int]:
        """Orders, newest first, and how many there are in all."""
        found = select(Order)
        if query.words:
            found = found.where(self._mentions(query.words))
        if query.status:
            found = found.where(Order.status == query.status)
        if query.provider:
            by = select(PaymentAttempt.order_id).where(PaymentAttempt.provider == query.provider)
            found = found.where(Order.id.in_(by))
        if query.under_review:
            found = found.where(Order.review != "")
        if query.since is not None:
            found = found.where(Order.created_at >= query.since)
        if query.until is not None:
            found = found.where(Order.created_at < query.until)
        return self._page(found, (Order.created_at.desc(), Order.id.desc()), skip, limit)

    def _mentions(self, words: str) -> Any:
        """A student's name or address, a number or reference of ours or a provider's, or a promotion code."""
        people = select(User.id).where(
            or_(User.name.icontains(words, autoescape=True), User.email.icontains(words, autoescape=True))
        )
        ways = [Order.student_id.in_(people), Order.promotion_code == words.upper()]
        for table, column in (
            (PaymentAttempt, PaymentAttempt.provider_ref),
            (PaymentAttempt, PaymentAttempt.payment_ref),
            (Refund, Refund.refund_ref),
            (Dispute, Dispute.dispute_ref),
        ):
            ways.append(Order.id.in_(select(table.order_id).where(column == words)))
        with suppress(ValueError):
            ways.append(Order.id == UUID(words))
        return or_(*ways)

    def _page(self, found: Select[Any], order: Sequence[Any], skip: int, limit: int) -> tuple[Sequence[Any], int]:
        return self._db.scalars(found.order_by(*order).offset(skip).limit(limit)).all(), self._count(found)

    def money(self, order_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
        """Paid and refunded minor units of each order."""
        rows = self._db.execute(
            select(Payment.order_id, func.sum(Payment.amount_minor), func.sum(Payment.refunded_minor))
            .where(Payment.order_id.in_(order_ids))
            .group_by(Payment.order_id)
        )
        return {order_id: (int(paid), int(refunded)) for order_id, paid, refunded in rows}

    def providers(self, order_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
        """The providers that each order was tried with."""
        found: dict[UUID, list[str]] = {order_id: [] for order_id in order_ids}
        rows = self._db.execute(
            select(PaymentAttempt.order_id, PaymentAttempt.provider)
            .where(PaymentAttempt.order_id.in_(order_ids))
            .distinct()
            .order_by(PaymentAttempt.provider)
        )
        for order_id, provider in rows:
            found[order_id].append(provider)
        return found

    def disputes(self, order_id: UUID) -> Sequence[Dispute]:
        return self._db.scalars(select(Dispute).where(Dispute.order_id == order_id).order_by(Dispute.opened_at)).all()

    def references(self, order_id: UUID) -> set[tuple[str, str]]:
        """Every provider's id for something of this order, each with its provider."""
        found: set[tuple[str, str]] = set()
        for table, column in (
            (PaymentAttempt, PaymentAttempt.provider_ref),
            (PaymentAttempt, PaymentAttempt.payment_ref),
            (Payment, Payment.payment_ref),
            (Refund, Refund.refund_ref),
            (Dispute, Dispute.dispute_ref),
        ):
            rows = self._db.execute(
                select(table.provider, column).where(table.order_id == order_id, column.is_not(None))
            )
            found |= {(provider, reference) for provider, reference in rows}
        return found

    def order_of(self, provider: str, reference: str) -> UUID | None:
        """The order that a provider's id belongs to."""
        for table, column in (
            (PaymentAttempt, PaymentAttempt.provider_ref),
            (PaymentAttempt, PaymentAttempt.payment_ref),
            (Refund, Refund.refund_ref),
            (Dispute, Dispute.dispute_ref),
        ):
            found: UUID | None = self._db.scalar(
                select(table.order_id).where(table.provider == provider, column == reference).limit(1)
            )
            if found is not None:
                return found
        return None

    def events(self, query: EventQuery, *, skip: int, limit: int) -> tuple[Sequence[InboxEvent], int]:
        """Deliveries, newest first, and how many there are in all."""
        found = select(InboxEvent)
        if query.failed:
            found = found.where(_FAILED)
        elif query.state:
            found = found.where(InboxEvent.state == query.state)
        if query.provider:
            found = found.where(InboxEvent.provider == query.provider)
        if query.type:
            found = found.where(InboxEvent.type.icontains(query.type, autoescape=True))
        return self._page(found, (InboxEvent.received_at.desc(), InboxEvent.id.desc()), skip, limit)

    def events_about(self, references: set[tuple[str, str]]) -> Sequence[InboxEvent]:
        """The deliveries about these things, in the order in which they came."""
        return [
            event
            for event in self._db.scalars(
                select(InboxEvent)
                .where(InboxEvent.object_ref.in_(sorted({reference for _, reference in references})))
                .order_by(InboxEvent.received_at, InboxEvent.id)
            )
            if (event.provider, event.object_ref) in references
        ]

    def notices(self, order: Order, pack_id: UUID | None) -> Sequence[tuple[Notification, Delivery, User]]:
        """The notices about an order or its pack, with their deliveries and their readers."""
        about = [Notification.data["order_id"].as_string() == str(order.id)]
        if pack_id is not None:
            about.append(Notification.data["pack_id"].as_string() == str(pack_id))
        rows = self._db.execute(
            select(Notification, Delivery, User)
            .join(Delivery, Delivery.notification_id == Notification.id)
            .join(User, User.id == Notification.user_id)
            .where(Notification.created_at >= order.created_at, or_(*about))
            .order_by(Notification.created_at, Notification.id)
        )
        return [(notification, delivery, user) for notification, delivery, user in rows]

    def asks_for_a_look(self) -> tuple[int, int, int]:
        """How many orders are under review, deliveries failed, and differences are open."""
        return (
            self._count(select(Order.id).where(Order.review != "")),
            self._count(select(InboxEvent.id).where(_FAILED)),
            self._count(select(Finding.id).where(Finding.resolved_at.is_(None))),
        )

    def _count(self, found: Select[Any]) -> int:
        return self._db.scalar(select(func.count()).select_from(found.subquery())) or 0
