"""The mentor's calendar as tabs see it: what the address asks for, moving in place, and following what others do."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from support.house import House, MentorPerson, Person
from support.tabs import Tab, Tabs, open_tabs

from mentorship.schemas.agenda import DayOff, MentorAgenda, Period
from mentorship.schemas.week import WeekBlock
from mentorship.services.accounts import change_time_zone
from mentorship.services.bookings import get_session
from mentorship.state.agenda_month import month_bounds
from mentorship.state.agenda_week import day_note
from mentorship.state.calls import call
from mentorship.state.instructor_agenda import PATH, InstructorAgenda
from mentorship.state.month import next_month

Scene = Callable[[Tabs], Awaitable[None]]


def play(house: House, scene: Scene) -> None:
    async def run() -> None:
        async with open_tabs(house.deps) as tabs:
            await scene(tabs)

    asyncio.run(run())


def cast(house: House) -> tuple[MentorPerson, Person]:
    mentor, student = house.mentor(), house.student("Ada Student", "America/New_York")
    house.buy_pack(student, mentor)
    return mentor, student


def blocks(state: InstructorAgenda, kind: str) -> list[WeekBlock]:
    return [b for day in state.week.days for b in (*day.blocks, *day.backdrop) if b.kind == kind]


async def load(tab: Tab, path: str = "") -> InstructorAgenda:
    tab.path = path or tab.path
    await tab.send(InstructorAgenda.load)
    return await tab.see(InstructorAgenda)


def test_the_address_says_which_days_are_shown_and_turning_goes_on_from_there(house: House) -> None:
    mentor, student = cast(house)
    session = house.book(student, mentor, 150)

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(mentor, PATH)
        state = await load(tab)
        assert (state.view, state.week.iso, state.week.is_this_week) == ("week", "2026-03-02", True)
        assert blocks(state, "open")
        assert blocks(state, "session") == []
        await tab.send(InstructorAgenda.show_next)
        (block,) = blocks(await tab.see(InstructorAgenda), "session")
        assert (block.key, block.picks) == (str(session.id), True)
        assert "Monday 9 March, 15:00–16:00, 11:00 for Ada, session with Ada Student" in block.spoken
        state = await load(tab)
        assert state.week.iso == "2026-03-09", "a change that somebody makes does not turn the page back"
        assert state.views["month"] == f"{PATH}?view=month&day=2026-03-09"
        await tab.send(InstructorAgenda.show_today)
        assert (await tab.see(InstructorAgenda)).week.iso == "2026-03-02"
        state = await load(tab, f"{PATH}?view=month&day=2026-03-20")
        assert (state.view, state.month.title, state.month.is_this_month) == ("month", "March 2026", True)
        day = next(d for row in state.month.rows for d in row.days if d.iso == session.starts_at.date().isoformat())
        assert (day.sessions, day.href) == ("1", f"{PATH}?view=week&day={day.iso}")
        assert "1 session" in day.label
        await tab.send(InstructorAgenda.show_next)
        assert (await tab.see(InstructorAgenda)).month.title == "April 2026"
        for nonsense in ("yesterday", "2026-13-99", "9999-12-31"):
            state = await load(tab, f"{PATH}?view=week&day={nonsense}")
            assert state.week.days
            assert bool(state.problem) == nonsense.startswith("9999")

    play(house, scene)


def test_a_session_is_moved_in_place(house: House) -> None:
    mentor, student = cast(house)
    session = house.book(student, mentor, 10)

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(mentor, PATH)
        await load(tab)
        await tab.send(InstructorAgenda.pick, key=str(session.id))
        opened = (await tab.see(InstructorAgenda)).opened
        assert (opened.student, opened.can_move, opened.can_close) == ("Ada Student", True, False)
        assert "for Ada (America/New_York)" in opened.other_when
        state = await load(tab, f"{PATH}?session={session.id}")
        assert state.opened.id == ""
        assert state.moving.id == str(session.id)
        assert blocks(state, "open") == []
        assert not any(b.picks for b in blocks(state, "session"))
        free = blocks(state, "free")
        assert all(b.picks for b in free)
        assert state.next_free[0].starts_at <= free[0].key
        await tab.send(InstructorAgenda.pick, key="2026-03-03T03:00:00+00:00")
        assert (await tab.see(InstructorAgenda)).choice.starts_at == "", "that is not one of them"
        await tab.send(InstructorAgenda.pick, key=free[5].key)
        choice = (await tab.see(InstructorAgenda)).choice
        assert choice.starts_at == free[5].key
        assert "costs Ada Student nothing" in choice.pays
        await tab.send(InstructorAgenda.confirm)
        assert "is at" in (await tab.notice()).text
        assert tab.redirects[-1] == f"{PATH}?view=week&day={free[5].key[:10]}"
        state = await load(tab, tab.redirects[-1])
        assert (state.moving.id, state.choice.starts_at) == ("", "")
        moved = get_session(house.ctx(student), session_id=session.id)
        assert (moved.starts_at.isoformat(), moved.moves) == (free[5].key, 0)

    play(house, scene)


def test_a_picked_time_that_is_taken_is_put_back_and_a_late_confirm_is_refused(house: House) -> None:
    mentor, student = cast(house)
    rival = house.student()
    house.buy_pack(rival, mentor)
    session = house.book(student, mentor, 10)

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(mentor, f"{PATH}?session={session.id}")
        state = await load(tab)
        await tab.send(InstructorAgenda.pick, key=state.next_free[0].starts_at)
        await asyncio.to_thread(house.book, rival, mentor)
        await tab.send(InstructorAgenda.confirm)
        assert "is taken. The next free time is" in (await tab.notice()).text
        state = await tab.see(InstructorAgenda)
        assert (state.busy, state.choice.starts_at, state.moving.id) == ("", "", str(session.id))
        await tab.send(InstructorAgenda.pick, key=state.next_free[1].starts_at)
        await asyncio.to_thread(house.book, rival, mentor, 1)
        state = await load(tab)
        assert "just taken" in (await tab.notice()).text
        assert state.choice.starts_at == ""
        assert get_session(house.ctx(student), session_id=session.id).starts_at == session.starts_at

    play(house, scene)


def test_what_cannot_be_moved_any_more_leads_back(house: House) -> None:
    mentor, student = cast(house)
    other, session = house.mentor(), house.book(student, mentor)

    async def scene(tabs: Tabs) -> None:
        for person, address in ((mentor, "00000000-0000-0000-0000-000000000000"), (other, str(session.id))):
            tab = tabs.open(person, f"{PATH}?session={address}")
            await load(tab)
            assert tab.redirects == [PATH]
            assert "cannot be moved" in (await tab.notice()).text
        house.clock.advance(session.starts_at - house.clock.now())
        tab = tabs.open(mentor, f"{PATH}?session={session.id}")
        await load(tab)
        assert tab.redirects == [PATH]
        tab = tabs.open(other, PATH)
        await tab.send(InstructorAgenda.pick, key=str(session.id))
        assert (await tab.see(InstructorAgenda)).opened.id == ""

    play(house, scene)


def test_an_open_calendar_follows_a_booking(live_house: House) -> None:
    mentor, student = cast(live_house)

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(mentor, PATH)
        assert blocks(await load(tab), "session") == []
        session = await asyncio.to_thread(live_house.book, student, mentor, 4)
        for _ in range(100):
            if found := blocks(await tab.see(InstructorAgenda), "session"):
                assert [b.key for b in found] == [str(session.id)]
                return
            await asyncio.sleep(0.05)
        raise AssertionError("the tab was not told")

    play(live_house, scene)


@pytest.mark.parametrize("meanwhile", ["put away", "another opened"])
def test_a_card_that_changes_while_the_page_is_read_again_stays_as_the_mentor_left_it(
    house: House, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    mentor, student = cast(house)
    first, second = house.book(student, mentor), house.book(student, mentor, 10)
    has_read, may_go_on = asyncio.Event(), asyncio.Event()

    async def slow(use_case: Callable[..., Any], **arguments: Any) -> Any:
        found = await call(use_case, **arguments)
        if use_case is get_session and arguments["session_id"] == str(first.id):
            has_read.set()
            await may_go_on.wait()
        return found

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(mentor, PATH)
        await load(tab)
        await tab.send(InstructorAgenda.pick, key=str(first.id))
        monkeypatch.setattr("mentorship.state.instructor_agenda.call", slow)
        reading = asyncio.create_task(tab.send(InstructorAgenda.load))
        await asyncio.wait_for(has_read.wait(), 10)
        if meanwhile == "put away":
            await tab.send(InstructorAgenda.put_away)
        else:
            await tab.send(InstructorAgenda.pick, key=str(second.id))
        may_go_on.set()
        await reading
        expected = "" if meanwhile == "put away" else str(second.id)
        assert (await tab.see(InstructorAgenda)).opened.id == expected

    play(house, scene)


def test_a_session_that_has_begun_waits_for_its_outcome(house: House) -> None:
    mentor, student = cast(house)
    session = house.book(student, mentor)
    house.clock.advance(session.starts_at + timedelta(minutes=5) - house.clock.now())

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(mentor, PATH)
        (block,) = blocks(await load(tab), "waiting")
        assert block.spoken.endswith("session with Ada Student, outcome missing")
        assert block.label.endswith("Ada Student · outcome missing")
        state = await load(tab, f"{PATH}?view=month")
        day = next(d for row in state.month.rows for d in row.days if d.today)
        assert day.asks
        assert "1 without an outcome" in day.label

    play(house, scene)


def agenda(**what: object) -> MentorAgenda:
    empty = {"sessions": [], "busy": [], "free": [], "days_off": [], "buffer_minutes": 10, "is_unread": False}
    return MentorAgenda(mentor_id=None, **({"zone": "UTC"} | empty | what))  # type: ignore[arg-type]


def at(day: int, hour: float) -> datetime:
    return datetime(2026, 3, day, tzinfo=UTC) + timedelta(hours=hour)


def test_a_days_note_says_why_and_how_much_is_free() -> None:
    off = [DayOff(at(3, 0), at(4, 0), "Skiing", is_closed=True)]
    days = agenda(days_off=off, free=[Period(at(4, 22), at(5, 0.5)), Period(at(5, 9), at(5, 11))])
    notes = [day_note(date(2026, 3, day), days) for day in (2, 3, 4, 5)]
    assert notes == ["", "Skiing", "2 h free", "2.5 h free"]


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_a_day_off_is_noted_on_one_day_wherever_it_is_read(zone: str) -> None:
    off = [DayOff(at(3, 0), at(4, 0), "Skiing", is_closed=True)]
    days = agenda(zone=zone, days_off=off)
    assert [day_note(date(2026, 3, day), days) for day in range(1, 7)].count("Skiing") == 1


def test_a_month_never_asks_for_more_days_than_there_may_be() -> None:
    month = date(2020, 1, 1)
    while month.year < 2032:
        monday, days = month_bounds(month)
        assert monday.weekday() == 0
        assert monday <= month
        assert monday + timedelta(days=days) >= next_month(month)
        assert days in (28, 35, 42)
        month = next_month(month)


def test_the_reader_may_be_somewhere_else(house: House) -> None:
    mentor, student = cast(house)
    session = house.book(student, mentor, 10)
    change_time_zone(house.ctx(mentor), time_zone="Asia/Tokyo")

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(mentor, PATH)
        (block,) = blocks(await load(tab), "session")
        assert block.label.startswith((session.starts_at + timedelta(hours=9)).strftime("%H:%M"))

    play(house, scene)
