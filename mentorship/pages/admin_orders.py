"""The admin's list of orders."""

import reflex as rx

from mentorship.components.badges import badge
from mentorship.components.cards import card
from mentorship.components.empty_state import empty_state
from mentorship.components.forms import field
from mentorship.components.layout import page_heading
from mentorship.components.ledger import CELL, HEAD
from mentorship.components.skeleton import card_skeleton
from mentorship.domain.orders import OrderStatus
from mentorship.pages.gate import only_for
from mentorship.pages.money_desk import LINK, filter_form, money_places, pager, problem_note
from mentorship.pages.shell import shell
from mentorship.schemas.money_desk import OrderFace
from mentorship.state.admin_orders import AdminOrders
from mentorship.state.auth import Auth

PATH = "/admin/orders"
ON_LOAD = [Auth.load, AdminOrders.load]
MONEY = f"{CELL} text-right whitespace-nowrap"


def page() -> rx.Component:
    """Orders, found by anything that names them, with their money."""
    waiting = card_skeleton("the orders")
    return shell(
        page_heading("Orders", "Found by student, number, a provider's reference, or promotion code."),
        money_places(PATH),
        only_for("admin", PATH, rx.cond(AdminOrders.ready, _orders(), waiting), waiting=waiting),
        current=PATH,
    )


def _orders() -> rx.Component:
    filters = AdminOrders.filters
    none = empty_state("receipt_text", "No such order", "Try fewer words, or show all of them.")
    return rx.fragment(
        filter_form(
            PATH,
            filters,
            field("since", "From day", kind="date", default_value=filters.since),
            field("until", "To day", kind="date", default_value=filters.until),
            words="Student, number, reference or code",
            hint="A part of a name or address is enough; numbers, references and codes must be whole.",
            statuses=[(s.value, s.value.replace("_", " ").capitalize()) for s in OrderStatus],
            only=("review", "Under review only"),
        ),
        rx.el.h2("Found", class_name="sr-only"),
        rx.cond(AdminOrders.problem, problem_note(AdminOrders.problem)),
        rx.cond(AdminOrders.orders, _table(), none),
        pager(AdminOrders.paging),
    )


def _table() -> rx.Component:
    heads = [("Order", ""), ("State", ""), ("Price", "text-right"), ("Paid", "text-right"), ("Refunded", "text-right")]
    return card(
        rx.el.table(
            rx.el.caption("Orders, newest first", class_name="sr-only"),
            rx.el.thead(
                rx.el.tr(*[rx.el.th(name, scope="col", class_name=f"{HEAD} {side}") for name, side in heads]),
                class_name="sr-only md:not-sr-only md:table-header-group",
            ),
            rx.el.tbody(rx.foreach(AdminOrders.orders, _row), class_name="divide-y divide-line"),
            class_name="w-full text-small max-md:block max-md:[&_tbody]:block",
        ),
    )


def _row(face: rx.Var[OrderFace]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.el.a(face.student, href=face.href, class_name=LINK),
            rx.el.p(face.product),
            rx.el.p(face.when, class_name="text-fine text-muted"),
            rx.el.p(face.email, class_name="text-fine text-muted wrap-anywhere"),
            rx.cond(face.code, rx.el.p(f"Code {face.code}", class_name="text-fine text-muted")),
            class_name=f"{CELL} max-md:pb-1 max-md:block",
        ),
        rx.el.td(
            badge(face.status, face.tone),
            rx.cond(face.review, badge("Review: " + face.review, "warning")),
            rx.el.p(face.providers, class_name="text-fine text-muted"),
            class_name=f"{CELL} max-md:py-1 max-md:flex max-md:flex-wrap max-md:items-center gap-2 space-y-1",
        ),
        _money("Price", face.amount),
        _money("Paid", face.paid),
        _money("Refunded", face.refunded),
        key=face.id,
        class_name="max-md:block max-md:py-3",
    )


def _money(label: str, value: rx.Var[str]) -> rx.Component:
    return rx.el.td(
        rx.el.span(label, aria_hidden="true", class_name="text-muted md:hidden"),
        value,
        class_name=f"{MONEY} max-md:flex max-md:justify-between max-md:py-0.5 max-md:pr-0",
    )
