"""Codes and former prices through the use cases: what is quoted is what the provider asks."""

from datetime import timedelta
from uuid import UUID

import pytest
from support.house import House, MentorPerson, Person
from support.races import everything

from mentorship.db.models import AuditRow, Order
from mentorship.domain.errors import (
    CodeRefused,
    CodeTaken,
    InvalidInput,
    NotForSale,
    NotFound,
    NothingToRefund,
    PaidMeanwhile,
    TooManyTries,
)
from mentorship.domain.money import Money
from mentorship.domain.settle import ProviderState
from mentorship.schemas.checkout import CheckoutStarted
from mentorship.services.checkout import get_order, my_orders, start_checkout
from mentorship.services.packs import my_packs
from mentorship.services.pricing import change_price, quote_price
from mentorship.services.promotions import create_promotion, end_promotion, list_promotions
from mentorship.services.refund_requests import quote_refund_of
from mentorship.services.seats import seat_availability
from mentorship.services.sweeps import sweep


def start(house: House, student: Person, mentor: MentorPerson, code: str = "", **more: str) -> CheckoutStarted:
    return start_checkout(house.ctx(student), product_id=mentor.product_id, code=code, **more)


def asked(house: House, started: CheckoutStarted, provider: str = "stripe") -> Money:
    """The amount that stands at the provider."""
    till = house.paypal if provider == "paypal" else house.payments
    return till.checkouts[started.url.rpartition("/")[2]].request.amount


def pay(house: House, started: CheckoutStarted) -> None:
    reference = started.url.rpartition("/")[2]
    house.payments.settle(reference, ProviderState.PAID)
    house.tell("checkout.session.completed", reference)


def refused(house: House, student: Person, mentor: MentorPerson, code: str) -> str:
    """The code of the refusal, which quote and checkout share."""
    with pytest.raises(CodeRefused) as quoted:
        quote_price(house.ctx(student), product_id=mentor.product_id, code=code)
    with pytest.raises(CodeRefused) as begun:
        start(house, student, mentor, code)
    assert quoted.value.code == begun.value.code
    return quoted.value.code


