"""Who wins where a session and its event differ, what is done next, and arithmetic with busy blocks."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship.domain.booking import SessionStatus
from mentorship.domain.calendars import (
    UNREAD_AFTER,
    ConnectionState,
    Proposal,
    Step,
    Verdict,
    event_id,
    is_unread,
    judge,
    merged,
    next_step,
    retry_after,
    subtract,
)
from mentorship.domain.slots import Interval

ORIGIN = datetime(2026, 3, 2, tzinfo=UTC)
MINUTES = st.integers(0, 40)
BLOCKS = st.lists(st.tuples(MINUTES, MINUTES), max_size=6)


def at(minute: int) -> datetime:
    return ORIGIN + timedelta(minutes=minute)


def minutes_of(blocks: list[Interval]) -> set[int]:
    return {m for m in range(41) for b in blocks if b.start <= at(m) < b.end}


@given(st.uuids(), st.integers(0, 50))
def test_an_events_id_is_one_that_google_takes_and_always_the_same(session: UUID, attempt: int) -> None:
    made = event_id(session, attempt)
    assert re.fullmatch(r"[a-v0-9]{5,1024}", made)
    assert made == event_id(session, attempt)
    assert made != event_id(session, attempt + 1)


@given(BLOCKS)
def test_merging_keeps_every_minute_in_as_few_blocks_as_possible(pairs: list[tuple[int, int]]) -> None:
    blocks = [Interval(at(a), at(b)) for a, b in pairs]
    found = merged(blocks)
    assert minutes_of(found) == minutes_of(blocks)
    assert all(one.end < two.start for one, two in pairwise(found))
    assert all(b.start < b.end for b in found)


@given(BLOCKS, MINUTES, MINUTES)
def test_subtracting_leaves_exactly_the_other_minutes(pairs: list[tuple[int, int]], a: int, b: int) -> None:
    blocks = merged([Interval(at(x), at(y)) for x, y in pairs])
    hole = Interval(at(min(a, b)), at(max(a, b)))
    left = subtract(blocks, hole)
    assert minutes_of(left) == minutes_of(blocks) - minutes_of([hole])
    assert all(block.start < block.end for block in left)


@given(event=st.one_of(st.none(), MINUTES), session=MINUTES, pushed=MINUTES, deleted=st.booleans())
def test_a_mentors_change_is_never_taken_for_ours_nor_ours_for_theirs(
    event: int | None, session: int, pushed: int, deleted: bool
) -> None:
    start = None if event is None else at(event)
    verdict = judge(start, deleted=deleted, session_start=at(session), pushed_start=at(pushed))
    assert (verdict is Verdict.DELETED) == deleted
    if not deleted:
        assert (verdict is Verdict.AGREES) == (event == session)
        assert (verdict is Verdict.MOVED) == (event not in (session, pushed))


@pytest.mark.parametrize("proposal", [None, *Proposal])
@pytest.mark.parametrize("present", [True, False])
@pytest.mark.parametrize("in_place", [True, False])
@pytest.mark.parametrize("written", [True, False])
@pytest.mark.parametrize("status", SessionStatus)
def test_what_is_done_next(
    status: SessionStatus, present: bool, in_place: bool, written: bool, proposal: Proposal | None
) -> None:
    step = next_step(status, present=present, in_place=in_place, written=written, proposal=proposal)
    if status is SessionStatus.CANCELED:
        assert step is (Step.DELETE if present else Step.NOTHING)
    elif status is not SessionStatus.SCHEDULED or proposal is not None:
        assert step is Step.NOTHING
    else:
        assert (step is Step.NOTHING) == (present and in_place and written)
        assert (step is Step.INSERT) == (not present)
        assert (step is Step.DELETE) == (present and not in_place)


def test_a_calendar_counts_as_unread_by_the_clock_alone() -> None:
    read = ORIGIN
    assert not is_unread(ConnectionState.CONNECTED, read, read + UNREAD_AFTER)
    assert is_unread(ConnectionState.CONNECTED, read, read + UNREAD_AFTER + timedelta(seconds=1))
    assert is_unread(ConnectionState.CONNECTED, None, read)
    assert is_unread(ConnectionState.REVOKED, read, read)


def test_failures_are_tried_again_ever_more_slowly_but_within_the_hour() -> None:
    waits = [retry_after(n) for n in range(200)]
    assert waits == sorted(waits)
    assert waits[0] <= timedelta(minutes=1)
    assert waits[-1] == timedelta(minutes=30)
