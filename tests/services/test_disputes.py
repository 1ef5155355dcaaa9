"""Disputes: credits wait frozen for the provider's decision; lost is a refund, won is as before, in any order."""

import itertools
from datetime import timedelta

import pytest
from support.books import check_books, read_books
from support.house import House
from support.sale import Sale

from mentorship.db.models import Order
from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.errors import DomainError, OrderDisputed, ProviderUnavailable, SoldOut
from mentorship.domain.money import Money
from mentorship.domain.settle import ProviderState
from mentorship.schemas.refunds import DisputeView
from mentorship.services.checkout import start_checkout
from mentorship.services.instructors import set_capacity
from mentorship.services.outcomes import complete_session
from mentorship.services.packs import my_packs
from mentorship.services.refund_requests import approve_refund, drop_refund
from mentorship.services.refund_views import list_disputes, refund_desk
from mentorship.services.sweeps import sweep

OPEN, IN_REVIEW, WON, LOST = DisputeStatus.OPEN, DisputeStatus.IN_REVIEW, DisputeStatus.WON, DisputeStatus.LOST


class Disputed(Sale):
    """A sale whose payment the buyer's bank asks back."""

    def dispute(self, status: DisputeStatus = OPEN, reference: str | None = None, minor: int = 48000) -> str:
        """Open a dispute or move one on, and let the provider tell of it."""
        paid = self.house.payment_of(self.order_id)
        money = Money(minor, "EUR")
        reference = self.house.payments.dispute(paid.payment_ref, money, status, reference)
        self.house.tell("charge.dispute.updated", reference)
        return reference

    @property
    def listed(self) -> DisputeView:
        (found,) = list_disputes(self.house.ctx(self.admin))
        return found

    @property
    def order(self) -> Order:
        with self.house.system().begin(read_only=True) as uow:
            order = uow.orders.get(self.order_id)
            assert order is not None
            return order


class PaidByPayPal(Disputed):
    """The same, paid by PayPal."""

    def __init__(self, house: House) -> None:
        self.house, self.student, self.mentor, self.admin = house, house.student(), house.mentor(), house.admin()
        started = start_checkout(house.ctx(self.student), product_id=self.mentor.product_id, provider="paypal")
        self.order_id = started.order_id
        checkout = next(iter(house.paypal.checkouts))
        house.paypal.settle(checkout, ProviderState.PAID)
        house.tell_paypal("CHECKOUT.ORDER.APPROVED", {"id": checkout})
        (self.pack_id,) = (p.id for p in my_packs(house.ctx(self.student)).packs)

    def dispute(self, status: DisputeStatus = OPEN, reference: str | None = None, minor: int = 48000) -> str:
        paid = self.house.payment_of(self.order_id)
        reference = self.house.paypal.dispute(paid.payment_ref, Money(minor, "EUR"), status, reference or "PP-D-1")
        self.house.tell_paypal("CUSTOMER.DISPUTE.UPDATED", {"dispute_id": reference})
        return reference


@pytest.fixture
def sale(house: House) -> Disputed:
    return Disputed(house)


def test_an_open_dispute_freezes_and_keeps_the_seat(sale: Disputed) -> None:
    session = sale.house.book(sale.student, sale.mentor)
    reference = sale.dispute()
    assert (sale.parts, sale.order.review, sale.listed.frozen_credits) == ((0, 1, 0, 0, 3), "disputed", 3)
    assert sale.listed.due_at is not None
    with pytest.raises(DomainError):
        sale.house.book(sale.student, sale.mentor)
    sale.house.pass_time(seconds=(session.ends_at - sale.house.clock.now()).total_seconds())
    complete_session(sale.house.ctx(sale.mentor), session_id=session.id)
    assert sale.seat == "active", "no grace while a dispute is open"
    sale.dispute(IN_REVIEW, reference)
    before = sale.pack.expires_at
    sale.dispute(WON, reference)
    assert (sale.parts, sale.order.review, sale.listed.status) == ((3, 0, 1, 0, 0), "", "won")
    assert before is not None
    assert sale.pack.expires_at is not None
    assert sale.pack.expires_at > before, "the frozen time is given back"
    assert [s.partition(":")[0] for s in sale.subjects(sale.admin)] == [
        "Ada Student disputes €480.00",
        "Dispute won",
    ]


