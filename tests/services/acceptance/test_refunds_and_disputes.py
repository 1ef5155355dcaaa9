"""Acceptance cases A18 to A21: refunds and disputes that the provider tells of, in any order."""

import itertools

import pytest
from support.deliveries import receive_event
from support.house import House
from support.sale import Sale

from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.money import Money
from mentorship.services.refund_views import list_disputes, refund_desk


def _tell_of_the_charge(sale: Sale) -> None:
    """Deliver ``charge.refunded``, which names the payment and not the refund."""
    paid = sale.house.payment_of(sale.order_id)
    payload, signature = sale.house.payments.delivery("charge.refunded", "ch_1", payment_intent=paid.payment_ref)
    receive_event(sale.house.ctx(), provider="stripe", payload=payload, headers={"stripe-signature": signature})
    sale.house.drain()


@pytest.mark.parametrize("order", list(itertools.permutations(["refund", "charge", "refund"])))
def test_a18_a_partial_refund_counts_once_in_any_order_of_deliveries(house: House, order: tuple[str, ...]) -> None:
    sale = Sale(house)
    paid = house.payment_of(sale.order_id)
    reference = house.payments.refund_at_console(paid.payment_ref, Money(14400, "EUR"))
    for told in order:
        if told == "charge":
            _tell_of_the_charge(sale)
        else:
            house.tell("refund.created", reference)
    assert (sale.status, sale.refunded) == ("partially_refunded", 14400)
    assert sale.parts == (4, 0, 0, 0, 0), "a partial refund at the console leaves the pack alone"


def test_a19_two_partial_refunds_that_add_up_to_all_leave_nothing_usable(house: House) -> None:
    sale = Sale(house)
    session = house.book(sale.student, sale.mentor)
    sale.console(18000)
    assert sale.parts == (3, 1, 0, 0, 0)
    sale.console(30000)
    assert (sale.status, sale.refunded, sale.parts) == ("refunded", 48000, (0, 0, 0, 4, 0))
    assert sale.seat == "released"
    with house.system().begin(read_only=True) as uow:
        stored = uow.bookings.get(session.id)
        assert stored is not None
        assert stored.status == "canceled"


@pytest.mark.parametrize("told", [("created", "failed"), ("failed", "created"), ("created", "failed", "failed")])
def test_a20_a_refund_that_fails_after_success_falls_back_and_alerts(house: House, told: tuple[str, ...]) -> None:
    sale = Sale(house)
    sale.make("unused")
    house.drain()
    assert sale.refunded == 48000
    (reference,) = house.payments.refunds
    house.payments.fail_refund(reference)
    for kind in told:
        house.tell(f"refund.{kind}", reference)
    assert (sale.status, sale.refunded) == ("paid", 0)
    (failed,) = refund_desk(house.ctx(sale.admin)).failed
    assert failed.credits == 4, "the credits stay out until an admin decides"
    assert sale.parts == (0, 0, 0, 4, 0)
    assert sale.subjects(sale.admin) == ["A refund of €480.00 has failed"]


@pytest.mark.parametrize("end", ["won", "lost"])
def test_a21_a_dispute_freezes_then_restores_or_revokes(house: House, end: str) -> None:
    sale = Sale(house)
    paid = house.payment_of(sale.order_id)
    reference = house.payments.dispute(paid.payment_ref, paid.amount)
    house.tell("charge.dispute.created", reference)
    (dispute,) = list_disputes(house.ctx(sale.admin))
    assert dispute.due_at is not None
    assert sale.parts == (0, 0, 0, 0, 4)
    house.payments.dispute(paid.payment_ref, paid.amount, DisputeStatus(end), reference)
    for _ in range(2):
        house.tell("charge.dispute.closed", reference)
    if end == "won":
        assert (sale.parts, sale.status, sale.seat) == ((4, 0, 0, 0, 0), "paid", "active")
    else:
        assert (sale.parts, sale.status, sale.seat) == ((0, 0, 0, 4, 0), "refunded", "released")
