"""PayPal, from the buyer's approval to the pack: the payment cases A22 to A26, and what may come between."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from support.deliveries import receive_event
from support.house import House
from support.paypal_signing import capture

from mentorship.domain.errors import BadSignature, NotFound, ProviderUnavailable
from mentorship.domain.settle import ProviderState
from mentorship.schemas.checkout import OrderView
from mentorship.services.captures import capture_checkout
from mentorship.services.checkout import cancel_order, get_order, start_checkout, verify_checkout
from mentorship.services.packs import my_packs
from mentorship.services.previews import preview_checkout
from mentorship.services.seats import seat_availability
from mentorship.services.sweeps import sweep

APPROVED, COMPLETED = "CHECKOUT.ORDER.APPROVED", "PAYMENT.CAPTURE.COMPLETED"


class Purchase:
    """A student at PayPal with one mentor's last seat."""

    def __init__(self, house: House) -> None:
        self.house, self.student, self.mentor = house, house.student(), house.mentor(capacity=1)
        self.order, self.reference = house.checkout(self.student, self.mentor, provider="paypal")

    def approve(self, outcome: ProviderState = ProviderState.PAID) -> None:
        self.house.paypal.settle(self.reference, ProviderState.APPROVED)
        self.house.paypal.captures_as = outcome

    def come_back(self) -> OrderView:
        return capture_checkout(self.house.ctx(self.student), reference=self.reference)

    def tell(self, kind: str) -> None:
        """What PayPal says, with what it names."""
        checkout = self.house.paypal.checkouts[self.reference]
        resource = {"id": self.reference} if kind == APPROVED else capture(checkout.payment_reference, self.reference)
        self.house.tell_paypal(kind, resource)

    def seen(self) -> OrderView:
        return get_order(self.house.ctx(self.student), order_id=self.order.id)

    @property
    def granted(self) -> list[int]:
        return [pack.granted for pack in my_packs(self.house.ctx(self.student)).packs]

    @property
    def seats_left(self) -> int:
        return seat_availability(self.house.ctx(), mentor_id=self.mentor.mentor_id).left


@pytest.fixture
def purchase(house: House) -> Purchase:
    return Purchase(house)


def sweep_and_work(house: House) -> None:
    sweep(house.system())
    house.drain()


def test_a22_approved_captured_on_return_and_told_afterwards(purchase: Purchase) -> None:
    assert purchase.come_back().status == "pending", "nothing is captured before the buyer has approved"
    purchase.approve()
    back = purchase.come_back()
    assert (back.status, back.provider, back.pack_id is not None) == ("paid", "paypal", True)
    purchase.tell(APPROVED)
    purchase.tell(COMPLETED)
    assert purchase.granted == [4]
    assert len(purchase.house.paypal.captured) == 1


def test_a23_the_return_page_twice_and_in_parallel_pays_once(purchase: Purchase) -> None:
    purchase.approve()
    with ThreadPoolExecutor(6) as pool:
        seen = [view.status for view in pool.map(lambda _: purchase.come_back(), range(6))]
    assert set(seen) <= {"paid", "pending"}
    assert purchase.come_back().status == "paid"
    assert purchase.granted == [4]
    assert len(purchase.house.paypal.captured) == 1
    assert purchase.house.paypal.refunds == {}


def test_a24_a_buyer_who_never_comes_back_has_paid_when_paypal_says_so(purchase: Purchase) -> None:
    purchase.approve()
    purchase.tell(APPROVED)
    assert purchase.seen().status == "paid"
    assert purchase.granted == [4]


def test_a24_or_when_nothing_is_said_by_reconciliation(purchase: Purchase) -> None:
    purchase.approve()
    purchase.house.pass_time(minutes=3)
    sweep_and_work(purchase.house)
    assert purchase.seen().status == "paid"


@pytest.mark.parametrize(
    ("result", "kind", "status", "granted", "left"),
    [
        (ProviderState.PAID, COMPLETED, "paid", [4], 0),
        (ProviderState.FAILED, "PAYMENT.CAPTURE.DENIED", "failed", [], 1),
    ],
)
def test_a25_a_pending_capture_keeps_the_seat_until_its_result(purchase, result, kind, status, granted, left) -> None:
    purchase.approve(ProviderState.PROCESSING)
    assert purchase.come_back().status == "processing"
    purchase.tell("PAYMENT.CAPTURE.PENDING")
    assert (purchase.granted, purchase.seats_left) == ([], 0)
    purchase.house.pass_time(hours=30)
    sweep_and_work(purchase.house)
    assert (purchase.seen().status, purchase.seats_left) == ("processing", 0)
    purchase.house.paypal.settle(purchase.reference, result)
    for _ in range(2):
        purchase.tell(kind)
    assert (purchase.seen().status, purchase.granted, purchase.seats_left) == (status, granted, left)


