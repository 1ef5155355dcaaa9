"""Connecting: consent bound to the person who asked, all boxes or nothing, and access that is lost again."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from support.calendar_world import CalendarWorld
from support.google import GoogleStand

from mentorship.domain.calendars import PERMISSIONS, WhenUnread
from mentorship.domain.errors import (
    CalendarNotOffered,
    ConsentDeclined,
    ConsentIncomplete,
    InvalidInput,
    LinkInvalid,
    NotFound,
    TooManyTries,
)
from mentorship.gateways.secrets import SealedSecrets
from mentorship.services.bookings import reschedule_session
from mentorship.services.calendar_proposals import calendar_desk
from mentorship.services.calendars import (
    calendar_settings,
    choose_calendars,
    disconnect_calendar,
    finish_connecting,
    read_calendar_now,
    start_connecting,
)


def tokens(world: CalendarWorld) -> list[bytes]:
    with world.house.deps.database.session(read_only=True) as db:
        return [bytes(row[0]) for row in db.execute(text("SELECT sealed_token FROM calendar_connections"))]


def test_connecting_reads_the_primary_calendar_and_writes_into_it(world: CalendarWorld) -> None:
    world.connect()
    settings = world.settings()
    assert (settings.state, settings.account, settings.problem) == ("connected", world.email, "")
    assert settings.read_at == world.house.clock.now()
    assert [c.name for c in settings.calendars if c.is_read] == [world.email]
    assert [c.name for c in settings.calendars if c.is_written] == [world.email]
    assert {c.name for c in settings.calendars if c.is_writable} == {world.email, "Family"}


def test_the_token_is_not_readable_in_the_database(world: CalendarWorld, google: GoogleStand) -> None:
    world.connect()
    (sealed,) = tokens(world)
    vault = world.house.deps.calendar.vault
    token = vault.open(sealed, world.mentor.id)
    assert token.startswith("1//0")
    assert token.encode() not in sealed


def test_a_state_works_once_for_ten_minutes_and_for_nobody_else(world: CalendarWorld, google: GoogleStand) -> None:
    house, other = world.house, world.house.mentor()

    def answer() -> dict[str, str]:
        return google.consent(start_connecting(house.ctx(world.mentor)), world.email)

    first = answer()
    with pytest.raises(LinkInvalid):
        finish_connecting(house.ctx(other), state=first["state"], code=first["code"])
    with pytest.raises(LinkInvalid):
        finish_connecting(house.ctx(world.mentor), state="made up", code=first["code"])
    assert finish_connecting(house.ctx(world.mentor), state=first["state"], code=first["code"]).state == "connected"
    with pytest.raises(LinkInvalid):
        finish_connecting(house.ctx(world.mentor), state=first["state"], code=first["code"])
    late = answer()
    house.clock.advance(timedelta(minutes=11))
    with pytest.raises(LinkInvalid):
        finish_connecting(house.ctx(world.mentor), state=late["state"], code=late["code"])


def test_a_state_is_used_up_even_when_its_code_is_wrong(world: CalendarWorld, google: GoogleStand) -> None:
    answer = google.consent(start_connecting(world.house.ctx(world.mentor)), world.email)
    for code in ("4/made-up", answer["code"]):
        with pytest.raises(LinkInvalid):
            finish_connecting(world.house.ctx(world.mentor), state=answer["state"], code=code)
    assert world.settings().state == "none"


@pytest.mark.parametrize("left_out", PERMISSIONS)
def test_half_a_consent_is_refused_kindly_and_given_back(
    world: CalendarWorld, google: GoogleStand, left_out: str
) -> None:
    url = start_connecting(world.house.ctx(world.mentor))
    answer = google.consent(url, world.email, scopes=tuple(s for s in PERMISSIONS if s != left_out))
    with pytest.raises(ConsentIncomplete) as refused:
        finish_connecting(world.house.ctx(world.mentor), state=answer["state"], code=answer["code"])
    assert refused.value.fix is not None
    assert PERMISSIONS[left_out] in refused.value.fix
    assert world.settings().state == "none"
    with google.tx() as tx:
        assert not tx.connected(world.email)


def test_saying_no_changes_nothing(world: CalendarWorld, google: GoogleStand) -> None:
    answer = google.consent(start_connecting(world.house.ctx(world.mentor)), world.email, allow=False)
    with pytest.raises(ConsentDeclined):
        finish_connecting(world.house.ctx(world.mentor), state=answer["state"], error=answer["error"])
    assert world.settings().state == "none"


def test_where_it_is_not_set_up_it_says_so(world: CalendarWorld) -> None:
    object.__setattr__(world.house.deps, "calendar", None)
    assert not world.settings().offered
    with pytest.raises(CalendarNotOffered):
        start_connecting(world.house.ctx(world.mentor))


def test_connecting_is_limited(world: CalendarWorld) -> None:
    world.house.limiter.limit = 2
    for _ in range(2):
        start_connecting(world.house.ctx(world.mentor))
    with pytest.raises(TooManyTries):
        start_connecting(world.house.ctx(world.mentor))


@pytest.mark.parametrize("how", ["reading", "writing"])
def test_lost_access_is_said_once_by_mail_and_on_the_desk(world: CalendarWorld, google: GoogleStand, how: str) -> None:
    world.connect()
    session = world.book(10)
    world.house.mails.clear()
    google.press(account=world.email, action="revoke")
    if how == "reading":
        assert world.read() == "access lost"
    else:
        at = session.starts_at + timedelta(minutes=30)
        reschedule_session(world.house.ctx(world.student), session_id=session.id, starts_at=at)
    world.house.drain()
    assert world.read() == "done"
    world.house.drain()
    letters = [m for m in world.house.mails if "calendar is not connected" in m.subject]
    assert [m.to_address for m in letters] == [world.email]
    assert world.settings().state == "revoked"
    assert "does not let us" in calendar_desk(world.house.ctx(world.mentor)).problem
    for done in (read_calendar_now, None):
        with pytest.raises(NotFound):
            if done:
                done(world.house.ctx(world.mentor))
            else:
                choose_calendars(world.house.ctx(world.mentor), read=[], write="", when_unread=WhenUnread.KEEP)


def test_connecting_again_keeps_the_choices_and_catches_up(world: CalendarWorld, google: GoogleStand) -> None:
    world.connect()
    read = [world.email, f"family.{world.email}"]
    choose_calendars(world.house.ctx(world.mentor), read=read, write=read[1], when_unread=WhenUnread.STOP)
    world.house.drain()
    session = world.book(10)
    google.press(account=world.email, action="revoke")
    world.read()
    assert world.starts() == [], "the mentor chose that bookings stop"
    world.house.pass_time(minutes=1)
    world.connect()
    settings = world.settings()
    assert {c.calendar_id for c in settings.calendars if c.is_read} == set(read)
    assert [c.calendar_id for c in settings.calendars if c.is_written] == [read[1]]
    assert settings.when_unread == "stop"
    assert world.starts()
    assert len(google.ours(world.email, read[1])) == 1
    assert session.starts_at not in world.starts()


def test_another_account_starts_afresh(world: CalendarWorld, google: GoogleStand) -> None:
    world.connect()
    google.add(world.email, world.starts()[0])
    world.read()
    google.press(account=world.email, action="revoke")
    world.read()
    world.house.pass_time(minutes=1)
    world.connect("other@mentors.example")
    assert world.settings().account == "other@mentors.example"
    with world.house.system().begin(read_only=True) as uow:
        now = world.house.clock.now()
        mirror = uow.agendas.read(
            world.mentor.mentor_id, now, now + timedelta(days=60), since=now.date(), student_id=None
        ).mirror
    assert mirror is not None
    assert mirror.blocks == []


def test_a_token_that_cannot_be_opened_counts_as_lost_access(world: CalendarWorld) -> None:
    world.connect()
    gateways = world.house.deps.calendar
    object.__setattr__(gateways, "vault", SealedSecrets({"new": b"n" * 32}, purpose="google"))
    assert world.read() == "access lost"
    assert world.settings().state == "revoked"
    disconnect_calendar(world.house.ctx(world.mentor))
    assert world.read() == "given back"


def test_the_daily_check_seals_the_token_under_the_newest_key(world: CalendarWorld) -> None:
    world.connect()
    gateways = world.house.deps.calendar
    rotated = SealedSecrets({"new": b"n" * 32, "test": bytes(32)}, purpose="google")
    object.__setattr__(gateways, "vault", rotated)
    world.house.pass_time(minutes=10)
    world.read()
    assert not rotated.is_current(tokens(world)[0])
    world.house.pass_time(hours=24)
    world.read()
    (sealed,) = tokens(world)
    assert SealedSecrets({"new": b"n" * 32}, purpose="google").open(sealed, world.mentor.id)


@pytest.mark.parametrize(
    "change",
    [
        {"read": ["somebody@else.example"]},
        {"write": "somebody@else.example"},
        {"write": "team"},
        {"write": "room"},
        {"read": ["x" * 300]},
        {"read": ["a"] * 51},
        {"when_unread": "maybe"},
    ],
)
def test_only_the_accounts_own_calendars_can_be_chosen(world: CalendarWorld, change: dict[str, object]) -> None:
    world.connect()
    if change.get("write") in ("team", "room"):
        change = {"write": f"{change['write']}.{world.email}"}
    asked = {"read": [world.email], "write": world.email, "when_unread": WhenUnread.KEEP} | change
    with pytest.raises(InvalidInput):
        choose_calendars(world.house.ctx(world.mentor), **asked)
    assert [c.name for c in world.settings().calendars if c.is_read] == [world.email]


def test_mentors_see_their_own_connection_only(world: CalendarWorld) -> None:
    world.connect()
    other = world.house.mentor()
    assert calendar_settings(world.house.ctx(other)).state == "none"
    with pytest.raises(NotFound):
        disconnect_calendar(world.house.ctx(other))
    assert world.settings().state == "connected"
