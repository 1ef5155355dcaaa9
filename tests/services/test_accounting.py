"""The accountants' export and the mentors' months: every movement once, with its sign, in its month."""

import csv
import io
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from support.house import House, MentorPerson, Person

from mentorship.db.models import Dispute, Order, Payment, Refund
from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.errors import InvalidInput, NotFound
from mentorship.schemas.accounting import MonthEarnings
from mentorship.services.accounting import export_accounting
from mentorship.services.checkout import my_orders, start_checkout
from mentorship.services.earnings import export_earnings, mentor_earnings
from mentorship.services.promotions import create_promotion
from tests.services.test_disputes import LOST, OPEN, WON, Disputed


def rows(lines: object) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(lines), newline="")))  # type: ignore[call-overload]


def movements(house: House, since: str = "2026-01-01", until: str = "2026-12-31") -> list[dict[str, str]]:
    return rows(export_accounting(house.system(), since=since, until=until))


def bought(house: House, student: Person, mentor: MentorPerson) -> tuple[Order, Payment]:
    house.buy_pack(student, mentor)
    with house.system().begin(read_only=True) as uow:
        order = uow.orders.of_student(student.id)[0]
        return order, uow.orders.payments(order.id)[0]


def refund(house: House, order: Order, payment: Payment, minor: int, reason: str = "goodwill") -> None:
    with house.system().begin() as uow:
        uow.orders.add(
            Refund(
                key=f"{reason}:{minor}",
                order_id=order.id,
                payment_id=payment.id,
                provider="stripe",
                refund_ref=f"re_{reason}_{minor}",
                amount_minor=minor,
                currency=order.currency,
                reason=reason,
                status="succeeded",
                created_at=house.clock.now(),
                settled_at=house.clock.now(),
            )
        )


def set_fee(house: House, payment: Payment, fee: int) -> None:
    with house.system().begin() as uow:
        stored = uow.orders.payment(payment.id)
        assert stored is not None
        stored.fee_minor = fee


def test_every_movement_has_its_line_its_sign_and_its_receipt(house: House) -> None:
    student, mentor = house.student('=HYPERLINK("http://evil")'), house.mentor("Grace, Mentor")
    order, payment = bought(house, student, mentor)
    set_fee(house, payment, 1_450)
    house.pass_time(days=40)
    refund(house, order, payment, 9_375)
    with house.system().begin() as uow:
        uow.orders.add(
            Dispute(
                order_id=order.id,
                payment_id=payment.id,
                provider="stripe",
                dispute_ref="dp_1",
                amount_minor=48_000,
                currency="EUR",
                reason="fraudulent",
                status="won",
                opened_at=house.clock.now() + timedelta(hours=1),
                closed_at=house.clock.now() + timedelta(days=1),
            )
        )
    found = movements(house)
    assert [(m["at (UTC)"], m["kind"], m["amount"], m["reason"]) for m in found] == [
        ("2026-03-02T09:00:00Z", "fee", "-14.50", ""),
        ("2026-03-02T09:00:00Z", "payment", "480.00", ""),
        ("2026-04-11T09:00:00Z", "refund", "-93.75", "goodwill"),
        ("2026-04-11T10:00:00Z", "dispute opened", "-480.00", "fraudulent"),
        ("2026-04-12T09:00:00Z", "dispute won", "480.00", "fraudulent"),
    ]
    assert {m["receipt"] for m in found} == {"2026-000001"}
    assert {m["student"] for m in found} == {'\'=HYPERLINK("http://evil")'}
    assert {m["mentor"] for m in found} == {"Grace, Mentor"}
    assert [m["kind"] for m in movements(house, "2026-04-11", "2026-04-11")] == ["refund", "dispute opened"]
    assert movements(house, "2026-03-03", "2026-04-10") == []


@pytest.mark.parametrize(
    ("course", "left"),
    [
        ([OPEN, WON], "480.00"),
        ([OPEN, LOST], "0.00"),
        ([LOST], "0.00"),
        ([OPEN, WON, OPEN], "0.00"),
        ([OPEN, WON, OPEN, LOST], "0.00"),
        ([OPEN, LOST, OPEN, WON], "480.00"),
    ],
    ids=lambda course: "-".join(course) if isinstance(course, list) else course,
)
def test_what_a_dispute_takes_is_counted_once(house: House, course: list[DisputeStatus], left: str) -> None:
    sale = Disputed(house)
    for status in course:
        sale.dispute(status, "dp_1")
    assert str(sum(Decimal(m["amount"] or 0) for m in movements(house))) == left


