"""Planning what is left of a pack as a series."""

import reflex as rx

from mentorship.components.badges import badge
from mentorship.components.buttons import SECONDARY, link_button, primary_button, quiet_button, secondary_button
from mentorship.components.cards import card
from mentorship.components.empty_state import empty_state
from mentorship.components.forms import choice
from mentorship.components.layout import page_heading
from mentorship.components.notices import callout
from mentorship.components.skeleton import card_skeleton
from mentorship.pages.shell import shell
from mentorship.schemas.pages import SlotTime
from mentorship.schemas.students import PlanRow
from mentorship.state.auth import Auth
from mentorship.state.plan import Plan

PATH = "/calendar/plan"
ON_LOAD = [Auth.load, Plan.load]


def page() -> rx.Component:
    """Rhythm and number, the sessions one by one, and one click for all of them."""
    nothing = empty_state(
        "calendar_x",
        "Nothing to plan here",
        Plan.problem,
        link_button("Open the calendar", "/calendar", kind=SECONDARY),
        link_button("See your packs", "/dashboard", kind=SECONDARY),
    )
    return shell(
        page_heading("Plan a pack", rx.cond(Plan.mentor_name, "With " + Plan.mentor_name, "")),
        rx.cond(Plan.ready, rx.cond(Plan.problem, nothing, _plan()), card_skeleton("the plan")),
        current="/calendar",
    )


def _plan() -> rx.Component:
    return rx.fragment(
        card(
            rx.el.div(
                choice(
                    "plan-rhythm",
                    "How often",
                    rx.el.option("Every week", value="1"),
                    rx.el.option("Every other week", value="2"),
                    value=Plan.weeks,
                    on_change=Plan.change_rhythm,
                ),
                choice(
                    "plan-count",
                    "How many sessions",
                    rx.foreach(Plan.counts, lambda count: rx.el.option(count, value=count, key=count)),
                    value=Plan.count,
                    on_change=Plan.change_count,
                ),
                class_name="grid gap-5 sm:grid-cols-2",
            ),
            rx.el.p(
                "The same time on ",
                Plan.mentor_name,
                "’s clock (",
                rx.el.strong(Plan.mentor_zone, class_name="font-semibold"),
                "), also after a clock change. Times are shown in your zone, ",
                rx.el.strong(Auth.zone, class_name="font-semibold"),
                ".",
                class_name="measure mt-5 text-small text-muted",
            ),
        ),
        rx.el.ol(rx.foreach(Plan.rows, _row), aria_label="Sessions of the plan", class_name="mt-6 grid gap-3"),
        _confirmation(),
    )


def _row(row: rx.Var[PlanRow]) -> rx.Component:
    skipped = row.state == "skipped"
    return rx.el.li(
        card(
            rx.el.div(
                rx.el.span(
                    row.number,
                    aria_hidden="true",
                    class_name="tabular grid size-9 shrink-0 place-items-center rounded-full bg-sunken text-small "
                    "font-semibold",
                ),
                rx.el.div(
                    rx.el.h2(
                        row.when,
                        class_name=rx.cond(
                            skipped,
                            "tabular font-text! text-body font-semibold text-muted line-through",
                            "tabular font-text! text-body font-semibold",
                        ),
                    ),
                    rx.cond(
                        row.other_when,
                        rx.el.p(row.other_when, class_name="tabular text-fine text-muted"),
                        rx.fragment(),
                    ),
                    rx.cond(row.note, rx.el.p(row.note, class_name="text-fine text-warning-ink"), rx.fragment()),
                    class_name="min-w-0 flex-1 basis-48",
                ),
                rx.match(
                    row.state,
                    ("free", badge("Free", "good")),
                    ("replaced", badge("Another time", "good")),
                    ("skipped", badge("Left out", "neutral")),
                    badge("Not possible", "warning"),
                ),
                rx.cond(
                    skipped | (row.state == "replaced"),
                    quiet_button("Undo", on_click=Plan.put_back(row.key), aria_label="Undo for " + row.when),
                    quiet_button("Leave out", on_click=Plan.skip(row.key), aria_label="Leave out " + row.when),
                ),
                class_name="flex flex-wrap items-center gap-x-4 gap-y-2",
            ),
            rx.cond(row.state == "refused", _ways_out(row), rx.fragment()),
            class_name="py-4! sm:px-6!",
        ),
        key=row.key,
    )


def _ways_out(row: rx.Var[PlanRow]) -> rx.Component:
    return rx.el.div(
        callout(
            row.reason,
            rx.cond(
                row.alternatives.length() > 0,
                rx.el.span(" Take one of these instead, or leave it out."),
                rx.el.span(" Nothing is free in that week; leave it out, or choose another rhythm."),
            ),
            tone="warning",
        ),
        rx.el.div(
            rx.foreach(row.alternatives, lambda time: _alternative(row, time)),
            role="group",
            aria_label="Instead of " + row.when,
            class_name="mt-3 flex flex-wrap gap-2 empty:hidden",
        ),
        class_name="mt-3",
    )


def _alternative(row: rx.Var[PlanRow], time: rx.Var[SlotTime]) -> rx.Component:
    return secondary_button(
        time.day_label + ", " + time.label,
        on_click=Plan.replace(row.key, time.starts_at),
        class_name="tabular",
        key=time.starts_at,
    )


def _confirmation() -> rx.Component:
    return rx.el.div(
        card(
            rx.el.div(
                rx.el.p(
                    rx.cond(
                        Plan.unsolved,
                        "Some of them are not possible. Choose another time for each, or leave it out.",
                        rx.cond(Plan.total, Plan.summary, "Every session is left out."),
                    ),
                    class_name="text-small",
                ),
                rx.el.p(
                    "All of them are booked, or none. Each can be moved or canceled by itself afterwards.",
                    class_name="text-fine text-muted",
                ),
                aria_live="polite",
                class_name="min-w-0 flex-1 basis-64",
            ),
            primary_button(
                rx.cond(Plan.total == 1, "Book 1 session", "Book " + Plan.total.to_string() + " sessions"),
                on_click=Plan.confirm,
                busy=Plan.busy == "confirm",
                disabled=(Plan.unsolved > 0) | (Plan.total == 0),
            ),
            class_name="flex flex-wrap items-center justify-between gap-4 ring-2 ring-accent shadow-float!",
        ),
        class_name="z-20 mt-6 md:sticky md:bottom-6",
    )
