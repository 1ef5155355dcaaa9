"""The admins' list of disputes."""

import reflex as rx

from mentorship.components.badges import badge
from mentorship.components.buttons import download_button
from mentorship.components.cards import card
from mentorship.components.countdown import countdown
from mentorship.components.empty_state import empty_state
from mentorship.components.layout import page_heading
from mentorship.components.skeleton import card_skeleton
from mentorship.pages.gate import only_for
from mentorship.pages.shell import shell
from mentorship.schemas.refund_faces import DisputeFace
from mentorship.state.admin_disputes import AdminDisputes as Disputes
from mentorship.state.auth import Auth

PATH = "/admin/disputes"
ON_LOAD = [Auth.load, Disputes.load]


def page() -> rx.Component:
    """Every dispute, how long there is to answer it, and the evidence to hand in."""
    waiting = card_skeleton("the disputes")
    none = empty_state(
        "shield_check",
        "Nobody disputes a payment",
        "When a buyer asks a bank or the provider for the money back, it appears here with the time to answer.",
    )
    listed = rx.el.ul(rx.foreach(Disputes.disputes, _dispute), class_name="grid gap-5 lg:grid-cols-2")
    return shell(
        page_heading("Disputes", "Download the evidence and hand it in at the provider before the time is over."),
        only_for(
            "admin",
            PATH,
            rx.el.section(
                rx.el.h2("All disputes", class_name="sr-only"),
                rx.cond(Disputes.ready, rx.cond(Disputes.disputes.length() > 0, listed, none), waiting),
            ),
            waiting=waiting,
        ),
        current=PATH,
    )


def _dispute(face: rx.Var[DisputeFace]) -> rx.Component:
    return rx.el.li(
        card(
            rx.el.div(
                rx.el.h3(face.title, class_name="min-w-0 font-semibold wrap-anywhere"),
                badge(face.status, face.tone),
                class_name="flex flex-wrap items-start justify-between gap-3",
            ),
            rx.el.p(face.amount, class_name="tabular mt-2 font-display text-heading"),
            rx.cond(
                face.due_at,
                rx.el.p(
                    "Answer ",
                    countdown(until=face.due_at, skew=Disputes.skew),
                    ", until ",
                    face.due_when,
                    class_name="tabular mt-1 font-semibold text-danger-ink",
                ),
            ),
            rx.el.p("Since ", face.when, class_name="tabular mt-1 text-small text-muted"),
            rx.el.p(face.line, class_name="mt-1 text-small text-muted wrap-anywhere"),
            rx.el.div(
                download_button(
                    "Download the evidence",
                    face.evidence_href,
                    aria_label="Download the evidence: " + face.title,
                ),
                class_name="mt-4",
            ),
            class_name="h-full",
        ),
        key=face.id,
    )
