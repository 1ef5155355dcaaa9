"""Seats: what counts, when grace ends, and that nobody loses a seat without the promised warning."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship.domain.policy import Policy
from mentorship.domain.seats import Seat, SeatStatus, seats_left, should_enter_grace

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
POLICY = Policy()
MOMENT = timedelta(microseconds=1)
MINUTES = st.integers(0, 14 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))


def grace_seat() -> Seat:
    return Seat(SeatStatus.ACTIVE).in_grace(NOW, POLICY)


def test_a_hold_stops_counting_at_its_deadline_swept_or_not() -> None:
    seat = Seat().held(NOW + POLICY.checkout_hold)
    assert seat.status is SeatStatus.HELD
    assert seat.counts(NOW + POLICY.checkout_hold - MOMENT)
    assert not seat.counts(NOW + POLICY.checkout_hold)
    assert seat.hold_lapsed(NOW + POLICY.checkout_hold)
    assert not seat.hold_lapsed(NOW + POLICY.checkout_hold - MOMENT)


@pytest.mark.parametrize(
    ("status", "counts"),
    [(SeatStatus.ACTIVE, True), (SeatStatus.GRACE, True), (SeatStatus.RELEASED, False), (SeatStatus.HELD, False)],
)
def test_what_counts_without_a_hold(status: SeatStatus, counts: bool) -> None:
    assert Seat(status).counts(NOW) is counts


@pytest.mark.parametrize("seat", [Seat(SeatStatus.ACTIVE), grace_seat(), grace_seat().warned(NOW)])
def test_a_renewal_checkout_keeps_the_seat_what_it_is(seat: Seat) -> None:
    held = seat.held(NOW + POLICY.checkout_hold)
    assert (held.status, held.grace_ends_at, held.warned_at) == (seat.status, seat.grace_ends_at, seat.warned_at)
    assert held.activated() == Seat(SeatStatus.ACTIVE)


def test_the_warning_goes_out_once_twelve_hours_before_the_end() -> None:
    seat = grace_seat()
    due = NOW + POLICY.grace - POLICY.final_warning
    assert not seat.warning_due(due - MOMENT, POLICY)
    assert seat.warning_due(due, POLICY)
    assert not seat.warned(due).warning_due(due + timedelta(hours=1), POLICY)


@given(swept=st.lists(MINUTES, min_size=1, max_size=12, unique=True).map(sorted))
def test_no_seat_is_released_before_its_grace_ends_and_twelve_hours_after_its_warning(swept: list[timedelta]) -> None:
    """Sweeps at any moments, with any gap between them."""
    seat = grace_seat()
    for after in swept:
        now = NOW + after
        if seat.warning_due(now, POLICY):
            seat = seat.warned(now)
        if seat.release_due(now, POLICY):
            assert now >= NOW + POLICY.grace
            assert seat.warned_at is not None
            assert now >= seat.warned_at + POLICY.final_warning
            return
    last = NOW + swept[-1]
    assert seat.counts(last)
    if seat.warned_at is not None:
        assert last < max(NOW + POLICY.grace, seat.warned_at + POLICY.final_warning)


def test_a_release_waits_for_a_running_renewal() -> None:
    end = NOW + POLICY.grace
    seat = grace_seat().warned(end - POLICY.final_warning).held(end + timedelta(minutes=5))
    assert not seat.release_due(end, POLICY)
    assert seat.release_due(end + timedelta(minutes=5), POLICY)


def test_only_grace_is_ever_released_by_time() -> None:
    for status in (SeatStatus.ACTIVE, SeatStatus.HELD, SeatStatus.RELEASED):
        assert Seat(status).release_at(POLICY) is None
        assert not Seat(status).release_due(NOW + timedelta(days=999), POLICY)


@given(st.integers(0, 50), st.integers(0, 50))
def test_seats_left(capacity: int, taken: int) -> None:
    left = seats_left(capacity, taken)
    assert left == capacity - taken if taken <= capacity else left == 0


@pytest.mark.parametrize("status", SeatStatus)
@pytest.mark.parametrize("left", [0, 1])
def test_grace_begins_with_nothing_left_on_an_active_seat(status: SeatStatus, left: int) -> None:
    assert should_enter_grace(status, left) is (status is SeatStatus.ACTIVE and left == 0)
