"""What a code and a former price make of a price, over the whole range of both."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship.domain.charges import smallest_charge, step_of
from mentorship.domain.errors import CodeRefused
from mentorship.domain.money import Money, stripe_amount
from mentorship.domain.promotions import (
    FormerPrice,
    PriceReason,
    PromotionState,
    PromotionTerms,
    Uses,
    check_code,
    normal_code,
    promotion_state,
    with_code,
    without_code,
)
from mentorship.domain.refunds import Refundable, unused_minor

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PRODUCT = UUID(int=1)
HALF = PromotionTerms("HALF", percent=50)
currencies = st.sampled_from(["USD", "EUR", "JPY", "KWD", "HUF", "TWD", "ISK", "UGX"])


@st.composite
def prices(draw: st.DrawFn) -> Money:
    """What something may cost: at least what a provider takes, in the steps of its currency."""
    currency = draw(currencies)
    step = step_of(currency)
    return Money(draw(st.integers(smallest_charge(currency) // step, 10_000_000)) * step, currency)


@given(prices(), st.integers(1, 100))
def test_a_percentage_leaves_between_nothing_and_the_price(original: Money, percent: int) -> None:
    try:
        price = with_code(original, PromotionTerms("CODE", percent=percent))
    except CodeRefused as refused:
        assert refused.code == "code_leaves_too_little"
        assert original.minor * (100 - percent) < 100 * smallest_charge(original.currency) + 50 * step_of(
            original.currency
        )
        return
    step = step_of(original.currency)
    steps = (Decimal(original.minor) * percent / 100 / step).quantize(Decimal(1), ROUND_HALF_UP)
    assert price.discount.minor == int(steps) * step, "rounded half up"
    assert 0 <= price.total.minor <= original.minor
    assert price.total.minor == 0 or price.total.minor >= smallest_charge(original.currency)
    assert stripe_amount(price.total) >= 0, "every provider can charge exactly this"
    assert (price.total.minor == 0) == (percent == 100 or steps * step == original.minor)


@given(prices(), st.integers(1, 20_000_000))
def test_an_amount_never_goes_below_nothing(original: Money, steps: int) -> None:
    off = Money(steps * step_of(original.currency), original.currency)
    try:
        price = with_code(original, PromotionTerms("CODE", amount=off))
    except CodeRefused:
        assert 0 < original.minor - off.minor < smallest_charge(original.currency)
        return
    assert price.total.minor == max(0, original.minor - off.minor)
    assert price.discount.minor == min(off.minor, original.minor)


@given(prices(), prices(), st.none() | st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)))
def test_a_former_price_is_for_those_who_paid_before_it_ended(
    original: Money, former: Money, paid: datetime | None
) -> None:
    paid_at = paid.replace(tzinfo=UTC) if paid else None
    former = Money(former.minor, original.currency)
    price = without_code(original, FormerPrice(former, NOW), paid_at)
    entitled = paid_at is not None and paid_at < NOW and former.minor < original.minor
    assert price.total == (former if entitled else original)
    assert price.reason is (PriceReason.FORMER_PRICE if entitled else PriceReason.NONE)
    assert price.original == original


@pytest.mark.parametrize(
    ("typed", "stored"), [(" spring-25 ", "SPRING-25"), ("abc", "ABC"), ("A" * 32, "A" * 32), ("\tx-1\n", "X-1")]
)
def test_codes_are_trimmed_and_in_capitals(typed: str, stored: str) -> None:
    assert normal_code(typed) == stored


@pytest.mark.parametrize("typed", ["", "ab", "A" * 33, "A B C", "ÄÖÜ", "code!", "code\0", "ﬁve", "straße", "１２３"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(CodeRefused) as refused:
        normal_code(typed)
    assert refused.value.code == "code_malformed"


DAY = timedelta(days=1)
REFUSED = [
    ("code_ended", replace(HALF, is_active=False), Uses()),
    ("code_ended", replace(HALF, ends_at=NOW), Uses()),
    ("code_not_started", replace(HALF, starts_at=NOW + DAY), Uses()),
    ("code_other_product", replace(HALF, product_id=uuid4()), Uses()),
    ("code_other_currency", PromotionTerms("OFF", amount=Money(500, "USD")), Uses()),
    ("code_used_by_you", replace(HALF, once_per_student=True), Uses(1, 1)),
    ("code_used_up", replace(HALF, most_uses=2), Uses(2, 0)),
]


@pytest.mark.parametrize(("code", "terms", "uses"), REFUSED)
def test_each_refusal_has_its_code_a_sentence_and_a_fix(code: str, terms: PromotionTerms, uses: Uses) -> None:
    with pytest.raises(CodeRefused) as refused:
        check_code(terms, PRODUCT, "EUR", NOW, uses)
    assert refused.value.code == code
    assert str(refused.value).endswith(".")
    assert refused.value.fix


def test_a_code_works_from_its_first_instant_to_its_last() -> None:
    terms = replace(HALF, starts_at=NOW, ends_at=NOW + DAY, most_uses=2, once_per_student=True, product_id=PRODUCT)
    for now in (NOW, NOW + DAY - timedelta(microseconds=1)):
        check_code(terms, PRODUCT, "EUR", now, Uses(1, 0))
    states = [
        promotion_state(terms, Uses(n), NOW + shift) for n, shift in ((0, -DAY), (0, DAY), (1, DAY / 2), (2, DAY / 2))
    ]
    assert states == [PromotionState.PLANNED, PromotionState.ENDED, PromotionState.ACTIVE, PromotionState.USED_UP]


def test_what_cost_nothing_pays_nothing_back() -> None:
    assert unused_minor(4, Refundable(Money(0, "EUR"), left_minor=0, bought=4, available=4)) == 0
