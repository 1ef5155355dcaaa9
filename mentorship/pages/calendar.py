"""Picking a time, for a new session or for one that moves."""

import reflex as rx

from mentorship.components.buttons import PRIMARY, SECONDARY, link_button, primary_button, quiet_button
from mentorship.components.cards import card, portrait
from mentorship.components.empty_state import empty_state
from mentorship.components.layout import page_heading
from mentorship.components.notices import callout
from mentorship.components.skeleton import card_skeleton
from mentorship.components.slot_picker import slot_picker
from mentorship.components.week_grid import week_grid
from mentorship.components.zones import zone_choice
from mentorship.pages.shell import shell
from mentorship.schemas.students import MentorChoice
from mentorship.state.auth import Auth, Zones
from mentorship.state.calendar import Calendar

ON_LOAD = [Auth.load, Zones.load, Calendar.load]


def page() -> rx.Component:
    """Mentor, month, time, and one more click to confirm."""
    return shell(
        page_heading(
            rx.cond(Calendar.moving, "Move a session", "Book a session"),
            rx.cond(Calendar.mentor_name, "With " + Calendar.mentor_name, ""),
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
        rx.cond(Calendar.mentors.length() > 1, _mentors(), rx.fragment()),
        rx.el.div(_views(), class_name="mb-4"),
        card(
            rx.cond(Calendar.view == "week", _week(), _month()),
            # The phone needs the width for the day itself.
            class_name=rx.cond(Calendar.view == "week", "max-sm:px-3!", ""),
        ),
        _confirmation(),
        rx.el.div(zone_choice(Zones.names, Auth.zone, on_change=Auth.change_zone), class_name="mt-8 max-w-sm"),
    )


def _views() -> rx.Component:
    look = "pressable inline-flex items-center justify-center rounded-full px-5 text-small font-semibold "

    def view(name: str, label: str) -> rx.Component:
        chosen = Calendar.view == name
        return rx.el.a(
            label,
            href=Calendar.views[name],
            replace=True,
            custom_attrs={"aria-current": rx.cond(chosen, "page", "false")},
            class_name=rx.cond(chosen, look + "bg-raised text-ink shadow-raised", look + "text-muted hover:text-ink"),
        )

    return rx.el.nav(
        view("month", "Month"),
        view("week", "Week"),
        aria_label="View",
        class_name="inline-flex rounded-full bg-sunken p-1 ring-1 ring-line ring-inset",
    )


def _week() -> rx.Component:
    return week_grid(
        Calendar.week,
        zone=Auth.zone,
        picked=Calendar.choice.starts_at,
        on_pick=Calendar.pick_time,
        on_previous=Calendar.show_previous,
        on_next=Calendar.show_next,
        on_this_week=Calendar.show_this_week,
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
        on_day=Calendar.pick_day,
        on_time=Calendar.pick_time,
        on_previous=Calendar.show_previous,
        on_next=Calendar.show_next,
        has_previous=Calendar.has_previous,
        has_next=Calendar.has_next,
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
    panel = card(
        rx.el.div(
            rx.el.p(choice.when, class_name="tabular text-heading font-semibold"),
            rx.cond(
                choice.other_when, rx.el.p(choice.other_when, class_name="tabular text-small text-muted"), rx.fragment()
            ),
            rx.el.p(choice.pays, class_name="mt-2 text-small"),
            class_name="min-w-0 flex-1 basis-72",
        ),
        rx.el.div(
            quiet_button("Another time", on_click=Calendar.put_back),
            primary_button(
                rx.cond(Calendar.moving, "Move it here", "Book this time"),
                on_click=Calendar.confirm,
                busy=Calendar.busy == "confirm",
            ),
            class_name="flex flex-wrap gap-2",
        ),
        class_name="flex flex-wrap items-center justify-between gap-5 ring-2 ring-accent shadow-float!",
    )
    return rx.el.div(
        rx.cond(choice.starts_at, panel, rx.fragment()),
        aria_live="polite",
        class_name="sticky bottom-18 z-20 mt-6 md:bottom-6",
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