def test_a_lost_dispute_takes_money_credits_sessions_and_seat(sale: Disputed) -> None:
    sale.house.book(sale.student, sale.mentor, 30)
    reference = sale.dispute()
    for _ in range(2):
        sale.dispute(LOST, reference)
    assert (sale.refunded, sale.status, sale.parts, sale.seat) == (48000, "refunded", (0, 0, 0, 4, 0), "released")
    assert (sale.order.review, sale.listed.status) == ("", "lost")
    with sale.house.system().begin(read_only=True) as uow:
        assert [(r.reason, r.status) for r in uow.orders.refunds(sale.order_id)] == [("dispute", "succeeded")]
    assert [s for s in sale.subjects(sale.mentor) if s.startswith("Canceled")]


@pytest.mark.parametrize("end", [WON, LOST])
@pytest.mark.parametrize("middle", [(), (WON, OPEN), (LOST, OPEN), (WON, IN_REVIEW), (LOST,), (WON,)])
@pytest.mark.parametrize("told", list(itertools.product((True, False), repeat=2)))
def test_whatever_is_told_meanwhile_the_last_decision_stands(
    house: House, end: DisputeStatus, middle: tuple[DisputeStatus, ...], told: tuple[bool, ...]
) -> None:
    sale = Disputed(house)
    reference = sale.dispute()
    for status, is_told in zip(middle, told, strict=False):
        if is_told:
            sale.dispute(status, reference)
        else:
            house.payments.dispute(house.payment_of(sale.order_id).payment_ref, Money(48000, "EUR"), status, reference)
    for _ in range(2):
        sale.dispute(end, reference)
    assert (sale.listed.status, sale.listed.frozen_credits, sale.order.review) == (end.value, 0, "")
    available, *others = sale.parts
    if end is WON:
        assert (available, others[-1], sale.seat, sale.status, sale.refunded) == (4, 0, "active", "paid", 0)
    else:
        assert (available, others[-1], sale.seat, sale.status, sale.refunded) == (0, 0, "released", "refunded", 48000)
    check_books(read_books(house.deps.database), house.clock.now())


def test_a_dispute_taken_up_again_freezes_again_with_a_new_time_to_answer(sale: Disputed) -> None:
    reference = sale.dispute()
    sale.house.pass_time(days=2)
    sale.dispute(WON, reference)
    lasting = sale.pack.expires_at
    sale.house.pass_time(days=5)
    sale.dispute(OPEN, reference)
    listed = sale.listed
    assert (sale.parts, sale.order.review) == ((0, 0, 0, 0, 4), "disputed")
    assert (listed.status, listed.openings, listed.frozen_credits, listed.closed_at) == ("open", 2, 4, None)
    assert listed.due_at is not None
    with pytest.raises(OrderDisputed):
        sale.ask()
    sale.house.pass_time(days=1)
    sale.dispute(WON, reference)
    assert lasting is not None
    assert sale.pack.expires_at == lasting + timedelta(days=1), "the time of the second freeze, not of the first again"
    assert [s.partition(",")[0] for s in sale.subjects(sale.admin)] == [
        "Ada Student disputes €480.00",
        "Dispute won: Ada Student",
        "Ada Student disputes €480.00 again",
        "Dispute won: Ada Student",
    ]


def test_won_after_all_gives_money_and_credits_back_where_there_is_a_seat(house: House) -> None:
    sale = Disputed(house, capacity=1)
    reference = sale.dispute(LOST, sale.dispute())
    house.buy_pack(house.student(), sale.mentor)
    sale.dispute(OPEN, reference)
    assert (sale.refunded, sale.status, sale.parts) == (48000, "refunded", (0, 0, 0, 4, 0)), "lost until it is won"
    sale.dispute(WON, reference)
    assert (sale.refunded, sale.status, sale.parts) == (0, "paid", (0, 0, 0, 4, 0))
    assert sale.order.review == "refund_failed", "the seat was sold meanwhile, so an admin decides"
    (failed,) = refund_desk(house.ctx(sale.admin)).failed
    with pytest.raises(SoldOut):
        drop_refund(house.ctx(sale.admin), refund_id=failed.id, reason="Won")
    set_capacity(house.ctx(sale.admin), mentor_id=sale.mentor.mentor_id, max_active_students=2)
    drop_refund(house.ctx(sale.admin), refund_id=failed.id, reason="Won")
    assert (sale.parts, sale.seat, sale.order.review) == ((4, 0, 0, 4, 0), "active", "")


