"""A mentor's roster."""

import reflex as rx

from mentorship.components.buttons import PRIMARY, link_button, quiet_button
from mentorship.components.cards import card, section
from mentorship.components.empty_state import empty_state
from mentorship.components.layout import page_heading
from mentorship.components.reason_dialog import reason_dialog
from mentorship.components.roster_line import roster_line
from mentorship.components.seat_meter import seat_meter
from mentorship.components.skeleton import card_skeleton
from mentorship.components.waitlist import waiting_line
from mentorship.pages.gate import only_for
from mentorship.pages.refund_decisions import decision_dialogs, request_list
from mentorship.pages.shell import shell
from mentorship.schemas.desk import RosterFace
from mentorship.state.auth import Auth
from mentorship.state.instructor_students import InstructorStudents as Students
from mentorship.state.refund_decisions import RefundDecisions

PATH = "/instructor/students"
ON_LOAD = [Auth.load, Students.load]


def page() -> rx.Component:
    """Every student with a seat: its state, the credits, and releasing it."""
    waiting = rx.el.div(
        card_skeleton("your students"), card_skeleton("more students"), class_name="grid gap-4 lg:grid-cols-2"
    )
    return shell(
        page_heading("Students", "Everybody who has a seat with you, and what happens to it next."),
        only_for(
            "mentor",
            PATH,
            rx.cond(
                Students.problem,
                empty_state("user_x", "There is no desk yet", Students.problem),
                rx.cond(Students.ready, _roster(), waiting),
            ),
            waiting=waiting,
        ),
        current=PATH,
    )


def _roster() -> rx.Component:
    none = empty_state(
        "users",
        "No student yet",
        "Your seats are on sale on the storefront. A student appears here once a pack is paid.",
        link_button("See the storefront", "/mentors", kind=PRIMARY),
    )
    listed = rx.el.ul(
        rx.foreach(Students.students, lambda face: rx.el.li(_student(face), key=face.student_id)),
        class_name="grid gap-4 lg:grid-cols-2",
    )
    asked = Students.asked
    return rx.fragment(
        card(
            rx.el.h2("Seats", class_name="text-heading"),
            rx.el.div(seat_meter(Students.seats, live=True), class_name="mt-4"),
            class_name="mb-8",
        ),
        rx.cond(
            RefundDecisions.requests,
            rx.el.section(
                rx.el.h2("Refunds to decide", class_name="mb-4 text-heading"), request_list(), class_name="mb-8"
            ),
        ),
        decision_dialogs(),
        rx.el.h2("Roster", class_name="sr-only"),
        rx.cond(Students.students, listed, none),
        rx.cond(
            Students.line,
            section(
                "Waitlist",
                card(
                    rx.el.ul(
                        rx.foreach(Students.line, lambda face: waiting_line(face, Students.skew)),
                        class_name="divide-y divide-line",
                    )
                ),
                intro="Who gets your next free seat, in this order. Each has " + Students.offered_for + " to take it.",
            ),
        ),
        reason_dialog(
            "release",
            "Release " + asked.name + "'s seat?",
            Students.consequence,
            open=Students.asking,
            confirm="Release the seat",
            keep="Keep the seat",
            hint="The student reads it.",
            on_submit=Students.release,
            on_dismiss=Students.put_away,
            busy=Students.busy == "release",
        ),
    )


def _student(face: rx.Var[RosterFace]) -> rx.Component:
    return roster_line(
        face,
        Students.skew,
        rx.cond(
            face.can_release,
            quiet_button(
                "Release seat",
                on_click=Students.ask_release(face.student_id),
                busy=Students.busy == "ask " + face.student_id,
                aria_label="Release seat of " + face.name,
            ),
        ),
    )
