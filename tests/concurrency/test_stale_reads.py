"""What was read before the lock, or before the provider answered, is not what gets written: each moment is forced."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from support import rows
from support.house import House
from support.races import crowd, everything, seat_crowd
from support.sale import Sale

from mentorship.db.bookings import Bookings
from mentorship.db.models import Dispute, Order, Payment, PaymentAttempt, Refund, SeatRow, Session
from mentorship.db.money import Orders
from mentorship.db.packs import Seats
from mentorship.db.people import People
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.errors import SoldOut
from mentorship.domain.seats import SeatStatus
from mentorship.domain.settle import ProviderState
from mentorship.gateways.ports import DisputeFacts, RefundFacts
from mentorship.services.availability import list_slots
from mentorship.services.bookings import reschedule_session
from mentorship.services.checkout import cancel_order, start_checkout
from mentorship.services.instructors import add_product, set_capacity
from mentorship.services.settling import sync_attempt
from mentorship.services.sweeps import sweep

Meanwhile = Callable[..., None]

DONE_OR_WAITING = 1.5
"""After so many seconds the other one is done, or waits for a lock."""


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Iterator[Meanwhile]:
    """After the first call of a method, or just before it, let somebody else work until done or waiting."""
    others: list[threading.Thread] = []

    def arrange(owner: type, method: str, work: Callable[[], object], *, before: bool = False) -> None:
        real = getattr(owner, method)

        def let_work() -> None:
            if not others:
                others.append(threading.Thread(target=work))
                others[0].start()
                others[0].join(DONE_OR_WAITING)

        def call(*args: Any, **kwargs: Any) -> Any:
            if before:
                let_work()
            found = real(*args, **kwargs)
            let_work()
            return found

        monkeypatch.setattr(owner, method, call)

    yield arrange
    for other in others:
        other.join(30)


def _renew_while_a_sweep_lets_the_old_hold_go(house: House, meanwhile: Meanwhile) -> str:
    mentor, student = house.mentor(), house.student()
    with house.deps.database.session() as db:
        seat = rows.seat(mentor.mentor_id, student.id, SeatStatus.HELD)
        seat.hold_expires_at = house.clock.now() - timedelta(minutes=1)
        rows.add(db, seat)
    swept = threading.Event()
    meanwhile(Seats, "save", lambda: (sweep(house.system()), swept.set()), before=True)
    start_checkout(house.ctx(student), product_id=mentor.product_id)
    assert swept.wait(30)
    (stored,) = everything(house, SeatRow)
    assert stored.hold_expires_at is not None
    return stored.status


def test_a_sweep_does_not_let_a_renewed_hold_go(house: House, meanwhile: Meanwhile) -> None:
    assert _renew_while_a_sweep_lets_the_old_hold_go(house, meanwhile) == "held"


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_control_without_locks_a_sweep_takes_the_renewed_hold(
    house: House, meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(UnitOfWork, "lock", lambda self, *ids: None)
    assert _renew_while_a_sweep_lets_the_old_hold_go(house, meanwhile) == "released"


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_capacity_lowered_before_the_lock_counts(house: House, meanwhile: Meanwhile) -> None:
    mentor, student = house.mentor(capacity=1), house.student()
    meanwhile(
        People,
        "users",
        lambda: set_capacity(house.system(), mentor_id=mentor.mentor_id, max_active_students=0),
    )
    with pytest.raises(SoldOut):
        start_checkout(house.ctx(student), product_id=mentor.product_id)


def _move_while_the_reminder_is_promised(house: House, meanwhile: Meanwhile) -> int | None:
    mentor = house.mentor()
    (student,) = crowd(house, 1)
    seat_crowd(house, mentor, [student])
    session = house.book(student, mentor, nth=40)
    house.pass_time(seconds=(session.starts_at - house.clock.now()).total_seconds() - 24 * 3600)
    later = list_slots(house.ctx(), mentor_id=mentor.mentor_id).slots[60].starts_at
    moved = threading.Event()
    meanwhile(
        Bookings,
        "unreminded",
        lambda: (reschedule_session(house.ctx(student), session_id=session.id, starts_at=later), moved.set()),
    )
    assert sweep(house.system()).counts["session reminders"] == 1
    assert moved.wait(30)
    (stored,) = everything(house, Session)
    assert stored.starts_at == later
    return stored.reminded_minutes


def test_a_session_moved_while_it_is_reminded_of_is_reminded_of_again(house: House, meanwhile: Meanwhile) -> None:
    assert _move_while_the_reminder_is_promised(house, meanwhile) is None


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_control_without_the_claim_the_moved_session_counts_as_reminded_of(
    house: House, meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bookings, "claim", lambda self, row: None)
    assert _move_while_the_reminder_is_promised(house, meanwhile) == 24 * 60


def test_an_old_answer_about_a_refund_does_not_undo_a_newer_one(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    mentor = house.mentor(capacity=1)
    _, reference = house.checkout(house.student(), mentor)
    house.pass_time(minutes=32)
    house.buy_pack(house.student(), mentor)
    house.payments.settle(reference, ProviderState.PAID)
    house.tell("checkout.session.completed", reference)
    (refund_reference,) = house.payments.refunds
    read = house.payments.read_refund

    def slow(asked: str) -> RefundFacts:
        old = read(asked)
        monkeypatch.setattr(house.payments, "read_refund", read)
        house.payments.fail_refund(asked)
        house.tell("refund.failed", asked)
        return old

    monkeypatch.setattr(house.payments, "read_refund", slow)
    house.tell("refund.updated", refund_reference)

    (refund,) = everything(house, Refund)
    assert refund.status == "failed"
    order = next(o for o in everything(house, Order) if o.id == refund.order_id)
    assert (order.status, order.review) == ("paid", "refund_failed")
    assert [p.refunded_minor for p in everything(house, Payment) if p.order_id == order.id] == [0]


def test_an_old_answer_about_a_dispute_does_not_open_it_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sale = Sale(house)
    paid = house.payment_of(sale.order_id)
    reference = house.payments.dispute(paid.payment_ref, paid.amount)
    read = house.payments.read_dispute

    def slow(asked: str) -> DisputeFacts:
        old = read(asked)
        monkeypatch.setattr(house.payments, "read_dispute", read)
        house.payments.dispute(paid.payment_ref, paid.amount, DisputeStatus.WON, asked)
        house.tell("charge.dispute.closed", asked)
        return old

    monkeypatch.setattr(house.payments, "read_dispute", slow)
    house.tell("charge.dispute.created", reference)

    assert [(d.status, d.openings) for d in everything(house, Dispute)] == [("won", 1)]
    assert sale.parts == (4, 0, 0, 0, 0)


def test_another_attempt_never_reopens_a_paid_order(house: House) -> None:
    mentor, student = house.mentor(), house.student()
    order, first = house.checkout(student, mentor)
    house.payments.settle(first, ProviderState.PROCESSING)
    house.pass_time(minutes=32)
    again, second = house.checkout(student, mentor)
    assert again.id == order.id
    assert first != second
    house.payments.settle(second, ProviderState.PAID)
    house.tell("checkout.session.completed", second)
    house.tell("checkout.session.completed", first)
    assert [o.status for o in everything(house, Order)] == ["paid"]
    house.payments.settle(first, ProviderState.PAID)
    house.tell("checkout.session.async_payment_succeeded", first)
    assert [(r.reason, r.status) for r in everything(house, Refund)] == [("duplicate_payment", "succeeded")]
    assert [o.status for o in everything(house, Order)] == ["paid"]


def test_giving_up_an_unanswered_attempt_leaves_a_paid_order_paid(house: House, meanwhile: Meanwhile) -> None:
    mentor, student = house.mentor(), house.student()
    house.payments.down = True
    with pytest.raises(Exception, match="does not answer"):
        start_checkout(house.ctx(student), product_id=mentor.product_id)
    house.payments.down = False
    unanswered = next(a for a in everything(house, PaymentAttempt) if a.provider_ref is None)
    house.pass_time(minutes=5)
    _, reference = house.checkout(student, mentor)
    house.payments.settle(reference, ProviderState.PAID)
    house.pass_time(minutes=27)
    told = threading.Event()
    meanwhile(Orders, "get", lambda: (house.tell("checkout.session.completed", reference), told.set()))
    sync_attempt(house.system(), attempt_id=unanswered.id)
    assert told.wait(30)
    assert [o.status for o in everything(house, Order)] == ["paid"]


def test_giving_up_one_checkout_keeps_the_seat_for_the_other(house: House) -> None:
    mentor, student = house.mentor(capacity=1), house.student()
    other = add_product(house.system(), mentor_id=mentor.mentor_id, name="Two", price_minor=100, currency="EUR")
    house.checkout(student, mentor)
    house.pass_time(minutes=10)
    second = start_checkout(house.ctx(student), product_id=other)
    cancel_order(house.ctx(student), order_id=second.order_id)
    with pytest.raises(SoldOut):
        start_checkout(house.ctx(house.student()), product_id=mentor.product_id)
    house.pass_time(minutes=21)
    house.checkout(house.student(), mentor)
