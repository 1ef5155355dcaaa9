"""The waitlist: joining it, one's place in it, an offer with its countdown, and the dialog before leaving."""

import reflex as rx

from mentorship.components.badges import badge
from mentorship.components.buttons import PRIMARY, Text, link_button, primary_button, quiet_button
from mentorship.components.cards import card, portrait
from mentorship.components.countdown import countdown
from mentorship.components.dialog import consequence_dialog
from mentorship.schemas.desk import WaitingFace
from mentorship.schemas.students import PlaceFace
from mentorship.state.waitlist import Waitlist


def join_button(mentor_id: Text) -> rx.Component:
    """Joins the mentor's waitlist; a visitor signs in first."""
    return primary_button(
        "Join the waitlist", on_click=Waitlist.join(mentor_id), busy=Waitlist.busy == "join", class_name="w-full"
    )


def place_panel(face: rx.Var[PlaceFace], skew: rx.Var[float], href: Text) -> rx.Component:
    """The reader's place or offer, with the way to buy under an offer and the way out. `href` leads to buying."""
    return rx.el.div(
        rx.el.div(
            rx.el.p(face.headline, class_name="tabular font-semibold"),
            rx.cond(face.is_offer, _time_left(face, skew)),
            rx.el.p(face.text, class_name="mt-2"),
            class_name=[
                "rounded-field px-4 py-3 text-small",
                rx.cond(face.is_offer, "bg-accent-soft text-accent-ink", "bg-sunken text-ink"),
            ],
            role="status",
        ),
        rx.el.div(
            rx.cond(face.is_offer, link_button("Buy", href, kind=PRIMARY, class_name="flex-1")),
            quiet_button(
                face.leave_label,
                on_click=Waitlist.ask_to_leave(face.mentor_id),
                busy=Waitlist.busy == "ask " + face.mentor_id,
                aria_label=face.leave_label + ", " + face.mentor_name,
            ),
            class_name="mt-4 flex flex-wrap items-center gap-3",
        ),
    )


def place_card(face: rx.Var[PlaceFace], skew: rx.Var[float]) -> rx.Component:
    """The same as a card among others, with the mentor it is about."""
    href = "/mentors/" + face.mentor_slug
    return card(
        rx.el.div(
            portrait(face.portrait),
            rx.el.h3(rx.el.a(face.mentor_name, href=href), class_name="min-w-0 flex-1 text-lead font-semibold"),
            badge(rx.cond(face.is_offer, "Seat offered", "Waiting"), rx.cond(face.is_offer, "good", "neutral")),
            class_name="flex items-center gap-4",
        ),
        rx.el.div(place_panel(face, skew, href), class_name="mt-5"),
    )


def leave_dialog() -> rx.Component:
    """Asks before a place or an offer is given up; once on each page that shows one."""
    asked = Waitlist.asked
    return consequence_dialog(
        "waitlist",
        asked.question,
        asked.consequence,
        open=Waitlist.asking,
        confirm=asked.leave_label,
        keep=rx.cond(asked.is_offer, "Keep the seat", "Keep my place"),
        on_confirm=Waitlist.leave,
        on_dismiss=Waitlist.stay,
        busy=Waitlist.busy == "leave",
    )


def waiting_line(face: rx.Var[WaitingFace], skew: rx.Var[float]) -> rx.Component:
    """Somebody in line, for their mentor."""
    return rx.el.li(
        rx.el.div(
            rx.el.p(face.name, class_name="font-semibold"),
            rx.el.p(face.since, class_name="tabular text-fine text-muted"),
            class_name="min-w-0 flex-1 basis-48",
        ),
        rx.cond(
            face.until,
            rx.el.p("The offer ends ", countdown(until=face.until, skew=skew), class_name="tabular text-small"),
        ),
        badge(face.status, face.tone),
        key=face.student_id,
        class_name="flex flex-wrap items-center gap-x-5 gap-y-2 py-4",
    )


def _time_left(face: rx.Var[PlaceFace], skew: rx.Var[float]) -> rx.Component:
    return rx.el.p(
        "The offer ends ",
        countdown(until=face.until, skew=skew, class_name="font-semibold"),
        ".",
        class_name="tabular mt-1",
    )
