"""Payments: once, whatever is delivered, in whatever order; and always a seat or a refund."""

import itertools

import pytest
from support.deliveries import receive_event
from support.house import House

from mentorship.domain.errors import BadSignature, ProviderUnavailable
from mentorship.domain.settle import ProviderState
from mentorship.services.checkout import get_order
from mentorship.services.packs import my_packs, pack_statement
from mentorship.services.seats import seat_availability
from mentorship.services.sweeps import sweep
from mentorship.services.waitlist import my_waitlist


def order_of(house: House, student, order):
    return get_order(house.ctx(student), order_id=order.id)


def test_a_paid_order_becomes_a_pack_a_seat_and_mails_in_one_go(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    pack = house.buy_pack(student, mentor)
    assert (pack.granted, pack.remaining_sessions, pack.status) == (4, 4, "active")
    assert pack.expires_at is not None
    assert (pack.expires_at - house.clock.now()).days == 30
    (seat,) = my_packs(house.ctx(student)).seats
    assert seat.status == "active"
    statement = pack_statement(house.ctx(student), pack_id=pack.id)
    assert [(e.entry, e.change, e.balance) for e in statement.entries] == [("grant", 4, 4)]
    assert {m.to_address for m in house.mails} == {student.me.email, mentor.me.email}


def test_duplicates_and_resends_grant_once(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    _, reference = house.checkout(student, mentor)
    house.payments.settle(reference, ProviderState.PAID)
    payload, signature = house.payments.delivery("checkout.session.completed", reference)
    outcomes = [
        receive_event(house.ctx(), provider="stripe", payload=payload, headers={"stripe-signature": signature}).outcome
        for _ in range(3)
    ]
    assert outcomes == ["received", "duplicate", "duplicate"]
    house.drain()
    house.tell("checkout.session.completed", reference)
    assert [p.granted for p in my_packs(house.ctx(student)).packs] == [4]


def test_a09_a10_a11_a_delayed_method_keeps_the_seat_until_its_result(house: House) -> None:
    for result, status in ((ProviderState.PAID, "paid"), (ProviderState.FAILED, "failed")):
        student, mentor = house.student(), house.mentor(capacity=1)
        order, reference = house.checkout(student, mentor)
        house.payments.settle(reference, ProviderState.PROCESSING)
        house.tell("checkout.session.completed", reference)
        assert order_of(house, student, order).status == "processing"
        assert my_packs(house.ctx(student)).packs == []
        house.pass_time(hours=3)
        sweep(house.system())
        house.drain()
        assert seat_availability(house.ctx(), mentor_id=mentor.mentor_id).left == 0, "the seat waits for the result"
        house.payments.settle(reference, result)
        house.tell("checkout.session.async_payment_succeeded", reference)
        assert order_of(house, student, order).status == status
        assert seat_availability(house.ctx(), mentor_id=mentor.mentor_id).left == (0 if status == "paid" else 1)


def test_a12_an_expired_page_frees_the_seat_and_never_undoes_a_payment(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    order, reference = house.checkout(student, mentor)
    house.payments.settle(reference, ProviderState.EXPIRED)
    house.tell("checkout.session.expired", reference)
    assert order_of(house, student, order).status == "expired"
    paid = house.buy_pack(student, mentor)
    assert paid.granted == 4
    bought = next(c for c in house.payments.checkouts if c != reference)
    house.tell("checkout.session.expired", bought)
    assert my_packs(house.ctx(student)).packs[0].status == "active"


def test_a_late_payment_is_honoured_while_a_seat_is_free(house: House) -> None:
    student, mentor = house.student(), house.mentor(capacity=1)
    order, reference = house.checkout(student, mentor)
    house.pass_time(minutes=45)
    house.payments.settle(reference, ProviderState.PAID)
    house.tell("checkout.session.completed", reference)
    assert order_of(house, student, order).status == "paid"
    assert len(my_packs(house.ctx(student)).packs) == 1


def test_a_late_payment_without_a_seat_is_refunded_in_full_once(house: House) -> None:
    late, quick, mentor = house.student(), house.student(), house.mentor(capacity=1)
    order, reference = house.checkout(late, mentor)
    house.pass_time(minutes=45)
    house.buy_pack(quick, mentor)
    house.payments.settle(reference, ProviderState.PAID)
    for _ in range(2):
        house.tell("checkout.session.completed", reference)
    refunded = order_of(house, late, order)
    assert (refunded.status, refunded.refund_reason) == ("refunded", "sold_out")
    assert refunded.refund is not None
    assert refunded.refund.minor == order.amount.minor
    assert len(house.payments.refunds) == 1
    assert my_packs(house.ctx(late)).packs == []
    assert [w.place for w in my_waitlist(house.ctx(late))] == [1], "and first in line, once"
    refund = next(iter(house.payments.refunds))
    house.payments.fail_refund(refund)
    house.tell("refund.failed", refund)
    assert order_of(house, late, order).status == "paid", "a refund that bounced is not a refund"


def test_facts_that_do_not_match_are_flagged_and_never_granted(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    order, reference = house.checkout(student, mentor)
    house.payments.settle(reference, ProviderState.PAID)
    house.payments.amount_off = 1
    house.tell("checkout.session.completed", reference)
    assert my_packs(house.ctx(student)).packs == []
    assert order_of(house, student, order).status == "pending"


def test_an_event_about_an_unknown_checkout_has_no_effect(house: House) -> None:
    house.tell("checkout.session.completed", "cs_test_unknown")
    payload, signature = house.payments.delivery("customer.created", "cus_1")
    assert (
        receive_event(house.ctx(), provider="stripe", payload=payload, headers={"stripe-signature": signature}).outcome
        == "ignored"
    )


def test_a_wrong_signature_leaves_nothing_behind(house: House) -> None:
    payload, signature = house.payments.delivery("checkout.session.completed", "cs_1")
    for body, header in (
        (payload, ""),
        (payload + b" ", signature),
        (payload, signature[:-1]),
        (b"\xff", "t=x,v1=\x00"),
    ):
        with pytest.raises(BadSignature):
            receive_event(house.ctx(), provider="stripe", payload=body, headers={"stripe-signature": header})
    house.hand_out()
    assert house.jobs.waiting == []


def test_a_delivery_that_cannot_be_looked_into_waits_and_heals(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    order, reference = house.checkout(student, mentor)
    house.payments.settle(reference, ProviderState.PAID)
    house.payments.down = True
    with pytest.raises(ProviderUnavailable):
        house.tell("checkout.session.completed", reference)
    house.payments.down = False
    house.pass_time(minutes=6)
    assert sweep(house.system()).counts["work healed"] == 1
    house.drain()
    assert order_of(house, student, order).status == "paid"


def test_a_lost_delivery_is_found_by_reconciliation(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    order, reference = house.checkout(student, mentor)
    house.payments.settle(reference, ProviderState.PAID)
    house.pass_time(minutes=3)
    sweep(house.system())
    house.drain()
    assert order_of(house, student, order).status == "paid"
    house.tell("checkout.session.completed", reference)
    assert len(my_packs(house.ctx(student)).packs) == 1


@pytest.mark.parametrize("order", list(itertools.permutations(["completed", "expired", "async_payment_succeeded"])))
def test_any_order_of_deliveries_ends_the_same(house: House, order: tuple[str, ...]) -> None:
    student, mentor = house.student(), house.mentor()
    opened, reference = house.checkout(student, mentor)
    house.payments.settle(reference, ProviderState.PAID)
    for kind in order:
        house.tell(f"checkout.session.{kind}", reference)
    assert order_of(house, student, opened).status == "paid"
    assert [p.granted for p in my_packs(house.ctx(student)).packs] == [4]
