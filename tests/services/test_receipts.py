"""Receipts: issued once, kept as they were, printed for everybody, mailed with the PDF."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from pypdf import PdfReader
from support.house import House, MentorPerson, Person
from support.races import everything

from mentorship.db.models import Receipt, Refund
from mentorship.domain.errors import NotFound
from mentorship.domain.receipts import Seller
from mentorship.domain.settle import ProviderState
from mentorship.schemas.catalog import Amount
from mentorship.schemas.receipts import ReceiptLine, ReceiptView
from mentorship.services.checkout import get_order, my_orders, start_checkout, verify_checkout
from mentorship.services.promotions import create_promotion
from mentorship.services.receipt_pdf import print_receipt
from mentorship.services.receipts import download_receipt, get_receipt, issue_receipt
from mentorship.services.sweeps import sweep

SELLER = Seller("Mentorship GmbH", ("Hauptstraße 1", "10115 Berlin"), "DE123456789", "VAT", Decimal("19.0"))

PRICE = Amount(48_000, "EUR", "€480.00")
A_RECEIPT = ReceiptView(
    number="2026-000123",
    order_id=UUID(int=1),
    issued_at=datetime(2026, 3, 2, tzinfo=UTC),
    issued_on="2 March 2026",
    seller_name=SELLER.name,
    seller_address=SELLER.address,
    seller_tax_id=SELLER.tax_id,
    buyer_name="Ada Student",
    buyer_email="ada@example.com",
    lines=(ReceiptLine("Four sessions with Grace Mentor", PRICE),),
    total=PRICE,
    tax=None,
    paid_with="PayPal",
    paid_when="Mon 2 Mar 2026, 09:00 (UTC)",
    refunds=(),
)


def sell(house: House) -> None:
    house.deps = replace(house.deps, site=replace(house.deps.site, seller=SELLER))


def receipt_of(house: House, student: Person) -> str:
    return my_orders(house.ctx(student))[0].receipt


def read(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def refund(house: House, student: Person, minor: int, status: str = "succeeded", reason: str = "goodwill") -> None:
    """Money that has gone back, as the refunds' use cases leave it."""
    with house.system().begin() as uow:
        (order,) = uow.orders.of_student(student.id)
        (payment,) = uow.orders.payments(order.id)
        uow.orders.add(
            Refund(
                key=f"{reason}:{minor}:{status}",
                order_id=order.id,
                payment_id=payment.id,
                provider="stripe",
                amount_minor=minor,
                currency="EUR",
                reason=reason,
                status=status,
                created_at=house.clock.now(),
                settled_at=house.clock.now(),
            )
        )


def test_a_paid_order_gets_one_receipt_and_one_mail_with_it(house: House) -> None:
    sell(house)
    student, mentor = house.student("Zoë Kowalska", time_zone="America/New_York"), house.mentor("Grace Mentor")
    create_promotion(house.system(), code="SPRING", percent=25)
    started = start_checkout(house.ctx(student), product_id=mentor.product_id, code="spring")
    house.payments.settle(started.url.rpartition("/")[2], ProviderState.PAID)
    house.tell("checkout.session.completed", started.url.rpartition("/")[2])

    assert receipt_of(house, student) == "2026-000001"
    receipt = get_receipt(house.ctx(student), number="2026-000001")
    assert (receipt.seller_name, receipt.seller_tax_id) == ("Mentorship GmbH", "DE123456789")
    assert (receipt.buyer_name, receipt.buyer_email) == ("Zoë Kowalska", student.me.email)
    assert [(line.text, line.amount.text) for line in receipt.lines] == [
        ("Four sessions with Grace Mentor: 4 sessions of 60 minutes", "€480.00"),
        ("Code SPRING", "-€120.00"),
    ]
    assert receipt.total.text == "€360.00"
    assert receipt.tax is not None
    assert (receipt.tax.text, receipt.tax.amount.minor) == ("of which VAT 19 %", 5748)
    assert receipt.paid_with == "Card, through Stripe"
    assert receipt.paid_when == "Mon 2 Mar 2026, 04:00 (America/New_York)"

    (mail,) = [m for m in house.mails if m.attachments]
    assert mail.to_address == student.me.email
    (attached,) = mail.attachments
    assert (attached.filename, attached.media_type, attached.method) == (
        "receipt-2026-000001.pdf",
        "application/pdf",
        "",
    )
    assert attached.content == download_receipt(house.ctx(student), number="2026-000001")
    printed = read(attached.content)
    for text in ("2026-000001", "Hauptstraße 1", "DE123456789", "Zoë Kowalska", "€480.00", "-€120.00", "€360.00"):
        assert text in printed
    assert "Code SPRING" in printed
    assert str(receipt.order_id) in printed

    for _ in range(2):
        assert issue_receipt(house.system(), order_id=receipt.order_id) == "done"
    house.drain()
    assert len([m for m in house.mails if m.attachments]) == 1


