"""A refund as a row of a list, and the quote that stands in a dialog before one is made."""

import reflex as rx

from mentorship.components.badges import badge
from mentorship.schemas.refund_faces import QuoteFace, RefundFace


def refund_row(face: rx.Var[RefundFace], *actions: rx.Component) -> rx.Component:
    """One refund: whose, how much, since when, what it takes, and what can be done about it."""
    return rx.el.li(
        rx.el.div(
            rx.el.p(face.title, class_name="min-w-0 font-semibold wrap-anywhere"),
            badge(face.status, face.tone),
            class_name="flex flex-wrap items-start justify-between gap-x-4 gap-y-1",
        ),
        rx.el.p(
            rx.el.span(face.amount, class_name="font-semibold"),
            " · ",
            face.when,
            class_name="tabular mt-1",
        ),
        rx.el.p(face.line, class_name="mt-1 text-muted"),
        rx.cond(face.why, rx.el.p(face.why, class_name="mt-1 wrap-anywhere")),
        rx.el.div(*actions, class_name="mt-3 flex flex-wrap gap-3 empty:hidden"),
        key=face.id,
        class_name="py-4 text-small",
    )


def quote_details(name: str, quote: rx.Var[QuoteFace]) -> rx.Component:
    """What a refund comes to and what follows. `name` is the dialog's, which it describes."""
    return rx.el.div(
        rx.el.p(quote.title, class_name="text-muted"),
        rx.el.p(quote.amount, class_name="tabular mt-2 font-display text-title"),
        rx.el.ul(
            rx.foreach(quote.lines, lambda line: rx.el.li(line, key=line)),
            class_name="mt-3 grid list-disc gap-2 pl-5 text-small",
        ),
        id=f"{name}-text",
        class_name="mt-3",
    )
