"""The checkout page with two ways to pay, and the way back from PayPal."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from support.house import House
from support.tabs import Tabs, open_tabs

from mentorship.domain.settle import ProviderState
from mentorship.services.packs import my_packs
from mentorship.state.checkout import Checkout
from mentorship.state.success import Success


def play(house: House, scene: Callable[[Tabs], Awaitable[None]]) -> None:
    async def run() -> None:
        async with open_tabs(house.deps) as tabs:
            await scene(tabs)

    asyncio.run(run())


def test_each_way_leads_to_its_own_page_and_can_be_changed(house: House) -> None:
    student, mentor = house.student(), house.mentor()

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(student, f"/checkout?product={mentor.product_id}")
        await tab.send(Checkout.load)
        state = await tab.see(Checkout)
        assert (state.purchase.by_card, state.purchase.by_paypal, state.purchase.way) == (True, True, "")
        await tab.send(Checkout.pay, way="paypal")
        at_paypal = await tab.see(Checkout)
        assert (at_paypal.purchase.way, at_paypal.hosted_url.rpartition("/")[2]) == (
            "paypal",
            next(iter(house.paypal.checkouts)),
        )
        url, ticket = at_paypal.hosted_url, at_paypal.ticket
        await tab.send(Checkout.pay, way="stripe")
        by_card = await tab.see(Checkout)
        assert by_card.purchase.way == "stripe"
        assert by_card.hosted_url != url
        assert by_card.ticket != ticket
        await tab.send(Checkout.pay, way="bitcoin")
        assert (await tab.notice()).tone == "bad"

    play(house, scene)


@pytest.mark.parametrize(("way", "fix"), [("stripe", "PayPal"), ("paypal", "by card")])
def test_a_provider_that_is_down_points_to_the_other_way(house: House, way: str, fix: str) -> None:
    student, mentor = house.student(), house.mentor()
    house.payments.down = house.paypal.down = True

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(student, f"/checkout?product={mentor.product_id}")
        await tab.send(Checkout.load)
        await tab.send(Checkout.pay, way=way)
        text = (await tab.notice()).text
        assert "Nothing was charged" in text
        assert text.endswith(f"{fix}.")

    play(house, scene)


def test_no_other_way_is_promised_where_there_is_none(house: House) -> None:
    student, mentor = house.student(), house.mentor(currency="KWD", price_minor=48_000)
    house.payments.down = True

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(student, f"/checkout?product={mentor.product_id}")
        await tab.send(Checkout.load)
        assert not (await tab.see(Checkout)).purchase.by_paypal
        await tab.send(Checkout.pay, way="stripe")
        assert "PayPal" not in (await tab.notice()).text

    play(house, scene)


def test_coming_back_from_paypal_captures_at_once_and_every_time(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    order, reference = house.checkout(student, mentor, provider="paypal")
    house.paypal.settle(reference, ProviderState.APPROVED)
    house.paypal.captures_as = ProviderState.DECLINED

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(student, f"/checkout/success?order={order.id}&token={reference}")
        await tab.send(Success.load)
        declined = await tab.see(Success)
        assert (declined.order.phase, declined.busy) == ("declined", "")
        captures = house.paypal.calls.count("capture")
        await tab.send(Success.load)
        assert house.paypal.calls.count("capture") == captures, "the page that is open asks once"
        await tab.send(Success.go_back)
        assert (await tab.see(Success)).hosted_url == order.hosted_url
        house.paypal.captures_as = ProviderState.PAID
        tab.socket = "2"
        await tab.send(Success.load)
        assert (await tab.see(Success)).order.phase == "paid"

    play(house, scene)
    assert len(my_packs(house.ctx(student)).packs) == 1


def test_somebody_elses_token_captures_nothing(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    _, foreign = house.checkout(house.student(), mentor, provider="paypal")
    house.paypal.settle(foreign, ProviderState.APPROVED)
    order, _ = house.checkout(student, mentor)

    async def scene(tabs: Tabs) -> None:
        for token in (foreign, "../x", "é" * 300):
            tab = tabs.open(student, f"/checkout/success?order={order.id}&token={token}")
            await tab.send(Success.load)
            assert (await tab.see(Success)).order.phase == "pending"

    play(house, scene)
    assert house.paypal.captured == []


def test_paypal_without_an_answer_is_said_and_asked_again_by_hand(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    order, reference = house.checkout(student, mentor, provider="paypal")
    house.paypal.settle(reference, ProviderState.APPROVED)
    house.paypal.down = True

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(student, f"/checkout/success?order={order.id}&token={reference}")
        await tab.send(Success.load)
        assert "you pay once" in (await tab.notice()).text
        assert (await tab.see(Success)).order.phase == "pending"
        house.paypal.down = False
        await tab.send(Success.check_again)
        assert (await tab.see(Success)).order.phase == "paid"

    play(house, scene)
