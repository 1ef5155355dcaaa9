"""One order, for an admin: its money, what to do about it, and everything that ever happened to it."""

import reflex as rx

from mentorship.components.badges import badge
from mentorship.components.buttons import SECONDARY, link_button, quiet_button, secondary_button
from mentorship.components.cards import card, fact
from mentorship.components.layout import page_heading
from mentorship.components.notices import callout
from mentorship.components.reason_dialog import reason_dialog
from mentorship.pages.money_desk import back_to, one_of
from mentorship.schemas.money_desk import FindingFace, HistoryFace
from mentorship.state.admin_order import AdminOrder
from mentorship.state.auth import Auth

LIST = "/admin/orders"
ON_LOAD = [Auth.load, AdminOrder.load]


def page() -> rx.Component:
    """The order in the address."""
    return one_of("order", "receipt_text", LIST, _order(), ready=AdminOrder.ready, missing=AdminOrder.missing)


def _order() -> rx.Component:
    order = AdminOrder.order
    return rx.fragment(
        back_to("All orders", LIST),
        page_heading("Order of " + order.student, f"{order.product}, {order.when}"),
        rx.el.div(_money(), _actions(), class_name="grid gap-4 lg:grid-cols-2"),
        rx.cond(AdminOrder.findings, _findings()),
        _history(),
        reason_dialog(
            "clear",
            "Clear the review flag?",
            "The order leaves the review list. Nothing else changes: no money moves and no pack is granted.",
            open=AdminOrder.asking,
            confirm="Clear the flag",
            keep="Keep the flag",
            hint="It stands in the order's history.",
            on_submit=AdminOrder.clear,
            on_dismiss=AdminOrder.put_away,
            busy=AdminOrder.busy == "clear",
        ),
    )


def _money() -> rx.Component:
    order = AdminOrder.order
    return card(
        rx.el.div(
            rx.el.h2("Money", class_name="text-heading"),
            badge(order.status, order.tone),
            class_name="flex flex-wrap items-center justify-between gap-3",
        ),
        rx.el.dl(
            fact("Price", order.amount),
            fact("Paid", order.paid),
            fact("Refunded", order.refunded),
            fact("Student", rx.el.span(order.email, class_name="wrap-anywhere")),
            rx.cond(order.code, fact("Code", order.code)),
            class_name="mt-4 divide-y divide-line",
        ),
        rx.el.h3("Numbers", class_name="mt-6 text-small font-semibold"),
        rx.el.ul(
            rx.el.li("Order ", order.id),
            rx.foreach(AdminOrder.references, lambda reference: rx.el.li(reference, key=reference)),
            class_name="mt-1 space-y-1 text-fine text-muted wrap-anywhere",
        ),
    )


def _actions() -> rx.Component:
    order = AdminOrder.order
    flag = callout(
        rx.el.p(
            "Under review: ",
            rx.el.span(order.review, class_name="font-semibold"),
            ". What the provider says does not match the order, or somebody must decide.",
        ),
        quiet_button("Clear the flag", on_click=AdminOrder.ask_to_clear, class_name="mt-1 -ml-5"),
        tone="warning",
    )
    answers = rx.el.ul(
        rx.foreach(AdminOrder.answers, lambda answer: rx.el.li(answer, key=answer)),
        class_name="mt-3 space-y-1 text-small",
    )
    return card(
        rx.el.h2("What to do", class_name="text-heading"),
        rx.el.div(rx.cond(order.review, rx.el.div(flag, class_name="mt-4"))),
        rx.el.div(
            secondary_button(
                "Ask the provider now",
                icon="refresh_cw",
                on_click=AdminOrder.ask_the_provider,
                busy=AdminOrder.busy == "provider",
            ),
            link_button("Refunds", "/admin/refunds?order=" + order.id, kind=SECONDARY),
            link_button("Deliveries", "/admin/inbox?order=" + order.id, kind=SECONDARY),
            class_name="mt-4 flex flex-wrap gap-3",
        ),
        rx.el.div(rx.cond(AdminOrder.answers, answers), aria_live="polite"),
    )


def _findings() -> rx.Component:
    return rx.el.section(
        rx.el.h2("The books differ", class_name="mb-4 text-heading"),
        rx.el.ul(rx.foreach(AdminOrder.findings, _finding), class_name="space-y-3"),
        class_name="mt-12",
    )


def _finding(face: rx.Var[FindingFace]) -> rx.Component:
    return rx.el.li(
        callout(
            rx.el.p(face.title, class_name="font-semibold"),
            rx.el.p(face.reason),
            link_button("Look at it", "/admin/reconciliation", kind="text-accent-ink", class_name="-ml-5"),
            tone="bad",
        ),
        key=face.id,
    )


def _history() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Everything that happened", class_name="mb-4 text-heading"),
        rx.el.ol(
            rx.foreach(AdminOrder.history, _line),
            class_name="divide-y divide-line rounded-card bg-raised px-5 shadow-raised sm:px-7",
        ),
        class_name="mt-12",
    )


def _line(line: rx.Var[HistoryFace]) -> rx.Component:
    return rx.el.li(
        rx.el.p(line.when, class_name="tabular text-fine text-muted md:w-64 md:shrink-0 md:pt-0.5"),
        rx.el.div(
            rx.el.p(line.what, class_name="font-semibold wrap-anywhere"),
            rx.el.p(f"{line.who} · {line.about}", class_name="text-fine text-muted"),
            rx.cond(line.detail, rx.el.p(line.detail, class_name="wrap-anywhere")),
            class_name="min-w-0",
        ),
        key=line.id,
        class_name="gap-6 py-4 text-small md:flex",
    )
