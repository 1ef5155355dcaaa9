"""A student on a mentor's roster: seat, credits and what happens next."""

import reflex as rx

from mentorship.components.badges import badge
from mentorship.components.cards import card
from mentorship.components.countdown import countdown
from mentorship.schemas.desk import RosterFace


def roster_line(face: rx.Var[RosterFace], skew: rx.Var[float], *actions: rx.Component) -> rx.Component:
    """The card of one student's seat; `actions` are its buttons."""
    return card(
        rx.el.div(
            rx.el.h3(face.name, class_name="text-lead font-semibold"),
            badge(face.status, face.tone),
            class_name="flex flex-wrap items-start justify-between gap-x-4 gap-y-2",
        ),
        rx.el.p(face.credits, class_name="tabular mt-2 text-small text-muted"),
        rx.cond(
            face.ends_at,
            rx.el.p(
                "Grace ends ",
                countdown(until=face.ends_at, skew=skew, class_name="font-semibold text-warning-ink"),
                class_name="tabular mt-3 text-small",
            ),
        ),
        rx.cond(
            face.renewal,
            rx.el.p(
                rx.el.span("Renewal due: ", class_name="font-semibold"), face.renewal, class_name="mt-3 text-small"
            ),
        ),
        rx.cond(
            face.next_line,
            rx.el.p(
                rx.icon("route", size=18, class_name="mt-1 shrink-0 text-accent-ink", aria_hidden="true"),
                rx.el.span(rx.el.span("What happens next: ", class_name="font-semibold"), face.next_line),
                class_name="mt-4 flex gap-3 rounded-field bg-sunken px-4 py-3 text-small",
            ),
        ),
        rx.el.div(*actions, class_name="mt-4 flex flex-wrap gap-2 empty:hidden"),
        class_name="h-full",
    )
