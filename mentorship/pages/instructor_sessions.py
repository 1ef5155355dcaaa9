"""A mentor's sessions."""

import reflex as rx

from mentorship.components.calendar_proposals import calendar_banner, proposals_section
from mentorship.components.cards import section
from mentorship.components.desk_session import desk_sessions, session_dialogs
from mentorship.components.empty_state import empty_state
from mentorship.components.layout import page_heading
from mentorship.components.skeleton import card_skeleton
from mentorship.pages.gate import only_for
from mentorship.pages.shell import shell
from mentorship.state.auth import Auth
from mentorship.state.instructor_sessions import InstructorSessions as Sessions

PATH = "/instructor/sessions"
ON_LOAD = [Auth.load, Sessions.load]


def page() -> rx.Component:
    """What waits for an outcome, what comes next, and what is over."""
    waiting = rx.el.div(
        card_skeleton("your sessions"), card_skeleton("more sessions"), class_name="grid gap-4 lg:grid-cols-2"
    )
    return shell(
        page_heading("Sessions", "Outcomes can be corrected for 7 days after a session."),
        only_for(
            "mentor",
            PATH,
            rx.cond(
                Sessions.problem,
                empty_state("user_x", "There is no desk yet", Sessions.problem),
                rx.cond(Sessions.ready, _sessions(), waiting),
            ),
            waiting=waiting,
        ),
        current=PATH,
    )


def _sessions() -> rx.Component:
    none = empty_state(
        "calendar", "No session is booked", "Students book from your free times. A new session appears here by itself."
    )
    nothing_over = empty_state(
        "history", "Nothing is over yet", "Completed, missed and canceled sessions of the last 90 days are kept here."
    )
    return rx.fragment(
        calendar_banner(Sessions.calendar_problem),
        proposals_section(Sessions.proposals),
        rx.cond(
            Sessions.waiting,
            section("Waiting for an outcome", desk_sessions(Sessions.waiting, Sessions.skew), class_name="mt-0! mb-16"),
        ),
        section(
            "Upcoming",
            rx.cond(Sessions.upcoming, desk_sessions(Sessions.upcoming, Sessions.skew), none),
            class_name="mt-0!",
        ),
        section("Over", rx.cond(Sessions.closed, desk_sessions(Sessions.closed, Sessions.skew), nothing_over)),
        session_dialogs(),
    )
