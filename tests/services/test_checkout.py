"""Checkout: the hold, the way back, giving up, and who may look."""

from datetime import timedelta

import pytest
from support.house import House

from mentorship.domain.errors import (
    LinkInvalid,
    NotAllowed,
    NotForSale,
    NotFound,
    OrderClosed,
    ProviderUnavailable,
    SignInRequired,
    SoldOut,
)
from mentorship.domain.settle import ProviderState
from mentorship.services.checkout import (
    cancel_checkout,
    cancel_order,
    get_order,
    my_orders,
    start_checkout,
    verify_checkout,
)
from mentorship.services.instructors import list_mentors
from mentorship.services.packs import my_packs
from mentorship.services.seats import seat_availability
from mentorship.services.sweeps import sweep


def left(house: House, mentor) -> int:
    return seat_availability(house.ctx(), mentor_id=mentor.mentor_id).left


def test_checkout_holds_the_seat_for_31_minutes(house: House) -> None:
    student, mentor = house.student(), house.mentor(capacity=1)
    started = start_checkout(house.ctx(student), product_id=mentor.product_id)
    assert started.seat_held_until - house.clock.now() == timedelta(minutes=31)
    assert left(house, mentor) == 0
    with pytest.raises(SoldOut):
        start_checkout(house.ctx(house.student()), product_id=mentor.product_id)
    house.pass_time(minutes=31)
    assert left(house, mentor) == 1, "a lapsed hold stops counting by itself, before any sweep"
    start_checkout(house.ctx(house.student()), product_id=mentor.product_id)


def test_coming_back_leads_to_the_same_checkout(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    first = start_checkout(house.ctx(student), product_id=mentor.product_id)
    house.pass_time(minutes=5)
    assert start_checkout(house.ctx(student), product_id=mentor.product_id) == first
    assert len(house.payments.checkouts) == 1


def test_a_repeated_request_key_is_one_order_and_a_settled_one_is_refused(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    key = "press-buy-once"
    first = start_checkout(house.ctx(student), product_id=mentor.product_id, request_key=key)
    again = start_checkout(house.ctx(student), product_id=mentor.product_id, request_key=key)
    assert again.order_id == first.order_id
    reference = first.url.rpartition("/")[2]
    house.payments.settle(reference, ProviderState.PAID)
    house.tell("checkout.session.completed", reference)
    with pytest.raises(OrderClosed):
        start_checkout(house.ctx(student), product_id=mentor.product_id, request_key=key)
    other = start_checkout(house.ctx(house.student()), product_id=mentor.product_id, request_key=key)
    assert other.order_id != first.order_id, "a key belongs to the person who chose it"


def test_a_provider_that_is_down_charges_nothing_and_the_same_attempt_is_tried_again(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.payments.down = True
    with pytest.raises(ProviderUnavailable):
        start_checkout(house.ctx(student), product_id=mentor.product_id)
    house.payments.down = False
    started = start_checkout(house.ctx(student), product_id=mentor.product_id)
    assert len(my_orders(house.ctx(student))) == 1
    assert started.url
    assert len(house.payments.checkouts) == 1


def test_an_attempt_without_an_answer_is_closed_when_its_time_is_over(house: House) -> None:
    student, mentor = house.student(), house.mentor(capacity=1)
    house.payments.down = True
    with pytest.raises(ProviderUnavailable):
        start_checkout(house.ctx(student), product_id=mentor.product_id)
    house.payments.down = False
    house.pass_time(minutes=40)
    sweep(house.system())
    house.drain()
    (order,) = my_orders(house.ctx(student))
    assert order.status == "expired"
    assert left(house, mentor) == 1


def test_only_students_buy_and_only_what_is_on_sale(house: House) -> None:
    mentor = house.mentor()
    with pytest.raises(SignInRequired):
        start_checkout(house.ctx(), product_id=mentor.product_id)
    with pytest.raises(NotAllowed):
        start_checkout(house.ctx(mentor), product_id=mentor.product_id)
    with pytest.raises(NotForSale):
        start_checkout(house.ctx(house.student()), product_id=mentor.mentor_id)


def test_giving_up_frees_the_seat_and_closes_the_page(house: House) -> None:
    student, mentor = house.student(), house.mentor(capacity=1)
    order, reference = house.checkout(student, mentor)
    canceled = cancel_order(house.ctx(student), order_id=order.id)
    assert canceled.status == "canceled"
    assert left(house, mentor) == 1
    assert house.payments.checkouts[reference].state is ProviderState.EXPIRED


def test_the_cancel_link_is_signed_ends_and_touches_pending_orders_only(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    _, reference = house.checkout(student, mentor)
    token = house.payments.checkouts[reference].request.cancel_url.rpartition("link=")[2]
    for bad in ("", "x", token[:-1] + ("0" if token[-1] != "0" else "1"), token.replace("-", "", 1), "9" * 300):
        with pytest.raises(LinkInvalid):
            cancel_checkout(house.ctx(), link=bad)
    house.payments.settle(reference, ProviderState.PAID)
    assert cancel_checkout(house.ctx(), link=token).status == "paid", "a page that was paid stays paid"
    assert cancel_checkout(house.ctx(), link=token).status == "paid"
    house.pass_time(days=3)
    with pytest.raises(LinkInvalid):
        cancel_checkout(house.ctx(), link=token)


def test_nobody_sees_somebody_elses_order(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    order, _ = house.checkout(student, mentor)
    for stranger in (house.student(), mentor):
        for look in (get_order, verify_checkout):
            with pytest.raises(NotFound):
                look(house.ctx(stranger), order_id=order.id)
    with pytest.raises(NotFound):
        cancel_order(house.ctx(house.student()), order_id=order.id)
    assert get_order(house.ctx(house.admin()), order_id=order.id).id == order.id


def test_verify_asks_the_provider_when_the_delivery_is_lost(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    order, reference = house.checkout(student, mentor)
    house.payments.settle(reference, ProviderState.PAID)
    assert get_order(house.ctx(student), order_id=order.id).status == "pending", "looking changes nothing"
    assert verify_checkout(house.ctx(student), order_id=order.id).status == "paid"
    assert len(my_packs(house.ctx(student)).packs) == 1


def test_a_sold_out_mentor_is_listed_as_such(house: House) -> None:
    mentor = house.mentor(capacity=1)
    house.buy_pack(house.student(), mentor)
    (card,) = list_mentors(house.ctx())
    assert (card.seats.left, card.seats.taken) == (0, 1)
