"""Refunds: asked for, decided, carried out, bounced; what is quoted is what happens, to money, credits and seat."""

import pytest
from support.house import House
from support.sale import Sale

from mentorship.domain.errors import (
    DomainError,
    NotAllowed,
    NothingToRefund,
    ProviderUnavailable,
    RefundNotOpen,
    RefundTooLarge,
    RefundUnderWay,
    SoldOut,
)
from mentorship.domain.money import Money
from mentorship.domain.settle import ProviderState
from mentorship.services.bookings import book_session, cancel_session
from mentorship.services.checkout import my_orders, start_checkout
from mentorship.services.outcomes import complete_session
from mentorship.services.packs import my_packs
from mentorship.services.refund_requests import (
    approve_refund,
    decline_refund,
    drop_refund,
    quote_refund_of,
    retry_refund,
    withdraw_refund,
)
from mentorship.services.refund_views import my_refunds, refund_desk, refund_requests
from mentorship.services.refunds import refund_payment
from mentorship.services.seats import seat_availability
from mentorship.services.sweeps import sweep


@pytest.fixture
def sale(house: House) -> Sale:
    return Sale(house)


def test_a_request_freezes_is_approved_and_pays_just_what_was_quoted(sale: Sale) -> None:
    sale.use(1)
    sale.house.book(sale.student, sale.mentor)
    quoted = quote_refund_of(sale.house.ctx(sale.student), order_id=sale.order_id)
    assert (quoted.amount.minor, quoted.credits, quoted.seat, quoted.sessions_kept) == (24000, 2, "kept", 1)
    assert quoted.needs_approval
    asked = sale.ask(reason="Moving abroad", request_key="first-click")
    assert sale.ask(request_key="first-click").id == asked.id
    assert sale.parts == (0, 1, 1, 0, 2)
    sale.house.drain()
    assert [s for s in sale.subjects(sale.mentor) if "asks for €240.00" in s]
    assert [s for s in sale.subjects(sale.admin) if "asks for €240.00" in s]
    (listed,) = refund_requests(sale.house.ctx(sale.mentor))
    assert (listed.note, listed.amount.minor) == ("Moving abroad", 24000)
    approve_refund(sale.house.ctx(sale.mentor), refund_id=asked.id)
    sale.house.drain()
    assert sale.parts == (0, 1, 1, 2, 0)
    assert (sale.refunded, sale.status, sale.seat) == (quoted.amount.minor, "partially_refunded", "active")
    assert "You got €240.00 back" in sale.subjects(sale.student)
    with pytest.raises(RefundNotOpen):
        decline_refund(sale.house.ctx(sale.admin), refund_id=asked.id, reason="Too late")


def test_what_happens_meanwhile_does_not_change_the_outcome(sale: Sale) -> None:
    session = sale.house.book(sale.student, sale.mentor, 30)
    asked = sale.ask()
    assert asked.amount.minor == 36000
    cancel_session(sale.house.ctx(sale.student), session_id=session.id)
    with pytest.raises(DomainError):
        for _ in range(2):
            sale.house.book(sale.student, sale.mentor)
    approve_refund(sale.house.ctx(sale.admin), refund_id=asked.id)
    sale.house.drain()
    assert sale.refunded == 36000
    assert sale.parts == (0, 1, 0, 3, 0), "the credit that came back could still be used"


@pytest.mark.parametrize("way", ["decline", "withdraw"])
def test_a_request_that_comes_to_nothing_gives_the_credits_back(sale: Sale, way: str) -> None:
    asked = sale.ask()
    before = sale.pack.expires_at
    sale.house.pass_time(days=2)
    if way == "decline":
        decline_refund(sale.house.ctx(sale.mentor), refund_id=asked.id, reason="The first session is tomorrow")
    else:
        withdraw_refund(sale.house.ctx(sale.student), refund_id=asked.id)
    sale.house.drain()
    assert sale.parts == (4, 0, 0, 0, 0)
    assert before is not None
    assert sale.pack.expires_at is not None
    assert (sale.pack.expires_at - before).days == (2 if way == "decline" else 0)
    assert [e.entry for e in sale.statement.entries] == ["grant", "freeze", "thaw"]
    assert any("is not made" in s for s in sale.subjects(sale.student)) is (way == "decline")
    assert sale.ask().status == "requested", "one may ask again"


def test_frozen_credits_keep_the_seat_until_they_are_decided(sale: Sale) -> None:
    session = sale.house.book(sale.student, sale.mentor)
    asked = sale.ask()
    sale.house.pass_time(seconds=(session.ends_at - sale.house.clock.now()).total_seconds())
    complete_session(sale.house.ctx(sale.mentor), session_id=session.id)
    assert (sale.parts, sale.seat) == ((0, 0, 1, 0, 3), "active")
    approve_refund(sale.house.ctx(sale.mentor), refund_id=asked.id)
    sale.house.drain()
    assert (sale.parts, sale.seat, sale.pack.status) == ((0, 0, 1, 3, 0), "grace", "refunded")