def test_a_receipt_stays_as_it_was_issued_and_refunds_stand_below_it(house: House) -> None:
    student, mentor = house.student("Ada Before"), house.mentor()
    house.buy_pack(student, mentor)
    number = receipt_of(house, student)
    before = get_receipt(house.ctx(student), number=number)
    with house.system().begin() as uow:
        uow.people.users([student.id])[student.id].name = "Ada After"
        uow.catalog.mentor(mentor.mentor_id).name = "Somebody Else"
    sell(house)
    house.pass_time(days=1)
    refund(house, student, 9_375)
    refund(house, student, 100, status="failed")
    refund(house, student, 200, reason="duplicate_payment")
    after = get_receipt(house.ctx(student), number=number)
    assert replace(after, refunds=()) == before
    assert [(r.text, r.amount.text) for r in after.refunds] == [("Refunded on 3 March 2026", "-€93.75")]
    assert "Refunded on 3 March 2026" in read(download_receipt(house.ctx(student), number=number))


def test_an_order_of_nothing_gets_a_receipt_too(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    create_promotion(house.system(), code="GIFT", percent=100)
    start_checkout(house.ctx(student), product_id=mentor.product_id, code="gift")
    house.drain()
    receipt = get_receipt(house.ctx(student), number=receipt_of(house, student))
    assert (receipt.total.text, receipt.paid_with, receipt.tax) == ("€0.00", "Nothing to pay", None)


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Łukasz Żółć", "Łukasz Żółć"),
        ("Ελένη Παπαδοπούλου", "Ελένη Παπαδοπούλου"),
        ("Олександр Їжак", "Олександр Їжак"),
        ("Արամ ქართველი", "Արամ ქართველი"),
        ("王小明", "王小明"),
        ("김민수", "김민수"),
        ("さくら", "さくら"),
        ("दीपिका", "dipika"),
        ("محمد", "mhmd"),
        ("สมชาย", "smchay"),
        ("A" * 120, "A" * 40),
    ],
)
def test_names_in_any_script_are_printed(name: str, printed: str) -> None:
    assert printed in read(print_receipt(replace(A_RECEIPT, buyer_name=name)))


def test_a_long_receipt_goes_on_to_another_page() -> None:
    pdf = print_receipt(replace(A_RECEIPT, refunds=A_RECEIPT.lines * 60))
    assert len(PdfReader(io.BytesIO(pdf)).pages) > 1
    assert read(pdf).count("€480.00") == 61 + 1


def test_only_its_buyer_and_admins_see_a_receipt(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    number = receipt_of(house, student)
    for look in (get_receipt, download_receipt):
        assert look(house.ctx(student), number=number) == look(house.ctx(house.admin()), number=number)
        for stranger in (house.student(), mentor):
            with pytest.raises(NotFound):
                look(house.ctx(stranger), number=number)
        for nonsense in ("2026-000002", "2026-1", "x", "", "2026-000001\0"):
            with pytest.raises(NotFound):
                look(house.ctx(student), number=nonsense)


def test_numbers_begin_anew_each_year_of_utc(house: House) -> None:
    _at(house, "2026-12-31T23:30:00+00:00")
    mentor = house.mentor()
    buyers = [house.student(time_zone="Pacific/Auckland") for _ in range(3)]
    for buyer in buyers[:2]:
        house.buy_pack(buyer, mentor)
    house.pass_time(hours=1)
    house.buy_pack(buyers[2], mentor)
    numbers = [receipt_of(house, buyer) for buyer in buyers]
    assert numbers == ["2026-000001", "2026-000002", "2027-000001"]


def _at(house: House, instant: str) -> None:
    house.clock.advance(datetime.fromisoformat(instant) - house.clock.now())


def test_a_lost_job_is_healed_and_old_orders_are_left_alone(house: House) -> None:
    student, old, mentor = house.student(), house.student(), house.mentor()
    for person in (old, student):
        _buy_without_receipt(house, person, mentor)
        house.pass_time(days=4)
    sweep(house.system())
    house.drain()
    assert receipt_of(house, student) == "2026-000001"
    assert receipt_of(house, old) == ""


def _buy_without_receipt(house: House, student: Person, mentor: MentorPerson) -> None:
    order, reference = house.checkout(student, mentor)
    house.payments.settle(reference, ProviderState.PAID)
    verify_checkout(house.ctx(student), order_id=order.id)
    house.jobs.waiting[:] = []
    assert get_order(house.ctx(student), order_id=order.id).status == "paid"


def test_what_is_not_paid_gets_none(house: House) -> None:
    order, _ = house.checkout(house.student(), house.mentor())
    assert issue_receipt(house.system(), order_id=order.id) == "done"
    assert everything(house, Receipt) == []
