"""What an admin looks up: orders by anything, their whole history, deliveries, and what each of them did."""

from datetime import timedelta

import pytest
from support.books import read_books
from support.deliveries import receive_event
from support.house import House

from mentorship.domain.errors import EventNotHandled, NotFound, ProviderUnavailable
from mentorship.domain.settle import ProviderState
from mentorship.services.admin import admin_overview
from mentorship.services.admin_inbox import get_event, list_events, order_events, readable, replay_event
from mentorship.services.admin_orders import ask_provider, clear_review, find_orders, order_file
from mentorship.services.checkout import get_order, start_checkout
from mentorship.services.packs import my_packs


def test_orders_are_found_by_anything_that_names_them(house: House) -> None:
    ada, grace = house.student("Ada 100% Lovelace"), house.student("Grace")
    mentor, admin = house.mentor(), house.ctx(house.admin())
    house.buy_pack(ada, mentor)
    house.pass_time(days=2)
    order, reference = house.checkout(grace, mentor)
    start_checkout(house.ctx(grace), product_id=mentor.product_id, provider="paypal")
    payment = next(c.payment_reference for c in house.payments.checkouts.values() if c.payment_reference)
    bought = find_orders(admin, words="lovelace").rows[0]

    def ids(**query: object) -> list[object]:
        return [row.id for row in find_orders(admin, **query).rows]

    assert ids() == [order.id, bought.id]
    for words in ("LOVELACE", "100%", ada.me.email, payment, str(bought.id)):
        assert ids(words=words) == [bought.id], words
    assert ids(words=reference) == [order.id]
    assert ids(words="%") == [bought.id], "a percent sign is only a percent sign"
    assert ids(words="nobody") == []
    assert ids(status="paid") == [bought.id]
    assert ids(provider="paypal") == [order.id]
    assert ids(under_review=True) == []
    assert ids(since=house.clock.now() - timedelta(days=1)) == [order.id]
    assert ids(until=house.clock.now() - timedelta(days=1)) == [bought.id]
    assert (bought.paid.text, bought.refunded.text, bought.providers) == ("€480.00", "€0.00", ["stripe"])
    assert (find_orders(admin, page=2).rows, find_orders(admin).pages) == ([], 1)


def test_the_history_of_an_order_tells_everything_in_order(house: House) -> None:
    student, mentor, admin = house.student(), house.mentor(), house.ctx(house.admin())
    order, reference = house.checkout(student, mentor)
    house.pass_time(minutes=5)
    house.payments.settle(reference, ProviderState.PAID)
    house.tell("checkout.session.completed", reference)
    house.pass_time(minutes=5)
    admin = house.ctx(house.admin())
    assert ask_provider(admin, order_id=order.id) == ["Stripe: paid; its refunds are up to date."]
    file = order_file(admin, order_id=order.id)
    assert [line.at for line in file.history] == sorted(line.at for line in file.history)
    told = [f"{line.who} {line.about}: {line.what}" for line in file.history]
    for expected in (
        "Ada Student order: Order opened",
        "Student attempt: Checkout opened at Stripe, now paid",
        "Stripe delivery: checkout.session.completed received",
        "System delivery: checkout.session.completed looked into: processed",
        "Stripe payment: €480.00 paid",
        "System credits: Grant: 4 credits",
        f"System notice: Purchase to {student.me.name}: sent",
        "Alan Admin order: Provider asked",
    ):
        assert expected in told, told
    with pytest.raises(NotFound):
        order_file(admin, order_id=student.id)


def test_asking_the_provider_pays_what_was_lost_and_says_so(house: House) -> None:
    student, mentor, admin = house.student(), house.mentor(), house.ctx(house.admin())
    order, reference = house.checkout(student, mentor)
    house.payments.settle(reference, ProviderState.PAID)
    assert ask_provider(admin, order_id=order.id)[-1] == "The order was pending and is paid now."
    assert len(my_packs(house.ctx(student)).packs) == 1
    house.payments.down = True
    assert "does not answer" in ask_provider(admin, order_id=order.id)[0]


def test_a_flag_is_cleared_with_a_reason_once(house: House) -> None:
    student, mentor, admin = house.student(), house.mentor(), house.ctx(house.admin())
    order, reference = house.checkout(student, mentor)
    house.payments.settle(reference, ProviderState.PAID)
    house.payments.amount_off = 1
    house.tell("checkout.session.completed", reference)
    assert admin_overview(admin).desk.under_review == 1
    assert [row.review for row in find_orders(admin, under_review=True).rows] == ["amount"]
    house.pass_time(minutes=1)
    admin = house.ctx(house.admin())
    assert clear_review(admin, order_id=order.id, reason="Refunded by hand").review == ""
    line = order_file(admin, order_id=order.id).history[-1]
    assert (line.who, line.what, line.detail) == (
        "Alan Admin",
        "Review cleared",
        "review amount → reason Refunded by hand",
    )
    with pytest.raises(NotFound):
        clear_review(admin, order_id=order.id, reason="Once more")


