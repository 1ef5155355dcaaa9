"""A mentor's dashboard."""

import reflex as rx

from mentorship.components.buttons import PRIMARY, SECONDARY, link_button, text_link
from mentorship.components.calendar_proposals import calendar_banner, proposals_section
from mentorship.components.cards import card, section
from mentorship.components.desk_session import desk_sessions, session_dialogs
from mentorship.components.empty_state import empty_state
from mentorship.components.layout import page_heading
from mentorship.components.roster_line import roster_line
from mentorship.components.seat_meter import seat_meter
from mentorship.components.skeleton import card_skeleton
from mentorship.pages.gate import only_for
from mentorship.pages.shell import shell
from mentorship.schemas.desk import RosterFace
from mentorship.state.auth import Auth
from mentorship.state.instructor_dashboard import InstructorDashboard as Desk

PATH = "/instructor/dashboard"
ON_LOAD = [Auth.load, Desk.load]


def page() -> rx.Component:
    """Seats, what waits for an outcome, what comes next, and who is due to renew."""
    waiting = rx.el.div(
        card_skeleton("your seats"), card_skeleton("your sessions"), class_name="grid gap-4 lg:grid-cols-2"
    )
    return shell(
        page_heading("Your desk", "What needs you first, then what comes next."),
        only_for(
            "mentor",
            PATH,
            rx.cond(
                Desk.problem,
                empty_state("user_x", "There is no desk yet", Desk.problem),
                rx.cond(Desk.ready, _desk(), waiting),
            ),
            waiting=waiting,
        ),
        current=PATH,
    )


def _desk() -> rx.Component:
    return rx.fragment(
        calendar_banner(Desk.calendar_problem),
        proposals_section(Desk.proposals),
        rx.el.div(_seats(), _renewals(), class_name="grid gap-4 lg:grid-cols-2"),
        rx.cond(
            Desk.waiting,
            section(
                "Waiting for an outcome",
                desk_sessions(Desk.waiting, Desk.skew),
                intro="These sessions have begun. Say how they went; the credit follows.",
            ),
        ),
        rx.cond(
            Desk.grace,
            section(
                "In grace",
                _roster(Desk.grace),
                intro="The last session is over. Each seat is kept until its time is up.",
            ),
        ),
        section("Upcoming sessions", _upcoming()),
        section("Students", _students()),
        session_dialogs(),
    )


def _seats() -> rx.Component:
    return card(
        rx.el.h2("Seats", class_name="text-heading"),
        rx.el.div(seat_meter(Desk.seats, live=True), class_name="mt-5"),
        rx.el.p(
            "Active, grace, offers and running checkouts each take a seat. The storefront shows the same number.",
            class_name="mt-4 text-small text-muted",
        ),
        rx.cond(
            Desk.seats.waiting,
            rx.el.p(text_link("See your waitlist", "/instructor/students"), class_name="mt-3 text-small"),
        ),
    )


def _renewals() -> rx.Component:
    due = rx.el.ul(
        rx.foreach(
            Desk.renewals,
            lambda face: rx.el.li(
                rx.el.span(face.name, class_name="font-semibold"),
                rx.el.span(face.renewal, class_name="text-small text-muted"),
                class_name="flex flex-wrap items-baseline justify-between gap-x-4 py-2",
            ),
        ),
        class_name="mt-3 divide-y divide-line",
    )
    none = rx.el.p(
        "Nobody. A student appears here when one session or none is left to complete.", class_name="mt-4 text-muted"
    )
    return card(rx.el.h2("Renewals due", class_name="text-heading"), rx.cond(Desk.renewals, due, none))


def _upcoming() -> rx.Component:
    none = empty_state(
        "calendar",
        "No session is booked",
        "Students book from your free times. A new session appears here by itself.",
    )
    listed = rx.fragment(
        desk_sessions(Desk.upcoming, Desk.skew),
        rx.cond(
            Desk.more > 0,
            rx.el.div(
                link_button(f"All sessions, {Desk.more} more", "/instructor/sessions", kind=SECONDARY),
                class_name="mt-6",
            ),
        ),
    )
    return rx.cond(Desk.upcoming, listed, none)


def _students() -> rx.Component:
    none = empty_state(
        "users",
        "No student yet",
        "Your seats are on sale on the storefront. A student appears here once a pack is paid.",
        link_button("See the storefront", "/mentors", kind=PRIMARY),
    )
    listed = rx.fragment(
        _roster(Desk.students),
        rx.el.p(text_link("Open the roster", "/instructor/students"), class_name="mt-6"),
    )
    return rx.cond(Desk.students, listed, none)


def _roster(students: rx.Var[list[RosterFace]]) -> rx.Component:
    return rx.el.ul(
        rx.foreach(students, lambda face: rx.el.li(roster_line(face, Desk.skew), key=face.student_id)),
        class_name="grid gap-4 lg:grid-cols-2",
    )
