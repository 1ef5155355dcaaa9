"""A student's orders and refunds."""

import reflex as rx

from mentorship.components.badges import badge
from mentorship.components.buttons import (
    PRIMARY,
    link_button,
    primary_button,
    quiet_button,
    secondary_button,
    text_link,
)
from mentorship.components.cards import card
from mentorship.components.dialog import dialog
from mentorship.components.empty_state import empty_state
from mentorship.components.forms import text_area
from mentorship.components.layout import page_heading
from mentorship.components.reason_dialog import dialog_buttons
from mentorship.components.refund_row import quote_details, refund_row
from mentorship.components.skeleton import card_skeleton
from mentorship.pages.shell import shell
from mentorship.schemas.refund_faces import RefundableOrder
from mentorship.state.auth import Auth
from mentorship.state.orders import Orders

PATH = "/orders"
ON_LOAD = [Auth.load, Orders.load]


def page() -> rx.Component:
    """Every order with what became of its money."""
    none = empty_state(
        "receipt_text",
        "You have not ordered anything yet",
        "A pack of sessions appears here once you start paying for it.",
        link_button("See all mentors", "/mentors", kind=PRIMARY),
    )
    listed = rx.el.ul(rx.foreach(Orders.orders, _order), class_name="grid gap-5")
    return shell(
        page_heading("Orders", "What you have bought, and what has gone back."),
        rx.el.section(
            rx.el.h2("Your orders", class_name="sr-only"),
            rx.cond(Orders.ready, rx.cond(Orders.orders.length() > 0, listed, none), card_skeleton("your orders")),
            class_name="max-w-3xl",
        ),
        _ask_dialog(),
        current=PATH,
    )


def _order(order: rx.Var[RefundableOrder]) -> rx.Component:
    return rx.el.li(
        card(
            rx.el.div(
                rx.el.h3(order.title, class_name="min-w-0 text-heading wrap-anywhere"),
                badge(order.status, order.tone),
                class_name="flex flex-wrap items-start justify-between gap-3",
            ),
            rx.el.p(order.amount, " · ", order.when, class_name="tabular mt-1 text-muted"),
            rx.cond(
                order.refunds,
                rx.el.ul(
                    rx.foreach(order.refunds, refund_row),
                    class_name="mt-3 divide-y divide-line border-t border-line",
                ),
            ),
            rx.el.div(
                rx.cond(order.pack_href, text_link("See the pack", order.pack_href, class_name="mr-auto self-center")),
                rx.cond(
                    order.asked,
                    secondary_button(
                        "Take the request back",
                        on_click=Orders.withdraw(order.asked),
                        busy=Orders.busy == "withdraw " + order.asked,
                        aria_label="Take the request back for " + order.title,
                    ),
                ),
                rx.cond(
                    order.can_ask,
                    quiet_button(
                        "Ask for a refund",
                        on_click=Orders.ask(order.id),
                        busy=Orders.busy == "ask " + order.id,
                        aria_label="Ask for a refund of " + order.title,
                    ),
                ),
                class_name="mt-4 flex min-h-11 flex-wrap gap-3",
            ),
        ),
        key=order.id,
    )


def _ask_dialog() -> rx.Component:
    return dialog(
        "refund",
        "Ask for a refund?",
        quote_details("refund", Orders.quote),
        rx.el.form(
            text_area("reason", "Why (optional)", rows=2, hint="Whoever decides reads it.", max_length=255),
            dialog_buttons(
                secondary_button("Keep the sessions", on_click=Orders.keep),
                primary_button("Ask for " + Orders.quote.amount, type="submit", busy=Orders.busy == "request"),
            ),
            on_submit=Orders.request,
            class_name="mt-6",
        ),
        open=Orders.asking,
        on_dismiss=Orders.keep,
    )