def test_deliveries_are_found_and_say_what_they_did(house: House) -> None:
    student, mentor, admin = house.student(), house.mentor(), house.ctx(house.admin())
    house.buy_pack(student, mentor)
    house.tell("checkout.session.completed", "cs_test_unknown")
    house.tell("customer.created", "cus_1")
    assert [e.state for e in list_events(admin).rows] == ["ignored", "unmatched", "processed"]
    (bought,) = list_events(admin, state="processed").rows
    assert "order paid" in bought.effects
    assert [e.type for e in list_events(admin, type="CUSTOMER").rows] == ["customer.created"]
    assert list_events(admin, provider="paypal").total == 0
    (failed,) = list_events(admin, failed=True).rows
    assert failed.reference == "cs_test_unknown"
    assert admin_overview(admin).desk.failed_events == 1
    assert get_event(admin, event_id=bought.id).order_id == find_orders(admin).rows[0].id
    assert get_event(admin, event_id=failed.id).order_id is None


def test_a_delivery_that_went_wrong_shows_why_until_it_goes_right(house: House) -> None:
    student, mentor, admin = house.student(), house.mentor(), house.ctx(house.admin())
    _, reference = house.checkout(student, mentor)
    house.payments.settle(reference, ProviderState.PAID)
    house.payments.down = True
    with pytest.raises(ProviderUnavailable):
        house.tell("checkout.session.completed", reference)
    (event,) = list_events(admin, failed=True).rows
    assert (event.state, event.tries) == ("received", 1)
    assert event.error.startswith("ProviderUnavailable: ")
    house.payments.down = False
    assert replay_event(admin, event_id=event.id).event.state == "processed"
    assert list_events(admin, failed=True).total == 0


def test_replaying_looks_again_changes_nothing_and_is_written_down(house: House) -> None:
    student, mentor, admin = house.student(), house.mentor(), house.ctx(house.admin())
    house.buy_pack(student, mentor)
    house.tell("customer.created", "cus_1")
    ignored, bought = list_events(admin).rows
    before = read_books(house.deps.database).state()
    replayed = replay_event(admin, event_id=bought.id).event
    assert (replayed.state, replayed.tries, replayed.effects) == ("processed", 2, bought.effects)
    assert read_books(house.deps.database).state() == before
    assert "Event replayed" in [line.what for line in order_file(admin, order_id=find_orders(admin).rows[0].id).history]
    with pytest.raises(EventNotHandled):
        replay_event(admin, event_id=ignored.id)
    with pytest.raises(NotFound):
        replay_event(admin, event_id=student.id)


def test_any_other_order_of_the_deliveries_ends_the_same(house: House) -> None:
    student, mentor, admin = house.student(), house.mentor(), house.ctx(house.admin())
    order, reference = house.checkout(student, mentor)
    for kind in ("async_payment_failed", "expired"):
        payload, signature = house.payments.delivery(f"checkout.session.{kind}", reference)
        receive_event(house.ctx(), provider="stripe", payload=payload, headers={"stripe-signature": signature})
    house.payments.settle(reference, ProviderState.PAID)
    house.tell("checkout.session.completed", reference)
    house.tell("checkout.session.completed", reference)
    assert get_order(house.ctx(student), order_id=order.id).status == "paid"
    seen = order_events(admin, order_id=order.id)
    assert [e.type.rpartition(".")[2] for e in seen.events] == ["async_payment_failed", "expired"] + ["completed"] * 2
    assert (seen.orders_tried, seen.endings) == (24, ["paid, 1 payment kept, 0 sent back"])
    for _ in range(3):
        house.tell("checkout.session.completed", reference)
    assert (order_events(admin, order_id=order.id).endings, seen.orders_tried) == ([], 24)


def test_nothing_that_is_a_key_is_shown() -> None:
    shown = readable(
        '{"client_secret": "cs_secret_1", "card": {"fingerprint": "f1"}, "amount": 48000, "secret": null,'
        ' "lines": [{"cancel_url": "https://a.example/cancel?x=1&token=abc.def#top"}], "note": "Zoë"}'
    )
    assert "cs_secret_1" not in shown
    assert "f1" not in shown
    assert "abc.def" not in shown
    for kept in ('"amount": 48000', "?x=1&token=•••#top", '"note": "Zoë"', '"secret": null'):
        assert kept in shown
