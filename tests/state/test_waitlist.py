"""The waitlist on the pages: joined, followed live, left after being asked, and for visitors after the sign-in."""

import asyncio

from state.test_live import until
from support.house import House, MentorPerson, Person
from support.tabs import Tab, open_tabs

from mentorship.db.models import PolicySetting
from mentorship.services.seats import release_seat
from mentorship.services.waitlist import join_waitlist, my_waitlist
from mentorship.state.dashboard import Dashboard
from mentorship.state.instructor_students import InstructorStudents
from mentorship.state.mentor import Mentor
from mentorship.state.waitlist import Waitlist


def sold_out(house: House) -> tuple[MentorPerson, Person]:
    mentor, holder = house.mentor(capacity=1), house.student()
    house.buy_pack(holder, mentor)
    return mentor, holder


def test_pages_say_how_long_an_offer_is_held_by_the_policy_in_force(live_house: House) -> None:
    mentor, _ = sold_out(live_house)
    free = live_house.mentor()
    with live_house.deps.database.session() as session:
        session.add(PolicySetting(name="waitlist_offer", value=str(36 * 60), changed_at=live_house.clock.now()))

    async def scene() -> None:
        async with open_tabs(live_house.deps) as tabs:
            for looked_at, said in ((mentor, "36 hours"), (free, "")):
                tab = tabs.open(path=f"/mentors/{looked_at.slug}")
                await tab.send(Mentor.load)
                assert (await tab.see(Mentor)).mentor.offered_for == said
            tab = tabs.open(mentor, path="/instructor/students")
            await tab.send(InstructorStudents.load)
            assert (await tab.see(InstructorStudents)).offered_for == "36 hours"

    asyncio.run(scene())


def test_who_joins_follows_their_place_live_until_it_is_an_offer(live_house: House) -> None:
    mentor, holder = sold_out(live_house)
    first, second = live_house.student(), live_house.student()
    join_waitlist(live_house.ctx(first), mentor_id=mentor.mentor_id)
    live_house.pass_time(minutes=1)

    async def headline(tab: Tab) -> str:
        return (await tab.see(Mentor)).mentor.place.headline

    async def scene() -> None:
        async with open_tabs(live_house.deps) as tabs:
            tab = tabs.open(second, path=f"/mentors/{mentor.slug}")
            await tab.send(Mentor.load)
            assert "join the waitlist" in (await tab.see(Mentor)).mentor.seats.label
            await tab.send(Waitlist.join, mentor_id=str(mentor.mentor_id))

            async def is_second() -> bool:
                return "number 2 of 2" in await headline(tab)

            await until(is_second)

            ahead = tabs.open(first, path="/dashboard")
            await ahead.send(Dashboard.load)
            (place,) = (await ahead.see(Dashboard)).places
            assert not place.is_offer
            await ahead.send(Waitlist.ask_to_leave, mentor_id=place.mentor_id)
            assert (await ahead.see(Waitlist)).asking
            assert len(my_waitlist(live_house.ctx(first))) == 1, "asking leaves nothing"
            await ahead.send(Waitlist.leave)
            assert not (await ahead.see(Waitlist)).asking

            async def is_first() -> bool:
                return "You are next" in await headline(tab)

            await until(is_first)
            release_seat(
                live_house.ctx(mentor), mentor_id=mentor.mentor_id, student_id=holder.id, reason="Asked for it"
            )

            async def is_offered() -> bool:
                return "is held for you until" in await headline(tab)

            await until(is_offered)
            assert (await tab.see(Mentor)).mentor.own_seat == "", "an offer is not called a running checkout"

    asyncio.run(scene())


def test_a_visitor_who_joins_is_led_to_the_sign_in_and_back(live_house: House) -> None:
    mentor, _ = sold_out(live_house)

    async def scene() -> None:
        async with open_tabs(live_house.deps) as tabs:
            visitor = tabs.open(path=f"/mentors/{mentor.slug}")
            await visitor.send(Mentor.load)
            await visitor.send(Waitlist.join, mentor_id=str(mentor.mentor_id))
            assert visitor.redirects == [f"/sign-in?next=/mentors/{mentor.slug}"]

    asyncio.run(scene())


def test_the_mentor_sees_who_waits(live_house: House) -> None:
    mentor, _ = sold_out(live_house)

    async def scene() -> None:
        async with open_tabs(live_house.deps) as tabs:
            tab = tabs.open(mentor, path="/instructor/students")
            await tab.send(InstructorStudents.load)
            assert (await tab.see(InstructorStudents)).line == []
            join_waitlist(live_house.ctx(live_house.student("Wanda")), mentor_id=mentor.mentor_id)

            async def is_seen() -> bool:
                return [w.name for w in (await tab.see(InstructorStudents)).line] == ["Wanda"]

            await until(is_seen)
            assert (await tab.see(InstructorStudents)).seats.waiting == "1 person is waiting"

    asyncio.run(scene())
