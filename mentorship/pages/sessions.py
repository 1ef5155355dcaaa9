"""A student's sessions."""

import reflex as rx

from mentorship.components.badges import badge
from mentorship.components.buttons import PRIMARY, SECONDARY, link_button, quiet_button, text_link
from mentorship.components.cards import card, section
from mentorship.components.empty_state import empty_state
from mentorship.components.layout import page_heading
from mentorship.components.reason_dialog import reason_dialog
from mentorship.components.session_card import session_card
from mentorship.components.skeleton import card_skeleton
from mentorship.components.why_not import why_not
from mentorship.pages.shell import shell
from mentorship.schemas.students import OwnSession
from mentorship.state.auth import Auth
from mentorship.state.sessions import Sessions

ON_LOAD = [Auth.load, Sessions.load]


def page() -> rx.Component:
    """What is coming, and what was."""
    none = empty_state(
        "calendar_plus",
        "No session is booked",
        "Pick a time that suits you; you can move it later.",
        link_button("Open the calendar", "/calendar", kind=PRIMARY),
    )
    listed = rx.el.ul(rx.foreach(Sessions.upcoming, _upcoming), class_name="grid gap-5")
    return shell(
        page_heading("Sessions", "", link_button("Book a session", "/calendar", kind=SECONDARY, icon="calendar_plus")),
        rx.cond(
            Sessions.ready,
            rx.fragment(
                rx.el.section(
                    rx.el.h2("Upcoming", class_name="mb-5 text-heading"),
                    rx.cond(Sessions.upcoming.length() > 0, listed, none),
                ),
                rx.cond(Sessions.past.length() > 0, _past_sessions(), rx.fragment()),
            ),
            card_skeleton("your sessions"),
        ),
        reason_dialog(
            "cancel-session",
            Sessions.question,
            Sessions.consequence,
            open=Sessions.canceling != "",
            confirm="Cancel the session",
            keep="Keep the session",
            required=False,
            hint="Your mentor reads it, and it stays with the session.",
            on_submit=Sessions.cancel,
            on_dismiss=Sessions.keep,
            busy=Sessions.busy == "cancel",
        ),
        current="/sessions",
    )


def _upcoming(session: rx.Var[OwnSession]) -> rx.Component:
    face = session.face
    return rx.el.li(
        session_card(
            face,
            rx.cond(
                session.can_move,
                link_button("Move", "/calendar?session=" + face.id, kind=SECONDARY, icon="calendar_clock"),
                why_not("Move", session.why_not_move),
            ),
            rx.cond(
                session.can_cancel,
                quiet_button("Cancel", on_click=Sessions.ask_to_cancel(face.id)),
                why_not("Cancel", session.why_not_cancel),
            ),
            rx.el.p(session.rule, class_name="w-full text-fine text-muted"),
            skew=Auth.skew,
        ),
        key=face.id,
    )


def _past_sessions() -> rx.Component:
    return section("Past", rx.el.ul(rx.foreach(Sessions.past, _past), class_name="grid gap-4"))


def _past(session: rx.Var[OwnSession]) -> rx.Component:
    face = session.face
    return rx.el.li(
        card(
            rx.el.div(
                rx.el.div(
                    rx.el.h3(face.with_name, class_name="font-semibold"),
                    rx.el.p(face.when, class_name="tabular text-small text-muted"),
                    rx.cond(
                        face.other_when,
                        rx.el.p(face.other_when, class_name="tabular text-fine text-muted"),
                        rx.fragment(),
                    ),
                    class_name="min-w-0 flex-1 basis-56",
                ),
                badge(face.status, face.tone),
                class_name="flex flex-wrap items-start gap-3",
            ),
            rx.cond(
                session.reason,
                rx.el.p(rx.el.strong("Reason: "), session.reason, class_name="mt-3 text-small"),
                rx.fragment(),
            ),
            rx.cond(session.cost, rx.el.p(session.cost, class_name="mt-2 text-small text-muted"), rx.fragment()),
            rx.cond(
                session.notes,
                rx.el.div(
                    rx.el.h4("Notes", class_name="text-small font-semibold"),
                    rx.el.p(session.notes, class_name="measure mt-1 whitespace-pre-line text-small"),
                    class_name="mt-4",
                ),
                rx.fragment(),
            ),
            rx.cond(
                session.recording_url,
                rx.el.p(
                    text_link("Watch the recording", session.recording_url, rel="noopener noreferrer"),
                    class_name="mt-3",
                ),
                rx.fragment(),
            ),
        ),
        key=face.id,
    )
