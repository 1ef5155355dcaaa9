"""One pack: its credits, and every change of them."""

import reflex as rx

from mentorship.components.badges import badge
from mentorship.components.buttons import SECONDARY, link_button, text_link
from mentorship.components.cards import card
from mentorship.components.empty_state import empty_state
from mentorship.components.layout import page_heading
from mentorship.components.ledger import ledger_table
from mentorship.components.pack_card import pips
from mentorship.components.skeleton import page_skeleton
from mentorship.pages.shell import shell
from mentorship.schemas.pages import PackFace
from mentorship.state.auth import Auth
from mentorship.state.pack import Pack

ON_LOAD = [Auth.load, Pack.load]


def page() -> rx.Component:
    """The statement of one pack."""
    missing = rx.fragment(
        page_heading("Pack"),
        empty_state(
            "receipt_text",
            "There is no such pack of yours",
            "Packs are shown to their student and mentor. Yours are on your home page.",
            link_button("Go home", "/dashboard", kind=SECONDARY),
        ),
    )
    return shell(
        rx.el.div(
            rx.cond(
                Pack.missing,
                missing,
                rx.cond(Pack.pack, _statement(Pack.pack.to(PackFace)), page_skeleton("the statement")),
            ),
            class_name="mx-auto w-full max-w-3xl",
        ),
        current="/dashboard",
    )


def _statement(pack: rx.Var[PackFace]) -> rx.Component:
    return rx.fragment(
        page_heading(
            pack.title,
            "",
            rx.cond(
                Pack.receipt,
                link_button("Receipt", "/receipts/" + Pack.receipt, kind=SECONDARY, icon="receipt_text"),
                rx.fragment(),
            ),
            rx.cond(
                pack.renew_label,
                link_button(pack.renew_label, "/checkout?renew=" + pack.id, kind=SECONDARY, icon="refresh_cw"),
                rx.fragment(),
            ),
        ),
        card(
            rx.el.div(
                rx.el.p(pack.headline, class_name="font-display text-heading"),
                badge(pack.status, pack.tone),
                class_name="flex flex-wrap items-center justify-between gap-3",
            ),
            pips(pack.pips),
            rx.el.div(
                rx.el.p(pack.legend),
                rx.el.p(pack.expiry, class_name="tabular"),
                class_name="mt-2 flex flex-wrap justify-between gap-x-4 text-fine text-muted",
            ),
        ),
        rx.cond(
            Auth.role == "student",
            rx.el.p(
                "Something not right? ",
                text_link("Orders and refunds", "/orders"),
                class_name="mt-6 text-small text-muted",
            ),
        ),
        rx.el.section(
            rx.el.h2("Every change", class_name="mb-4 text-heading"),
            card(ledger_table(Pack.lines, caption="Every change of this pack's credits, newest first")),
            class_name="mt-12",
        ),
    )
