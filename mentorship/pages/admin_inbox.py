"""The admin's inbox: what the providers delivered, and how one order's deliveries add up."""

import reflex as rx

from mentorship.components.badges import badge
from mentorship.components.buttons import SECONDARY, link_button
from mentorship.components.cards import card
from mentorship.components.layout import page_heading
from mentorship.components.notices import callout
from mentorship.components.rows import rows
from mentorship.components.skeleton import card_skeleton
from mentorship.pages.gate import only_for
from mentorship.pages.money_desk import event_row, filter_form, money_places, pager, problem_note
from mentorship.pages.shell import shell
from mentorship.state.admin_inbox import AdminInbox
from mentorship.state.auth import Auth

PATH = "/admin/inbox"
ON_LOAD = [Auth.load, AdminInbox.load]
STATES = [
    ("received", "Received"),
    ("processed", "Processed"),
    ("ignored", "Ignored"),
    ("unmatched", "Unmatched"),
]


def page() -> rx.Component:
    """Deliveries with what became of each; of one order, when the address names one."""
    waiting = card_skeleton("the deliveries")
    return shell(
        page_heading("Deliveries", "Signed messages of the payment providers, and what looking into each has done."),
        money_places(PATH),
        only_for(
            "admin",
            PATH,
            rx.cond(AdminInbox.ready, rx.cond(AdminInbox.order.id, _of_order(), _all()), waiting),
            waiting=waiting,
        ),
        current=PATH,
    )


def _all() -> rx.Component:
    return rx.fragment(
        filter_form(
            PATH,
            AdminInbox.filters,
            words="Type",
            hint="A part is enough: “refund”, “dispute”.",
            statuses=STATES,
            only=("failed", "Failed only"),
        ),
        rx.el.h2("Found", class_name="sr-only"),
        rx.cond(AdminInbox.problem, problem_note(AdminInbox.problem)),
        _list("Nothing delivered", "What a provider delivers is kept here once its signature was checked."),
        pager(AdminInbox.paging),
    )


def _of_order() -> rx.Component:
    order = AdminInbox.order
    verdict = rx.el.p(AdminInbox.verdict)
    return rx.fragment(
        card(
            rx.el.div(
                rx.el.h2("Order of " + order.student, class_name="text-heading"),
                badge(order.status, order.tone),
                class_name="flex flex-wrap items-center justify-between gap-3",
            ),
            rx.el.p(f"{order.product}, {order.when}", class_name="mt-1 text-muted"),
            rx.el.div(
                rx.cond(AdminInbox.agrees, callout(verdict, tone="good"), callout(verdict, tone="warning")),
                class_name="mt-4",
            ),
            rx.el.div(
                link_button("To the order", order.href, kind=SECONDARY),
                link_button("All deliveries", PATH, kind=SECONDARY),
                class_name="mt-4 flex flex-wrap gap-3",
            ),
            class_name="mb-8",
        ),
        rx.el.h2("As they came", class_name="mb-4 text-heading"),
        _list("Nothing delivered about this order", "Without a delivery, the minute's sweep asks the provider itself."),
    )


def _list(none: str, hint: str) -> rx.Component:
    return rows(AdminInbox.events, event_row, icon="inbox", none=none, hint=hint)
