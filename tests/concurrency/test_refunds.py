"""Many hands on one payment: admins, students, banks and bookings at the same moment; and the control without locks."""

from functools import partial

import pytest
from support.house import House
from support.races import at_once, crashes, everything, refusals, results, take_guards_away
from support.sale import Sale

from mentorship.db.models import Dispute, Order, Pack, Payment, Refund
from mentorship.domain.disputes import DisputeStatus
from mentorship.gateways.ports import EventTopic
from mentorship.schemas.refunds import RefundView
from mentorship.services.availability import list_slots
from mentorship.services.bookings import book_session
from mentorship.services.deliveries import look_into
from mentorship.services.refund_requests import approve_refund, withdraw_refund
from mentorship.services.refunds import refund_payment

CROWD = 12


def _two_thirds(sale: Sale, number: int) -> RefundView:
    return sale.make("goodwill", f"click-number-{number}", amount_minor=32_000)


def _promised(house: House) -> int:
    return sum(r.amount_minor for r in everything(house, Refund))


def test_admins_at_once_never_promise_more_than_was_paid(house: House) -> None:
    sale = Sale(house)
    outcomes = at_once([partial(_two_thirds, sale, n) for n in range(CROWD)])
    assert crashes(outcomes) == []
    assert (len(results(outcomes)), set(refusals(outcomes))) == (1, {"refund_too_large"})
    house.drain()
    assert [p.refunded_minor for p in everything(house, Payment)] == [32_000]


@pytest.mark.parametrize("dialect", ["postgresql"])  # SQLite has one writer
def test_control_without_locks_admins_promise_too_much(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sale = Sale(house)
    take_guards_away(house.deps.database, monkeypatch)
    at_once([partial(_two_thirds, sale, n) for n in range(CROWD)])
    assert _promised(house) > 48_000


def test_one_click_many_times_and_full_refunds_at_once_pay_once(house: House) -> None:
    sale = Sale(house)
    outcomes = at_once(
        [partial(sale.make, "full", "the-same-click") for _ in range(6)]
        + [partial(sale.make, "unused", f"other-click-{n}") for n in range(6)]
    )
    assert crashes(outcomes) == []
    (refund,) = everything(house, Refund)
    done = at_once([partial(refund_payment, house.system(), refund_id=refund.id) for _ in range(6)])
    assert crashes(done) == []
    house.drain()
    assert len(house.payments.refunds) == 1
    assert [p.refunded_minor for p in everything(house, Payment)] == [48_000]
    assert sale.parts == (0, 0, 0, 4, 0)


def test_a_credit_is_either_booked_or_refunded(house: House) -> None:
    sale = Sale(house)
    slots = list_slots(house.ctx(sale.student), mentor_id=sale.mentor.mentor_id).slots
    book = [
        partial(book_session, house.ctx(sale.student), mentor_id=sale.mentor.mentor_id, starts_at=s.starts_at)
        for s in slots[:8:2]
    ]
    outcomes = at_once([*book, sale.ask])
    assert crashes(outcomes) == []
    (pack,) = everything(house, Pack)
    assert pack.available + pack.reserved + pack.frozen == 4
    for refund in everything(house, Refund):
        assert refund.credits == pack.frozen
        assert refund.amount_minor == pack.frozen * 12_000


def test_a_request_is_decided_once(house: House) -> None:
    sale = Sale(house)
    asked = sale.ask()
    outcomes = at_once(
        [
            *[partial(approve_refund, house.ctx(sale.mentor), refund_id=asked.id) for _ in range(3)],
            *[partial(withdraw_refund, house.ctx(sale.student), refund_id=asked.id) for _ in range(3)],
        ]
    )
    assert crashes(outcomes) == []
    assert (len(results(outcomes)), set(refusals(outcomes))) == (1, {"refund_not_open"})
    house.drain()
    assert sale.parts in ((4, 0, 0, 0, 0), (0, 0, 0, 4, 0))


def test_a_refund_and_a_lost_dispute_at_once_add_up(house: House) -> None:
    sale = Sale(house)
    paid = house.payment_of(sale.order_id)
    house.payments.dispute(paid.payment_ref, paid.amount, DisputeStatus.OPEN, "dp_1")

    def hear(status: DisputeStatus) -> bool:
        house.payments.dispute(paid.payment_ref, paid.amount, status, "dp_1")
        return look_into(house.system(), "stripe", EventTopic.DISPUTE, "dp_1")

    def refund() -> object:
        try:
            return sale.make("unused")
        finally:
            house.drain()

    outcomes = at_once([refund, *[partial(hear, status) for status in (DisputeStatus.LOST,) * 3]])
    assert crashes(outcomes) == []
    house.drain()
    (payment,) = everything(house, Payment)
    assert payment.refunded_minor == 48_000
    assert sum(r.amount_minor for r in everything(house, Refund) if r.status == "succeeded") == 48_000
    assert sale.parts == (0, 0, 0, 4, 0)
    assert [d.status for d in everything(house, Dispute)] == ["lost"]
    assert [o.status for o in everything(house, Order)] == ["refunded"]
