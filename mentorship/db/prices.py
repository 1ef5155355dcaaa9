"""Reads and writes of promotion codes, and how often they are used."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from mentorship.db.models import Order, Promotion
from mentorship.domain.money import Money
from mentorship.domain.orders import OrderStatus
from mentorship.domain.promotions import PromotionTerms, Uses

_PAID = [s.value for s in OrderStatus if s.has_money]
_OPEN = [s.value for s in OrderStatus if s.is_open]


def promotion_terms(row: Promotion) -> PromotionTerms:
    """The domain's view of a stored code."""
    amount = Money(row.amount_minor, row.currency) if row.amount_minor is not None and row.currency else None
    return PromotionTerms(
        code=row.code,
        percent=row.percent,
        amount=amount,
        product_id=row.product_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        most_uses=row.most_uses,
        once_per_student=row.once_per_student,
        is_active=row.is_active,
    )


class Promotions:
    def __init__(self, session: Session) -> None:
        self._db = session

    def add(self, row: Promotion) -> None:
        self._db.add(row)
        self._db.flush()

    def get(self, promotion_id: UUID) -> Promotion | None:
        return self._db.get(Promotion, promotion_id)

    def by_code(self, code: str) -> Promotion | None:
        return self._db.scalar(select(Promotion).where(Promotion.code == code))

    def newest(self, limit: int) -> Sequence[Promotion]:
        return self._db.scalars(
            select(Promotion).order_by(Promotion.created_at.desc(), Promotion.id.desc()).limit(limit)
        ).all()

    def uses(
        self,
        promotion_ids: Sequence[UUID],
        student_id: UUID | None = None,
        *,
        besides: UUID | None = None,
        held_at: datetime | None = None,
    ) -> dict[UUID, Uses]:
        """How often each code is in use: paid orders that carry it, and those that may still be paid.

        The order ``besides`` is left out. A lapsed hold counts until its checkout is known to be closed; with
        ``held_at`` it has given its use back at its deadline.
        """
        is_open = Order.status.in_(_OPEN)
        if held_at is not None:
            is_open = and_(is_open, Order.hold_expires_at > held_at)
        carries = [Order.promotion_id.in_(promotion_ids), or_(Order.status.in_(_PAID), is_open)]
        if besides is not None:
            carries.append(Order.id != besides)
        own = func.count().filter(Order.student_id == student_id)
        rows = self._db.execute(
            select(Order.promotion_id, func.count(), own).where(*carries).group_by(Order.promotion_id)
        )
        found = {promotion_id: Uses(total, by_student) for promotion_id, total, by_student in rows}
        return {promotion_id: found.get(promotion_id, Uses()) for promotion_id in promotion_ids}

    def lapsed(self, promotion_id: UUID, now: datetime, limit: int) -> Sequence[UUID]:
        """Unpaid orders that carry the code and whose hold has lapsed, oldest first."""
        return self._db.scalars(
            select(Order.id)
            .where(Order.promotion_id == promotion_id, Order.status.in_(_OPEN), Order.hold_expires_at <= now)
            .order_by(Order.hold_expires_at)
            .limit(limit)
        ).all()

    def first_paid_at(self, student_id: UUID, product_id: UUID) -> datetime | None:
        """When the student first paid for this product and kept at least a part of it."""
        return self._db.scalar(
            select(func.min(Order.paid_at)).where(
                Order.student_id == student_id,
                Order.product_id == product_id,
                Order.status.in_([OrderStatus.PAID.value, OrderStatus.PARTIALLY_REFUNDED.value]),
            )
        )
