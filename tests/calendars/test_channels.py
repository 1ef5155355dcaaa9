"""Announcements: opened, renewed, believed only with their token, and never more than a reason to read."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from starlette.testclient import TestClient
from support.calendar_world import CalendarWorld
from support.google import GoogleStand
from support.house import House, make_house

from mentorship.api.app import create_api
from mentorship.db.engine import Database
from mentorship.domain.calendars import READ_EVERY, READ_EVERY_WATCHED, WhenUnread
from mentorship.domain.errors import CalendarUnavailable
from mentorship.gateways.google_calendar import GoogleAccount
from mentorship.services.calendars import choose_calendars, disconnect_calendar

PATH = "/api/webhooks/google"


@pytest.fixture
def house(database: Database, google: GoogleStand, house: House) -> House:
    watched = make_house(database, calendar=google.gateways("http://127.0.0.1:1" + PATH))
    google.now.clock = watched.clock
    with google.tx() as tx:
        tx._sql("DELETE FROM channels")
    return watched


@pytest.fixture
def browser(house: House) -> Iterator[TestClient]:
    with TestClient(create_api(house.deps), base_url="http://localhost:8000") as client:
        yield client


def channels(google: GoogleStand, world: CalendarWorld) -> list[tuple[str, str, str]]:
    with google.tx() as tx:
        found = tx._sql("SELECT id, token, calendar FROM channels ORDER BY rowid").fetchall()
    return [tuple(row) for row in found]


def headers(channel: str, token: str, state: str = "exists", number: str = "2") -> dict[str, str]:
    return {
        "X-Goog-Channel-ID": channel,
        "X-Goog-Channel-Token": token,
        "X-Goog-Resource-State": state,
        "X-Goog-Message-Number": number,
    }


def test_an_announcement_has_the_calendar_read(world: CalendarWorld, google: GoogleStand, browser: TestClient) -> None:
    world.connect()
    assert world.settings().is_watched
    ((channel, token, _),) = channels(google, world)
    at = world.starts()[0]
    google.add(world.email, at)
    assert browser.post(PATH, headers=headers(channel, token)).status_code == 204
    assert browser.post(PATH, headers=headers(channel, token)).status_code == 204
    assert world.house.drain() == 1
    assert at not in world.starts()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"X-Goog-Resource-State": "sync"}, 204),
        ({"X-Goog-Resource-State": "?"}, 204),
        ({"X-Goog-Channel-Token": "wrong"}, 400),
        ({"X-Goog-Channel-Token": ""}, 400),
        ({"X-Goog-Channel-ID": str(uuid4())}, 400),
        ({"X-Goog-Channel-ID": "not an id"}, 400),
        ({"X-Goog-Channel-ID": "\xff\xfe"}, 400),
        ({"X-Goog-Channel-Token": "a" * 5000}, 422),
    ],
)
def test_what_is_no_announcement_of_ours_leads_to_nothing(
    world: CalendarWorld, google: GoogleStand, browser: TestClient, change: dict[str, str], status: int
) -> None:
    world.connect()
    ((channel, token, _),) = channels(google, world)
    sent = {k: v.encode("latin-1") for k, v in (headers(channel, token) | change).items()}
    answer = browser.post(PATH, headers=sent)
    assert answer.status_code == status
    assert world.house.jobs.waiting == []


def test_without_any_header_it_is_refused(browser: TestClient) -> None:
    assert browser.post(PATH).status_code == 400
    assert browser.post(PATH, content=b"x" * 600_000).status_code == 413
    assert browser.get(PATH).status_code == 405


def test_watched_calendars_are_read_less_often(world: CalendarWorld, google: GoogleStand) -> None:
    world.connect()
    world.read()
    next_read_at = world.settings().next_read_at
    assert next_read_at == world.house.clock.now() + READ_EVERY_WATCHED
    team = f"team.{world.email}"
    ctx = world.house.ctx(world.mentor)
    choose_calendars(ctx, read=[world.email, team], write=world.email, when_unread=WhenUnread.KEEP)
    world.house.drain()
    assert not world.settings().is_watched, "somebody else's calendar is not announced"
    assert world.settings().next_read_at == world.house.clock.now() + READ_EVERY


def test_channels_follow_the_choice_and_end_with_the_connection(world: CalendarWorld, google: GoogleStand) -> None:
    world.connect()
    family = f"family.{world.email}"
    ctx = world.house.ctx(world.mentor)
    choose_calendars(ctx, read=[family], write="", when_unread=WhenUnread.KEEP)
    world.house.drain()
    assert [name for _, _, name in channels(google, world)] == [family]


def test_a_channel_is_renewed_before_it_ends_and_the_old_one_closed(
    world: CalendarWorld, google: GoogleStand, browser: TestClient
) -> None:
    world.connect()
    ((first, token, _),) = channels(google, world)
    world.house.pass_time(days=5)
    world.read()
    assert [c for c, _, _ in channels(google, world)] == [first]
    world.house.pass_time(days=1, hours=1)
    world.read()
    ((second, _, _),) = channels(google, world)
    assert second != first
    assert browser.post(PATH, headers=headers(first, token)).status_code == 400


def test_after_leaving_announcements_are_nobodys(
    world: CalendarWorld, google: GoogleStand, browser: TestClient
) -> None:
    world.connect()
    ((channel, token, _),) = channels(google, world)
    disconnect_calendar(world.house.ctx(world.mentor))
    assert browser.post(PATH, headers=headers(channel, token)).status_code == 400


def test_a_channel_that_cannot_be_opened_leaves_reading_by_the_clock(
    world: CalendarWorld, google: GoogleStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise CalendarUnavailable()

    monkeypatch.setattr(GoogleAccount, "watch", fail)
    world.connect()
    assert world.settings().problem == ""
    assert world.settings().next_read_at == world.house.clock.now() + READ_EVERY
    assert world.settings().read_at is not None
    world.house.clock.advance(timedelta(minutes=1))
    assert world.read() == "read"
