"""Picking a time, for a new session or for one that moves."""

from typing import Any

import reflex as rx

from mentorship.components.buttons import (
    PRIMARY,
    SECONDARY,
    icon_button,
    link_button,
    primary_button,
    secondary_button,
)
from mentorship.components.cards import card, portrait
from mentorship.components.empty_state import empty_state
from mentorship.components.forms import field
from mentorship.components.layout import page_heading
from mentorship.components.notices import callout
from mentorship.components.picked_time import picked_time
from mentorship.components.skeleton import card_skeleton
from mentorship.components.slot_picker import slot_picker
from mentorship.components.view_switch import view_switch
from mentorship.components.week_grid import week_grid
from mentorship.components.zones import zone_choice
from mentorship.pages.shell import shell
from mentorship.schemas.students import MentorChoice
from mentorship.state.auth import Auth, Zones
from mentorship.state.calendar import Calendar
from mentorship.state.why_not import WhyNot

ON_LOAD = [Auth.load, Zones.load, Calendar.load]


def page() -> rx.Component:
    """Mentor, month, time, and one more click to confirm."""
    plan = link_button("Plan the rest of the pack", Calendar.plan_href, kind=SECONDARY, icon="calendar_range")
    return shell(
        page_heading(
            rx.cond(Calendar.moving, "Move a session", rx.cond(Calendar.planning, "Plan a pack", "Book a session")),
            rx.cond(Calendar.mentor_name, "With " + Calendar.mentor_name, ""),
            rx.cond(Calendar.plan_href, plan, rx.fragment()),
        ),
        rx.cond(
            Calendar.ready,
            rx.cond(Calendar.mentor_slug, _booking(), _nothing()),
            card_skeleton("the calendar"),
        ),
        current="/calendar",
    )


def _booking() -> rx.Component:
    return rx.fragment(
        rx.cond(
            Calendar.moving,
            rx.el.div(
                callout(rx.el.strong("Now: "), Calendar.moving, ". It stays there until you confirm a new time."),
                class_name="mb-6",
            ),
            rx.fragment(),
        ),
        rx.cond(
            Calendar.planning,
            rx.el.div(
                callout(rx.el.strong("First, "), "pick the time of the first session. The rest is proposed from it."),
                class_name="mb-6",
            ),
            rx.fragment(),
        ),
        rx.cond(Calendar.mentors.length() > 1, _mentors(), rx.fragment()),
        rx.el.div(view_switch(Calendar.view, Calendar.views), class_name="mb-4"),
        card(
            rx.cond(Calendar.view == "week", _week(), _month()),
            # The phone needs the width for the day itself.
            class_name=rx.cond(Calendar.view == "week", "max-sm:px-3!", ""),
        ),
        _why_not(),
        _confirmation(),
        rx.el.div(zone_choice(Zones.names, Auth.zone, on_change=Auth.change_zone), class_name="mt-8 max-w-sm"),
    )


def _week() -> rx.Component:
    return week_grid(
        Calendar.week,
        zone=Auth.zone,
        picked=Calendar.choice.starts_at,
        on_pick=_pick,
        on_previous=Calendar.show_previous,
        on_next=Calendar.show_next,
        on_this_week=Calendar.show_this_week,
        on_empty=WhyNot.ask_place,
    )


def _month() -> rx.Component:
    return slot_picker(
        month=Calendar.month,
        weeks=Calendar.weeks,
        zone=Auth.zone,
        day=Calendar.day,
        day_label=Calendar.day_label,
        times=Calendar.times,
        picked=Calendar.choice.starts_at,
        next_free=Calendar.next_free,
        on_day=lambda day: [Calendar.pick_day(day), WhyNot.ask_day(day)],
        on_time=_pick,
        on_previous=Calendar.show_previous,
        on_next=Calendar.show_next,
        has_previous=Calendar.has_previous,
        has_next=Calendar.has_next,
        why=rx.cond(WhyNot.day == Calendar.day, WhyNot.answer.sentence + " " + WhyNot.answer.fix, ""),
    )


def _pick(starts_at: rx.Var[str]) -> list[Any]:
    return [Calendar.pick_time(starts_at), WhyNot.put_away()]


