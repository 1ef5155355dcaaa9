"""Google's stand-in, once for a module, and a mentor with a calendar there, on each engine."""

from collections.abc import Iterator

import pytest
from support.calendar_world import CalendarWorld
from support.google import GoogleStand, serve_google
from support.house import House, make_house

from mentorship.db.engine import Database


@pytest.fixture(scope="module")
def google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GoogleStand]:
    with serve_google(tmp_path_factory.mktemp("google")) as stand:
        yield stand


@pytest.fixture
def house(database: Database, google: GoogleStand) -> House:
    house = make_house(database, calendar=google.gateways())
    google.now.clock = house.clock
    with google.tx() as tx:
        tx._sql("DELETE FROM accounts")
        tx._sql("DELETE FROM calendars")
        tx._sql("DELETE FROM events")
    google.press(action="heal")
    return house


@pytest.fixture
def world(house: House, google: GoogleStand) -> CalendarWorld:
    mentor, student = house.mentor(), house.student()
    house.buy_pack(student, mentor)
    return CalendarWorld(house, google, mentor, student)
