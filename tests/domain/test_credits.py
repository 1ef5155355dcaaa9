"""The ledger: every entry moves credits from one part to another, and none from nowhere."""

from dataclasses import astuple
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship.domain.credits import Balance, Entry, PackStatus, balance_of, pack_status

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ENTRIES = st.lists(st.tuples(st.sampled_from(Entry), st.integers(1, 4)), max_size=30)


@given(ENTRIES)
def test_parts_are_never_negative_and_only_a_grant_adds(wished: list[tuple[Entry, int]]) -> None:
    balance, granted = Balance(), 0
    for entry, credits in wished:
        try:
            balance = balance.after(entry, credits)
        except ValueError:
            assert entry is not Entry.GRANT
            continue
        granted += credits if entry is Entry.GRANT else 0
        assert min(astuple(balance)) >= 0
        assert sum(astuple(balance)) == balance.granted == granted


@pytest.mark.parametrize(
    ("entry", "before", "after"),
    [
        (Entry.GRANT, Balance(), Balance(available=1)),
        (Entry.RESERVE, Balance(available=1), Balance(reserved=1)),
        (Entry.RETURN, Balance(reserved=1), Balance(available=1)),
        (Entry.CONSUME, Balance(reserved=1), Balance(consumed=1)),
        (Entry.RESTORE, Balance(consumed=1), Balance(available=1)),
        (Entry.EXPIRE, Balance(available=1), Balance(expired=1)),
        (Entry.REFUND, Balance(available=1), Balance(refunded=1)),
        (Entry.FREEZE, Balance(available=1), Balance(frozen=1)),
        (Entry.THAW, Balance(frozen=1), Balance(available=1)),
    ],
)
def test_what_each_entry_moves(entry: Entry, before: Balance, after: Balance) -> None:
    assert before.after(entry) == after
    if entry is not Entry.GRANT:
        with pytest.raises(ValueError, match="needs 1 more"):
            Balance().after(entry)


@pytest.mark.parametrize("credits", [0, -1])
def test_a_row_moves_at_least_one_credit(credits: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        Balance().after(Entry.GRANT, credits)


def test_the_last_booked_session_is_still_left_to_complete() -> None:
    balance = balance_of([(Entry.GRANT, 1), (Entry.RESERVE, 1)])
    assert (balance.available, balance.left_to_complete) == (0, 1)


@pytest.mark.parametrize(
    ("balance", "expires_in", "status"),
    [
        (Balance(available=1, consumed=3), timedelta(days=1), PackStatus.ACTIVE),
        (Balance(available=1, consumed=3), None, PackStatus.ACTIVE),
        (Balance(available=1, consumed=3), timedelta(microseconds=1), PackStatus.ACTIVE),
        (Balance(available=1, consumed=3), timedelta(0), PackStatus.EXPIRED),
        (Balance(reserved=1, consumed=3), timedelta(days=1), PackStatus.ACTIVE),
        (Balance(consumed=4), timedelta(days=1), PackStatus.DEPLETED),
        (Balance(consumed=4), timedelta(0), PackStatus.DEPLETED),
        (Balance(expired=2, consumed=2), timedelta(0), PackStatus.EXPIRED),
        (Balance(refunded=2, consumed=2), timedelta(days=1), PackStatus.REFUNDED),
        (Balance(refunded=1, reserved=1, consumed=2), timedelta(days=1), PackStatus.ACTIVE),
        (Balance(frozen=2, consumed=2), timedelta(days=1), PackStatus.ACTIVE),
    ],
)
def test_the_state_of_a_pack(balance: Balance, expires_in: timedelta | None, status: PackStatus) -> None:
    expires_at = None if expires_in is None else NOW + expires_in
    assert pack_status(balance, expires_at, NOW) is status
