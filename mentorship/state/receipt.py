"""One receipt."""

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.domain.errors import InvalidInput, NotFound
from mentorship.schemas.price_faces import ReceiptFace, SheetLine
from mentorship.schemas.receipts import ReceiptLine, ReceiptView
from mentorship.services.receipts import get_receipt
from mentorship.services.seats import student_topic
from mentorship.state.calls import call, handler, last_part, me, site
from mentorship.state.live import watchers


class Receipt(rx.State):
    """The receipt in the page's address, as its buyer and admins may see it."""

    receipt: ReceiptFace = ReceiptFace()
    missing: bool = False

    @handler(Access.SIGNED_IN)
    async def load(self) -> None:
        """Read the receipt, and again when money has gone back."""
        known = me()
        watchers.watch(self, Receipt.load, student_topic(known.user_id) if known else "")
        try:
            found = await call(get_receipt, number=last_part(self))
        except (NotFound, InvalidInput):
            async with self:
                self.receipt, self.missing = ReceiptFace(), True
            return
        async with self:
            self.receipt, self.missing = _face(found), False


def _face(view: ReceiptView) -> ReceiptFace:
    return ReceiptFace(
        number=view.number,
        issued_on=view.issued_on,
        order_id=str(view.order_id),
        seller_name=view.seller_name,
        seller_address=view.seller_address,
        seller_tax_id=view.seller_tax_id,
        buyer_name=view.buyer_name,
        buyer_email=view.buyer_email,
        lines=_lines(view.lines),
        total=view.total.text,
        tax=view.tax.text if view.tax else "",
        tax_amount=view.tax.amount.text if view.tax else "",
        paid_with=view.paid_with,
        paid_when=view.paid_when,
        refunds=_lines(view.refunds),
        pdf_href=f"{site().api_url}/api/receipts/{view.number}.pdf",
    )


def _lines(lines: tuple[ReceiptLine, ...]) -> tuple[SheetLine, ...]:
    return tuple(SheetLine(line.text, line.amount.text) for line in lines)
