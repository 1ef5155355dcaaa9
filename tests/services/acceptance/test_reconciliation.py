"""A28: what happens at the provider is found out, also when nobody tells of it."""

from datetime import timedelta

import pytest
from support.house import House

from mentorship.domain.errors import NotFound
from mentorship.domain.settle import ProviderState
from mentorship.services.checkout import get_order, verify_checkout
from mentorship.services.packs import my_packs
from mentorship.services.settling import CHECK_AFTER
from mentorship.services.sweeps import sweep


def test_a28_a_payment_that_no_webhook_tells_of_is_paid_within_the_interval(house: House) -> None:
    student, mentor = house.student(), house.mentor(capacity=1)
    order, reference = house.checkout(student, mentor)
    house.payments.settle(reference, ProviderState.PAID)
    waited = timedelta()
    while get_order(house.ctx(student), order_id=order.id).status != "paid":
        assert waited <= CHECK_AFTER[0], "nobody asked the provider in time"
        house.pass_time(minutes=1)
        waited += timedelta(minutes=1)
        sweep(house.system())
        house.drain()
    assert [p.granted for p in my_packs(house.ctx(student)).packs] == [4]
    house.pass_time(days=2)
    for _ in range(2):
        house.tell("checkout.session.completed", reference)
    assert [p.granted for p in my_packs(house.ctx(student)).packs] == [4], "late is taken, and granted once"


def test_a28_the_success_page_of_somebody_else_shows_nothing_and_asks_nobody(house: House) -> None:
    student, other, mentor = house.student(), house.student(), house.mentor()
    order, reference = house.checkout(student, mentor)
    house.payments.settle(reference, ProviderState.PAID)
    house.payments.calls.clear()
    for look in (get_order, verify_checkout):
        with pytest.raises(NotFound):
            look(house.ctx(other), order_id=order.id)
    assert house.payments.calls == []
    assert get_order(house.ctx(student), order_id=order.id).status == "pending"
