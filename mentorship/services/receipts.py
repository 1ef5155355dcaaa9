"""Receipts: one for each paid order, numbered without gaps within its year, and never written again."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints

from mentorship.db.models import Order, Receipt
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.errors import NotFound
from mentorship.domain.money import Money
from mentorship.domain.notices import NoticeKind
from mentorship.domain.orders import OrderStatus
from mentorship.domain.receipts import included_tax, receipt_number
from mentorship.schemas.receipts import ReceiptLine, ReceiptView
from mentorship.services.context import Context
from mentorship.services.notifications import notify
from mentorship.services.receipt_pdf import print_receipt
from mentorship.services.receipt_views import receipt_view
from mentorship.services.record import record
from mentorship.services.seats import require_mentor, student_topic
from mentorship.services.texts import amount, day, when
from mentorship.services.use_case import use_case

NUMBERS = UUID("5f7d3a52-1c0b-4b53-9d2e-6f0f8a1f7c11")
"""What whoever gives the next number locks."""

_PAID_WITH = {"stripe": "Card, through Stripe", "paypal": "PayPal"}

Number = Annotated[str, StringConstraints(max_length=32)]


@use_case(Access.SYSTEM)
def issue_receipt(ctx: Context, *, order_id: UUID) -> str:
    """Give a paid order its receipt and promise the mail with it. Running it again changes nothing.

    The number is the next one of the year in UTC; it is given and kept in one transaction, so none is lost.
    """
    with ctx.begin() as uow:
        uow.lock(NUMBERS)
        order = uow.orders.get(order_id)
        if order is None or not OrderStatus(order.status).has_money or uow.receipts.of_order(order_id) is not None:
            return "done"
        year = ctx.now.year
        receipt = Receipt(
            order_id=order_id,
            year=year,
            serial=uow.receipts.next_serial(year),
            content=_content(ctx, uow, order),
            issued_at=ctx.now,
        )
        uow.receipts.add(receipt)
        number = receipt_number(year, receipt.serial)
        record(ctx, uow, "receipt_issued", ("order", order_id), after={"number": number})
        notify(ctx, uow, order.student_id, NoticeKind.RECEIPT, order_id, {"order_id": str(order_id)})
        uow.touch(student_topic(order.student_id))
        return "issued"


def _content(ctx: Context, uow: UnitOfWork, order: Order) -> dict[str, Any]:
    """Everything that the receipt says, with its words and printed amounts, from what is true at this moment."""
    seller, buyer = ctx.site.seller, uow.people.users([order.student_id])[order.student_id]
    mentor = require_mentor(uow, order.mentor_id)
    total, original = Money(order.amount_minor, order.currency), Money(order.original_minor, order.currency)
    lines = [ReceiptLine(_what(order, mentor.name), amount(original))]
    if original.minor > total.minor:
        name = f"Code {order.promotion_code}" if order.promotion_code else "Former price"
        lines.append(ReceiptLine(name, amount(Money(total.minor - original.minor, total.currency))))
    tax = included_tax(total, seller.tax_percent)
    tax_line = ReceiptLine(f"of which {seller.tax_name} {seller.tax_percent.normalize():f} %", amount(tax))
    payments = uow.orders.payments(order.id)
    paid_at = order.paid_at or ctx.now
    return {
        "issued_on": day(ctx.now, buyer.time_zone),
        "seller_name": seller.name,
        "seller_address": list(seller.address),
        "seller_tax_id": seller.tax_id,
        "buyer_name": buyer.name,
        "buyer_email": buyer.email,
        "lines": [asdict(line) for line in lines],
        "total": asdict(amount(total)),
        "tax": asdict(tax_line) if seller.tax_percent else None,
        "paid_with": _PAID_WITH.get(payments[0].provider, payments[0].provider) if payments else "Nothing to pay",
        "paid_when": when(paid_at, buyer.time_zone),
        "zone": buyer.time_zone,
    }


def _what(order: Order, mentor: str) -> str:
    """What was sold, by whom, and how much of it; what the product's own name says already is not said twice."""
    length = f"{order.sessions} sessions of {order.session_minutes} minutes"
    name = order.product_name if mentor in order.product_name else f"{order.product_name} with {mentor}"
    return name if length in order.product_name else f"{name}: {length}"


@use_case(Access.SIGNED_IN)
def get_receipt(ctx: Context, *, number: Number) -> ReceiptView:
    """A receipt with the refunds that came after it, for its buyer and admins.

    Raises:
        NotFound: there is no such receipt, or it is not the caller's to see.
    """
    with ctx.begin(read_only=True) as uow:
        return receipt_view(uow, _own_receipt(ctx, uow, number))


@use_case(Access.SIGNED_IN)
def download_receipt(ctx: Context, *, number: Number) -> bytes:
    """A receipt as a PDF, for its buyer and admins.

    Raises:
        NotFound: there is no such receipt, or it is not the caller's to see.
    """
    with ctx.begin(read_only=True) as uow:
        view = receipt_view(uow, _own_receipt(ctx, uow, number))
    return print_receipt(view)


def _own_receipt(ctx: Context, uow: UnitOfWork, number: str) -> Receipt:
    receipt = uow.receipts.by_number(number)
    order = uow.orders.get(receipt.order_id) if receipt else None
    if receipt is None or order is None or not (ctx.actor.is_admin or order.student_id == ctx.actor.user_id):
        raise NotFound()
    return receipt
