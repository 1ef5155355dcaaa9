"""Open tabs follow what others do, each with its own reader's rights and address."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from support.house import House
from support.tabs import Tab, open_tabs

from mentorship.state.auth import Auth
from mentorship.state.calendar import Calendar
from mentorship.state.calls import call, token_of
from mentorship.state.checkout import Checkout
from mentorship.state.live import watchers
from mentorship.state.mentor import Mentor
from mentorship.state.sessions import Sessions

PATIENCE_SECONDS = 5


async def until(found: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await found():
            await asyncio.sleep(0.02)


async def seats_shown(tab: Tab) -> str:
    return (await tab.see(Mentor)).mentor.seats.label


def test_a_visitor_sees_seats_and_times_go_and_stays_a_visitor(live_house: House) -> None:
    student, mentor = live_house.student(), live_house.mentor(capacity=3)

    async def scene() -> None:
        async with open_tabs(live_house.deps) as tabs:
            visitor = tabs.open(path=f"/mentors/{mentor.slug}")
            await visitor.send(Mentor.load)
            assert await seats_shown(visitor) == "3 of 3 seats left"

            buyer = tabs.open(student, f"/checkout?product={mentor.product_id}")
            await buyer.send(Checkout.load)
            await buyer.send(Checkout.pay, way="stripe")

            async def one_is_gone() -> bool:
                return await seats_shown(visitor) == "2 of 3 seats left"

            await until(one_is_gone)
            seen = await visitor.see(Mentor)
            assert not seen.missing
            assert seen.router.url.path == f"/mentors/{mentor.slug}"
            assert token_of(seen) == ""
            assert (await visitor.see(Auth)).role == "visitor"

    asyncio.run(scene())


def test_a_time_that_is_booked_in_one_tab_goes_from_the_other(live_house: House) -> None:
    student, rival, mentor = live_house.student(), live_house.student(), live_house.mentor()
    live_house.buy_pack(student, mentor)
    live_house.buy_pack(rival, mentor)

    async def scene() -> None:
        async with open_tabs(live_house.deps) as tabs:
            first, second = tabs.open(student, "/calendar"), tabs.open(rival, "/calendar")
            for tab in (first, second):
                await tab.send(Calendar.load)
            picked = (await first.see(Calendar)).next_free[0].starts_at
            for tab in (first, second):
                await tab.send(Calendar.pick_time, starts_at=picked)
            await first.send(Calendar.confirm)

            async def put_back() -> bool:
                return (await second.see(Calendar)).choice.starts_at == ""

            await until(put_back)
            assert picked not in [time.starts_at for time in (await second.see(Calendar)).next_free]
            assert token_of(await second.see(Calendar)) == rival.token

    asyncio.run(scene())


def test_a_late_refresh_of_the_page_before_does_not_keep_the_next_one_from_following(
    live_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who books is led to the sessions while the calendar, told of that booking, is still being read again."""
    student, mentor = live_house.student(), live_house.mentor()
    live_house.buy_pack(student, mentor)
    begun, free = asyncio.Event(), asyncio.Event()

    async def slow_call(use_case: Any, **arguments: Any) -> Any:
        begun.set()
        await free.wait()
        return await call(use_case, **arguments)

    async def scene() -> None:
        async with open_tabs(live_house.deps) as tabs:
            tab = tabs.open(student, "/calendar")
            await tab.send(Calendar.load)
            monkeypatch.setattr("mentorship.state.calendar.call", slow_call)
            first = live_house.book(student, mentor)
            await asyncio.wait_for(begun.wait(), PATIENCE_SECONDS)

            tab.path = "/sessions"
            await tab.send(Sessions.load)
            assert [s.face.id for s in (await tab.see(Sessions)).upcoming] == [str(first.id)]
            free.set()
            await until_quiet()

            second = live_house.book(student, mentor)

            async def both_are_there() -> bool:
                return {s.face.id for s in (await tab.see(Sessions)).upcoming} == {str(first.id), str(second.id)}

            await until(both_are_there)

    asyncio.run(scene())


async def until_quiet() -> None:
    """Wait until no refresh is under way."""

    async def none() -> bool:
        return not watchers._refreshes

    await until(none)


def test_a_closed_tab_is_forgotten(live_house: House) -> None:
    mentor = live_house.mentor()

    async def scene() -> None:
        async with open_tabs(live_house.deps) as tabs:
            tab = tabs.open(path=f"/mentors/{mentor.slug}")
            await tab.send(Mentor.load)
            assert tab.token in watchers._watches
            del tabs.updates.token_to_sid[tab.token]
            live_house.deps.live.publish([f"mentor:{mentor.mentor_id}"])

            async def forgotten() -> bool:
                return tab.token not in watchers._watches

            await until(forgotten)

    asyncio.run(scene())
