"""One delivery, for an admin: its body, what it did, and looking into it again."""

import reflex as rx

from mentorship.components.badges import badge
from mentorship.components.buttons import SECONDARY, link_button, secondary_button
from mentorship.components.cards import card, fact
from mentorship.components.layout import page_heading
from mentorship.pages.money_desk import back_to, one_of
from mentorship.state.admin_event import AdminEvent
from mentorship.state.auth import Auth

LIST = "/admin/inbox"
ON_LOAD = [Auth.load, AdminEvent.load]


def page() -> rx.Component:
    """The delivery in the address."""
    return one_of("delivery", "inbox", LIST, _event(), ready=AdminEvent.ready, missing=AdminEvent.missing)


def _event() -> rx.Component:
    event = AdminEvent.event
    return rx.fragment(
        back_to("All deliveries", LIST),
        page_heading(event.title, event.when),
        card(
            rx.el.div(
                rx.el.h2("What became of it", class_name="text-heading"),
                badge(event.status, event.tone),
                class_name="flex flex-wrap items-center justify-between gap-3",
            ),
            rx.el.p(event.effect, class_name="mt-3"),
            rx.cond(event.error, rx.el.p(event.error, class_name="mt-2 text-danger-ink wrap-anywhere")),
            rx.el.dl(
                fact("Number", rx.el.span(event.number, class_name="wrap-anywhere")),
                fact("About", rx.el.span(event.reference, class_name="wrap-anywhere")),
                fact("Tries", event.tries),
                class_name="mt-4 divide-y divide-line",
            ),
            rx.el.div(
                rx.cond(
                    AdminEvent.can_replay,
                    secondary_button(
                        "Look into it again",
                        icon="refresh_cw",
                        on_click=AdminEvent.replay,
                        busy=AdminEvent.busy == "replay",
                    ),
                ),
                rx.cond(
                    AdminEvent.order_id,
                    rx.fragment(
                        link_button("To the order", "/admin/orders/" + AdminEvent.order_id, kind=SECONDARY),
                        link_button("Its deliveries", LIST + "?order=" + AdminEvent.order_id, kind=SECONDARY),
                    ),
                ),
                class_name="mt-6 flex flex-wrap gap-3 empty:hidden",
            ),
        ),
        rx.el.section(
            rx.el.h2("As it was delivered", class_name="mb-2 text-heading"),
            rx.el.p("What could be used as a key is hidden.", class_name="mb-4 text-small text-muted"),
            rx.el.pre(
                rx.el.code(AdminEvent.body),
                tab_index=0,
                role="region",
                aria_label="Body of the delivery",
                class_name="max-h-[32rem] overflow-auto rounded-card bg-sunken p-5 text-fine leading-relaxed",
            ),
            class_name="mt-12",
        ),
    )
