"""Promotion codes and grandfathered prices: what a product costs one student. The price is ours, never a provider's."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from mentorship.domain.charges import smallest_charge, step_of
from mentorship.domain.errors import CodeRefused
from mentorship.domain.money import Money

_CODE = re.compile(r"[A-Za-z0-9-]{3,32}")
_WITHOUT = "Pay the price without it, or try another code."


class PromotionKind(StrEnum):
    PERCENT = "percent"
    AMOUNT = "amount"


class PromotionState(StrEnum):
    PLANNED = "planned"
    ACTIVE = "active"
    USED_UP = "used_up"
    ENDED = "ended"


class PriceReason(StrEnum):
    """Why a price differs from the product's."""

    NONE = ""
    CODE = "code"
    FORMER_PRICE = "former_price"


@dataclass(frozen=True, slots=True)
class PromotionTerms:
    """What a code promises, to whom and how often. ``percent`` or ``amount`` is set; a missing limit does not apply."""

    code: str
    percent: int | None = None
    amount: Money | None = None
    product_id: UUID | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    most_uses: int | None = None
    once_per_student: bool = False
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Uses:
    """How often a code is in use: by everybody, and by the student who asks."""

    total: int = 0
    by_student: int = 0


@dataclass(frozen=True, slots=True)
class FormerPrice:
    """What a product cost for those who paid for it before ``until``."""

    amount: Money
    until: datetime


@dataclass(frozen=True, slots=True)
class Price:
    """What one student pays instead of ``original``, and why."""

    original: Money
    total: Money
    reason: PriceReason = PriceReason.NONE

    @property
    def discount(self) -> Money:
        return Money(self.original.minor - self.total.minor, self.original.currency)


def normal_code(text: str) -> str:
    """A code as it is stored and compared: trimmed, in capitals.

    Raises:
        CodeRefused: no code looks like this.
    """
    code = text.strip()
    if not _CODE.fullmatch(code):
        raise CodeRefused(
            "code_malformed", "A code has 3 to 32 letters, digits and hyphens.", fix="Check how it is written."
        )
    return code.upper()


def promotion_state(terms: PromotionTerms, uses: Uses, now: datetime) -> PromotionState:
    """How a code stands at this instant."""
    if not terms.is_active or (terms.ends_at is not None and now >= terms.ends_at):
        return PromotionState.ENDED
    if terms.starts_at is not None and now < terms.starts_at:
        return PromotionState.PLANNED
    if terms.most_uses is not None and uses.total >= terms.most_uses:
        return PromotionState.USED_UP
    return PromotionState.ACTIVE


def check_code(terms: PromotionTerms, product_id: UUID, currency: str, now: datetime, uses: Uses) -> None:
    """Say whether the code may be used for this product now.

    Raises:
        CodeRefused: with a code of its own for each reason.
    """
    state = promotion_state(terms, uses, now)
    if state is PromotionState.ENDED:
        raise CodeRefused("code_ended", f"{terms.code} has ended.", fix=_WITHOUT)
    if state is PromotionState.PLANNED:
        raise CodeRefused("code_not_started", f"{terms.code} cannot be used yet.", fix="Come back later.")
    if terms.product_id is not None and terms.product_id != product_id:
        raise CodeRefused("code_other_product", f"{terms.code} is for another pack.", fix=_WITHOUT)
    if terms.amount is not None and terms.amount.currency != currency:
        raise CodeRefused(
            "code_other_currency", f"{terms.code} is for prices in {terms.amount.currency}.", fix=_WITHOUT
        )
    if terms.once_per_student and uses.by_student:
        raise CodeRefused("code_used_by_you", f"You have used {terms.code} already, and it works once.", fix=_WITHOUT)
    if state is PromotionState.USED_UP:
        raise CodeRefused("code_used_up", f"{terms.code} has been used as often as it can be.", fix=_WITHOUT)


def with_code(original: Money, terms: PromotionTerms) -> Price:
    """The price under a code: rounded half up to what providers can charge, and never below 0.

    Raises:
        CodeRefused: it would leave more than nothing, but less than a provider takes.
    """
    step = step_of(original.currency)
    if terms.percent is not None:
        off = (2 * original.minor * terms.percent + 100 * step) // (200 * step) * step
    else:
        off = terms.amount.minor if terms.amount is not None else 0
    total = Money(max(0, original.minor - off), original.currency)
    if 0 < total.minor < smallest_charge(original.currency):
        raise CodeRefused(
            "code_leaves_too_little",
            f"{terms.code} leaves less to pay than payment providers take.",
            fix=_WITHOUT,
        )
    return Price(original, total, PriceReason.CODE)


def without_code(original: Money, former: FormerPrice | None, first_paid_at: datetime | None) -> Price:
    """The price for somebody who brings no code: the former one for those who paid before it ended, if it is lower."""
    if former is None or first_paid_at is None or first_paid_at >= former.until:
        return Price(original, original)
    if former.amount.minor >= original.minor:
        return Price(original, original)
    return Price(original, former.amount, PriceReason.FORMER_PRICE)