def test_a_dispute_taken_up_again_by_paypal_is_followed_too(house: House) -> None:
    sale = PaidByPayPal(house)
    for status, parts in ((OPEN, (0, 4)), (WON, (4, 0)), (OPEN, (0, 4)), (LOST, (0, 0)), (OPEN, (0, 0)), (WON, (4, 0))):
        sale.dispute(status)
        assert (sale.pack.remaining_sessions, sale.pack.frozen) == parts
    assert (sale.order.status, sale.order.review) == ("paid", "")


def test_a_lost_part_is_a_partial_refund_and_takes_its_share_of_the_credits(sale: Disputed) -> None:
    sale.house.book(sale.student, sale.mentor, 30)
    sale.dispute(LOST, sale.dispute(minor=12000), minor=12000)
    assert (sale.refunded, sale.status, sale.parts) == (12000, "partially_refunded", (2, 1, 0, 1, 0))
    assert sale.seat == "active"


def test_a_dispute_of_what_has_gone_back_already_costs_no_more_in_our_books(sale: Disputed) -> None:
    sale.make("full")
    sale.house.drain()
    sale.dispute(LOST, sale.dispute())
    assert (sale.refunded, sale.status, sale.order.review) == (48000, "refunded", "refunded_more_than_paid")


def test_a_partly_refunded_payment_loses_what_is_left(sale: Disputed) -> None:
    sale.make("goodwill", amount_minor=8000)
    sale.house.drain()
    sale.dispute(LOST, sale.dispute())
    assert (sale.refunded, sale.status, sale.parts) == (48000, "refunded", (0, 0, 0, 4, 0))


def test_nobody_refunds_a_disputed_payment(sale: Disputed) -> None:
    asked = sale.ask()
    reference = sale.dispute()
    assert sale.parts == (0, 0, 0, 0, 4)
    for refund in (sale.ask, lambda: sale.make("goodwill", amount_minor=1)):
        with pytest.raises(OrderDisputed):
            refund()
    with pytest.raises(OrderDisputed):
        approve_refund(sale.house.ctx(sale.mentor), refund_id=asked.id)
    sale.dispute(LOST, reference)
    assert (sale.refunded, sale.parts) == (48000, (0, 0, 0, 4, 0))
    assert "Your refund of €480.00 is not made" in sale.subjects(sale.student)


def test_a_refund_on_its_way_and_a_lost_dispute_never_exceed_the_payment(sale: Disputed) -> None:
    sale.use(2)
    sale.house.payments.down = True
    sale.make("unused")
    sale.house.payments.down = False
    sale.dispute(LOST, sale.dispute())
    sale.house.drain()
    assert (sale.refunded, sale.status, sale.parts) == (48000, "refunded", (0, 0, 2, 2, 0))


def test_a_dispute_that_overtakes_its_payment_waits_for_it(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    _, checkout = house.checkout(student, mentor)
    house.payments.settle(checkout, ProviderState.PROCESSING)
    payment_ref = house.payments.checkouts[checkout].payment_reference or ""
    reference = house.payments.dispute(payment_ref, Money(48000, "EUR"))
    with pytest.raises(ProviderUnavailable):
        house.tell("charge.dispute.created", reference)
    house.payments.settle(checkout, ProviderState.PAID)
    house.pass_time(minutes=6)
    sweep(house.system())
    house.drain()
    (found,) = list_disputes(house.ctx(house.admin()))
    assert (found.status, found.frozen_credits) == ("open", 4)


def test_a_dispute_of_somebody_elses_payment_is_unmatched(house: House) -> None:
    house.tell("charge.dispute.created", house.payments.dispute("pi_of_another_shop", Money(100, "EUR")))
    assert list_disputes(house.ctx(house.admin())) == []
