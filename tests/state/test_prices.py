"""Codes on the checkout page, the admin's page of promotions, and what others may not see."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from support.house import House
from support.tabs import Tabs, open_tabs

from mentorship.domain.settle import ProviderState
from mentorship.services.checkout import my_orders
from mentorship.services.packs import my_packs
from mentorship.services.pricing import quote_price
from mentorship.services.promotions import create_promotion, end_promotion, list_promotions
from mentorship.state.admin_promotions import AdminPromotions
from mentorship.state.checkout import Checkout
from mentorship.state.instructor_earnings import InstructorEarnings
from mentorship.state.receipt import Receipt

Scene = Callable[[Tabs], Awaitable[None]]


def play(house: House, scene: Scene) -> None:
    async def run() -> None:
        async with open_tabs(house.deps) as tabs:
            await scene(tabs)

    asyncio.run(run())


def test_a_code_is_tried_applied_removed_and_paid(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    create_promotion(house.system(), code="QUARTER", percent=25)

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(student, f"/checkout?product={mentor.product_id}")
        await tab.send(Checkout.load)
        await tab.send(Checkout.apply_code, form={"code": "never"})
        state = await tab.see(Checkout)
        assert state.code_error == "There is no such code. Check how it is written."
        assert (state.purchase.price, state.purchase.was, state.busy) == ("€480.00", "", "")
        await tab.send(Checkout.apply_code, form={"code": " quarter"})
        await tab.send(Checkout.load)
        bought = (await tab.see(Checkout)).purchase
        assert (bought.price, bought.was, bought.off, bought.why) == ("€360.00", "€480.00", "−€120.00", "Code QUARTER")
        await tab.send(Checkout.pay, way="stripe")
        assert (await tab.see(Checkout)).purchase.order_id
        await tab.send(Checkout.remove_code)
        await tab.send(Checkout.load)
        assert (await tab.see(Checkout)).purchase.price == "€480.00"
        await tab.send(Checkout.pay, way="stripe")

    play(house, scene)
    orders = my_orders(house.ctx(student))
    assert [(o.status, o.amount.minor) for o in orders] == [("pending", 48_000), ("canceled", 36_000)]
    assert [c.state for c in house.payments.checkouts.values()] == [ProviderState.EXPIRED, ProviderState.OPEN]


@pytest.mark.parametrize(
    ("currency", "minor", "why_not"),
    [
        ("HUF", 999_00, ""),
        ("HUF", 999_50, "PayPal takes multiples of 1 HUF only."),
        ("KWD", 48_000, "PayPal is not possible in KWD."),
    ],
)
def test_paypal_is_offered_where_it_takes_the_price_as_it_is(
    house: House, currency: str, minor: int, why_not: str
) -> None:
    student, mentor = house.student(), house.mentor(currency=currency, price_minor=999_00)
    with house.system().begin() as uow:
        uow.catalog.product(mentor.product_id).price_minor = minor

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(student, f"/checkout?product={mentor.product_id}")
        await tab.send(Checkout.load)
        bought = (await tab.see(Checkout)).purchase
        assert (bought.by_card, bought.by_paypal, bought.why_not) == (True, not why_not, why_not)
        await tab.send(Checkout.pay, way="paypal")
        assert bool(house.paypal.checkouts) == (not why_not), "nothing is rounded so that it fits"

    play(house, scene)


def test_a_code_that_ends_before_paying_is_said_beside_the_field(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    promotion = create_promotion(house.system(), code="QUARTER", percent=25)

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(student, f"/checkout?product={mentor.product_id}")
        await tab.send(Checkout.load)
        await tab.send(Checkout.apply_code, form={"code": "quarter"})
        await asyncio.to_thread(end_promotion, house.system(), promotion_id=promotion.id)
        await tab.send(Checkout.pay, way="stripe")
        await tab.send(Checkout.load)
        state = await tab.see(Checkout)
        assert state.code_error.startswith("QUARTER has ended.")
        assert (state.hosted_url, state.purchase.price) == ("", "€480.00")

    play(house, scene)
    assert my_orders(house.ctx(student)) == []


def test_a_free_pack_leads_to_the_order_and_the_next_purchase_starts_anew(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    create_promotion(house.system(), code="GIFT", percent=100, once_per_student=True)

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(student, f"/checkout?product={mentor.product_id}")
        await tab.send(Checkout.load)
        await tab.send(Checkout.apply_code, form={"code": "gift"})
        await tab.send(Checkout.load)
        assert (await tab.see(Checkout)).purchase.is_free
        await asyncio.gather(*(tab.send(Checkout.pay, way="stripe") for _ in range(3)))
        assert "/checkout/success?order=" in (await tab.see(Checkout)).hosted_url
        await tab.send(Checkout.load)
        again = await tab.see(Checkout)
        assert (again.code, again.purchase.price) == ("", "€480.00")

    play(house, scene)
    assert len(my_packs(house.ctx(student)).packs) == 1


def test_live_refreshes_are_no_tries_of_a_code(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    create_promotion(house.system(), code="QUARTER", percent=25)
    house.limiter.limit = 3

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(student, f"/checkout?product={mentor.product_id}")
        await tab.send(Checkout.load)
        await tab.send(Checkout.apply_code, form={"code": "quarter"})
        for _ in range(6):
            await tab.send(Checkout.load)
        assert (await tab.see(Checkout)).purchase.price == "€360.00"

    play(house, scene)


FORM = {"code": "fair", "value": "12,50", "currency": "eur", "first": "2026-03-05", "last": "2026-03-06", "once": "on"}


def test_an_admin_offers_and_ends_a_code(house: House) -> None:
    admin, mentor = house.admin(), house.mentor()

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(admin, "/admin/promotions")
        await tab.send(AdminPromotions.choose_kind, kind="amount")
        await tab.send(AdminPromotions.create, form=FORM | {"product": str(mentor.product_id), "most_uses": "5"})
        await tab.send(AdminPromotions.load)
        (line,) = (await tab.see(AdminPromotions)).promotions
        assert (line.code, line.state, line.uses) == ("FAIR", "Planned", "0 of 5 used")
        assert line.takes_off == "€12.50 off Four sessions with Grace Mentor"
        assert line.limits == "from 5 March 2026 · until 6 March 2026 · once for each student"
        await tab.send(AdminPromotions.create, form=FORM)
        assert "already a code" in (await tab.see(AdminPromotions)).code_error
        await tab.send(AdminPromotions.ask_to_end, promotion_id=line.id)
        await tab.send(AdminPromotions.end)
        await tab.send(AdminPromotions.load)
        assert (await tab.see(AdminPromotions)).promotions[0].state == "Ended"

    play(house, scene)


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": "12.505"},
        {"value": "-1"},
        {"value": "NaN"},
        {"value": "1e99999999"},
        {"value": ""},
        {"currency": "€"},
        {"first": "yesterday"},
        {"most_uses": "many"},
        {"product": "none"},
        {"note": "x" * 300},
    ],
)
def test_what_makes_no_sense_is_refused_with_words(house: House, wrong: dict[str, Any]) -> None:
    admin = house.admin()

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(admin, "/admin/promotions")
        await tab.send(AdminPromotions.choose_kind, kind="amount")
        await tab.send(AdminPromotions.create, form=FORM | wrong)
        assert (await tab.notice()).tone == "bad"

    play(house, scene)
    assert list_promotions(house.ctx(admin)).promotions == []


def test_an_admin_asks_another_price(house: House) -> None:
    admin, student, mentor = house.admin(), house.student(), house.mentor()
    house.buy_pack(student, mentor)
    house.pass_time(hours=1)
    product = str(mentor.product_id)

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(admin, "/admin/promotions")
        await tab.send(AdminPromotions.ask_price, form={"priced": product, "price": "600", "keep_former": "on"})
        assert "keep the former price" in (await tab.notice()).text
        buyer = tabs.open(student, f"/checkout?product={product}")
        await buyer.send(Checkout.load)
        bought = (await buyer.see(Checkout)).purchase
        assert (bought.price, bought.was, bought.why) == ("€480.00", "€600.00", "Your former price")

    play(house, scene)
    assert quote_price(house.ctx(), product_id=mentor.product_id).total.minor == 60_000


def test_a_receipt_is_shown_to_its_buyer_and_months_to_their_mentor(house: House) -> None:
    owner, other, mentor = house.student(), house.student(), house.mentor()
    house.buy_pack(owner, mentor)

    async def scene(tabs: Tabs) -> None:
        tab = tabs.open(owner, "/receipts/2026-000001")
        await tab.send(Receipt.load)
        shown = (await tab.see(Receipt)).receipt
        assert (shown.total, shown.pdf_href) == ("€480.00", "http://localhost:8000/api/receipts/2026-000001.pdf")
        for stranger in (other, mentor):
            tab = tabs.open(stranger, "/receipts/2026-000001")
            await tab.send(Receipt.load)
            state = await tab.see(Receipt)
            assert (state.missing, state.receipt.number) == (True, "")
        tab = tabs.open(mentor, "/instructor/earnings")
        await tab.send(InstructorEarnings.load)
        (month,) = (await tab.see(InstructorEarnings)).months
        assert (month.month, month.gross, month.net) == ("March 2026", "€480.00", "€480.00")
        assert (month.fees, month.fees_note) == ("", "not known for 1 payment")

    play(house, scene)
