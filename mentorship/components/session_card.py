"""A session: with whom, when in both zones, how long until then, and the way in."""

import reflex as rx

from mentorship.components.badges import badge
from mentorship.components.buttons import PRIMARY, link_button
from mentorship.components.calendar_file import calendar_file_button
from mentorship.components.cards import card, portrait
from mentorship.components.countdown import countdown
from mentorship.schemas.pages import SessionFace


def session_card(session: SessionFace | rx.Var[SessionFace], *actions: rx.Component, skew: float = 0) -> rx.Component:
    """The card of one session; `actions` are its further buttons, such as moving or cancelling it."""
    face = rx.Var.create(session)
    return card(
        rx.el.div(
            portrait(face.with_portrait),
            rx.el.div(
                rx.el.h3(face.with_name, class_name="text-lead font-semibold"),
                rx.el.p(face.title, class_name="text-small text-muted"),
                class_name="min-w-0 flex-1",
            ),
            badge(face.status, face.tone),
            class_name="flex items-start gap-4",
        ),
        rx.el.div(
            rx.el.div(
                rx.el.p(face.when, class_name="tabular text-heading font-semibold"),
                rx.cond(
                    face.other_when,
                    rx.el.p(face.other_when, class_name="tabular text-small text-muted"),
                    rx.fragment(),
                ),
            ),
            rx.cond(
                face.upcoming,
                countdown(until=face.starts_at, skew=skew, class_name="text-lead font-semibold text-accent-ink"),
                rx.fragment(),
            ),
            class_name="mt-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-2",
        ),
        rx.cond(face.upcoming, _door(face), rx.fragment()),
        rx.el.div(
            rx.cond(face.upcoming, calendar_file_button(face.id, face.with_name), rx.fragment()),
            *actions,
            class_name="mt-4 flex flex-wrap gap-2 empty:hidden",
        ),
    )


def _door(face: rx.Var[SessionFace]) -> rx.Component:
    return rx.cond(
        face.join_note,
        rx.el.p(
            rx.icon("door_closed", size=18, class_name="mt-1 shrink-0", aria_hidden="true"),
            face.join_note,
            class_name="mt-5 flex gap-3 rounded-field bg-sunken px-4 py-3 text-small",
        ),
        link_button(
            "Join the session", "/room/" + face.id, kind=PRIMARY, icon="video", class_name="mt-5 max-sm:w-full"
        ),
    )
