"""The admin's overview."""

import reflex as rx

from mentorship.components.badges import badge
from mentorship.components.buttons import primary_button, quiet_button, secondary_button, text_link
from mentorship.components.cards import card, fact, section
from mentorship.components.dialog import dialog
from mentorship.components.forms import field
from mentorship.components.layout import page_heading
from mentorship.components.reason_dialog import dialog_buttons
from mentorship.components.rows import fact_row, rows
from mentorship.components.seat_meter import seat_meter
from mentorship.components.skeleton import card_skeleton
from mentorship.pages.admin_accounting import accounting_section
from mentorship.pages.admin_grant import grant_section
from mentorship.pages.admin_zones import zones_section
from mentorship.pages.gate import only_for
from mentorship.pages.shell import shell
from mentorship.schemas.desk import AuditLine, CapacityFace, Count, Errand, EventLine, OrderLine, TakingsFace
from mentorship.state.admin import Admin
from mentorship.state.admin_zones import AdminZones
from mentorship.state.auth import Auth

PATH = "/admin"
ON_LOAD = [Auth.load, Admin.load, AdminZones.load]


def page() -> rx.Component:
    """Counts, takings, seats, granting a pack, and the newest of everything."""
    waiting = rx.el.div(
        card_skeleton("the numbers"), card_skeleton("the takings"), class_name="grid gap-4 lg:grid-cols-2"
    )
    return shell(
        page_heading("Overview", "What is sold, held, received and promised at this moment."),
        only_for("admin", PATH, rx.cond(Admin.ready, _overview(), waiting), waiting=waiting),
        current=PATH,
    )


def _overview() -> rx.Component:
    return rx.fragment(
        rx.el.div(_counts(), _takings(), class_name="grid gap-4 lg:grid-cols-2"),
        section("Seats", _seats(), intro="Seats that are taken stay taken when the number goes down."),
        grant_section(),
        accounting_section(),
        zones_section(),
        section("Newest orders", _orders()),
        section("Newest deliveries from providers", _events()),
        section("Newest audit rows", _audit()),
        _capacity_dialog(),
    )


def _counts() -> rx.Component:
    return card(
        rx.el.h2("In numbers", class_name="text-heading"),
        rx.el.dl(rx.foreach(Admin.facts, _count), class_name="mt-4 divide-y divide-line"),
        rx.el.h3("Mails", class_name="mt-6 font-semibold"),
        rx.el.dl(rx.foreach(Admin.deliveries, _count), class_name="mt-1 divide-y divide-line"),
    )


def _count(count: rx.Var[Count]) -> rx.Component:
    return fact(
        count.label,
        rx.cond(count.tone == "bad", badge(count.value, "bad"), rx.el.span(count.value)),
    )


def _takings() -> rx.Component:
    none = rx.el.p("Nothing has been paid yet.", class_name="mt-4 text-muted")
    listed = rx.el.dl(rx.foreach(Admin.takings, _taking), class_name="mt-4 divide-y divide-line")
    return card(
        rx.el.h2("Takings", class_name="text-heading"),
        rx.cond(Admin.takings, listed, none),
        rx.el.h3("Asks for a look", class_name="mt-6 font-semibold"),
        rx.el.dl(rx.foreach(Admin.desk, _errand), class_name="mt-1 divide-y divide-line"),
    )


def _errand(errand: rx.Var[Errand]) -> rx.Component:
    return fact(text_link(errand.label, errand.href), badge(errand.value, errand.tone))


def _taking(takings: rx.Var[TakingsFace]) -> rx.Component:
    return rx.fragment(fact("Paid", takings.paid), fact("Refunded", takings.refunded))


def _seats() -> rx.Component:
    return rx.el.ul(rx.foreach(Admin.mentors, _mentor), class_name="grid gap-4 md:grid-cols-2 lg:grid-cols-3")


def _mentor(face: rx.Var[CapacityFace]) -> rx.Component:
    return rx.el.li(
        card(
            rx.el.h3(face.name, class_name="font-semibold"),
            rx.el.div(seat_meter(face.seats), class_name="mt-3"),
            quiet_button(
                "Change seats",
                on_click=Admin.ask_capacity(face.mentor_id),
                busy=Admin.busy == "ask " + face.mentor_id,
                aria_label="Change seats of " + face.name,
                class_name="mt-3 -ml-5",
            ),
            class_name="h-full",
        ),
        key=face.mentor_id,
    )


def _capacity_dialog() -> rx.Component:
    asked = Admin.asked
    return dialog(
        "capacity",
        "How many seats for " + asked.name + "?",
        rx.el.p(
            f"{asked.taken} are taken now and stay taken. A lower number only stops new sales; a higher one gives "
            "seats to the waitlist, or puts them on sale, at once.",
            id="capacity-text",
            class_name="mt-3 text-muted",
        ),
        rx.el.form(
            field(
                "seats",
                "Seats",
                kind="number",
                default_value=asked.total.to_string(),
                min=0,
                max=1000,
                step=1,
                required=True,
                input_mode="numeric",
            ),
            dialog_buttons(
                secondary_button("Keep the number", on_click=Admin.put_away),
                primary_button("Change the seats", type="submit", busy=Admin.busy == "capacity"),
            ),
            on_submit=Admin.change_capacity,
            class_name="mt-6",
        ),
        open=Admin.asking,
        on_dismiss=Admin.put_away,
    )


def _orders() -> rx.Component:
    def row(line: rx.Var[OrderLine]) -> rx.Component:
        return fact_row(
            line.id,
            line.title,
            line.when,
            rx.el.p(line.amount, class_name="tabular mt-1"),
            rx.cond(line.review, rx.el.div(badge("Review: " + line.review, "warning"), class_name="mt-2")),
            status=line.status,
            tone=line.tone,
        )

    hint = "An order appears here as soon as a student starts a checkout."
    return rows(Admin.orders, row, icon="receipt_text", none="No order yet", hint=hint)


def _events() -> rx.Component:
    def row(line: rx.Var[EventLine]) -> rx.Component:
        return fact_row(
            line.id,
            line.title,
            line.when,
            rx.cond(line.error, rx.el.p(line.error, class_name="mt-1 text-danger-ink wrap-anywhere")),
            status=line.status,
            tone=line.tone,
        )

    hint = "Signed messages of the payment providers are kept here with what became of them."
    return rows(Admin.events, row, icon="inbox", none="Nothing received yet", hint=hint)


def _audit() -> rx.Component:
    def row(line: rx.Var[AuditLine]) -> rx.Component:
        return fact_row(
            line.id,
            line.title,
            line.when,
            rx.el.p(line.subject, class_name="mt-1 text-fine text-muted wrap-anywhere"),
            rx.el.p(line.change, class_name="text-fine text-muted wrap-anywhere"),
        )

    hint = "Every change of money, seats, credits, roles and settings is written down here."
    return rows(Admin.audit, row, icon="scroll_text", none="Nothing has changed yet", hint=hint)
