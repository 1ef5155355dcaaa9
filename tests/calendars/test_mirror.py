"""The mirror of busy blocks: what it hides, when it is believed, and that no reading undoes a newer one."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from support.calendar_world import CalendarWorld
from support.google import GoogleStand

from mentorship.domain.calendars import UNREAD_AFTER, WhenUnread
from mentorship.domain.errors import SlotNotOffered
from mentorship.domain.slots import Interval
from mentorship.gateways.ports import CalendarAccount
from mentorship.services import calendar_sync
from mentorship.services.bookings import book_session, reschedule_session
from mentorship.services.calendars import choose_calendars, disconnect_calendar, read_calendar_now
from mentorship.services.context import Context
from mentorship.services.seats import mentor_topic
from mentorship.services.sweeps import run_due

HOUR = timedelta(hours=1)


def choose(world: CalendarWorld, *, read: list[str], write: str = "", when: WhenUnread = WhenUnread.KEEP) -> None:
    choose_calendars(world.house.ctx(world.mentor), read=read, write=write, when_unread=when)
    world.house.drain()


def test_a_busy_block_hides_its_slots_from_the_list_and_from_booking(world: CalendarWorld) -> None:
    world.connect()
    at = world.starts()[4]
    before = set(world.starts())
    world.google.add(world.email, at, 60)
    world.read()
    hidden = before - set(world.starts())
    # An hour of busy time, ten minutes of rest on both sides, slots of an hour every half hour.
    assert hidden == {at + n * timedelta(minutes=30) for n in (-2, -1, 0, 1, 2)} & before
    with pytest.raises(SlotNotOffered) as refused:
        book_session(world.house.ctx(world.student), mentor_id=world.mentor.mentor_id, starts_at=at)
    assert refused.value.code == "busy"
    assert "busy" in str(refused.value)
    assert refused.value.fix is not None
    assert "next free time" in refused.value.fix


def test_a_booked_time_is_taken_and_not_busy_although_google_shows_it_too(world: CalendarWorld) -> None:
    world.connect()
    session = world.book()
    world.read()
    other = world.house.student()
    world.house.buy_pack(other, world.mentor)
    with pytest.raises(SlotNotOffered) as refused:
        book_session(world.house.ctx(other), mentor_id=world.mentor.mentor_id, starts_at=session.starts_at)
    assert refused.value.code == "taken"


def test_pages_learn_of_a_change_and_of_nothing_when_nothing_changed(world: CalendarWorld) -> None:
    world.connect()
    world.house.live.topics.clear()
    world.read()
    assert mentor_topic(world.mentor.mentor_id) not in world.house.live.topics
    world.google.add(world.email, world.starts()[0])
    world.read()
    assert mentor_topic(world.mentor.mentor_id) in world.house.live.topics


def test_only_chosen_calendars_count_and_all_of_them(world: CalendarWorld, google: GoogleStand) -> None:
    world.connect()
    one, two, three = world.starts()[0], world.starts()[8], world.starts()[16]
    google.add(world.email, one, calendar=f"family.{world.email}")
    google.add(world.email, two, calendar=f"team.{world.email}")
    google.add(world.email, three, calendar=f"room.{world.email}")
    world.read()
    assert {one, two, three} <= set(world.starts())
    choose(world, read=[f"family.{world.email}", f"room.{world.email}"])
    assert {one, two, three} & set(world.starts()) == {two}
    choose(world, read=[])
    assert {one, two, three} <= set(world.starts())


def test_moving_a_session_ignores_its_own_event_and_nothing_else(world: CalendarWorld, google: GoogleStand) -> None:
    world.connect()
    session = world.book(4)
    google.add(world.email, session.ends_at + timedelta(minutes=40), 60)
    world.read()
    ctx = world.house.ctx(world.student)
    with pytest.raises(SlotNotOffered) as refused:
        reschedule_session(ctx, session_id=session.id, starts_at=session.starts_at + timedelta(minutes=60))
    assert refused.value.code == "busy"
    moved = reschedule_session(
        world.house.ctx(world.student), session_id=session.id, starts_at=session.starts_at + timedelta(minutes=30)
    )
    assert moved.starts_at == session.starts_at + timedelta(minutes=30)


def test_a_calendar_that_is_gone_keeps_its_blocks_and_is_named(world: CalendarWorld, google: GoogleStand) -> None:
    world.connect()
    at, family = world.starts()[0], f"family.{world.email}"
    google.add(world.email, at, calendar=family)
    choose(world, read=[world.email, family])
    with google.tx() as tx:
        tx._sql("DELETE FROM calendars WHERE id = ?", (family,))
    world.house.pass_time(minutes=30)
    world.read()
    assert at not in world.starts()
    assert "Family" in world.settings().problem
    assert next(c for c in world.settings().calendars if c.name == "Family").problem == "notFound"
    choose(world, read=[world.email])
    assert world.settings().problem == ""


@pytest.mark.parametrize(("when", "offered"), [(WhenUnread.KEEP, True), (WhenUnread.STOP, False)])
def test_a_calendar_that_cannot_be_read_stops_bookings_where_the_mentor_chose_so(
    world: CalendarWorld, google: GoogleStand, when: WhenUnread, offered: bool
) -> None:
    world.connect()
    session = world.book(40)
    choose(world, read=[world.email], write=world.email, when=when)
    google.press(action="fault", kind="500")
    world.house.pass_time(minutes=20)
    assert world.read() == "put off"
    assert world.starts(), "one failure is no reason to stop"
    world.house.clock.advance(UNREAD_AFTER)
    assert bool(world.starts()) is offered
    if not offered:
        with pytest.raises(SlotNotOffered) as refused:
            book_session(
                world.house.ctx(world.student),
                mentor_id=world.mentor.mentor_id,
                starts_at=session.starts_at + timedelta(days=7),
            )
        assert refused.value.code == "busy"
        assert "cannot be read" in str(refused.value)
        with pytest.raises(SlotNotOffered):
            reschedule_session(
                world.house.ctx(world.student),
                session_id=session.id,
                starts_at=session.starts_at + timedelta(minutes=30),
            )
    assert world.settings().stops_bookings is not offered
    google.press(action="heal")
    world.read()
    assert world.starts()


def test_failures_are_tried_again_more_and_more_slowly_and_a_success_forgets_them(
    world: CalendarWorld, google: GoogleStand
) -> None:
    world.connect()
    waits = []
    with google.tx() as tx:
        tx.set_fault("500", 4)
    for _ in range(4):
        assert world.read() == "put off"
        next_read_at = world.settings().next_read_at
        assert next_read_at is not None
        waits.append(next_read_at - world.house.clock.now())
    assert waits == sorted(waits)
    assert waits[0] < waits[-1]
    assert world.settings().problem
    assert world.read() == "read"
    assert world.settings().problem == ""


def test_the_sweep_reads_what_is_due_and_only_that(world: CalendarWorld, google: GoogleStand) -> None:
    world.connect()
    assert "calendars to read" not in run_due(world.house.system())
    at = world.starts()[0]
    google.add(world.email, at)
    world.house.pass_time(minutes=6)
    assert run_due(world.house.system())["calendars to read"] == 1
    assert "calendars to read" not in run_due(world.house.system())
    world.house.drain()
    assert at not in world.starts()


def test_an_older_reading_does_not_undo_a_newer_one(
    world: CalendarWorld, google: GoogleStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connect()
    at = world.starts()[0]
    really_read: Callable[..., calendar_sync.Found] = calendar_sync._read
    overtaken: list[str] = []

    def slowly(account: CalendarAccount, reading: calendar_sync.Reading) -> calendar_sync.Found:
        found = really_read(account, reading)
        if not overtaken:
            overtaken.append("")
            google.add(world.email, at)
            overtaken.append(world.read())
        return found

    monkeypatch.setattr(calendar_sync, "_read", slowly)
    assert world.read() == "overtaken"
    assert overtaken[1] == "read"
    assert at not in world.starts()


def test_a_choice_made_while_reading_wins(
    world: CalendarWorld, google: GoogleStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connect()
    at = world.starts()[0]
    google.add(world.email, at)
    really_read: Callable[..., calendar_sync.Found] = calendar_sync._read

    def slowly(account: CalendarAccount, reading: calendar_sync.Reading) -> calendar_sync.Found:
        found = really_read(account, reading)
        choose_calendars(world.house.ctx(world.mentor), read=[], write="", when_unread=WhenUnread.KEEP)
        return found

    with monkeypatch.context() as patched:
        patched.setattr(calendar_sync, "_read", slowly)
        assert world.read() == "overtaken"
    world.house.drain()
    assert at in world.starts()


def test_no_visitors_request_reaches_google(world: CalendarWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    world.connect()

    def refuse(_: Context) -> None:
        raise AssertionError("a visitor's request reached for Google")

    session = world.book(3)
    monkeypatch.setattr(Context, "calendar", property(refuse))
    assert world.starts()
    moved = reschedule_session(
        world.house.ctx(world.student), session_id=session.id, starts_at=session.starts_at + timedelta(minutes=30)
    )
    assert moved.starts_at > session.starts_at


def test_leaving_deletes_the_mirror_and_gives_the_access_back(world: CalendarWorld, google: GoogleStand) -> None:
    world.connect()
    at = world.starts()[0]
    google.add(world.email, at)
    world.read()
    disconnect_calendar(world.house.ctx(world.mentor))
    assert at in world.starts()
    assert world.settings().state == "none"
    with google.tx() as tx:
        assert tx.connected(world.email)
    world.house.drain()
    with google.tx() as tx:
        assert not tx.connected(world.email)
    with world.house.system().begin(read_only=True) as uow:
        assert uow.calendars.connection(world.mentor.mentor_id) is None
        assert uow.calendars.calendars(world.mentor.mentor_id) == []


def test_access_is_given_back_later_when_google_is_away_and_not_at_all_after_connecting_again(
    world: CalendarWorld, google: GoogleStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connect()
    disconnect_calendar(world.house.ctx(world.mentor))
    consents = world.house.deps.calendar.consents
    real = consents._addresses
    consents._addresses = type(real).below("http://127.0.0.1:1/google")
    world.house.drain()
    consents._addresses = real
    assert world.read() == "given back"
    world.connect()
    disconnect_calendar(world.house.ctx(world.mentor))
    world.house.jobs.waiting.clear()
    world.connect()
    world.read()
    with google.tx() as tx:
        assert tx.connected(world.email)
    assert world.settings().state == "connected"


def test_reading_on_demand_finds_new_calendars(world: CalendarWorld, google: GoogleStand) -> None:
    world.connect()
    with google.tx() as tx:
        tx._sql("INSERT INTO calendars VALUES ('new.cal', ?, 'New one', 'owner', 9)", (world.email,))
    read_calendar_now(world.house.ctx(world.mentor))
    world.house.drain()
    assert "New one" in [c.name for c in world.settings().calendars]


def test_blocks_are_instants_and_merge(world: CalendarWorld, google: GoogleStand) -> None:
    world.connect()
    at = world.starts()[0]
    google.add(world.email, at, 60)
    google.add(world.email, at + HOUR, 60)
    world.read()
    with world.house.system().begin(read_only=True) as uow:
        mirror = uow.agendas.read(
            world.mentor.mentor_id, at - HOUR, at + 3 * HOUR, since=at.date(), student_id=None
        ).mirror
    assert mirror is not None
    assert mirror.blocks == [Interval(at, at + 2 * HOUR)]
