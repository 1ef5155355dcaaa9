"""The mentor's calendar page and the proposals, as a tab sees them, against Google's stand-in."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest
from support.calendar_world import CalendarWorld
from support.google import GoogleStand, serve_google
from support.house import make_house
from support.tabs import Tab, Tabs, open_tabs

from mentorship.db.engine import Database
from mentorship.domain.calendars import PERMISSIONS
from mentorship.gateways.live import InProcessLive
from mentorship.state.calendar_proposals import CalendarProposals
from mentorship.state.instructor_calendar import InstructorCalendar
from mentorship.state.instructor_dashboard import InstructorDashboard
from mentorship.state.instructor_sessions import InstructorSessions
from mentorship.state.live import watchers

PATH = "/instructor/calendar/google"
Scene = Callable[[Tabs], Awaitable[None]]


@pytest.fixture(scope="module")
def google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GoogleStand]:
    with serve_google(tmp_path_factory.mktemp("google")) as stand:
        yield stand


@pytest.fixture
def world(database: Database, google: GoogleStand) -> CalendarWorld:
    live = InProcessLive()
    live.subscribe(watchers.changed)
    house = make_house(database, calendar=google.gateways(), live=live)
    google.now.clock = house.clock
    with google.tx() as tx:
        for table in ("events", "calendars", "accounts"):
            tx._sql(f"DELETE FROM {table}")
    mentor, student = house.mentor(), house.student()
    house.buy_pack(student, mentor)
    return CalendarWorld(house, google, mentor, student)


def play(world: CalendarWorld, scene: Scene) -> None:
    async def run() -> None:
        async with open_tabs(world.house.deps) as tabs:
            await scene(tabs)

    asyncio.run(run())


async def until(tab: Tab, condition: Callable[[InstructorDashboard], bool]) -> None:
    for _ in range(100):
        if condition(await tab.see(InstructorDashboard)):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the tab was not told")


def test_connecting_leaves_for_google_and_says_once_what_came_of_it(world: CalendarWorld) -> None:
    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(world.mentor, PATH)
        await tab.send(InstructorCalendar.load)
        assert (await tab.see(InstructorCalendar)).connection == "none"
        await tab.send(InstructorCalendar.connect)
        assert (await tab.see(InstructorCalendar)).consent_url.startswith(f"{world.google.url}/auth?")
        await asyncio.to_thread(world.connect)
        back = tabs.open(world.mentor, f"{PATH}?said=connected")
        await back.send(InstructorCalendar.load)
        assert "connected" in (await back.notice()).text
        state = await back.see(InstructorCalendar)
        assert (state.connection, state.account, state.write) == ("connected", world.email, world.email)
        assert [c.name for c in state.calendars if c.is_read] == [world.email]

    play(world, scene)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("refused=consent_incomplete&boxes=calendar.freebusy", PERMISSIONS["calendar.freebusy"]),
        ("refused=consent_incomplete&boxes=Call+0900+for+help", "tick every box"),
        ("refused=consent_declined", "chose not to"),
        ("refused=Send+us+your+password", ""),
        ("said=connected", ""),
    ],
)
def test_the_address_can_only_name_what_we_say(world: CalendarWorld, query: str, said: str) -> None:
    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(world.mentor, f"{PATH}?{query}")
        await tab.send(InstructorCalendar.load)
        text = (await tab.notice()).text
        assert (said in text) if said else text == ""
        assert "0900" not in text

    play(world, scene)


def test_choosing_and_leaving(world: CalendarWorld) -> None:
    world.connect()

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(world.mentor, PATH)
        await tab.send(InstructorCalendar.load)
        family = f"family.{world.email}"
        form = {f"read:{family}": "on", "write": "", "when_unread": "stop"}
        await tab.send(InstructorCalendar.save, form=form)
        await tab.send(InstructorCalendar.load)
        state = await tab.see(InstructorCalendar)
        assert ([c.id for c in state.calendars if c.is_read], state.write) == ([family], "")
        assert state.when_unread == "stop"
        await tab.send(InstructorCalendar.save, form={"read:else": "on", "write": "else", "when_unread": "?"})
        assert (await tab.notice()).tone == "bad"
        await tab.send(InstructorCalendar.ask_to_leave)
        await tab.send(InstructorCalendar.leave)
        await tab.send(InstructorCalendar.load)
        state = await tab.see(InstructorCalendar)
        assert (state.connection, state.leaving, state.busy) == ("none", False, "")

    play(world, scene)


def test_an_event_moved_in_google_appears_on_the_open_desk_and_is_decided_there(world: CalendarWorld) -> None:
    world.connect()
    session = world.book(10)

    async def scene(tabs: Tabs) -> None:
        desk = tabs.open(world.mentor, "/instructor/dashboard")
        await desk.send(InstructorDashboard.load)
        assert (await desk.see(InstructorDashboard)).proposals == []
        await asyncio.to_thread(world.move_in_google, session.starts_at + timedelta(minutes=30))
        await asyncio.to_thread(world.read)
        await until(desk, lambda state: len(state.proposals) == 1)
        (face,) = (await desk.see(InstructorDashboard)).proposals
        assert face.happened.startswith("Moved in Google to")
        sessions = tabs.open(world.mentor, "/instructor/sessions")
        await sessions.send(InstructorSessions.load)
        assert (await sessions.see(InstructorSessions)).proposals == [face]
        await desk.send(CalendarProposals.ask, session_id=face.id)
        assert "gets a mail" in (await desk.see(CalendarProposals)).asked.consequence
        await desk.send(CalendarProposals.accept)
        assert (await desk.see(CalendarProposals)).asked.id == ""
        await until(desk, lambda state: state.proposals == [])
        await desk.send(CalendarProposals.decline, session_id=face.id)
        assert (await desk.notice()).tone == "bad"

    play(world, scene)


def test_lost_access_is_a_banner_on_every_page_of_the_mentor(world: CalendarWorld) -> None:
    world.connect()
    world.google.press(account=world.email, action="revoke")
    world.read()

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(world.mentor, "/instructor/dashboard")
        await tab.send(InstructorDashboard.load)
        assert "does not let us" in (await tab.see(InstructorDashboard)).calendar_problem
        await tab.send(InstructorCalendar.load)
        state = await tab.see(InstructorCalendar)
        assert state.connection == "revoked"
        assert "Connect it again" in state.banner

    play(world, scene)
