"""Wall times under changed rules: what shifts, to when, and what never does."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.tzdata import installed, write_zone

from mentorship.domain.zones import day_bounds, find_zone, midnight, shifted_to

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca", "UTC"]


def _wall(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


@given(st.sampled_from(ZONES), st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))
def test_nothing_shifts_under_the_rules_that_it_was_agreed_under(name: str, instant: datetime) -> None:
    zone = ZoneInfo(name)
    assert shifted_to(instant, _wall(instant, zone), zone) is None


@given(st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)), st.integers(-3, 3))
def test_another_offset_shifts_everything_by_the_difference(instant: datetime, hours: int) -> None:
    before, now = ZoneInfo("Etc/GMT-4"), ZoneInfo(f"Etc/GMT{-4 - hours:+d}")
    at = instant.replace(second=0, microsecond=0)
    expected = None if hours == 0 else at - timedelta(hours=hours)
    assert shifted_to(at, _wall(at, before), now) == expected


def test_times_that_occur_twice_and_times_that_are_skipped() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    for either in (first, first + timedelta(hours=1)):
        assert shifted_to(either, "2026-10-25T02:30", berlin) is None
    assert shifted_to(first + timedelta(hours=2), "2026-10-25T02:30", berlin) == first
    skipped = shifted_to(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "2026-03-29T02:30", berlin)
    assert skipped == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert _wall(skipped, berlin) == "2026-03-29T03:30"


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.sampled_from([*ZONES, "America/Havana", "Africa/Cairo"]))
def test_a_day_is_all_that_a_zones_calendar_puts_on_it(day: date, name: str) -> None:
    begins, ends = day_bounds(day, name)
    zone, tick = ZoneInfo(name), timedelta(seconds=1)
    assert [at.astimezone(zone).date() for at in (begins, ends - tick)] == [day, day]
    assert (begins - tick).astimezone(zone).date() < day
    assert ends == midnight(day + timedelta(days=1), name)


def test_a_day_whose_midnight_is_skipped_begins_when_the_clock_goes_forward() -> None:
    assert midnight(date(2026, 3, 8), "America/Havana") == datetime(2026, 3, 8, 5, tzinfo=UTC)


def test_a_zone_of_our_own_follows_its_rule(tmp_path: Path) -> None:
    july = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    write_zone(tmp_path, "Europe/Berlin", "CET-1")
    with installed(tmp_path):
        assert _wall(july, ZoneInfo("Europe/Berlin")) == "2026-07-01T13:00"
        assert _wall(july, ZoneInfo("Europe/Paris")) == "2026-07-01T14:00"
    assert _wall(july, ZoneInfo("Europe/Berlin")) == "2026-07-01T14:00"


@pytest.mark.parametrize("name", ["Europe/Nowhere", "", "../UTC", "/etc/passwd", "Europe", "a" * 64, "UTC\0"])
def test_what_is_no_zone_is_none(name: str) -> None:
    assert find_zone(name) is None
