"""The week, the plan and the answers to "why not?", as a tab sees them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from support.house import House, MentorPerson, Person
from support.tabs import Tab, Tabs, open_tabs

from mentorship.services.availability import list_slots
from mentorship.services.bookings import book_session, my_sessions
from mentorship.services.packs import my_packs
from mentorship.state.calendar import Calendar
from mentorship.state.plan import Plan
from mentorship.state.why_not import WhyNot

TOKYO = "Asia/Tokyo"
Scene = Callable[[Tabs], Awaitable[None]]


def play(house: House, scene: Scene) -> None:
    async def run() -> None:
        async with open_tabs(house.deps) as tabs:
            await scene(tabs)

    asyncio.run(run())


def free(house: House, mentor: MentorPerson) -> list[datetime]:
    return [slot.starts_at for slot in list_slots(house.ctx(), mentor_id=mentor.mentor_id).slots]


def plan_address(mentor: MentorPerson, first: datetime, **more: str) -> str:
    return "/calendar/plan?" + urlencode({"mentor": mentor.slug, "first": first.isoformat()} | more)


async def plan_of(tabs: Tabs, person: Person, address: str) -> Tab:
    tab = tabs.open(person, address)
    await tab.send(Plan.load)
    return tab


async def until(tab: Tab, condition: Callable[[Calendar], bool]) -> None:
    for _ in range(100):
        if condition(await tab.see(Calendar)):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the tab was not told")


def test_the_week_shows_free_times_and_own_sessions_and_loses_one_that_is_taken(live_house: House) -> None:
    house = live_house
    student, rival = house.student(time_zone=TOKYO), house.student()
    mentor, other = house.mentor("Grace Mentor"), house.mentor("Oscar Other")
    for person, whom in ((student, mentor), (student, other), (rival, mentor)):
        house.buy_pack(person, whom)
    times = free(house, mentor)
    with_mentor = book_session(house.ctx(student), mentor_id=mentor.mentor_id, starts_at=times[6])
    elsewhere = book_session(house.ctx(student), mentor_id=other.mentor_id, starts_at=times[12])

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(student, f"/calendar?mentor={mentor.slug}&view=week")
        await tab.send(Calendar.load)
        state = await tab.see(Calendar)
        blocks = {block.key: block for day in state.week.days for block in day.blocks}
        assert blocks[str(with_mentor.id)].kind == "session"
        assert blocks[str(elsewhere.id)].kind == "other"
        wanted = times[0].isoformat()
        assert blocks[wanted].kind == "free"
        local = times[0].astimezone(ZoneInfo(TOKYO))
        assert blocks[wanted].label == f"{local:%H:%M}"
        assert f"{times[0]:%H:%M} there" in blocks[wanted].spoken, "the mentor's clock, too"
        await tab.send(Calendar.pick_time, starts_at=wanted)
        assert (await tab.see(Calendar)).choice.starts_at == wanted

        def take() -> None:
            book_session(house.ctx(rival), mentor_id=mentor.mentor_id, starts_at=times[0])

        await asyncio.to_thread(take)
        await until(tab, lambda s: all(b.key != wanted for day in s.week.days for b in day.blocks))
        assert (await tab.see(Calendar)).choice.starts_at == ""
        before = (await tab.see(Calendar)).week.iso
        await tab.send(Calendar.show_next)
        assert (await tab.see(Calendar)).week.iso > before
        await tab.send(Calendar.show_this_week)
        assert (await tab.see(Calendar)).week.is_this_week
        await tab.send(Calendar.show_previous)
        assert (await tab.see(Calendar)).week.is_this_week, "not further back"

    play(house, scene)


def test_a_day_a_place_and_a_typed_time_are_explained_or_picked(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    at = free(house, mentor)[8]

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(student, f"/calendar?mentor={mentor.slug}")
        await tab.send(Calendar.load)
        yesterday = (house.clock.now() - timedelta(days=1)).date()
        await tab.send(WhyNot.ask_day, day=yesterday.isoformat())
        shown = await tab.see(WhyNot)
        assert (shown.day, "24 hours" in shown.answer.sentence) == (yesterday.isoformat(), True)
        await tab.send(WhyNot.ask_day, day=at.date().isoformat())
        assert (await tab.see(WhyNot)).answer.sentence == "", "there are times on this day"
        await tab.send(WhyNot.ask_place, day=at.date().isoformat(), minute=22 * 60)
        answer = (await tab.see(WhyNot)).answer
        assert answer.sentence == "The mentor does not work at this time."
        assert len(answer.nearest) == 3
        await tab.send(WhyNot.ask, form={"wanted": f"{at:%Y-%m-%dT%H:%M}"})
        assert (await tab.see(WhyNot)).answer.sentence == ""
        assert (await tab.see(Calendar)).choice.starts_at == at.isoformat(), "it is free, so it is picked"
        await tab.send(WhyNot.ask, form={"wanted": "soon"})
        assert (await tab.notice()).text == "Type a day and a time."

    play(house, scene)
    assert my_sessions(house.ctx(student)).upcoming == []


def test_a_plan_is_changed_row_by_row_and_booked_as_a_whole(house: House) -> None:
    student, rival, mentor = house.student(time_zone=TOKYO), house.student(), house.mentor()
    house.buy_pack(student, mentor)
    house.buy_pack(rival, mentor)
    first = free(house, mentor)[0]
    book_session(house.ctx(rival), mentor_id=mentor.mentor_id, starts_at=first + timedelta(weeks=1))

    async def scene(tabs: Tabs) -> None:
        tab = await plan_of(tabs, student, plan_address(mentor, first))
        plan = await tab.see(Plan)
        assert [row.state for row in plan.rows] == ["free", "refused", "free", "free"]
        assert (plan.total, plan.unsolved, plan.counts[-1]) == (3, 1, "4")
        await tab.send(Plan.confirm)
        assert my_sessions(house.ctx(student)).upcoming == [], "not while one is unsolved"

        refused = plan.rows[1]
        await tab.send(Plan.replace, key=refused.key, starts_at=refused.alternatives[0].starts_at)
        await tab.send(Plan.skip, key=plan.rows[3].key)
        plan = await tab.see(Plan)
        assert [row.state for row in plan.rows] == ["free", "replaced", "free", "skipped"]
        assert plan.summary.startswith("Uses 3 credits; 1 left to book")
        await tab.send(Plan.replace, key=refused.key, starts_at=(first + timedelta(days=3)).isoformat())
        assert (await tab.see(Plan)).rows[1].state == "refused", "only what was offered"
        await tab.send(Plan.replace, key=refused.key, starts_at=refused.alternatives[0].starts_at)
        await tab.send(Plan.confirm)
        assert (await tab.notice()).text.startswith("Booked: 3 sessions with Grace Mentor.")
        assert tab.redirects[-1] == "/sessions"

    play(house, scene)
    assert len(my_sessions(house.ctx(student)).upcoming) == 3
    assert my_packs(house.ctx(student)).packs[0].remaining_sessions == 1


def test_a_plan_that_comes_too_late_books_nothing_and_names_the_row(house: House) -> None:
    student, rival, mentor = house.student(), house.student(), house.mentor()
    house.buy_pack(student, mentor)
    house.buy_pack(rival, mentor)
    first = free(house, mentor)[0]

    async def scene(tabs: Tabs) -> None:
        tab = await plan_of(tabs, student, plan_address(mentor, first, weeks="2", count="2"))
        assert [row.state for row in (await tab.see(Plan)).rows] == ["free", "free"]
        at = first + timedelta(weeks=2)
        book_session(house.ctx(rival), mentor_id=mentor.mentor_id, starts_at=at)
        await tab.send(Plan.confirm)
        said = (await tab.notice()).text
        assert said.startswith("Nothing was booked: ")
        assert f"{at.day} {at:%b}, {at:%H:%M} cannot be. This time is taken." in said
        assert [row.state for row in (await tab.see(Plan)).rows] == ["free", "refused"], "it is proposed anew"
        await tab.send(Plan.change_rhythm, weeks="1")
        assert "weeks=1" in tab.redirects[-1]

    play(house, scene)
    assert my_sessions(house.ctx(student)).upcoming == []


def test_a_row_says_where_the_students_own_clock_shows_another_time(house: House) -> None:
    house.clock.advance(datetime(2026, 10, 12, 8, tzinfo=UTC) - house.clock.now())
    student, mentor = house.student(time_zone=TOKYO), house.mentor("Grace Mentor", time_zone="Europe/Berlin")
    house.buy_pack(student, mentor)

    async def scene(tabs: Tabs) -> None:
        first = datetime(2026, 10, 20, 9, tzinfo=ZoneInfo("Europe/Berlin"))
        tab = await plan_of(tabs, student, plan_address(mentor, first, count="2"))
        before, after = (await tab.see(Plan)).rows
        assert (before.when, before.other_when) == ("Tue 20 Oct, 16:00", "09:00 for Grace (Europe/Berlin)")
        assert (after.when, after.other_when) == ("Tue 27 Oct, 17:00", "09:00 for Grace (Europe/Berlin)")
        assert (before.note, after.note) == ("", "1 hour later for you than the first: a clock changes in between.")

    play(house, scene)


def test_an_address_that_names_nothing_plans_nothing(house: House) -> None:
    student, mentor = house.student(), house.mentor()

    async def scene(tabs: Tabs) -> None:
        tab = await plan_of(tabs, student, plan_address(mentor, house.clock.now()))
        assert "no session left to plan" in (await tab.see(Plan)).problem
        house.buy_pack(student, mentor)
        tab.path = f"/calendar/plan?mentor={mentor.slug}&first=soon&count=x"
        await tab.send(Plan.load)
        assert tab.redirects[-1] == f"/calendar?mentor={mentor.slug}&plan=1"
        tab.path = f"/calendar?mentor={mentor.slug}&plan=1"
        await tab.send(Calendar.load)
        state = await tab.see(Calendar)
        assert (state.planning, state.plan_href, "plan=1" in state.views["week"]) == (True, "", True)

    play(house, scene)
