"""After paying: from "being confirmed" to the first session, without reloading."""

import reflex as rx

from mentorship.components.badges import badge
from mentorship.components.buttons import (
    PRIMARY,
    SECONDARY,
    link_button,
    primary_button,
    secondary_button,
    text_link,
)
from mentorship.components.cards import card, fact
from mentorship.components.empty_state import empty_state
from mentorship.components.leave import leave
from mentorship.components.skeleton import page_skeleton
from mentorship.pages.shell import shell
from mentorship.schemas.students import OrderFace
from mentorship.state.auth import Auth
from mentorship.state.success import Success

ON_LOAD = [Auth.load, Success.load]

TITLES = (
    ("pending", "Your payment is being confirmed"),
    ("declined", "PayPal did not get the money"),
    ("processing", "Your payment is on its way"),
    ("paid", "Your seat is yours"),
    ("partially_refunded", "Your seat is yours"),
    ("refunded", "Your money is on its way back"),
    ("failed", "The payment did not go through"),
    ("canceled", "You gave this order up"),
)


def page() -> rx.Component:
    """How the order stands, and what to do next."""
    nothing = empty_state(
        "receipt_text",
        "There is no such order of yours",
        "Orders are shown to whoever made them. Yours are on your home page.",
        link_button("Go home", "/dashboard", kind=SECONDARY),
    )
    return shell(
        rx.el.div(
            rx.cond(
                Success.missing,
                rx.el.div(rx.el.h1("Order", class_name="mb-8 text-title"), nothing),
                rx.cond(Success.order.id, _order(Success.order), page_skeleton("your order")),
            ),
            class_name="mx-auto w-full max-w-2xl",
        ),
        leave(to=Success.hosted_url, ticket=Success.ticket),
        current="/dashboard",
    )


def _order(order: rx.Var[OrderFace]) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.h1(rx.match(order.phase, *TITLES, "This order was not paid in time"), class_name="text-title"),
            rx.el.p(order.text, class_name="measure mt-4 text-lead text-muted"),
            role="status",
            aria_live="polite",
        ),
        rx.el.div(_next(order), class_name="mt-8 flex flex-wrap gap-3"),
        card(
            rx.el.div(
                rx.el.h2(order.mentor_name, class_name="text-heading"),
                badge(order.status, order.tone),
                class_name="flex flex-wrap items-center justify-between gap-3",
            ),
            rx.el.dl(
                fact("Pack", order.title),
                fact("Amount", order.amount),
                rx.cond(order.off, fact(order.why, order.off), rx.fragment()),
                fact("Ordered", order.when),
                rx.cond(
                    order.receipt,
                    fact("Receipt", text_link(order.receipt, "/receipts/" + order.receipt)),
                    rx.fragment(),
                ),
                class_name="mt-4 divide-y divide-line",
            ),
            class_name="mt-10",
        ),
    )


def _next(order: rx.Var[OrderFace]) -> rx.Component:
    book = link_button("Book your first session", "/calendar?mentor=" + order.mentor_slug, kind=PRIMARY)
    again = link_button("Back to the mentor", "/mentors/" + order.mentor_slug, kind=SECONDARY)
    others = link_button("Look for another mentor", "/mentors", kind=PRIMARY)
    home = link_button("Go home", "/dashboard", kind=SECONDARY)
    retry = link_button("Try again, or pay another way", order.checkout_href, kind=PRIMARY)
    at_provider = primary_button("Back to PayPal", on_click=Success.go_back, busy=Success.busy == "go back")
    other_way = link_button("Pay another way", order.checkout_href, kind=SECONDARY)
    check = secondary_button(
        "Check again", on_click=Success.check_again, busy=Success.busy == "check", icon="refresh_cw"
    )
    return rx.match(
        order.phase,
        ("pending", check),
        ("declined", rx.fragment(at_provider, other_way)),
        ("failed", rx.fragment(retry, again)),
        ("processing", rx.fragment(check, home)),
        ("paid", rx.fragment(book, home)),
        ("partially_refunded", rx.fragment(book, home)),
        ("refunded", rx.fragment(others, home)),
        again,
    )
