"""Promotion codes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field

from mentorship.db.models.base import Table, id_column, instant, one_of
from mentorship.domain.promotions import PromotionKind


class Promotion(Table, table=True):
    """A code that lowers a price. How often it is used is counted from the orders that carry it."""

    __tablename__ = "promotions"
    __table_args__ = (
        one_of("kind", PromotionKind),
        CheckConstraint("kind <> 'percent' OR (percent BETWEEN 1 AND 100)", name="percent_sensible"),
        CheckConstraint("kind <> 'amount' OR (amount_minor > 0 AND currency IS NOT NULL)", name="amount_positive"),
        CheckConstraint("most_uses IS NULL OR most_uses > 0", name="most_uses_positive"),
        CheckConstraint("ends_at IS NULL OR starts_at IS NULL OR starts_at < ends_at", name="dates_in_order"),
    )

    id: UUID = id_column()
    code: str = Field(max_length=32, unique=True)
    kind: str = Field(max_length=16)
    percent: int | None = None
    amount_minor: int | None = Field(default=None, sa_type=BigInteger)
    currency: str | None = Field(default=None, max_length=3)
    product_id: UUID | None = Field(default=None, foreign_key="mentorship_products.id")
    starts_at: datetime | None = instant(default=None)
    ends_at: datetime | None = instant(default=None)
    most_uses: int | None = None
    once_per_student: bool = Field(default=False)
    is_active: bool = Field(default=True)
    note: str = Field(default="", max_length=255)
    created_at: datetime = instant()