def test_a26_a_decline_leads_back_to_paypal_and_the_next_approval_is_captured(purchase: Purchase) -> None:
    purchase.approve(ProviderState.DECLINED)
    declined = purchase.come_back()
    assert (declined.status, declined.declined, declined.hosted_url) == ("pending", True, purchase.order.hosted_url)
    assert (purchase.granted, purchase.seats_left) == ([], 0), "the seat is still held"
    again = start_checkout(
        purchase.house.ctx(purchase.student), product_id=purchase.mentor.product_id, provider="paypal"
    )
    assert again.url == purchase.order.hosted_url, "the same order, back at PayPal"
    purchase.approve()
    paid = purchase.come_back()
    assert (paid.status, paid.declined) == ("paid", False)
    keys = purchase.house.paypal.captured
    assert len(keys) == 1
    assert keys[0].endswith(":1"), "another approval is another capture"


def test_a26_a_decline_is_not_tried_again_by_itself(purchase: Purchase) -> None:
    purchase.approve(ProviderState.DECLINED)
    purchase.come_back()
    captures = purchase.house.paypal.calls.count("capture")
    purchase.house.pass_time(minutes=3)
    sweep_and_work(purchase.house)
    verify_checkout(purchase.house.ctx(purchase.student), order_id=purchase.order.id)
    assert purchase.house.paypal.calls.count("capture") == captures
    purchase.approve()
    purchase.tell(APPROVED)
    assert purchase.seen().status == "paid", "the buyer has chosen something else"


def test_a26_after_a_decline_the_buyer_can_pay_by_card(purchase: Purchase) -> None:
    house = purchase.house
    purchase.approve(ProviderState.DECLINED)
    purchase.come_back()
    order, at_stripe = house.checkout(purchase.student, purchase.mentor)
    assert order.id == purchase.order.id
    house.drain()
    assert (purchase.seen().declined, purchase.seen().provider) == (False, "stripe")
    house.payments.settle(at_stripe, ProviderState.PAID)
    house.tell("checkout.session.completed", at_stripe)
    assert (purchase.seen().status, purchase.granted) == ("paid", [4])


# One order, two providers