def test_the_quote_is_what_both_providers_ask(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    create_promotion(house.system(), code="spring-15", percent=15)
    quote = quote_price(house.ctx(student), product_id=mentor.product_id, code=" Spring-15 ")
    assert (quote.original.minor, quote.discount.minor, quote.total.minor) == (48_000, 7_200, 40_800)
    assert (quote.reason, quote.code) == ("code", "SPRING-15")
    assert quote == quote_price(house.ctx(), product_id=mentor.product_id, code="spring-15"), "visitors see the same"
    for provider in ("stripe", "paypal"):
        started = start(house, student, mentor, "spring-15", provider=provider)
        assert asked(house, started, provider) == Money(40_800, "EUR")
    (order,) = my_orders(house.ctx(student))
    assert (order.original.minor, order.amount.minor, order.discount.minor) == (48_000, 40_800, 7_200)
    assert order.promotion_code == "SPRING-15"


def test_every_refusal_comes_out_of_quote_and_checkout(house: House) -> None:
    student, mentor, other = house.student(), house.mentor(), house.mentor()
    now = house.clock.now()
    create_promotion(house.system(), code="LATER", percent=10, starts_at=now + timedelta(days=1))
    create_promotion(house.system(), code="OTHER", percent=10, product_id=other.product_id)
    create_promotion(house.system(), code="DOLLARS", amount_minor=500, currency="USD")
    create_promotion(house.system(), code="ALMOST", amount_minor=47_990, currency="EUR")
    create_promotion(house.system(), code="SOON-OVER", percent=10, ends_at=now + timedelta(hours=1))
    ended = create_promotion(house.system(), code="ENDED", percent=10)
    end_promotion(house.system(), promotion_id=ended.id)
    house.pass_time(hours=1)
    found = {
        c: refused(house, student, mentor, c) for c in ("later", "other", "dollars", "almost", "soon-over", "ended")
    }
    assert found == {
        "later": "code_not_started",
        "other": "code_other_product",
        "dollars": "code_other_currency",
        "almost": "code_leaves_too_little",
        "soon-over": "code_ended",
        "ended": "code_ended",
    }
    assert refused(house, student, mentor, "never") == "code_unknown"
    assert refused(house, student, mentor, "x'--") == "code_malformed"
    assert everything(house, Order) == []
    assert house.payments.calls == []


def test_once_per_student_is_per_student(house: House) -> None:
    first, second, mentor = house.student(), house.student(), house.mentor()
    create_promotion(house.system(), code="ONCE", percent=10, once_per_student=True)
    started = start(house, first, mentor, "once")
    assert start(house, first, mentor, "once") == started, "coming back is no second use"
    pay(house, started)
    assert refused(house, first, mentor, "once") == "code_used_by_you"
    assert quote_price(house.ctx(), product_id=mentor.product_id, code="once").total.minor == 43_200
    pay(house, start(house, second, mentor, "once"))


def test_a_lapsed_hold_gives_its_use_back_and_a_late_payment_keeps_it(house: House) -> None:
    slow, quick, mentor = house.student(), house.student(), house.mentor()
    create_promotion(house.system(), code="LAST", percent=10, most_uses=1)
    start(house, slow, mentor, "last")
    assert refused(house, quick, mentor, "last") == "code_used_up"
    house.pass_time(minutes=32)
    begun = start(house, quick, mentor, "last")
    assert get_order(house.ctx(quick), order_id=begun.order_id).amount.minor == 43_200
    assert my_orders(house.ctx(slow))[0].status == "expired", "closed at the provider before its use was given away"

    house.pass_time(minutes=32)
    house.payments.settle(begun.url.rpartition("/")[2], ProviderState.PAID)
    third = house.student()
    with pytest.raises(CodeRefused):
        start(house, third, mentor, "last")
    assert my_orders(house.ctx(quick))[0].status == "paid", "paid in the last second: the use was taken"


def test_a_use_whose_page_cannot_be_closed_is_not_given_away(house: House) -> None:
    mentor = house.mentor()
    create_promotion(house.system(), code="LAST", percent=10, most_uses=1)
    start(house, house.student(), mentor, "last")
    house.pass_time(minutes=32)
    house.payments.down = True
    with pytest.raises(CodeRefused) as full:
        start(house, house.student(), mentor, "last")
    assert full.value.code == "code_used_up"


def test_another_code_makes_another_order_and_closes_the_former_page(house: House) -> None:
    student, mentor = house.student(), house.mentor(capacity=1)
    create_promotion(house.system(), code="TEN", percent=10)
    create_promotion(house.system(), code="HALF", percent=50)
    key = "press-buy-once"
    seen = []
    for code, minor in (("", 48_000), ("ten", 43_200), ("half", 24_000), ("", 48_000)):
        started = start(house, student, mentor, code, request_key=key)
        assert asked(house, started) == Money(minor, "EUR")
        assert seat_availability(house.ctx(), mentor_id=mentor.mentor_id).left == 0, "the seat was never given up"
        seen.append(started)
    states = [house.payments.checkouts[s.url.rpartition("/")[2]].state for s in seen]
    assert states == [ProviderState.EXPIRED] * 3 + [ProviderState.OPEN]
    assert sorted(o.status for o in my_orders(house.ctx(student))) == ["canceled"] * 3 + ["pending"]
    pay(house, seen[-1])
    assert len(my_packs(house.ctx(student)).packs) == 1
    assert len({s.order_id for s in seen}) == 4


def test_a_page_that_is_paid_meanwhile_keeps_its_price(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    create_promotion(house.system(), code="HALF", percent=50)
    begun = start(house, student, mentor)
    house.payments.settle(begun.url.rpartition("/")[2], ProviderState.PAID)
    with pytest.raises(PaidMeanwhile):
        start(house, student, mentor, "half")
    (order,) = my_orders(house.ctx(student))
    assert (order.status, order.amount.minor) == ("paid", 48_000)


def test_those_who_paid_before_keep_the_former_price_and_a_code_wins_over_it(house: House) -> None:
    loyal, new, mentor = house.student(), house.student(), house.mentor()
    house.buy_pack(loyal, mentor)
    house.pass_time(hours=1)
    change_price(house.system(), product_id=mentor.product_id, price_minor=60_000, keep_former=True)
    create_promotion(house.system(), code="TEN", percent=10)

    quote = quote_price(house.ctx(loyal), product_id=mentor.product_id)
    assert (quote.original.minor, quote.total.minor, quote.reason) == (60_000, 48_000, "former_price")
    for stranger in (house.ctx(new), house.ctx(), house.ctx(mentor)):
        assert quote_price(stranger, product_id=mentor.product_id).total.minor == 60_000
    with_code = quote_price(house.ctx(loyal), product_id=mentor.product_id, code="ten")
    assert (with_code.total.minor, with_code.reason) == (54_000, "code")

    assert asked(house, start(house, new, mentor)) == Money(60_000, "EUR")
    started = start(house, loyal, mentor)
    assert asked(house, started) == Money(48_000, "EUR")
    order = get_order(house.ctx(loyal), order_id=started.order_id)
    assert (order.original.minor, order.amount.minor, order.promotion_code) == (60_000, 48_000, "")

    house.pass_time(days=1)
    late = house.student()
    pay(house, start(house, late, mentor))
    assert quote_price(house.ctx(late), product_id=mentor.product_id).total.minor == 60_000, "paid after it ended"


def test_who_got_everything_back_does_not_keep_the_former_price(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    with house.system().begin() as uow:
        order = uow.orders.newest(1)[0]
        order.status = "refunded"
    house.pass_time(hours=1)
    change_price(house.system(), product_id=mentor.product_id, price_minor=60_000, keep_former=True)
    assert quote_price(house.ctx(student), product_id=mentor.product_id).reason == ""


def test_a_code_for_everything_settles_at_once_without_the_provider(house: House) -> None:
    student, mentor = house.student(), house.mentor(capacity=1)
    create_promotion(house.system(), code="GIFT", percent=100, most_uses=1)
    house.payments.down = True
    key = "press-buy-once"
    started = start(house, student, mentor, "gift", request_key=key)
    assert started.url == f"http://localhost:3000/checkout/success?order={started.order_id}"
    assert start(house, student, mentor, "gift", request_key=key) == started, "asked twice, given once"
    order = get_order(house.ctx(student), order_id=started.order_id)
    assert (order.status, order.amount.minor, order.discount.minor) == ("paid", 0, 48_000)
    (pack,) = my_packs(house.ctx(student)).packs
    assert (pack.remaining_sessions, pack.id) == (4, order.pack_id)
    assert seat_availability(house.ctx(), mentor_id=mentor.mentor_id).left == 0
    with house.system().begin(read_only=True) as uow:
        assert uow.orders.payments(order.id) == []
    house.drain()
    assert {m.to_address for m in house.mails} == {student.me.email, mentor.me.email}
    assert any("covers the whole price" in m.text for m in house.mails)
    assert refused(house, house.student(), house.mentor(), "gift") == "code_used_up"
    assert house.payments.calls == []


def test_a_free_order_pays_nothing_back(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    create_promotion(house.system(), code="GIFT", percent=100)
    order_id = start(house, student, mentor, "gift").order_id
    with pytest.raises(NothingToRefund):
        quote_refund_of(house.ctx(student), order_id=order_id)
    with pytest.raises(NotFound):
        quote_refund_of(house.ctx(house.student()), order_id=order_id)


def test_a_free_order_needs_a_seat_like_any_other(house: House) -> None:
    mentor = house.mentor(capacity=1)
    house.buy_pack(house.student(), mentor)
    create_promotion(house.system(), code="GIFT", percent=100)
    student = house.student()
    with pytest.raises(Exception, match="taken"):
        start(house, student, mentor, "gift")
    assert my_orders(house.ctx(student)) == []


def test_admins_see_uses_and_end_codes(house: House) -> None:
    student, mentor, admin = house.student(), house.mentor(), house.admin()
    promotion = create_promotion(house.ctx(admin), code="two", percent=10, most_uses=2, note="For the fair")
    with pytest.raises(CodeTaken):
        create_promotion(house.ctx(admin), code=" TWO ", percent=20)
    pay(house, start(house, student, mentor, "two"))
    start(house, house.student(), mentor, "two")
    listed = list_promotions(house.ctx(admin))
    assert [(p.code, p.uses, p.state) for p in listed.promotions] == [("TWO", 2, "used_up")]
    assert [p.id for p in listed.products] == [mentor.product_id]
    house.pass_time(minutes=32)
    assert list_promotions(house.ctx(admin)).promotions[0].state == "active"
    assert end_promotion(house.ctx(admin), promotion_id=promotion.id).state == "ended"
    actions = [a.action for a in everything(house, AuditRow) if a.subject_type == "promotion"]
    assert actions == ["promotion_created", "promotion_ended"]


@pytest.mark.parametrize(
    "terms",
    [
        {},
        {"percent": 0},
        {"percent": 101},
        {"percent": 10, "amount_minor": 10, "currency": "EUR"},
        {"amount_minor": 10},
        {"percent": 10, "currency": "EUR"},
        {"amount_minor": 1_005, "currency": "KWD"},
        {"percent": 10, "ends_at": "2026-03-01T00:00:00Z"},
        {"percent": 10, "starts_at": "2026-04-02T00:00:00Z", "ends_at": "2026-04-01T00:00:00Z"},
        {"percent": 10, "most_uses": 0},
    ],
)
def test_a_code_must_make_sense(house: House, terms: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        create_promotion(house.system(), code="SENSE", **terms)


def test_prices_are_ones_that_providers_can_charge(house: House) -> None:
    mentor = house.mentor(currency="KWD", price_minor=100_000)
    for minor in (100_005, 0):
        with pytest.raises(InvalidInput):
            change_price(house.system(), product_id=mentor.product_id, price_minor=minor, keep_former=True)
    create_promotion(house.system(), code="THIRD", percent=33)
    started = start(house, house.student(), mentor, "third")
    assert asked(house, started) == Money(67_000, "KWD")


def test_codes_are_not_found_by_trying(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.limiter.limit = 5
    for n in range(5):
        with pytest.raises(CodeRefused):
            quote_price(house.ctx(student), product_id=mentor.product_id, code=f"TRY{n}")
    for attempt in (quote_price, start_checkout):
        with pytest.raises(TooManyTries):
            attempt(house.ctx(student), product_id=mentor.product_id, code="TRY9")
    assert quote_price(house.ctx(student), product_id=mentor.product_id).total.minor == 48_000
    with pytest.raises(NotForSale):
        quote_price(house.ctx(), product_id=UUID(int=1))


def test_a_hold_that_the_sweep_ends_gives_the_use_back(house: House) -> None:
    mentor = house.mentor()
    create_promotion(house.system(), code="LAST", percent=10, most_uses=1)
    start(house, house.student(), mentor, "last")
    house.pass_time(minutes=32)
    sweep(house.system())
    house.drain()
    assert start(house, house.student(), mentor, "last").url
