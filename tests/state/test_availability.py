"""The availability page as a tab sees it: a draft, its effect at once, save, undo, and other tabs."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from support.hours import set_hours
from support.house import House, make_house
from support.tabs import Tab, Tabs, open_tabs

from mentorship.db.engine import Database
from mentorship.gateways.live import InProcessLive
from mentorship.schemas.bookings import HoursRule
from mentorship.services.availability import list_slots
from mentorship.services.hours import hours_desk
from mentorship.state.instructor_availability import InstructorAvailability as Hours
from mentorship.state.live import watchers

PATH = "/instructor/availability"
Scene = Callable[[Tabs], Awaitable[None]]


@pytest.fixture
def house(database: Database) -> House:
    live = InProcessLive()
    live.subscribe(watchers.changed)
    return make_house(database, live=live)


def play(house: House, scene: Scene) -> None:
    async def run() -> None:
        async with open_tabs(house.deps) as tabs:
            await scene(tabs)

    asyncio.run(run())


async def opened(tabs: Tabs, person) -> Tab:
    tab = tabs.open(person, PATH)
    await tab.send(Hours.load)
    return tab


def test_each_edit_shows_its_effect_and_counts_only_once_it_is_saved(house: House) -> None:
    mentor, student = house.mentor(), house.student()
    house.buy_pack(student, mentor)
    booked = house.book(student, mentor, 30)
    weekday = booked.starts_at.weekday()

    async def scene(tabs: Tabs) -> None:
        tab = await opened(tabs, mentor)
        await tab.send(Hours.pick_day, day=booked.starts_at.date().isoformat())
        before = (await tab.see(Hours)).preview[weekday]
        assert before.sessions[0].endswith(student.me.name)
        stored = hours_desk(house.system(), mentor_id=mentor.mentor_id).plan

        # The day's hours go: nothing is free, and the booked session is named.
        await tab.send(Hours.remove_interval, place=str(weekday), index=0)
        state = await tab.see(Hours)
        assert (state.changed, state.preview[weekday].free) == (True, "Nothing to book")
        assert len(state.outside) == 1
        assert state.outside[0].startswith(student.me.name)
        assert hours_desk(house.system(), mentor_id=mentor.mentor_id).plan == stored

        await tab.send(Hours.undo)
        await tab.send(Hours.load)
        state = await tab.see(Hours)
        assert (state.changed, state.preview[weekday], state.outside) == (False, before, [])

        # An end before the start is on the next day.
        await tab.send(Hours.set_time, place=str(weekday), index=0, edge="start", clock="22:00")
        await tab.send(Hours.set_time, place=str(weekday), index=0, edge="end", clock="02:00")
        (interval,) = (await tab.see(Hours)).weekdays[weekday].intervals
        assert (interval.start, interval.end, interval.plus) == ("22:00", "02:00", "+1")
        await tab.send(Hours.save)
        state = await tab.see(Hours)
        assert not state.changed
        assert "1 booked session is outside" in (await tab.notice()).text
        rules = hours_desk(house.system(), mentor_id=mentor.mentor_id).plan.rules
        assert HoursRule(weekday, 22 * 60, 26 * 60) in rules

    play(house, scene)


def test_dates_holidays_and_rules_are_drafted_too(house: House) -> None:
    mentor = house.mentor()
    day = house.clock.now().date() + timedelta(days=9)

    async def scene(tabs: Tabs) -> None:
        tab = await opened(tabs, mentor)
        await tab.send(Hours.pick_day, day=day.isoformat())
        await tab.send(Hours.use_hours, kind="own")
        assert [i.start for i in (await tab.see(Hours)).day_intervals] == ["08:00"]
        await tab.send(Hours.set_time, place=day.isoformat(), index=0, edge="end", clock="09:00")
        assert (await tab.see(Hours)).preview[day.weekday()].free == "08:00–09:00"
        over = house.clock.now().date() - timedelta(days=1)
        await tab.send(Hours.add_holiday, form={"first": over.isoformat(), "last": "", "name": "Over"})
        assert "ends today or later" in (await tab.notice()).text
        await tab.send(Hours.add_holiday, form={"first": day.isoformat(), "last": "", "name": " Away "})
        state = await tab.see(Hours)
        assert [(h.name, h.index) for h in state.holidays] == [("Away", 0)]
        assert state.preview[day.weekday()].free == "08:00–09:00", "own hours win"
        await tab.send(Hours.use_hours, kind="weekly")
        assert (await tab.see(Hours)).preview[day.weekday()].note == "Away"
        await tab.send(Hours.set_number, name="horizon", text="3")
        assert (await tab.see(Hours)).preview[day.weekday()].note.endswith("Beyond your horizon")
        await tab.send(Hours.set_number, name="per_day", text="two")
        assert "not a number" in (await tab.see(Hours)).preview_problem
        await tab.send(Hours.set_number, name="per_day", text="2")
        await tab.send(Hours.set_number, name="buffer", text="99")
        assert "between 0 and 60" in (await tab.see(Hours)).preview_problem
        await tab.send(Hours.set_number, name="buffer", text="")
        await tab.send(Hours.set_zone, zone="Asia/Tokyo")
        await tab.send(Hours.save)
        assert (await tab.notice()).text.startswith("Saved.")
        plan = hours_desk(house.system(), mentor_id=mentor.mentor_id).plan
        assert (plan.time_zone, plan.booking.sessions_per_day, plan.booking.horizon_minutes) == ("Asia/Tokyo", 2, 4320)
        assert [(h.first_day, h.last_day, h.name) for h in plan.holidays] == [(day, day, "Away")]
        assert plan.overrides == ()

    play(house, scene)


def test_a_draft_is_kept_when_hours_change_elsewhere_and_does_not_overwrite_them(house: House) -> None:
    mentor = house.mentor()

    async def scene(tabs: Tabs) -> None:
        drafting, reading = await opened(tabs, mentor), await opened(tabs, mentor)
        await drafting.send(Hours.copy_monday)
        assert not (await drafting.see(Hours)).changed, "all days are alike"
        await drafting.send(Hours.add_interval, place="0")
        other = (HoursRule(2, 600, 660),)
        await asyncio.to_thread(set_hours, house.system(), mentor.mentor_id, rules=other)
        for _ in range(100):
            if (await drafting.see(Hours)).changed_elsewhere:
                break
            await asyncio.sleep(0.05)
        state = await drafting.see(Hours)
        assert state.changed_elsewhere
        assert len(state.weekdays[0].intervals) == 2
        await drafting.send(Hours.save)
        assert "somewhere else" in (await drafting.notice()).text
        assert hours_desk(house.system(), mentor_id=mentor.mentor_id).plan.rules == other
        await reading.send(Hours.load)
        assert [len(d.intervals) for d in (await reading.see(Hours)).weekdays] == [0, 0, 1, 0, 0, 0, 0]

    play(house, scene)


def test_what_is_previewed_is_what_is_listed_once_saved(house: House) -> None:
    mentor = house.mentor(session_minutes=45)

    async def scene(tabs: Tabs) -> None:
        tab = await opened(tabs, mentor)
        await tab.send(Hours.show_week, weeks=1)
        await tab.send(Hours.set_time, place="3", index=0, edge="start", clock="18:10")
        state = await tab.see(Hours)
        assert (state.minutes, state.preview[3].free, state.preview[3].count) == (45, "18:10–19:55", "3 times")
        await tab.send(Hours.save)
        slots = list_slots(house.ctx(), mentor_id=mentor.mentor_id).slots
        listed = [f"{s.starts_at:%H:%M}" for s in slots if s.starts_at.date().isoformat() == state.preview[3].iso]
        assert listed == ["18:10", "18:40", "19:10"]

    play(house, scene)
