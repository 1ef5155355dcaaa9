"""The admin's pages about money: what the address asks for, what a button says, and what anybody else gets."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text
from support.house import House
from support.tabs import Tabs, open_tabs

from mentorship.domain.reconciliation import Difference, Repair
from mentorship.domain.settle import ProviderState
from mentorship.state.admin_event import AdminEvent
from mentorship.state.admin_inbox import AdminInbox
from mentorship.state.admin_order import AdminOrder
from mentorship.state.admin_orders import AdminOrders
from mentorship.state.admin_reconciliation import AdminReconciliation
from mentorship.state.money_faces import _REPAIRS, _TITLES, paging

Scene = Callable[[Tabs], Awaitable[None]]


def play(house: House, scene: Scene) -> None:
    async def run() -> None:
        async with open_tabs(house.deps) as tabs:
            await scene(tabs)

    asyncio.run(run())


def test_every_difference_and_every_repair_has_words() -> None:
    assert set(_TITLES) == set(Difference)
    assert set(_REPAIRS) == set(Repair)
    assert [repair for repair, (label, _) in _REPAIRS.items() if not label] == [Repair.LOOK]


def test_paging_keeps_what_the_list_is_narrowed_by() -> None:
    middle = paging("/admin/orders", {"words": "ä&b", "status": ""}, total=60, page=2, pages=3, what="order")
    assert middle.summary == "60 orders, page 2 of 3"
    assert middle.newer == "/admin/orders?words=%C3%A4%26b&page=1"
    assert middle.older.endswith("page=3")
    beyond = paging("/admin/orders", {}, total=1, page=9, pages=1, what="order")
    assert (beyond.summary, beyond.newer, beyond.older) == ("1 order", "", "")


def test_an_order_is_found_opened_asked_about_and_cleared(house: House) -> None:
    student, mentor, admin = house.student("Ada"), house.mentor(), house.admin()
    _, reference = house.checkout(student, mentor)
    with house.deps.database.session() as session:
        session.execute(text("UPDATE orders SET review = 'amount'"))
    house.payments.settle(reference, ProviderState.PAID)

    async def scene(tabs: Tabs) -> None:
        listed = tabs.open(admin, "/admin/orders?words=ada&only=review")
        await listed.send(AdminOrders.load)
        found = await listed.see(AdminOrders)
        assert [(o.student, o.status, o.review) for o in found.orders] == [("Ada", "Pending", "Amount")]
        assert (found.filters.words, found.filters.only) == ("ada", True)

        tab = tabs.open(admin, found.orders[0].href)
        await tab.send(AdminOrder.load)
        await tab.send(AdminOrder.ask_the_provider)
        seen = await tab.see(AdminOrder)
        assert seen.answers[-1] == "The order was pending and is paid now."
        assert seen.order.status == "Paid"
        await tab.send(AdminOrder.ask_to_clear)
        await tab.send(AdminOrder.clear, form={"reason": "x"})
        assert (await tab.notice()).tone == "bad"
        await tab.send(AdminOrder.clear, form={"reason": "The bank rounded"})
        seen = await tab.see(AdminOrder)
        assert (seen.order.review, seen.asking) == ("", False)
        assert any("The bank rounded" in line.detail for line in seen.history)

    play(house, scene)


@pytest.mark.parametrize("query", ["?since=yesterday", "?page=nought", "?status=lost", "?until=9999-12-31"])
def test_an_address_that_asks_for_nonsense_says_so(house: House, query: str) -> None:
    admin = house.admin()

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(admin, f"/admin/orders{query}")
        await tab.send(AdminOrders.load)
        seen = await tab.see(AdminOrders)
        assert seen.ready
        assert seen.problem
        assert seen.orders == []

    play(house, scene)


def test_deliveries_are_listed_opened_and_looked_into_again(house: House) -> None:
    admin = house.admin()
    house.buy_pack(house.student(), house.mentor())

    async def scene(tabs: Tabs) -> None:
        listed = tabs.open(admin, "/admin/inbox?status=processed")
        await listed.send(AdminInbox.load)
        (event,) = (await listed.see(AdminInbox)).events
        assert event.effect.startswith("Order paid")
        tab = tabs.open(admin, event.href)
        await tab.send(AdminEvent.load)
        seen = await tab.see(AdminEvent)
        assert '"type": "checkout.session.completed"' in seen.body
        await tab.send(AdminEvent.replay)
        assert (await tab.see(AdminEvent)).event.tries == "looked into 2 times"
        one = tabs.open(admin, f"/admin/inbox?order={seen.order_id}")
        await one.send(AdminInbox.load)
        told = await one.see(AdminInbox)
        assert told.agrees
        assert told.verdict.endswith("the end is the same: paid, 1 payment kept, 0 sent back.")
        for path in ("/admin/inbox?order=nothing", "/admin/inbox?status=lost"):
            lost = tabs.open(admin, path)
            await lost.send(AdminInbox.load)
            assert (await lost.see(AdminInbox)).problem
        gone = tabs.open(admin, "/admin/inbox/nothing")
        await gone.send(AdminEvent.load)
        assert (await gone.see(AdminEvent)).missing

    play(house, scene)


def test_a_difference_is_found_repaired_and_another_closed(house: House) -> None:
    admin = house.admin()
    house.buy_pack(house.student(), house.mentor())
    with house.deps.database.session() as session:
        session.execute(text("UPDATE orders SET status = 'refunded'"))
        session.execute(text("UPDATE packs SET available = available - 1, consumed = consumed + 1"))

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(admin, "/admin/reconciliation")
        await tab.send(AdminReconciliation.load)
        assert (await tab.see(AdminReconciliation)).last_run == "Never compared yet."
        await tab.send(AdminReconciliation.compare)
        assert (await tab.notice()).text == "2 differences are open, 2 of them new."
        found = (await tab.see(AdminReconciliation)).open
        by_repair = {face.repair: face for face in found}
        assert set(by_repair) == {"Count again", ""}
        await tab.send(AdminReconciliation.ask_to_repair, finding_id=by_repair[""].id)
        assert not (await tab.see(AdminReconciliation)).repairing, "there is nothing to confirm"
        await tab.send(AdminReconciliation.ask_to_repair, finding_id=by_repair["Count again"].id)
        await tab.send(AdminReconciliation.repair)
        assert (await tab.notice()).text == "Counted again, the order is paid."
        await tab.send(AdminReconciliation.ask_to_close, finding_id=by_repair[""].id)
        await tab.send(AdminReconciliation.close, form={"reason": "Counted by hand"})
        seen = await tab.see(AdminReconciliation)
        assert seen.open == []
        assert {face.resolution for face in seen.resolved} == {
            "Repaired: Counted again, the order is paid.",
            "Counted by hand",
        }
        house.payments.down = True
        await tab.send(AdminReconciliation.compare)
        assert (await tab.notice()).text.startswith("No answer from Stripe; the rest was compared.")

    play(house, scene)
