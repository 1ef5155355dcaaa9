"""The line: who comes first, and until when an offer is somebody's."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from mentorship.domain.seats import seats_left
from mentorship.domain.waitlist import EntryStatus, Place, ahead_of, in_order, offer_is_open

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PLACES = st.lists(
    st.builds(
        Place,
        st.uuids(),
        st.uuids(),
        st.integers(0, 3).map(lambda hours: NOW + timedelta(hours=hours)),
        st.booleans(),
    ),
    max_size=8,
    unique_by=(lambda place: place.entry_id, lambda place: place.student_id),
)


@given(PLACES)
def test_who_paid_already_comes_first_then_who_joined_sooner(places: list[Place]) -> None:
    line = in_order(places)
    assert sorted(line, key=str) == sorted(places, key=str)
    for before, after in pairwise(line):
        if before.is_first == after.is_first:
            assert before.joined_at <= after.joined_at
        else:
            assert before.is_first


@given(PLACES, st.randoms())
def test_the_order_does_not_depend_on_how_it_was_read(places: list[Place], random) -> None:
    shuffled = list(places)
    random.shuffle(shuffled)
    assert in_order(shuffled) == in_order(places)


@given(PLACES, st.uuids())
def test_everybody_is_ahead_of_who_is_not_in_line(places: list[Place], stranger: UUID) -> None:
    line = in_order(places)
    for n, place in enumerate(line):
        assert ahead_of(place.student_id, line) == n
    if all(place.student_id != stranger for place in line):
        assert ahead_of(stranger, line) == len(line)


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
def test_free_seats_belong_to_who_waits(capacity: int, taken: int, waiting: int) -> None:
    left = seats_left(capacity, taken, waiting)
    assert 0 <= left <= capacity
    assert (left > 0) == (capacity > taken + waiting)


def test_an_offer_is_over_at_its_deadline_swept_or_not() -> None:
    until = NOW + timedelta(hours=24)
    assert offer_is_open(EntryStatus.OFFERED, until, until - timedelta(microseconds=1))
    assert not offer_is_open(EntryStatus.OFFERED, until, until)
    assert not any(offer_is_open(status, until, NOW) for status in EntryStatus if status is not EntryStatus.OFFERED)