def test_choosing_another_provider_closes_the_former_checkout(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    order, at_stripe = house.checkout(student, mentor)
    other, at_paypal = house.checkout(student, mentor, provider="paypal")
    assert other.id == order.id
    assert get_order(house.ctx(student), order_id=order.id).hosted_url == other.hosted_url
    house.drain()
    assert house.payments.checkouts[at_stripe].state is ProviderState.EXPIRED
    house.paypal.settle(at_paypal, ProviderState.APPROVED)
    assert capture_checkout(house.ctx(student), reference=at_paypal).status == "paid"

    student = house.student()
    order, at_paypal = house.checkout(student, mentor, provider="paypal")
    house.checkout(student, mentor)
    house.paypal.settle(at_paypal, ProviderState.APPROVED)
    house.drain()
    closed = capture_checkout(house.ctx(student), reference=at_paypal)
    assert (closed.status, len(house.paypal.captured)) == ("pending", 1), "only the first student's"


def test_paid_at_both_the_later_one_is_refunded_in_full_once(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    order, at_stripe = house.checkout(student, mentor)
    _, at_paypal = house.checkout(student, mentor, provider="paypal")
    house.paypal.settle(at_paypal, ProviderState.PAID)
    house.payments.settle(at_stripe, ProviderState.PAID)
    for _ in range(2):
        house.tell("checkout.session.completed", at_stripe)
        house.tell_paypal(COMPLETED, capture(house.paypal.checkouts[at_paypal].payment_reference, at_paypal))
    seen = get_order(house.ctx(student), order_id=order.id)
    assert (seen.status, seen.refund_reason) == ("paid", "duplicate_payment")
    refunds = [*house.payments.refunds.values(), *house.paypal.refunds.values()]
    assert [refund.amount.minor for refund in refunds] == [order.amount.minor]
    assert [pack.granted for pack in my_packs(house.ctx(student)).packs] == [4]


def test_an_approval_is_not_captured_once_the_order_is_paid_elsewhere(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    order, at_stripe = house.checkout(student, mentor)
    _, at_paypal = house.checkout(student, mentor, provider="paypal")
    house.payments.settle(at_stripe, ProviderState.PAID)
    house.paypal.settle(at_paypal, ProviderState.APPROVED)
    house.tell("checkout.session.completed", at_stripe)
    house.tell_paypal(APPROVED, {"id": at_paypal})
    assert capture_checkout(house.ctx(student), reference=at_paypal).status == "paid"
    assert house.paypal.captured == []
    assert house.payments.refunds == {}
    assert get_order(house.ctx(student), order_id=order.id).provider == "stripe"


# Capture is ours to refuse


def test_an_approval_is_not_captured_when_the_seat_is_gone(purchase: Purchase) -> None:
    house = purchase.house
    house.pass_time(minutes=40)
    house.buy_pack(house.student(), purchase.mentor)
    purchase.approve()
    refused = purchase.come_back()
    assert (refused.status, refused.refund) == ("expired", None)
    purchase.tell(APPROVED)
    assert house.paypal.captured == []
    assert purchase.granted == []


def test_a_late_approval_is_captured_while_a_seat_is_free(purchase: Purchase) -> None:
    purchase.house.pass_time(minutes=40)
    purchase.approve()
    assert purchase.come_back().status == "paid"


def test_an_order_that_was_given_up_is_not_captured(purchase: Purchase) -> None:
    purchase.approve()
    canceled = cancel_order(purchase.house.ctx(purchase.student), order_id=purchase.order.id)
    assert (canceled.status, purchase.seats_left) == ("canceled", 1)
    assert purchase.come_back().status == "canceled"
    assert purchase.house.paypal.captured == []


def test_a_capture_without_an_answer_is_asked_for_again_with_the_same_key(purchase: Purchase) -> None:
    purchase.approve()
    house = purchase.house
    answer, house.paypal.capture = house.paypal.capture, lambda *_, **__: _lose_the_answer()  # type: ignore[method-assign]
    with pytest.raises(ProviderUnavailable, match="pay once"):
        purchase.come_back()
    house.paypal.capture = answer  # type: ignore[method-assign]
    assert purchase.seats_left == 0
    house.pass_time(minutes=9)
    sweep_and_work(house)
    assert purchase.seen().status == "paid"
    assert house.paypal.captured == [f"capture:{_attempt_of(purchase)}:0"]


def _lose_the_answer() -> None:
    raise ProviderUnavailable()


def _attempt_of(purchase: Purchase) -> str:
    return str(purchase.house.paypal.checkouts[purchase.reference].request.attempt_id)


@pytest.mark.parametrize("told", [True, False])
def test_a_checkout_that_paypal_has_forgotten_is_over(purchase: Purchase, told: bool) -> None:
    del purchase.house.paypal.checkouts[purchase.reference]
    if told:
        purchase.house.tell_paypal("CHECKOUT.PAYMENT-APPROVAL.REVERSED", {"order_id": purchase.reference})
    else:
        purchase.house.pass_time(hours=4)
        sweep_and_work(purchase.house)
    assert (purchase.seen().status, purchase.seats_left) == ("expired", 1)


# Who, what and how


def test_only_the_owner_captures(purchase: Purchase) -> None:
    purchase.approve()
    for reference, person in (("UNKNOWN", purchase.student), (purchase.reference, purchase.house.student())):
        with pytest.raises(NotFound):
            capture_checkout(purchase.house.ctx(person), reference=reference)
    assert purchase.house.paypal.captured == []


def test_a_capture_is_found_by_its_own_id_when_no_order_is_named(purchase: Purchase) -> None:
    purchase.house.paypal.settle(purchase.reference, ProviderState.PAID)
    paid = purchase.house.paypal.checkouts[purchase.reference].payment_reference
    assert paid is not None
    purchase.house.tell_paypal(COMPLETED, capture(paid))
    assert purchase.granted == [4]


def test_deliveries_that_paypal_has_not_signed_stay_out(purchase: Purchase) -> None:
    house = purchase.house
    payload, headers = house.paypal.paypal_delivery(COMPLETED, capture("C1", purchase.reference))
    for body, sent in (
        (payload + b" ", headers),
        (payload, headers | {"paypal-transmission-id": "another"}),
        (payload, {}),
    ):
        with pytest.raises(BadSignature):
            receive_event(house.ctx(), provider="paypal", payload=body, headers=sent)
    house.paypal.webhook_ids = ["ANOTHER"]
    with pytest.raises(BadSignature):
        receive_event(house.ctx(), provider="paypal", payload=payload, headers=headers)
    house.paypal.webhook_ids = ["ANOTHER", "WEBHOOKOFTHEHOUSE"]
    outcomes = [
        receive_event(house.ctx(), provider="paypal", payload=payload, headers=headers).outcome for _ in range(2)
    ]
    assert outcomes == ["received", "duplicate"]


def test_paypal_is_offered_for_its_currencies_only(house: House) -> None:
    for currency, offered in (("EUR", ["stripe", "paypal"]), ("KWD", ["stripe"])):
        mentor = house.mentor(currency=currency, price_minor=48_000)
        preview = preview_checkout(house.ctx(house.student()), product_id=mentor.product_id)
        assert preview.ways.providers == offered
