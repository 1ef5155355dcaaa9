"""A receipt: on the screen, on paper, and as a PDF."""

import reflex as rx

from mentorship.components.buttons import SECONDARY, download_button, link_button
from mentorship.components.cards import card, fact
from mentorship.components.empty_state import empty_state
from mentorship.components.skeleton import page_skeleton
from mentorship.pages.shell import shell
from mentorship.schemas.price_faces import ReceiptFace, SheetLine
from mentorship.state.auth import Auth
from mentorship.state.receipt import Receipt

ON_LOAD = [Auth.load, Receipt.load]


def page() -> rx.Component:
    """What was sold to whom, for how much, and what has gone back since."""
    missing = rx.fragment(
        rx.el.h1("Receipt", class_name="mb-8 text-title"),
        empty_state(
            "receipt_text",
            "There is no such receipt of yours",
            "Receipts are shown to whoever paid. Yours are with your orders, on your home page.",
            link_button("Go home", "/dashboard", kind=SECONDARY),
        ),
    )
    return shell(
        rx.el.div(
            rx.cond(
                Receipt.missing,
                missing,
                rx.cond(Receipt.receipt.number, _receipt(Receipt.receipt), page_skeleton("the receipt")),
            ),
            class_name="mx-auto w-full max-w-2xl",
        ),
        current="/dashboard",
    )


def _receipt(receipt: rx.Var[ReceiptFace]) -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.el.h1("Receipt ", receipt.number, class_name="text-title"),
            rx.el.div(
                download_button("Download the PDF", receipt.pdf_href),
                class_name="print:hidden",
            ),
            class_name="mb-8 flex flex-wrap items-end justify-between gap-4",
        ),
        card(
            rx.el.div(
                _party(
                    "From",
                    receipt.seller_name,
                    rx.foreach(receipt.seller_address, _address_line),
                    rx.cond(receipt.seller_tax_id, rx.el.p("Tax ID " + receipt.seller_tax_id), rx.fragment()),
                ),
                _party("For", receipt.buyer_name, rx.el.p(receipt.buyer_email)),
                class_name="grid gap-6 sm:grid-cols-2",
            ),
            rx.el.dl(
                rx.foreach(receipt.lines, _line),
                rx.el.div(
                    rx.el.dt("Total", class_name="font-semibold"),
                    rx.el.dd(receipt.total, class_name="tabular font-display text-heading"),
                    class_name="flex items-baseline justify-between gap-6 py-3",
                ),
                rx.cond(receipt.tax, fact(receipt.tax, receipt.tax_amount), rx.fragment()),
                class_name="mt-8 divide-y divide-line border-y border-line",
            ),
            rx.el.dl(
                fact("Date", receipt.issued_on),
                fact("Paid with", receipt.paid_with),
                fact("Paid on", receipt.paid_when),
                rx.el.div(
                    rx.el.dt("Order", class_name="text-muted"),
                    rx.el.dd(receipt.order_id, class_name="tabular text-right wrap-anywhere"),
                    class_name="flex justify-between gap-6 py-2 text-small",
                ),
                class_name="mt-6",
            ),
            rx.cond(receipt.refunds, _refunds(receipt), rx.fragment()),
        ),
    )


def _party(label: str, name: rx.Var[str], *details: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.h2(label, class_name="font-text text-fine font-semibold text-muted"),
        rx.el.p(name, class_name="mt-1 font-semibold"),
        rx.el.div(*details, class_name="text-small text-muted"),
        class_name="min-w-0 wrap-anywhere",
    )


def _refunds(receipt: rx.Var[ReceiptFace]) -> rx.Component:
    return rx.el.section(
        rx.el.h2("Since then", class_name="text-heading"),
        rx.el.dl(rx.foreach(receipt.refunds, _line), class_name="mt-3 divide-y divide-line border-y border-line"),
        class_name="mt-8",
    )


def _line(line: rx.Var[SheetLine]) -> rx.Component:
    return rx.el.div(
        rx.el.dt(line.text, class_name="min-w-0 wrap-anywhere"),
        rx.el.dd(line.amount, class_name="tabular whitespace-nowrap font-medium"),
        class_name="flex items-baseline justify-between gap-6 py-3 text-small",
    )


def _address_line(line: rx.Var[str]) -> rx.Component:
    return rx.el.p(line)