def _why_not() -> rx.Component:
    """Asking about a time that is not there, without pointing at it."""
    form = rx.el.form(
        rx.el.div(
            field("wanted", "A time in your zone", kind="datetime-local", required=True), class_name="min-w-0 flex-1"
        ),
        secondary_button("Why not?", type="submit", busy=WhyNot.busy == "ask"),
        on_submit=WhyNot.ask,
        class_name="mt-2 flex max-w-md flex-wrap items-end gap-3",
    )
    return rx.el.details(
        rx.el.summary(
            "Is the time you want not there?",
            class_name="pressable inline-flex items-center text-small font-semibold text-accent-ink",
        ),
        form,
        class_name="mt-4",
    )


def _answer() -> rx.Component:
    """Why a time cannot be booked, with what is free near it."""
    answer = WhyNot.answer
    return card(
        rx.el.div(
            rx.el.p(rx.el.strong(answer.about, class_name="tabular"), ": ", answer.sentence, " ", answer.fix),
            icon_button("x", "Dismiss the answer", on_click=WhyNot.put_away, class_name="-mt-2 -mr-2"),
            class_name="flex items-start justify-between gap-3 text-small",
        ),
        rx.el.div(
            rx.foreach(
                answer.nearest,
                lambda time: secondary_button(
                    time.day_label + ", " + time.label,
                    on_click=_pick(time.starts_at),
                    class_name="tabular",
                    key=time.starts_at,
                ),
            ),
            role="group",
            aria_label="Free near it",
            class_name="mt-3 flex flex-wrap gap-2 empty:hidden",
        ),
        class_name="py-4! shadow-float! ring-1 ring-line",
    )


def _mentors() -> rx.Component:
    return rx.el.div(
        rx.foreach(Calendar.mentors, _mentor), role="group", aria_label="Mentor", class_name="mb-6 flex flex-wrap gap-3"
    )


def _mentor(choice: rx.Var[MentorChoice]) -> rx.Component:
    look = "pressable flex items-center gap-3 rounded-full py-1.5 pr-5 pl-1.5 text-left text-small ring-inset "
    chosen = choice.slug == Calendar.mentor_slug
    return rx.el.button(
        portrait(choice.portrait, size="size-11"),
        rx.el.span(
            rx.el.span(choice.name, class_name="block font-semibold"),
            rx.el.span(choice.left, class_name="block text-fine text-muted"),
        ),
        type="button",
        on_click=Calendar.choose_mentor(choice.slug),
        aria_pressed=chosen,
        class_name=rx.cond(chosen, look + "bg-raised ring-2 ring-accent", look + "bg-raised ring-1 ring-line"),
    )


def _confirmation() -> rx.Component:
    choice = Calendar.choice
    return picked_time(
        choice,
        rx.cond(
            Calendar.planning,
            link_button("Plan from here", choice.plan_href, kind=PRIMARY, icon="arrow_right"),
            rx.fragment(
                rx.cond(
                    choice.plan_href,
                    link_button("Repeat it", choice.plan_href, kind=SECONDARY, icon="repeat"),
                    rx.fragment(),
                ),
                primary_button(
                    rx.cond(Calendar.moving, "Move it here", "Book this time"),
                    on_click=Calendar.confirm,
                    busy=Calendar.busy == "confirm",
                ),
            ),
        ),
        on_put_back=Calendar.put_back,
        above=rx.cond((WhyNot.answer.about != "") & (WhyNot.day == ""), _answer(), rx.fragment()),
    )


def _nothing() -> rx.Component:
    return rx.cond(
        Calendar.problem,
        empty_state(
            "calendar_x",
            "Nothing to move here",
            Calendar.problem,
            link_button("See your sessions", "/sessions", kind=SECONDARY),
        ),
        empty_state(
            "calendar_plus",
            "Nothing to book yet",
            "Booking needs a seat with a session left. Buy or renew a pack, and the mentor's free times are here.",
            link_button("Find a mentor", "/mentors", kind=PRIMARY),
            link_button("See your packs", "/dashboard", kind=SECONDARY),
        ),
    )
