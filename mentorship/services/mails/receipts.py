"""The letter that brings a receipt."""

from mentorship.gateways.ports import Attachment
from mentorship.services.mails.letter import Button, Fact, Letter, Notice
from mentorship.services.receipt_pdf import print_receipt
from mentorship.services.receipt_views import receipt_view


def receipt_letter(notice: Notice) -> Letter | None:
    """To the student: the receipt of a paid order, as a PDF."""
    receipt = notice.uow.receipts.of_order(notice.id("order_id"))
    if receipt is None:
        return None
    view = receipt_view(notice.uow, receipt)
    return Letter(
        subject=f"Your receipt {view.number}",
        preview=f"{view.total.text}, {view.paid_when}.",
        heading=f"Your receipt {view.number}",
        lines=[
            "Here is the receipt for your order. It is attached as a PDF, and you find it on your page at any time."
        ],
        facts=[
            *(Fact(line.text, line.amount.text) for line in view.lines),
            Fact("Total", view.total.text, f"{view.tax.text}: {view.tax.amount.text}" if view.tax else ""),
            Fact("Paid", view.paid_with, view.paid_when),
        ],
        button=Button("Open the receipt", notice.url(f"/receipts/{view.number}")),
        attachments=(Attachment(f"receipt-{view.number}.pdf", print_receipt(view), "application/pdf"),),
    )
