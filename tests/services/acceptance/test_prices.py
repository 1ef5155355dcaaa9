"""A13: an order of which a code takes everything off."""

from functools import partial

from support.house import House
from support.races import at_once, crashes, everything

from mentorship.db.models import Pack, Payment, Receipt
from mentorship.domain.settle import ProviderState
from mentorship.services.checkout import get_order, start_checkout
from mentorship.services.promotions import create_promotion


def test_a13_an_order_of_nothing_is_paid_once_without_a_payment(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    create_promotion(house.system(), code="GIFT", percent=100)

    def buy() -> object:
        return start_checkout(
            house.ctx(student), product_id=mentor.product_id, code="gift", request_key="press-buy-once"
        )

    outcomes = at_once([partial(buy)] * 8)

    assert crashes(outcomes) == []
    started = {o.order_id for o in outcomes}
    house.drain()
    assert len(started) == 1
    order = get_order(house.ctx(student), order_id=started.pop())
    assert (order.status, order.amount.minor) == ("paid", 0)
    assert [(p.order_id, p.granted) for p in everything(house, Pack)] == [(order.id, 4)]
    assert everything(house, Payment) == []
    assert [r.order_id for r in everything(house, Receipt)] == [order.id]
    assert house.payments.calls == []


def test_a13_a_session_of_nothing_at_the_provider_is_paid_once(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    order, reference = house.checkout(student, mentor)
    with house.system().begin() as uow:
        uow.orders.get(order.id).amount_minor = 0
    house.payments.amount_off = order.amount.minor
    house.payments.checkouts[reference].state = ProviderState.PAID

    for _ in range(2):
        house.tell("checkout.session.completed", reference)

    paid = get_order(house.ctx(student), order_id=order.id)
    assert (paid.status, paid.pack_id is not None) == ("paid", True)
    assert len(everything(house, Pack)) == 1
    assert [p.amount_minor for p in everything(house, Payment)] == [0]
