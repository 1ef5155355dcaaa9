"""A pack: its credits as a row of pips, how long they last, and what happens next."""

import reflex as rx

from mentorship.components.badges import badge
from mentorship.components.buttons import SECONDARY, link_button, text_link
from mentorship.components.cards import card, portrait
from mentorship.schemas.pages import PackFace

PIP = "h-2.5 flex-1 rounded-full "


def pack_card(pack: PackFace | rx.Var[PackFace]) -> rx.Component:
    """The card of one pack, with the way to its ledger and, when it makes sense, to its renewal."""
    face = rx.Var.create(pack)
    return card(
        rx.el.div(
            portrait(face.mentor_portrait),
            rx.el.div(
                rx.el.h3(face.mentor_name, class_name="text-lead font-semibold"),
                rx.el.p(face.title, class_name="text-small text-muted"),
                class_name="min-w-0 flex-1",
            ),
            badge(face.status, face.tone),
            class_name="flex items-start gap-4",
        ),
        rx.el.div(
            rx.el.p(face.headline, class_name="text-heading font-display"),
            rx.el.p(face.expiry, class_name="tabular text-small text-muted"),
            class_name="mt-6 flex flex-wrap items-baseline justify-between gap-x-4",
        ),
        pips(face.pips),
        rx.el.p(face.legend, class_name="mt-2 text-fine text-muted"),
        rx.el.p(
            rx.icon("route", size=18, class_name="mt-1 shrink-0 text-accent-ink", aria_hidden="true"),
            rx.el.span(rx.el.span("What happens next: ", class_name="font-semibold"), face.next_line),
            class_name="mt-5 flex gap-3 rounded-field bg-sunken px-4 py-3 text-small",
        ),
        rx.el.div(
            text_link(
                "Open the ledger", "/packs/" + face.id, class_name="pressable inline-flex items-center text-small"
            ),
            rx.cond(
                face.plan_href,
                link_button("Plan the rest of the pack", face.plan_href, kind=SECONDARY, icon="calendar_range"),
                rx.fragment(),
            ),
            rx.cond(
                face.renew_label,
                link_button(face.renew_label, "/checkout?renew=" + face.id, kind=SECONDARY, icon="refresh_cw"),
                rx.fragment(),
            ),
            class_name="mt-4 flex flex-wrap items-center justify-between gap-3",
        ),
    )


def pips(kinds: rx.Var[tuple[str, ...]]) -> rx.Component:
    """The row of pips alone: full is available, striped is booked, hollow is used, faint is gone."""
    return rx.el.div(rx.foreach(kinds, _pip), class_name="mt-3 flex gap-1.5", aria_hidden="true")


def _pip(kind: rx.Var[str]) -> rx.Component:
    return rx.el.span(
        class_name=rx.match(
            kind,
            ("available", PIP + "bg-accent"),
            ("booked", PIP + "pip-booked"),
            ("used", PIP + "ring-1 ring-edge ring-inset"),
            ("frozen", PIP + "bg-warning-300"),
            PIP + "bg-line",
        )
    )
