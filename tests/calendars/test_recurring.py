"""What repeats in a mentor's own calendar hides each of its times, as far as it is still as the rule says."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
from support.calendar_world import CalendarWorld
from support.google import GoogleStand, wait_until

ZONE = "Europe/Berlin"
WEEK = timedelta(weeks=1)


@pytest.fixture
def dialect() -> str:
    """What differs between the engines is in the tests of the mirror."""
    return "sqlite"


class Calendar:
    """The mentor's own calendar, by Google's API."""

    def __init__(self, world: CalendarWorld) -> None:
        self._url = f"{world.google.url}/calendar/v3/calendars/primary/events"
        with world.google.tx() as tx:
            (token,) = tx._sql("SELECT token FROM tokens WHERE kind = 'access' ORDER BY rowid DESC").fetchone()
        self._headers = {"Authorization": f"Bearer {token}"}

    def call(self, method: str, path: str = "", **given: Any) -> Any:
        answer = requests.request(method, self._url + path, headers=self._headers, timeout=10, **given)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def repeat(self, start: datetime, rule: str) -> str:
        return str(self.call("POST", json=_at(start) | {"recurrence": [f"RRULE:{rule}"], "summary": "Choir"})["id"])

    def instances(self, **query: str) -> list[Any]:
        return list(self.call("GET", params={"singleEvents": "true", **query})["items"])


def _at(start: datetime) -> dict[str, Any]:
    local = start.astimezone(ZoneInfo(ZONE))
    times = {"start": local, "end": local + timedelta(hours=1)}
    return {name: {"dateTime": at.isoformat(), "timeZone": ZONE} for name, at in times.items()}


@pytest.fixture
def calendar(world: CalendarWorld) -> Calendar:
    world.connect()
    world.read()
    return Calendar(world)


def test_each_instance_is_busy_and_only_as_long_as_it_is_there(world: CalendarWorld, calendar: Calendar) -> None:
    free = world.starts()
    first = next(at for at in free if at + WEEK in free and at + 2 * WEEK in free and at + timedelta(hours=6) in free)
    master = calendar.repeat(first, "FREQ=WEEKLY;COUNT=3")
    assert calendar.call("GET", f"/{master}")["recurrence"] == ["RRULE:FREQ=WEEKLY;COUNT=3"]
    world.read()
    assert [at in world.starts() for at in (first, first + WEEK, first + 2 * WEEK)] == [False] * 3

    _, second, third = calendar.instances()
    assert (second["recurringEventId"], "recurrence" in second) == (master, False)
    calendar.call("PATCH", f"/{second['id']}", json=_at(first + WEEK + timedelta(hours=6)))
    calendar.call("DELETE", f"/{third['id']}")
    world.read()
    starts = world.starts()
    assert (first in starts, first + WEEK in starts, first + 2 * WEEK in starts) == (False, True, True)
    assert first + WEEK + timedelta(hours=6) not in starts, "an instance that was moved is busy where it is now"

    listed = calendar.instances(showDeleted="true")
    assert [e["status"] for e in listed] == ["confirmed", "confirmed", "cancelled"]
    assert {e["recurringEventId"] for e in listed} == {master}
    assert len(calendar.call("GET", params={})["items"]) == 2, "unexpanded: the master and what differs of it"

    calendar.call("DELETE", f"/{master}")
    world.read()
    assert set(world.starts()) == set(free)


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=DAILY;COUNT=3", [0, 1, 2]),
        ("FREQ=DAILY;INTERVAL=2;COUNT=3", [0, 2, 4]),
        ("FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4", [0, 2, 7, 9]),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=2", [0, 14]),
        ("FREQ=WEEKLY;UNTIL=20260401T000000Z", [0, 7, 14, 21, 28]),
    ],
)
def test_a_rule_keeps_its_wall_clock_time(calendar: Calendar, rule: str, days: list[int]) -> None:
    monday = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo(ZONE))
    calendar.repeat(monday, rule)
    found = [datetime.fromisoformat(e["start"]["dateTime"]) for e in calendar.instances(timeMin="2026-03-01T00:00:00Z")]
    assert [(at.astimezone(ZoneInfo(ZONE)).date() - monday.date()).days for at in found] == days
    assert {at.astimezone(ZoneInfo(ZONE)).hour for at in found} == {9}, "also after the clocks have changed"


@pytest.mark.parametrize(
    "recurrence", [["RRULE:FREQ=YEARLY"], ["RRULE:FREQ=DAILY;INTERVAL=0"], ["EXDATE:20260302"], "RRULE", [7], {"a": 1}]
)
def test_a_rule_that_is_not_understood_is_refused(
    world: CalendarWorld, calendar: Calendar, google: GoogleStand, recurrence: object
) -> None:
    body = _at(datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo(ZONE))) | {"recurrence": recurrence}
    seen = len(google.witness.calls)
    with pytest.raises(AssertionError, match="This stand-in"):
        calendar.call("POST", json=body)
    wait_until(lambda: len(google.witness.calls) > seen)
    google.witness.violations.clear()
