"""The part of the admin's overview that grants a pack."""

import reflex as rx

from mentorship.components.buttons import primary_button, quiet_button, secondary_button
from mentorship.components.cards import card, section
from mentorship.components.dialog import consequence_dialog
from mentorship.components.forms import choice, field, text_area
from mentorship.schemas.desk import CapacityFace, PersonFace
from mentorship.state.admin import Admin
from mentorship.state.admin_grant import AdminGrant


def grant_section() -> rx.Component:
    """Find the student, then say what to grant; a dialog tells what follows before anything happens."""
    return section(
        "Grant a pack",
        card(rx.cond(AdminGrant.student.id, _terms(), _search())),
        _dialog(),
        intro="For goodwill, or for a payment that came another way. It takes a seat like any other pack.",
    )


def _search() -> rx.Component:
    return rx.fragment(
        rx.el.form(
            rx.el.div(
                field("words", "Student's e-mail address or name", required=True, min_length=2, max_length=120),
                class_name="min-w-0 flex-1",
            ),
            secondary_button("Find", type="submit", icon="search", busy=AdminGrant.busy == "search"),
            on_submit=AdminGrant.search,
            class_name="flex flex-wrap items-end gap-3",
        ),
        rx.el.div(
            rx.cond(
                AdminGrant.people,
                rx.el.ul(rx.foreach(AdminGrant.people, _person), class_name="mt-4 divide-y divide-line"),
                rx.cond(
                    AdminGrant.searched,
                    rx.el.p(f"No student matches “{AdminGrant.searched}”.", class_name="mt-4 text-muted"),
                ),
            ),
            aria_live="polite",
        ),
    )


def _person(person: rx.Var[PersonFace]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(person.name, class_name="font-semibold"),
            rx.el.p(person.email, class_name="text-small text-muted wrap-anywhere"),
            class_name="min-w-0",
        ),
        secondary_button("Choose", on_click=AdminGrant.choose(person.id), aria_label="Choose " + person.name),
        key=person.id,
        class_name="flex flex-wrap items-center justify-between gap-3 py-3",
    )


def _terms() -> rx.Component:
    student = AdminGrant.student
    return rx.fragment(
        rx.el.div(
            rx.el.p("For ", rx.el.span(student.name, class_name="font-semibold"), ", ", student.email),
            quiet_button("Choose somebody else", on_click=AdminGrant.start_again),
            class_name="flex flex-wrap items-center justify-between gap-3 wrap-anywhere",
        ),
        rx.el.form(
            choice(
                "mentor_id",
                "Mentor",
                rx.el.option("Choose a mentor", value=""),
                rx.foreach(Admin.mentors, _option),
                required=True,
            ),
            field(
                "sessions",
                "Sessions",
                kind="number",
                default_value="4",
                min=1,
                max=50,
                step=1,
                required=True,
                input_mode="numeric",
            ),
            text_area(
                "reason",
                "Reason",
                rows=2,
                hint="It stands in the pack's ledger, where student and mentor read it.",
                required=True,
                min_length=3,
                max_length=255,
            ),
            primary_button(
                "See what will happen", type="submit", busy=AdminGrant.busy == "ask", class_name="sm:justify-self-end"
            ),
            on_submit=AdminGrant.ask,
            class_name="mt-6 grid gap-5",
        ),
    )


def _option(face: rx.Var[CapacityFace]) -> rx.Component:
    return rx.el.option(face.name + " · " + face.seats.label, value=face.mentor_id, key=face.mentor_id)


def _dialog() -> rx.Component:
    return consequence_dialog(
        "grant",
        "Grant this pack?",
        AdminGrant.consequence,
        open=AdminGrant.asking,
        confirm="Grant the pack",
        keep="Do not grant it",
        on_confirm=AdminGrant.grant,
        on_dismiss=AdminGrant.put_away,
        busy=AdminGrant.busy == "grant",
        destructive=False,
    )