def test_without_approval_a_request_is_carried_out_at_once(sale: Sale) -> None:
    with sale.house.system().begin() as uow:
        uow.policy.set("refund_needs_approval", "0", sale.house.clock.now())
    assert not quote_refund_of(sale.house.ctx(sale.student), order_id=sale.order_id).needs_approval
    assert sale.ask().status == "pending"
    sale.house.drain()
    assert (sale.refunded, sale.status, sale.seat) == (48000, "refunded", "released")


def test_a_full_refund_cancels_what_is_booked_and_gives_the_seat_up(house: House) -> None:
    sale = Sale(house, capacity=1)
    sale.use(1)
    coming = house.book(sale.student, sale.mentor, 20)
    quoted = quote_refund_of(house.ctx(sale.admin), order_id=sale.order_id, reason="full")
    assert (quoted.amount.minor, quoted.credits, quoted.sessions_canceled, quoted.seat) == (48000, 3, 1, "released")
    sale.make("full")
    assert sale.parts == (0, 0, 1, 0, 3), "canceled and frozen in the transaction of the promise"
    assert sale.seat == "active"
    house.drain()
    assert (sale.parts, sale.seat, sale.status) == ((0, 0, 1, 3, 0), "released", "refunded")
    canceled = [m for m in house.mails if m.subject.startswith("Canceled") and m.attachments]
    assert {m.to_address for m in canceled} == {sale.student.me.email, sale.mentor.me.email}
    assert all(m.attachments[0].method == "CANCEL" for m in canceled)
    assert seat_availability(house.ctx(), mentor_id=sale.mentor.mentor_id).left == 1
    other = house.student()
    house.buy_pack(other, sale.mentor)
    book_session(house.ctx(other), mentor_id=sale.mentor.mentor_id, starts_at=coming.starts_at)


def test_another_pack_of_the_pair_keeps_the_seat(sale: Sale) -> None:
    sale.house.buy_pack(sale.student, sale.mentor)
    sale.make("full")
    sale.house.drain()
    assert sale.seat == "active"


def test_a_running_renewal_holds_the_seat_that_a_full_refund_gives_up(sale: Sale) -> None:
    start_checkout(sale.house.ctx(sale.student), product_id=sale.mentor.product_id)
    sale.make("full")
    sale.house.drain()
    assert sale.seat == "held"


def test_a_credit_that_returns_after_a_full_refund_is_worth_nothing(sale: Sale) -> None:
    session = sale.house.book(sale.student, sale.mentor)
    sale.house.pass_time(seconds=(session.ends_at - sale.house.clock.now()).total_seconds())
    sale.make("full")
    sale.house.drain()
    assert sale.parts == (0, 1, 0, 3, 0), "a session that is over waits for its outcome"
    cancel_session(sale.house.ctx(sale.mentor), session_id=session.id)
    assert sale.parts == (0, 0, 0, 4, 0)


def test_a_goodwill_refund_leaves_the_pack_alone(sale: Sale) -> None:
    sale.make("goodwill", amount_minor=5000)
    sale.house.drain()
    assert (sale.refunded, sale.status, sale.parts) == (5000, "partially_refunded", (4, 0, 0, 0, 0))
    with pytest.raises(RefundTooLarge):
        sale.make("goodwill", "another-click", amount_minor=43000)
    sale.make("unused", "third-click")
    sale.house.drain()
    assert (sale.refunded, sale.status) == (48000, "refunded"), "never more than is left"


def test_clicks_pay_once_and_one_refund_of_credits_at_a_time(sale: Sale) -> None:
    first = sale.make("unused")
    assert sale.make("unused").id == first.id
    for reason in ("unused", "full"):
        with pytest.raises(RefundUnderWay):
            sale.make(reason, "another-click")
    sale.house.drain()
    with pytest.raises(NothingToRefund):
        sale.make("unused", "another-click")
    assert len(sale.house.payments.refunds) == 1


def test_students_are_quoted_their_unused_credits_only(sale: Sale) -> None:
    for reason in ("full", "goodwill"):
        with pytest.raises(NotAllowed):
            quote_refund_of(sale.house.ctx(sale.student), order_id=sale.order_id, reason=reason, amount_minor=1)


def test_a_lost_answer_pays_once(sale: Sale, monkeypatch: pytest.MonkeyPatch) -> None:
    refund, real = sale.make("unused"), sale.house.payments.refund

    def dies(*args: object, **kwargs: object) -> None:
        real(*args, **kwargs)
        raise ProviderUnavailable

    monkeypatch.setattr(sale.house.payments, "refund", dies)
    with pytest.raises(ProviderUnavailable):
        refund_payment(sale.house.system(), refund_id=refund.id)
    monkeypatch.setattr(sale.house.payments, "refund", real)
    (reference,) = sale.house.payments.refunds
    sale.house.tell("refund.created", reference)
    refund_payment(sale.house.system(), refund_id=refund.id)
    assert (len(sale.house.payments.refunds), sale.refunded) == (1, 48000)
    assert [(r.reason, r.status) for r in my_refunds(sale.house.ctx(sale.student))] == [("unused", "succeeded")]


