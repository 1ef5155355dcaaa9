"""Two hundred buyers, five seats, every payment told more than once: nobody is sold what is not there."""

from collections import Counter
from functools import partial

import pytest
from support.deliveries import receive_event
from support.house import House, MentorPerson, Person
from support.races import at_once, crashes, crowd, everything, refusals, results, take_guards_away, tally

from mentorship.db.models import InboxEvent, LedgerRow, Order, Pack, Payment, Refund, SeatRow
from mentorship.domain.credits import Entry
from mentorship.domain.orders import RefundReason, RefundStatus
from mentorship.domain.settle import ProviderState
from mentorship.schemas.checkout import CheckoutStarted
from mentorship.services.checkout import start_checkout

BUYERS, SEATS = 200, 5


def _start(house: House, mentor: MentorPerson, student: Person) -> CheckoutStarted:
    return start_checkout(house.ctx(student), product_id=mentor.product_id)


def _pay(house: House, started: CheckoutStarted) -> list[tuple[bytes, str]]:
    """Pay on the hosted page; gives the delivery, twice."""
    reference = started.url.rpartition("/")[2]
    house.payments.settle(reference, ProviderState.PAID)
    first = house.payments.delivery("checkout.session.completed", reference)
    return [first, first]


def _tell_again(house: House, started: CheckoutStarted) -> tuple[bytes, str]:
    """Another event of the same payment."""
    return house.payments.delivery("checkout.session.completed", started.url.rpartition("/")[2])


def _receive(house: House, delivery: tuple[bytes, str]) -> str:
    payload, signature = delivery
    return receive_event(
        house.ctx(), provider="stripe", payload=payload, headers={"stripe-signature": signature}
    ).outcome


def _deliver_and_work(house: House, deliveries: list[tuple[bytes, str]]) -> list[object]:
    """Receive every delivery at once, then run every job twice, all at once."""
    outcomes: list[object] = [*at_once([partial(_receive, house, d) for d in deliveries])]
    house.hand_out()
    while house.jobs.waiting:
        jobs = [j for j in house.jobs.waiting if j.name != "deliver"]
        house.jobs.waiting.clear()
        if jobs:
            outcomes += at_once([partial(house.run, job) for job in jobs * 2])
    return outcomes


def test_two_hundred_buyers_of_five_seats(house: House) -> None:
    mentor = house.mentor(capacity=SEATS)
    students = crowd(house, BUYERS)

    outcomes = at_once([partial(_start, house, mentor, student) for student in students])

    started = results(outcomes)
    assert len(started) == SEATS
    assert Counter(refusals(outcomes)) == {"sold_out": BUYERS - SEATS}
    assert house.payments.calls.count("create_checkout") == SEATS

    told = _deliver_and_work(house, [d for one in started for d in (*_pay(house, one), _tell_again(house, one))])

    assert crashes(told) == []
    assert len(everything(house, InboxEvent)) == 2 * SEATS
    assert tally(house, SeatRow, "status") == {"active": SEATS}
    assert {p.order_id for p in everything(house, Pack)} == {one.order_id for one in started}
    assert tally(house, LedgerRow, "entry") == {"grant": SEATS}
    assert len(everything(house, Payment)) == SEATS
    assert everything(house, Refund) == []


def _late_buyers(house: House, mentor: MentorPerson, size: int) -> list[CheckoutStarted]:
    """Buyers who come five at a time, each after the hold of those before has lapsed, and have not paid yet."""
    started: list[CheckoutStarted] = []
    students = crowd(house, size)
    for first in range(0, size, SEATS):
        started += [_start(house, mentor, student) for student in students[first : first + SEATS]]
        house.pass_time(minutes=32)
    return started


def test_two_hundred_who_pay_after_their_hold_has_lapsed(house: House) -> None:
    mentor = house.mentor(capacity=SEATS)
    started = _late_buyers(house, mentor, BUYERS)
    assert len(started) == BUYERS

    told = _deliver_and_work(house, [delivery for one in started for delivery in _pay(house, one)])

    assert crashes(told) == []
    refunds = everything(house, Refund)
    seated = {p.order_id for p in everything(house, Pack)}
    assert len(seated) == SEATS
    assert tally(house, SeatRow, "status")["active"] == SEATS
    assert {(r.reason, r.status) for r in refunds} == {(RefundReason.SOLD_OUT.value, RefundStatus.SUCCEEDED.value)}
    assert Counter(r.order_id for r in refunds) == {one.order_id: 1 for one in started if one.order_id not in seated}
    assert len(house.payments.refunds) == BUYERS - SEATS
    assert all(p.refunded_minor == (0 if p.order_id in seated else p.amount_minor) for p in everything(house, Payment))
    assert tally(house, Order, "status") == {"paid": SEATS, "refunded": BUYERS - SEATS}


def test_control_without_guards_holds_are_oversold(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    mentor = house.mentor(capacity=SEATS)
    students = crowd(house, 40)
    take_guards_away(house.deps.database, monkeypatch, "seats")

    outcomes = at_once([partial(_start, house, mentor, student) for student in students])

    assert len(results(outcomes)) > SEATS


@pytest.mark.parametrize("dialect", ["postgresql"])  # SQLite's writers wait at the payment's row, before they look
def test_control_without_guards_late_payments_are_oversold(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    mentor = house.mentor(capacity=SEATS)
    deliveries = [d for one in _late_buyers(house, mentor, 40) for d in _pay(house, one)]
    take_guards_away(house.deps.database, monkeypatch, "seats")

    _deliver_and_work(house, deliveries)

    assert sum(row.entry == Entry.GRANT.value for row in everything(house, LedgerRow)) > SEATS
