"""Booking: which pack pays, what a change costs, and until when."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship.domain.booking import (
    BookablePack,
    By,
    SessionStatus,
    cancel_outcome,
    check_correction,
    check_outcome,
    check_reschedule,
    choose_pack,
)
from mentorship.domain.errors import (
    CorrectionClosed,
    DomainError,
    NoCredit,
    NotOverYet,
    PackEndsBefore,
    SessionNotOpen,
    TooLateToReschedule,
    TooManyReschedules,
)
from mentorship.domain.policy import Policy

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
POLICY = Policy()
MOMENT = timedelta(microseconds=1)
CLOSED = [status for status in SessionStatus if status is not SessionStatus.SCHEDULED]


def pack(number: int, available: int = 1, days: int | None = 30, bought: int = 0) -> BookablePack:
    expires_at = None if days is None else NOW + timedelta(days=days)
    return BookablePack(UUID(int=number), available, expires_at, NOW - timedelta(days=bought))


PACKS = st.lists(
    st.builds(
        pack, st.integers(1, 99), st.integers(0, 2), st.one_of(st.none(), st.integers(1, 40)), st.integers(0, 40)
    ),
    max_size=6,
    unique_by=lambda p: p.id,
)


@given(PACKS, st.integers(0, 50).map(lambda days: NOW + timedelta(days=days)))
def test_the_earliest_to_expire_of_those_that_last(packs: list[BookablePack], starts_at: datetime) -> None:
    usable = [p for p in packs if p.available and (p.expires_at is None or starts_at < p.expires_at)]
    if not usable:
        refusal: type[DomainError] = PackEndsBefore if any(p.available for p in packs) else NoCredit
        with pytest.raises(refusal):
            choose_pack(packs, starts_at)
        return
    chosen = choose_pack(packs, starts_at)
    assert chosen in usable
    never = datetime.max.replace(tzinfo=UTC)
    assert (chosen.expires_at or never) == min(p.expires_at or never for p in usable)


def test_nothing_is_booked_at_the_moment_of_expiry() -> None:
    only = pack(1, days=3)
    assert choose_pack([only], NOW + timedelta(days=3) - MOMENT) is only
    with pytest.raises(PackEndsBefore) as refused:
        choose_pack([only], NOW + timedelta(days=3))
    assert refused.value.fix == "Choose a time before Thu 05 Mar 2026 09:00 UTC."


@pytest.mark.parametrize(
    ("by", "before", "returns"),
    [
        (By.STUDENT, POLICY.change_notice, True),
        (By.STUDENT, POLICY.change_notice - MOMENT, False),
        (By.STUDENT, MOMENT, False),
        (By.MENTOR, MOMENT, True),
        (By.MENTOR, timedelta(0), True),
        (By.MENTOR, -timedelta(hours=1), True),
    ],
)
def test_what_a_cancel_does_to_the_credit(by: By, before: timedelta, returns: bool) -> None:
    outcome = cancel_outcome(SessionStatus.SCHEDULED, NOW + before, by, POLICY, NOW)
    assert outcome.credit_returns is returns
    assert outcome.free_until == NOW + before - POLICY.change_notice


def test_a_student_cancels_before_it_begins() -> None:
    with pytest.raises(SessionNotOpen):
        cancel_outcome(SessionStatus.SCHEDULED, NOW, By.STUDENT, POLICY, NOW)


@pytest.mark.parametrize("status", CLOSED)
@pytest.mark.parametrize("by", By)
def test_a_closed_session_does_not_change(status: SessionStatus, by: By) -> None:
    later = NOW + timedelta(days=9)
    with pytest.raises(SessionNotOpen):
        cancel_outcome(status, later, by, POLICY, NOW)
    with pytest.raises(SessionNotOpen):
        check_reschedule(status, later, 0, by, POLICY, NOW)
    with pytest.raises(SessionNotOpen):
        check_outcome(status, NOW, NOW)


@pytest.mark.parametrize(
    ("by", "before", "moves", "refusal"),
    [
        (By.STUDENT, POLICY.change_notice, 0, None),
        (By.STUDENT, POLICY.change_notice, 1, None),
        (By.STUDENT, POLICY.change_notice, 2, TooManyReschedules),
        (By.STUDENT, POLICY.change_notice - MOMENT, 0, TooLateToReschedule),
        (By.STUDENT, timedelta(0), 0, SessionNotOpen),
        (By.MENTOR, MOMENT, 99, None),
        (By.MENTOR, timedelta(0), 0, SessionNotOpen),
    ],
)
def test_who_may_move_a_session_and_until_when(
    by: By, before: timedelta, moves: int, refusal: type[DomainError] | None
) -> None:
    def move() -> None:
        check_reschedule(SessionStatus.SCHEDULED, NOW + before, moves, by, POLICY, NOW)

    if refusal is None:
        move()
    else:
        with pytest.raises(refusal):
            move()


def test_an_outcome_once_it_has_begun() -> None:
    check_outcome(SessionStatus.SCHEDULED, NOW, NOW)
    with pytest.raises(NotOverYet):
        check_outcome(SessionStatus.SCHEDULED, NOW + MOMENT, NOW)


@pytest.mark.parametrize("status", CLOSED)
def test_a_correction_within_the_window(status: SessionStatus) -> None:
    window = POLICY.correction_window
    check_correction(status, NOW - window, window, NOW)
    with pytest.raises(CorrectionClosed):
        check_correction(status, NOW - window - MOMENT, window, NOW)
    with pytest.raises(CorrectionClosed):
        check_correction(SessionStatus.SCHEDULED, NOW, window, NOW)
