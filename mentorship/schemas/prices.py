"""What something costs one reader, and the codes that change it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mentorship.schemas.catalog import Amount


@dataclass(frozen=True, slots=True)
class WaysToPay:
    """The providers that take an amount as it is; ``why_not`` says in a sentence why others of ours do not."""

    providers: list[str]
    why_not: str


@dataclass(frozen=True, slots=True)
class PriceQuote:
    """What a product costs the reader. ``reason`` is empty, "code" or "former_price"; ``code`` is as it is stored."""

    product_id: UUID
    original: Amount
    discount: Amount
    total: Amount
    reason: str
    code: str
    ways: WaysToPay


@dataclass(frozen=True, slots=True)
class PromotionView:
    """A promotion code as admins see it. ``state`` is "active", "planned", "used_up" or "ended"."""

    id: UUID
    code: str
    percent: int | None
    amount: Amount | None
    product_id: UUID | None
    product_name: str
    starts_at: datetime | None
    ends_at: datetime | None
    most_uses: int | None
    once_per_student: bool
    note: str
    uses: int
    state: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ProductOnSale:
    """A product to choose from, with the mentor who offers it and what it cost before."""

    id: UUID
    name: str
    mentor_name: str
    price: Amount
    former_price: Amount | None
    former_price_until: datetime | None


@dataclass(frozen=True, slots=True)
class PromotionList:
    promotions: list[PromotionView]
    products: list[ProductOnSale]
