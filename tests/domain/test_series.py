"""A series keeps its wall time over the changes of the clock, in both directions."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship.domain.series import repeat

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Pacific/Auckland",
     "Africa/Casablanca", "Asia/Beirut", "Asia/Kathmandu"]
)  # fmt: skip
QUARTERS = st.integers(0, 4 * 365 * 96).map(lambda n: datetime(2024, 1, 1, tzinfo=UTC) + n * timedelta(minutes=15))


@pytest.mark.parametrize(
    ("first", "offsets"),
    [
        (datetime(2026, 10, 20, 9, tzinfo=BERLIN), [7, 8, 8]),
        (datetime(2026, 3, 24, 9, tzinfo=BERLIN), [8, 7, 7]),
    ],
    ids=["the clock goes back", "the clock goes forward"],
)
def test_nine_in_the_morning_stays_nine_in_the_morning(first: datetime, offsets: list[int]) -> None:
    starts = [step.starts_at for step in repeat(first, "Europe/Berlin", weeks=1, count=3)]
    assert [at.hour for at in starts if at] == offsets
    assert [at.astimezone(BERLIN).hour for at in starts if at] == [9, 9, 9]


def test_a_skipped_time_has_no_instant_and_the_series_goes_on() -> None:
    first = datetime(2026, 3, 22, 2, 30, tzinfo=BERLIN)
    steps = repeat(first, "Europe/Berlin", weeks=1, count=3)
    assert [step.starts_at is None for step in steps] == [False, True, False]
    assert steps[1].wall == datetime(2026, 3, 29, 2, 30)


def test_a_time_that_occurs_twice_is_the_first_unless_the_series_begins_with_the_second() -> None:
    before = datetime(2026, 10, 18, 2, 30, tzinfo=BERLIN)
    assert repeat(before, "Europe/Berlin", weeks=1, count=2)[1].starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1)
    assert repeat(second, "Europe/Berlin", weeks=1, count=1)[0].starts_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(("weeks", "count"), [(0, 4), (1, 0), (-1, 4)])
def test_nonsense_is_refused(weeks: int, count: int) -> None:
    with pytest.raises(ValueError, match="series"):
        repeat(datetime(2026, 1, 1, tzinfo=UTC), "UTC", weeks=weeks, count=count)


@given(QUARTERS, ZONES, st.sampled_from([1, 2]), st.integers(1, 30))
def test_every_step_reads_the_same_on_the_wall(first: datetime, zone: str, weeks: int, count: int) -> None:
    place = ZoneInfo(zone)
    steps = repeat(first, zone, weeks=weeks, count=count)
    assert len(steps) == count
    assert steps[0].starts_at == first
    assert all(after.wall - before.wall == timedelta(weeks=weeks) for before, after in pairwise(steps))
    for step in steps[1:]:
        readings = {step.wall.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1)}
        real = [at for at in readings if at.astimezone(place).replace(tzinfo=None, fold=0) == step.wall]
        assert step.starts_at == min(real, default=None)