def test_a_refused_refund_gives_the_credits_back_and_tells_admins(sale: Sale) -> None:
    sale.house.payments.refusing = True
    sale.make("unused")
    sale.house.drain()
    assert (sale.parts, sale.status, sale.seat, sale.refunded) == ((4, 0, 0, 0, 0), "paid", "active", 0)
    assert "A refund of €480.00 has failed" in sale.subjects(sale.admin)
    (failed,) = refund_desk(sale.house.ctx(sale.admin)).failed
    sale.house.payments.refusing = False
    sale.house.book(sale.student, sale.mentor)
    again = retry_refund(sale.house.ctx(sale.admin), refund_id=failed.id)
    assert (again.amount.minor, again.credits) == (36000, 3), "quoted anew: a session is booked meanwhile"
    sale.house.drain()
    assert (sale.refunded, refund_desk(sale.house.ctx(sale.admin)).failed) == (36000, [])
    with pytest.raises(RefundNotOpen):
        retry_refund(sale.house.ctx(sale.admin), refund_id=failed.id)


def test_a_bounced_refund_is_tried_again_with_the_credits_out(sale: Sale) -> None:
    sale.make("full")
    sale.house.drain()
    sale.bounce()
    assert (sale.status, sale.refunded, sale.parts) == ("paid", 0, (0, 0, 0, 4, 0))
    (failed,) = refund_desk(sale.house.ctx(sale.admin)).failed
    again = retry_refund(sale.house.ctx(sale.admin), refund_id=failed.id)
    sale.house.drain()
    assert (sale.status, sale.refunded, sale.parts) == ("refunded", 48000, (0, 0, 0, 4, 0))
    assert again.credits == 4
    sale.bounce()
    drop_refund(sale.house.ctx(sale.admin), refund_id=again.id, reason="The account is closed; sessions instead")
    sale.house.drain()
    assert (sale.parts, sale.seat) == ((4, 0, 0, 4, 0), "active")
    assert "Your refund of €480.00 is not made" in sale.subjects(sale.student)
    assert quote_refund_of(sale.house.ctx(sale.student), order_id=sale.order_id).amount.minor == 48000
    sale.house.book(sale.student, sale.mentor)


def test_credits_come_back_only_with_a_seat(house: House) -> None:
    sale = Sale(house, capacity=1)
    sale.make("full")
    house.drain()
    house.buy_pack(house.student(), sale.mentor)
    reference = next(iter(house.payments.refunds))
    house.payments.fail_refund(reference)
    house.tell("refund.failed", reference)
    (failed,) = refund_desk(house.ctx(sale.admin)).failed
    with pytest.raises(SoldOut):
        drop_refund(house.ctx(sale.admin), refund_id=failed.id, reason="Sessions instead")
    assert refund_desk(house.ctx(sale.admin)).failed == [failed]


def test_a_refund_at_the_console_is_booked_once_and_ends_the_pack_when_all_is_back(sale: Sale) -> None:
    asked = sale.ask()
    session_credits = sale.parts
    reference = sale.console(8000)
    sale.house.tell("refund.updated", reference)
    assert (sale.refunded, sale.parts) == (8000, session_credits)
    sale.console(40000)
    assert (sale.refunded, sale.status, sale.parts, sale.seat) == (48000, "refunded", (0, 0, 0, 4, 0), "released")
    mine = {r.id: r for r in my_refunds(sale.house.ctx(sale.student))}
    assert (mine[asked.id].status, len(mine)) == ("declined", 3)


def test_a_console_refund_beside_our_own_promise_is_told_apart(sale: Sale) -> None:
    sale.make("goodwill", amount_minor=1000)
    sale.console(2000)
    sale.house.drain()
    assert sale.refunded == 3000
    assert {(r.reason, r.amount.minor) for r in my_refunds(sale.house.ctx(sale.student))} == {
        ("goodwill", 1000),
        ("provider", 2000),
    }


def test_a_refund_that_overtakes_its_payment_waits_for_it(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    order, reference = house.checkout(student, mentor)
    house.payments.settle(reference, ProviderState.PROCESSING)
    payment_ref = house.payments.checkouts[reference].payment_reference or ""
    refund = house.payments.refund_at_console(payment_ref, Money(48000, "EUR"))
    with pytest.raises(ProviderUnavailable):
        house.tell("refund.created", refund)
    house.payments.settle(reference, ProviderState.PAID)
    house.pass_time(minutes=6)
    sweep(house.system())
    house.drain()
    (own,) = my_orders(house.ctx(student))
    assert (own.id, own.status) == (order.id, "refunded")
    assert my_packs(house.ctx(student)).packs[0].status == "refunded"


def test_an_unknown_refund_is_unmatched(house: House) -> None:
    reference = house.payments.refund_at_console("pi_of_another_shop", Money(100, "EUR"))
    house.tell("refund.created", reference)
    with house.system().begin(read_only=True) as uow:
        assert [e.state for e in uow.inbox.newest(5)] == ["unmatched"]


def test_an_expired_pack_has_nothing_unused(sale: Sale) -> None:
    sale.house.pass_time(days=31)
    with pytest.raises(NothingToRefund):
        sale.ask()
    sale.make("full")
    sale.house.drain()
    assert sale.refunded == 48000
