"""A mentor's calendar."""

import reflex as rx

from mentorship.components.badges import badge
from mentorship.components.buttons import SECONDARY, link_button, primary_button, secondary_button
from mentorship.components.calendar_proposals import calendar_banner, proposal_decisions, proposal_dialog
from mentorship.components.calendar_tabs import calendar_tabs
from mentorship.components.cards import card
from mentorship.components.day_list import day_list
from mentorship.components.desk_session import session_details, session_dialogs
from mentorship.components.dialog import dialog
from mentorship.components.empty_state import empty_state
from mentorship.components.layout import page_heading
from mentorship.components.month_grid import month_grid
from mentorship.components.notices import callout
from mentorship.components.picked_time import picked_time
from mentorship.components.reason_dialog import dialog_buttons
from mentorship.components.skeleton import card_skeleton
from mentorship.components.view_switch import view_switch
from mentorship.components.week_grid import week_grid
from mentorship.pages.gate import only_for
from mentorship.pages.shell import shell
from mentorship.schemas.pages import SlotTime
from mentorship.state.auth import Auth
from mentorship.state.instructor_agenda import PATH
from mentorship.state.instructor_agenda import InstructorAgenda as Agenda

ON_LOAD = [Auth.load, Agenda.load]
LEGEND = (
    ("bg-accent", "Session"),
    ("bg-warning-soft ring-1 ring-warning-ink/40 ring-inset", "Session without an outcome"),
    ("bg-sunken ring-1 ring-line ring-inset", "Over or canceled"),
    ("bg-accent-soft", "Free: students can book it"),
    ("bg-line", "Busy in your Google Calendar"),
    ("hatched ring-1 ring-line ring-inset", "Closed, or the rest kept around what is booked"),
    ("outline-2 -outline-offset-2 outline-dashed outline-warning-ink", "Moved in Google: yours to decide"),
)


def page() -> rx.Component:
    """A week or a month with sessions, what keeps time from being booked, and free time."""
    waiting = card_skeleton("your calendar")
    return shell(
        page_heading("Calendar", "Choose a session to see it, move it or say how it went."),
        calendar_tabs(PATH),
        only_for(
            "mentor",
            PATH,
            rx.cond(
                Agenda.problem,
                empty_state(
                    "calendar_x",
                    "The calendar cannot be shown",
                    Agenda.problem,
                    link_button("Show this week", PATH, kind=SECONDARY),
                ),
                rx.cond(Agenda.ready, _calendar(), waiting),
            ),
            waiting=waiting,
        ),
        current=PATH,
    )


def _calendar() -> rx.Component:
    return rx.fragment(
        calendar_banner(Agenda.calendar_problem),
        rx.el.p(
            rx.cond(
                Agenda.moving.id,
                "Moving the session with " + Agenda.moving.student + ". Pick one of the free times.",
                "",
            ),
            role="status",
            class_name="sr-only",
        ),
        rx.cond(Agenda.moving.id, _moving(), rx.fragment()),
        rx.el.div(view_switch(Agenda.view, Agenda.views), class_name="mb-4"),
        card(
            rx.cond(
                Agenda.view == "week",
                week_grid(
                    Agenda.week,
                    zone=Auth.zone,
                    picked=Agenda.choice.starts_at,
                    on_pick=Agenda.pick,
                    on_previous=Agenda.show_previous,
                    on_next=Agenda.show_next,
                    on_this_week=Agenda.show_today,
                    on_phone=day_list(Agenda.week, on_pick=Agenda.pick, picked=Agenda.choice.starts_at),
                ),
                month_grid(
                    Agenda.month,
                    zone=Auth.zone,
                    on_previous=Agenda.show_previous,
                    on_next=Agenda.show_next,
                    on_this_month=Agenda.show_today,
                ),
            ),
            class_name="max-sm:px-3!",
        ),
        picked_time(
            Agenda.choice,
            primary_button("Move it here", on_click=Agenda.confirm, busy=Agenda.busy == "confirm"),
            on_put_back=Agenda.put_back,
        ),
        _legend(),
        _opened(),
        session_dialogs(),
        proposal_dialog(),
    )


def _moving() -> rx.Component:
    moving = Agenda.moving
    return rx.el.section(
        callout(
            rx.el.h2("Moving the session with " + moving.student, class_name="font-text font-semibold"),
            rx.el.p("Now ", moving.when, ". It stays there until you confirm a new time.", class_name="tabular mt-1"),
            rx.cond(moving.other_when, rx.el.p(moving.other_when, class_name="tabular text-muted"), rx.fragment()),
            rx.el.p("Pick a free time in the week, or one of the next:", class_name="mt-3"),
            rx.cond(
                Agenda.next_free.length() > 0,
                rx.el.ul(rx.foreach(Agenda.next_free, _next), class_name="mt-2 flex flex-wrap gap-2"),
                rx.el.p("There is no free time at the moment.", class_name="mt-2 font-semibold"),
            ),
            rx.el.div(link_button("Keep it where it is", Agenda.views["stay"], kind=SECONDARY), class_name="mt-4"),
        ),
        aria_label="Moving a session",
        class_name="mb-6",
    )


def _next(time: rx.Var[SlotTime]) -> rx.Component:
    chosen = time.starts_at == Agenda.choice.starts_at
    look = "pressable tabular rounded-field px-4 py-2 text-small ring-1 ring-inset "
    return rx.el.li(
        rx.el.button(
            rx.el.span(time.day_label, " · ", time.label, class_name="block font-semibold"),
            rx.cond(time.other_label, rx.el.span(time.other_label, class_name="block text-fine"), rx.fragment()),
            type="button",
            on_click=Agenda.pick(time.starts_at),
            aria_pressed=chosen,
            class_name=rx.cond(
                chosen, look + "bg-accent text-on-accent ring-accent", look + "bg-raised text-ink ring-line"
            ),
        ),
        key=time.starts_at,
    )


def _opened() -> rx.Component:
    """The card of one session."""
    face, proposal = Agenda.opened, Agenda.opened_proposal
    return dialog(
        "session",
        face.student,
        rx.el.div(
            badge(face.status, face.tone),
            session_details(face, Agenda.skew),
            rx.cond(
                proposal.id,
                callout(
                    rx.el.p(proposal.happened),
                    proposal_decisions(proposal),
                    tone="warning",
                ),
                rx.fragment(),
            ),
            id="session-text",
            class_name="mt-3 grid gap-1",
        ),
        dialog_buttons(secondary_button("Close", on_click=Agenda.put_away)),
        open=face.id != "",
        on_dismiss=Agenda.put_away,
    )


def _legend() -> rx.Component:
    return rx.el.section(
        rx.el.h2("What the colours mean", class_name="font-text text-small font-semibold"),
        rx.el.ul(
            *[
                rx.el.li(
                    rx.el.span(class_name=f"size-4 shrink-0 rounded-chip {look}", aria_hidden="true"),
                    text,
                    class_name="flex items-center gap-2",
                )
                for look, text in LEGEND
            ],
            class_name="mt-3 flex flex-wrap gap-x-6 gap-y-2 text-fine text-muted",
        ),
        rx.el.p(
            "A student at the checkout holds one of your seats, never one of your times.",
            class_name="mt-3 text-fine text-muted",
        ),
        aria_label="What the colours mean",
        class_name="mt-8",
    )
