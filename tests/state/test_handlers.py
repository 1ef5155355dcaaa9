"""What anybody can send to a page's handlers, and what may come of it."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import reflex as rx
from reflex_base.registry import RegistrationContext
from support.house import House
from support.tabs import Tabs, open_tabs

import mentorship.pages  # noqa: F401 - registers every page's state
from mentorship.domain.actors import Access
from mentorship.services.bookings import my_sessions
from mentorship.services.checkout import my_orders
from mentorship.services.packs import my_packs
from mentorship.state.calendar import Calendar
from mentorship.state.calls import Notice
from mentorship.state.checkout import Checkout
from mentorship.state.dashboard import Dashboard
from mentorship.state.pack import Pack
from mentorship.state.sessions import Sessions
from mentorship.state.success import Success

Scene = Callable[[Tabs], Awaitable[None]]


def play(house: House, scene: Scene) -> None:
    async def run() -> None:
        async with open_tabs(house.deps) as tabs:
            await scene(tabs)

    asyncio.run(run())


def ours() -> dict[str, Access]:
    """The full names of our handlers, each with who may call it."""
    handlers = RegistrationContext.get().event_handlers
    declared = {name: getattr(found.handler.fn, "_access", None) for name, found in handlers.items()}
    return {
        name: access
        for name, access in declared.items()
        if handlers[name].handler.fn.__module__.startswith("mentorship.")
    }


def test_every_handler_of_ours_says_who_may_call_it() -> None:
    assert len(ours()) > 25
    assert [name for name, access in ours().items() if access is None] == []


def test_arguments_of_the_wrong_form_are_refused_by_every_handler(house: House) -> None:
    student = house.student()

    async def scene(tabs: Tabs) -> None:
        for name in ours():
            tab = tabs.open(student, "/dashboard")
            await tab.send_named(name, nonsense={"a": [1]})
            assert (await tab.notice()).text.startswith("Something in this request is not valid"), name

    play(house, scene)


@pytest.mark.parametrize("payload", [{}, {"day": "tomorrow"}, {"day": ["2026-03-03"]}, {"day": None}])
def test_missing_and_malformed_arguments_are_refused(house: House, payload: dict[str, Any]) -> None:
    student = house.student()

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(student, "/calendar")
        await tab.send(Calendar.pick_day, **payload)
        assert (await tab.notice()).tone == "bad"
        assert (await tab.see(Calendar)).day == ""

    play(house, scene)


def test_a_visitor_is_sent_to_sign_in_and_comes_back(house: House) -> None:
    closed = [name for name, access in ours().items() if access is not Access.PUBLIC and not _has_arguments(name)]

    async def scene(tabs: Tabs) -> None:
        for name in closed:
            tab = tabs.open(path="/calendar?mentor=somebody")
            await tab.send_named(name)
            assert tab.redirects == ["/sign-in?next=/calendar%3Fmentor%3Dsomebody"], name

    assert len(closed) > 10
    play(house, scene)


def _has_arguments(name: str) -> bool:
    fn = RegistrationContext.get().event_handlers[name].handler.fn
    return len(inspect.signature(fn).parameters) > 1


def test_an_undeclared_handler_is_dropped(house: House) -> None:
    async def scene(tabs: Tabs) -> None:
        class Careless(rx.State):
            """A state whose author forgot to declare its handler; known only while this scene plays."""

            credits: int = 0

            def grant(self, amount: int) -> None:
                self.credits += amount

        tab = tabs.open()
        await tab.send_named(f"{Careless.get_full_name()}.grant", amount=100)
        assert (await tab.see(Careless)).credits == 0

    play(house, scene)


def test_what_belongs_to_others_is_not_shown(house: House) -> None:
    owner, other, mentor = house.student(), house.student(), house.mentor()
    pack = house.buy_pack(owner, mentor)
    order, _ = house.checkout(owner, mentor)
    session = house.book(owner, mentor)

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(other, f"/packs/{pack.id}")
        await tab.send(Pack.load)
        assert (await tab.see(Pack)).missing
        assert (await tab.see(Pack)).lines == []
        tab.path = f"/checkout/success?order={order.id}"
        await tab.send(Success.load)
        assert (await tab.see(Success)).missing
        tab.path = f"/calendar?session={session.id}"
        await tab.send(Calendar.load)
        assert (await tab.see(Calendar)).problem
        await tab.send(Sessions.ask_to_cancel, session_id=str(session.id))
        await tab.send(Sessions.cancel, form={"reason": "I am ill"})
        assert (await tab.notice()).tone == "bad"

    play(house, scene)
    assert [s.id for s in my_sessions(house.ctx(owner)).upcoming] == [session.id]


def test_a_tab_forgets_everything_when_somebody_else_signs_in(house: House) -> None:
    first, second, mentor = house.student("Ada First"), house.student("Bob Second"), house.mentor()
    house.buy_pack(first, mentor)

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(first, "/dashboard")
        await tab.send(Dashboard.load)
        assert (await tab.see(Dashboard)).packs
        tab.cookie = second.token
        tabs.updates.sent.clear()
        await tab.send(rx.State.hydrate)
        assert not (await tab.see(Dashboard)).packs
        assert mentor.me.name not in str(tabs.updates.sent)

    play(house, scene)


def test_a_time_is_booked_once_however_often_it_is_confirmed(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(student, "/calendar")
        await tab.send(Calendar.load)
        picked = (await tab.see(Calendar)).next_free[0].starts_at
        await tab.send(Calendar.pick_time, starts_at=picked)
        assert "3 left" in (await tab.see(Calendar)).choice.pays
        await asyncio.gather(*(tab.send(Calendar.confirm) for _ in range(3)))
        assert set(tab.redirects) == {"/sessions"}
        assert (await tab.notice()).text.startswith("Booked:")
        await tab.send(Calendar.load)
        assert picked not in [time.starts_at for time in (await tab.see(Calendar)).next_free]

    play(house, scene)
    assert len(my_sessions(house.ctx(student)).upcoming) == 1


def test_a_time_that_is_not_listed_cannot_be_picked(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(student, "/calendar")
        await tab.send(Calendar.load)
        await tab.send(Calendar.pick_time, starts_at="2026-03-04T03:33:00+00:00")
        await tab.send(Calendar.confirm)
        assert (await tab.see(Calendar)).choice.starts_at == ""

    play(house, scene)
    assert my_sessions(house.ctx(student)).upcoming == []


def test_a_picked_time_that_somebody_takes_is_put_back(house: House) -> None:
    student, rival, mentor = house.student(), house.student(), house.mentor()
    house.buy_pack(student, mentor)
    house.buy_pack(rival, mentor)

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(student, "/calendar")
        await tab.send(Calendar.load)
        await tab.send(Calendar.pick_time, starts_at=(await tab.see(Calendar)).next_free[0].starts_at)
        await asyncio.to_thread(house.book, rival, mentor)
        await tab.send(Calendar.load)
        assert (await tab.see(Calendar)).choice.starts_at == ""
        assert "just taken" in (await tab.notice()).text

    play(house, scene)


def test_canceling_says_what_becomes_of_the_credit_and_does_it(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    session = house.book(student, mentor, nth=40)

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(student, "/sessions")
        await tab.send(Sessions.load)
        await tab.send(Sessions.ask_to_cancel, session_id=str(session.id))
        assert (await tab.see(Sessions)).consequence.startswith("Cancel now and your credit comes back.")
        await tab.send(Sessions.cancel, form={"reason": "I am ill"})
        assert (await tab.notice()).text.endswith("Your credit is back.")
        assert (await tab.see(Sessions)).canceling == ""

    play(house, scene)
    assert my_packs(house.ctx(student)).packs[0].remaining_sessions == 4


def test_paying_twice_leads_to_one_checkout(house: House) -> None:
    student, mentor = house.student(), house.mentor()

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(student, f"/checkout?product={mentor.product_id}")
        await tab.send(Checkout.load)
        await tab.send(Checkout.pay, way="stripe")
        first = (await tab.see(Checkout)).hosted_url
        await tab.send(Checkout.pay, way="stripe")
        state = await tab.see(Checkout)
        assert state.hosted_url == first
        assert state.busy == ""
        assert state.purchase.order_id
        await tab.send(Checkout.give_up)
        assert (await tab.see(Checkout)).purchase.order_id == ""

    play(house, scene)
    assert [order.status for order in my_orders(house.ctx(student))] == ["canceled"]


def test_a_provider_that_is_down_leaves_the_page_as_it_is(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.payments.down = True

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(student, f"/checkout?product={mentor.product_id}")
        await tab.send(Checkout.load)
        await tab.send(Checkout.pay, way="stripe")
        state = await tab.see(Checkout)
        assert "Nothing was charged" in (await tab.notice()).text
        assert (state.hosted_url, state.busy) == ("", "")
        assert state.purchase.mentor_name == mentor.me.name

    play(house, scene)


def test_nobody_but_students_buys(house: House) -> None:
    mentor = house.mentor()

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(mentor, f"/checkout?product={mentor.product_id}")
        await tab.send(Checkout.load)
        assert "signed in as mentor" in (await tab.see(Checkout)).problem
        await tab.send(Checkout.pay, way="stripe")
        assert (await tab.notice()).tone == "bad"
        assert (await tab.see(Checkout)).hosted_url == ""

    play(house, scene)


def test_a_notice_can_be_dismissed(house: House) -> None:
    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(house.student(), "/calendar")
        await tab.send(Calendar.pick_day, day="never")
        await tab.send(Notice.dismiss)
        assert (await tab.notice()).text == ""

    play(house, scene)
