"""Refunds: unused credits ÷ bought × paid, rounded half up, never more than is left; and what a refund takes."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship.domain.errors import InvalidInput, NothingToRefund, RefundTooLarge
from mentorship.domain.money import Money
from mentorship.domain.orders import RefundReason, RefundStatus
from mentorship.domain.refunds import Refundable, SeatAfter, credits_lost, quote_refund, unused_minor

UNUSED, FULL, GOODWILL = RefundReason.UNUSED, RefundReason.FULL, RefundReason.GOODWILL


def order(paid: int, bought: int, *, left: int | None = None, **parts: int) -> Refundable:
    return Refundable(Money(paid, "USD"), paid if left is None else left, bought, **parts)


@pytest.mark.parametrize(
    ("available", "bought", "paid", "quoted"),
    [(4, 4, 37500, 37500), (1, 4, 37500, 9375), (1, 3, 100, 33), (2, 3, 100, 67), (1, 2, 1, 1), (0, 4, 37500, 0)],
)
def test_shares(available: int, bought: int, paid: int, quoted: int) -> None:
    assert unused_minor(available, order(paid, bought)) == quoted


@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 10**10), st.integers(0, 10**10))
def test_a_share_is_exact_rounded_half_up_and_within_what_is_left(
    available: int, bought: int, paid: int, left: int
) -> None:
    quoted = unused_minor(available, order(paid, bought, left=min(left, paid)))
    share = (Decimal(available) * paid / bought).quantize(Decimal(1), ROUND_HALF_UP)
    assert quoted == min(int(share), left, paid)


@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 10**6))
def test_where_a_provider_pays_whole_amounts_only_a_share_is_rounded_to_one(
    available: int, bought: int, whole: int
) -> None:
    paid = Money(whole * 100, "HUF")
    quoted = unused_minor(available, Refundable(paid, paid.minor, bought, unit=100))
    share = (Decimal(available) * whole / bought).quantize(Decimal(1), ROUND_HALF_UP)
    assert quoted == min(int(share), whole) * 100


def test_a_typed_amount_that_the_provider_cannot_pay_is_refused() -> None:
    of = Refundable(Money(100_000, "HUF"), 100_000, 4, unit=100)
    assert quote_refund(GOODWILL, of, 5_000).amount == Money(5_000, "HUF")
    with pytest.raises(InvalidInput, match="multiples of 1 HUF only"):
        quote_refund(GOODWILL, of, 5_050)


@given(st.integers(1, 12), st.integers(1, 10**7), st.data())
def test_any_number_of_partial_refunds_never_exceeds_what_was_paid(bought: int, paid: int, data: st.DataObject) -> None:
    left, available = paid, bought
    for _ in range(data.draw(st.integers(1, 6))):
        of = order(paid, bought, left=left, available=data.draw(st.integers(0, available)))
        reason = data.draw(st.sampled_from([UNUSED, FULL, GOODWILL]))
        try:
            quoted = quote_refund(reason, of, data.draw(st.integers(1, paid)))
        except (NothingToRefund, RefundTooLarge):
            continue
        assert 0 < quoted.amount.minor <= left
        assert quoted.credits <= of.available
        left, available = left - quoted.amount.minor, available - quoted.credits
    assert left >= 0


def test_a_refund_of_all_unused_credits_gives_up_the_seat() -> None:
    quoted = quote_refund(UNUSED, order(48000, 4, available=4))
    assert (quoted.amount.minor, quoted.credits, quoted.sessions_canceled) == (48000, 4, 0)
    assert quoted.seat is SeatAfter.RELEASED


def test_the_seat_stays_for_what_is_booked_and_goes_to_grace_without() -> None:
    assert quote_refund(UNUSED, order(48000, 4, available=2, reserved=1, upcoming=1)).seat is SeatAfter.KEPT
    assert quote_refund(UNUSED, order(48000, 4, available=2)).seat is SeatAfter.GRACE
    assert quote_refund(UNUSED, order(48000, 4, available=2, elsewhere=1)).seat is SeatAfter.KEPT


def test_a_full_refund_pays_what_is_left_and_takes_what_is_booked() -> None:
    of = order(48000, 4, left=40000, available=1, reserved=3, upcoming=2)
    quoted = quote_refund(FULL, of)
    assert (quoted.amount.minor, quoted.credits, quoted.sessions_canceled) == (40000, 3, 2)
    assert quoted.seat is SeatAfter.RELEASED
    assert quote_refund(FULL, order(48000, 4, available=4, elsewhere=1)).seat is SeatAfter.KEPT


def test_a_goodwill_amount_leaves_the_pack_alone_and_is_less_than_what_is_left() -> None:
    of = order(48000, 4, left=1000, available=4)
    quoted = quote_refund(GOODWILL, of, 999)
    assert (quoted.amount.minor, quoted.credits, quoted.seat) == (999, 0, SeatAfter.KEPT)
    with pytest.raises(RefundTooLarge):
        quote_refund(GOODWILL, of, 1000)


@pytest.mark.parametrize("reason", [UNUSED, FULL, GOODWILL])
def test_nothing_comes_of_nothing(reason: RefundReason) -> None:
    with pytest.raises(NothingToRefund):
        quote_refund(reason, order(48000, 4, left=0, available=4), 1)
    with pytest.raises(NothingToRefund):
        quote_refund(reason, order(0, 4, available=4), 1)


@given(st.integers(1, 10**7), st.integers(1, 12), st.data())
def test_a_lost_part_takes_its_share_of_the_credits(paid: int, bought: int, data: st.DataObject) -> None:
    lost, available = data.draw(st.integers(0, paid)), data.draw(st.integers(0, bought))
    taken = credits_lost(lost, order(paid, bought), available)
    share = (Decimal(lost) * bought / paid).quantize(Decimal(1), ROUND_HALF_UP)
    assert taken == min(int(share), available)
    assert credits_lost(paid, order(paid, bought), bought) == bought


def test_what_is_decided_stays_decided() -> None:
    for closed in (RefundStatus.DECLINED, RefundStatus.WITHDRAWN, RefundStatus.FAILED):
        assert not any(closed.may_become(other) for other in RefundStatus)
    assert not RefundStatus.REQUESTED.may_become(RefundStatus.SUCCEEDED)
    assert {s for s in RefundStatus if s.is_open} == {RefundStatus.REQUESTED, RefundStatus.PENDING}
