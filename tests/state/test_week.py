"""Where things stand in a week: on days of 23, 24 and 25 hours, over midnight, and beside one another."""

from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship.schemas.week import WeekDay, WeekFace
from mentorship.state import week
from mentorship.state.week import Item

NOW = datetime(2026, 10, 23, 12, tzinfo=UTC)
BACK, FORWARD = date(2026, 10, 19), date(2026, 3, 23)  # the weeks of Berlin's changes
ZONES = [
    "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago",
    "Asia/Kathmandu", "Pacific/Auckland", "Africa/Casablanca", "Asia/Beirut", "America/St_Johns",
]  # fmt: skip


def item(start: datetime, minutes: int, key: str = "one", **more: object) -> Item:
    return Item(key, "session", start.astimezone(UTC), start.astimezone(UTC) + timedelta(minutes=minutes), "x", **more)  # type: ignore[arg-type]


def berlin(*at: int, fold: int = 0) -> datetime:
    return datetime(*at, tzinfo=ZoneInfo("Europe/Berlin"), fold=fold)  # type: ignore[misc, arg-type]


def height_of(face: WeekFace, label: str) -> list[int]:
    return [hour.start for hour in face.hours if hour.label == label]


def column(face: WeekFace, iso: str) -> WeekDay:
    return next(day for day in face.days if day.iso == iso)


def test_a_plain_week_stands_on_its_hours() -> None:
    face = week.lay_out(BACK, "UTC", [item(datetime(2026, 10, 20, 9, 30, tzinfo=UTC), 60)], NOW)
    (block,) = column(face, "2026-10-20").blocks
    assert (face.title, face.top, face.height) == ("19–25 October 2026", 8 * 60, 10 * 60)
    assert (block.start, block.minutes) == (90, 60)
    today = column(face, "2026-10-23")
    assert (today.today, today.now) == (True, 240)
    assert [day.now for day in face.days if not day.today] == [-1] * 6
    assert face.is_this_week


def test_the_hour_that_occurs_twice_has_two_heights_and_other_days_leave_the_second_empty() -> None:
    face = week.lay_out(
        BACK,
        "Europe/Berlin",
        [
            item(berlin(2026, 10, 25, 2), 60, "first"),
            item(berlin(2026, 10, 25, 2, fold=1), 60, "second"),
            item(berlin(2026, 10, 25, 9), 60, "later"),
            item(berlin(2026, 10, 24, 9), 60, "day before"),
        ],
        NOW,
    )
    assert height_of(face, "02:00") == [0, 60]
    assert height_of(face, "03:00") == [120]
    first, second, later = column(face, "2026-10-25").blocks
    assert (first.start, first.minutes, second.start, second.minutes) == (0, 60, 60, 60)
    assert [later.start] == height_of(face, "09:00") == [column(face, "2026-10-24").blocks[0].start]
    assert column(face, "2026-10-25").missing == ()
    (empty,) = column(face, "2026-10-24").missing
    assert (empty.start, empty.minutes) == (60, 60)


def test_the_hour_that_is_skipped_is_empty_on_that_day_alone() -> None:
    face = week.lay_out(FORWARD, "Europe/Berlin", [item(berlin(2026, 3, 29, 1, 30), 60)], NOW)
    (block,) = column(face, "2026-03-29").blocks
    assert (block.start, block.minutes) == (30, 120), "from 01:30 to 03:30 on the wall"
    (empty,) = column(face, "2026-03-29").missing
    assert (empty.start, empty.minutes) == (60, 60)
    assert all(day.missing == () for day in face.days if day.iso != "2026-03-29")


def test_what_goes_over_midnight_is_split_and_what_is_outside_is_left_out() -> None:
    face = week.lay_out(
        BACK,
        "UTC",
        [
            item(datetime(2026, 10, 21, 23, tzinfo=UTC), 120, "night"),
            item(datetime(2026, 10, 18, 23, 30, tzinfo=UTC), 60, "before"),
            item(datetime(2026, 10, 26, tzinfo=UTC), 60, "after"),
        ],
        NOW,
    )
    shown = {day.iso[8:]: [(b.key, b.start, b.minutes) for b in day.blocks] for day in face.days if day.blocks}
    assert shown == {"19": [("before", 0, 30)], "21": [("night", 1380, 60)], "22": [("night", 0, 60)]}


