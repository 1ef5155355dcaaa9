"""A mentor's connection to their Google Calendar."""

import reflex as rx

from mentorship.components.badges import badge
from mentorship.components.buttons import primary_button, quiet_button, secondary_button
from mentorship.components.calendar_proposals import proposals_section
from mentorship.components.calendar_tabs import TABS, calendar_tabs
from mentorship.components.cards import card, fact
from mentorship.components.dialog import consequence_dialog
from mentorship.components.empty_state import empty_state
from mentorship.components.forms import choice
from mentorship.components.layout import page_heading
from mentorship.components.leave import leave
from mentorship.components.notices import callout
from mentorship.components.skeleton import card_skeleton
from mentorship.pages.gate import only_for
from mentorship.pages.shell import shell
from mentorship.schemas.calendars import CalendarFace
from mentorship.state.auth import Auth
from mentorship.state.instructor_calendar import READ
from mentorship.state.instructor_calendar import InstructorCalendar as Connection

PATH = TABS[2][1]
ON_LOAD = [Auth.load, Connection.load]
LEGEND = "mb-2 block text-small font-semibold"


def page() -> rx.Component:
    """Connect, choose calendars, see what was read and what waits for a decision, disconnect."""
    waiting = card_skeleton("your calendar")
    return shell(
        leave(to=Connection.consent_url, ticket=Connection.ticket),
        rx.el.div(
            page_heading(
                "Google Calendar",
                "Your own appointments hide your free times, and sessions appear in your calendar by themselves.",
            ),
            calendar_tabs(PATH),
            only_for(
                "mentor",
                PATH,
                rx.cond(
                    Connection.problem,
                    empty_state("user_x", "There is no desk yet", Connection.problem),
                    rx.cond(Connection.ready, _connection(), waiting),
                ),
                waiting=waiting,
            ),
            class_name="mx-auto w-full max-w-2xl",
        ),
        current=TABS[0][1],
    )


def _connection() -> rx.Component:
    connect = primary_button(
        "Connect Google Calendar", icon="calendar_plus", on_click=Connection.connect, busy=Connection.busy == "connect"
    )
    not_connected = empty_state(
        "calendar_plus",
        "No calendar is connected",
        "Google asks which permissions you give. We read when you are busy, never what with, and write the sessions "
        "that are booked with you.",
        connect,
    )
    not_offered = empty_state(
        "calendar_off",
        "Google Calendar is not set up here",
        "Whoever runs this site has not registered it at Google yet. Your weekly hours work without it.",
    )
    return rx.cond(
        Connection.connection == "none", rx.cond(Connection.offered, not_connected, not_offered), _connected()
    )


def _connected() -> rx.Component:
    again = primary_button("Connect it again", on_click=Connection.connect, busy=Connection.busy == "connect")
    is_live = Connection.connection == "connected"
    return rx.fragment(
        proposals_section(Connection.proposals),
        rx.cond(
            Connection.banner,
            rx.el.div(callout(rx.el.p(Connection.banner), tone="warning"), role="status", class_name="mb-6"),
        ),
        card(
            rx.el.div(
                rx.el.h2("Connection", class_name="text-heading"),
                rx.cond(is_live, badge("Connected", "good"), badge("Access lost", "bad")),
                class_name="flex flex-wrap items-center justify-between gap-3",
            ),
            rx.el.dl(
                fact("Account", rx.el.span(Connection.account, class_name="break-all")),
                rx.cond(Connection.read_line, fact("Reading", Connection.read_line)),
                class_name="mt-3 divide-y divide-line",
            ),
            rx.el.div(
                rx.cond(
                    is_live,
                    secondary_button(
                        "Read it now", icon="refresh_cw", on_click=Connection.read_now, busy=Connection.busy == "read"
                    ),
                    again,
                ),
                quiet_button("Disconnect", on_click=Connection.ask_to_leave),
                class_name="mt-5 flex flex-wrap gap-2",
            ),
        ),
        rx.cond(is_live, _choices()),
        consequence_dialog(
            "leave",
            "Disconnect your calendar?",
            "What we have read is deleted at once and our access is given back to Google. Your weekly hours alone "
            "decide then. Sessions that are in your calendar stay there, but are not kept up to date.",
            open=Connection.leaving,
            confirm="Disconnect",
            keep="Stay connected",
            on_confirm=Connection.leave,
            on_dismiss=Connection.stay,
            busy=Connection.busy == "leave",
        ),
    )


def _choices() -> rx.Component:
    return card(
        rx.el.h2("What it is used for", class_name="text-heading"),
        rx.el.form(
            rx.el.fieldset(
                rx.el.legend("Busy times count from", class_name=LEGEND),
                rx.foreach(Connection.calendars, _calendar),
            ),
            choice(
                "write",
                "Sessions are written into",
                rx.foreach(
                    Connection.calendars,
                    lambda face: rx.cond(face.is_writable, rx.el.option(face.name, value=face.id, key=face.id)),
                ),
                rx.el.option("None: do not write sessions", value=""),
                hint="Only calendars that you own. Your own changes to an entry's text stay.",
                default_value=Connection.write,
            ),
            rx.el.fieldset(
                rx.el.legend("When my calendar cannot be read", class_name=LEGEND),
                _when("keep", "Keep taking bookings", "Your weekly hours and what was read last decide."),
                _when("stop", "Stop taking bookings", "No time is offered after an hour without a reading."),
            ),
            primary_button("Save", type="submit", busy=Connection.busy == "save", class_name="sm:justify-self-start"),
            on_submit=Connection.save,
            class_name="mt-5 grid gap-6",
        ),
        class_name="mt-6",
    )


def _calendar(face: rx.Var[CalendarFace]) -> rx.Component:
    return _line(
        rx.el.input(
            type="checkbox",
            name=READ + face.id,
            default_checked=face.is_read,
            class_name="mt-0.5 size-5 shrink-0 accent-accent",
        ),
        face.name,
        face.note,
        rx.cond(face.problem, rx.el.span(face.problem, class_name="block font-semibold text-warning-ink")),
        key=face.id,
    )


def _when(value: str, label: str, hint: str) -> rx.Component:
    return _line(
        rx.el.input(
            type="radio",
            name="when_unread",
            value=value,
            default_checked=Connection.when_unread == value,
            class_name="mt-0.5 size-5 shrink-0 accent-accent",
        ),
        label,
        hint,
    )


def _line(control: rx.Component, label, hint, *more: rx.Component, **props) -> rx.Component:
    return rx.el.label(
        control,
        rx.el.span(
            rx.el.span(label, class_name="block font-medium wrap-anywhere"),
            rx.el.span(hint, class_name="block text-muted"),
            *more,
            class_name="min-w-0",
        ),
        class_name="flex min-h-11 cursor-pointer items-start gap-3 py-2 text-small",
        **props,
    )