def test_the_period_is_whole_utc_days_in_order_and_read_in_parts(house: House) -> None:
    mentor = house.mentor(capacity=30)
    for _ in range(12):
        bought(house, house.student(), mentor)
        house.pass_time(days=30)
    found = [m["at (UTC)"] for m in movements(house, "2026-03-02", "2027-02-28") if m["kind"] == "payment"]
    assert len(found) == 12
    assert found == sorted(found)
    assert all(m["amount"] == "" for m in movements(house) if m["kind"] == "fee"), "a fee that is not known"


@pytest.mark.parametrize(
    ("since", "until"), [("2026-02-01", "2026-01-31"), ("2010-01-01", "2026-01-01"), ("9999-12-01", "9999-12-31")]
)
def test_a_period_must_make_sense(house: House, since: str, until: str) -> None:
    with pytest.raises(InvalidInput):
        export_accounting(house.system(), since=date.fromisoformat(since), until=date.fromisoformat(until))


def test_amounts_have_the_decimals_of_their_currency(house: House) -> None:
    for currency, minor, printed in (("JPY", 48_000, "48000"), ("KWD", 48_000, "48.000"), ("USD", 48_000, "480.00")):
        bought(house, house.student(), house.mentor(currency=currency, price_minor=minor))
        (line,) = [m for m in movements(house) if m["kind"] == "payment" and m["currency"] == currency]
        assert line["amount"] == printed


def sums(month: MonthEarnings) -> tuple[int, ...]:
    return tuple(a.minor for a in (month.gross, month.discounts, month.fees, month.refunds, month.net))


def test_a_month_is_gross_less_discounts_fees_and_refunds(house: House) -> None:
    mentor = house.mentor()
    create_promotion(house.system(), code="GIFT", percent=100)
    assert mentor_earnings(house.ctx(mentor)).months == []
    order, payment = bought(house, house.student(), mentor)
    set_fee(house, payment, 1_450)
    bought(house, house.student(), mentor)
    free = house.student()
    start_checkout(house.ctx(free), product_id=mentor.product_id, code="gift")
    assert my_orders(house.ctx(free))[0].status == "paid"
    bought(house, house.student(), house.mentor())
    refund(house, order, payment, 9_375)
    refund(house, order, payment, 48_000, "duplicate_payment")
    (month,) = mentor_earnings(house.ctx(mentor)).months
    assert (month.month, month.currency, month.orders, month.unknown_fees) == ("2026-03", "EUR", 3, 1)
    assert sums(month) == (144_000, 48_000, 1_450, 9_375, 85_175)
    (line,) = rows(export_earnings(house.ctx(mentor)))
    assert (line["gross"], line["net"], line["payments with unknown fee"]) == ("1440.00", "851.75", "1")


def test_months_are_those_of_the_mentors_zone_and_the_last_twelve(house: House) -> None:
    mentor = house.mentor(time_zone="Pacific/Auckland")
    house.clock.advance(datetime.fromisoformat("2026-03-31T10:59:00+00:00") - house.clock.now())
    for _ in range(2):
        bought(house, house.student(), mentor)
        house.pass_time(minutes=2)
    assert [m.month for m in mentor_earnings(house.ctx(mentor)).months] == ["2026-04", "2026-03"]
    house.clock.advance(datetime.fromisoformat("2027-02-28T10:59:00+00:00") - house.clock.now())
    assert [m.month for m in mentor_earnings(house.ctx(mentor)).months] == ["2026-04", "2026-03"]
    house.pass_time(minutes=2)
    assert [m.month for m in mentor_earnings(house.ctx(mentor)).months] == ["2026-04"]


def test_currencies_are_not_mixed(house: House) -> None:
    mentor = house.mentor()
    bought(house, house.student(), mentor)
    with house.system().begin() as uow:
        product = uow.catalog.product(mentor.product_id)
        assert product is not None
        product.currency = "USD"
    bought(house, house.student(), mentor)
    assert [(m.currency, m.gross.minor) for m in mentor_earnings(house.ctx(mentor)).months] == [
        ("EUR", 48_000),
        ("USD", 48_000),
    ]


def test_a_mentor_without_a_page_is_told(house: House) -> None:
    with pytest.raises(NotFound):
        mentor_earnings(house.system())