def test_blocks_that_overlap_share_the_width_and_a_backdrop_takes_none() -> None:
    at = datetime(2026, 10, 20, 9, tzinfo=UTC)
    face = week.lay_out(
        BACK,
        "UTC",
        [
            item(at, 60, "a"),
            item(at + timedelta(minutes=30), 60, "b"),
            item(at + timedelta(minutes=60), 30, "c"),
            item(at + timedelta(minutes=90), 30, "d"),
            item(at - timedelta(hours=1), 600, "open", is_backdrop=True),
        ],
        NOW,
    )
    day = column(face, "2026-10-20")
    assert [(b.key, b.lane, b.lanes) for b in day.blocks] == [("a", 0, 2), ("b", 1, 2), ("c", 0, 2), ("d", 0, 1)]
    assert [b.key for b in day.backdrop] == ["open"]


@pytest.mark.parametrize(
    ("monday", "title"),
    [
        (date(2026, 11, 23), "23–29 November 2026"),
        (date(2026, 11, 30), "30 November–6 December 2026"),
        (date(2026, 12, 28), "28 December 2026–3 January 2027"),
    ],
)
def test_titles(monday: date, title: str) -> None:
    assert week.week_title(monday) == title


@given(
    st.sampled_from(ZONES),
    st.dates(date(2024, 1, 1), date(2028, 1, 1)),
    st.lists(st.tuples(st.integers(0, 7 * 96), st.integers(1, 16)), max_size=8),
)
def test_every_quarter_of_an_hour_has_one_place(zone: str, day: date, spans: list[tuple[int, int]]) -> None:
    monday = week.monday_of(day)
    begins, ends = week.bounds(monday, zone)
    quarter = timedelta(minutes=15)
    items = [
        Item(str(n), "session", begins + s * quarter, begins + (s + m) * quarter, "x") for n, (s, m) in enumerate(spans)
    ]
    face = week.lay_out(monday, zone, items, begins)
    for column_ in face.days:
        for one, other in combinations(column_.blocks, 2):
            apart = one.start + one.minutes <= other.start or other.start + other.minutes <= one.start
            assert apart or one.lane != other.lane
        assert all(0 <= b.start < b.start + b.minutes <= face.height and b.lane < b.lanes for b in column_.blocks)
    assert all(a.start < b.start for a, b in pairwise(face.hours))

    places, at = {}, begins
    while at < ends:
        local = at.astimezone(ZoneInfo(zone)).date()
        place = week._axis(monday, zone).at(at)
        assert places.setdefault((local, place), at) == at, "two instants at one place"
        assert week.instant_at(local, place, zone) == at, "and back again"
        at += quarter


def test_what_does_not_stretch_is_cut_to_the_hours_that_the_rest_asks_for() -> None:
    day = datetime(2026, 10, 20, tzinfo=UTC)
    closed = item(day, 24 * 60, "closed", is_backdrop=True, stretches=False)
    early = item(day + timedelta(hours=5), 30, "early", is_backdrop=True, stretches=False)
    face = week.lay_out(BACK, "UTC", [closed, early, item(day + timedelta(hours=19), 90)], NOW)
    assert (face.top, face.height) == (8 * 60, 13 * 60)
    shown = column(face, "2026-10-20")
    assert [(b.key, b.start, b.minutes) for b in shown.backdrop] == [("closed", 0, 13 * 60)]
    assert [(b.start, b.minutes) for b in shown.blocks] == [(11 * 60, 90)]


def test_a_note_belongs_to_its_day() -> None:
    face = week.lay_out(BACK, "UTC", [], NOW, notes={date(2026, 10, 20): "Closed", date(2026, 10, 21): ""})
    assert (column(face, "2026-10-20").note, column(face, "2026-10-21").note, face.has_notes) == ("Closed", "", True)
    assert not week.lay_out(BACK, "UTC", [], NOW, notes={date(2026, 10, 20): ""}).has_notes
