"""When a mentor works: weekly hours, dates, holidays and booking rules, beside the week that would follow."""

import reflex as rx

from mentorship.components.buttons import icon_button, primary_button, quiet_button, secondary_button, text_link
from mentorship.components.calendar_tabs import TABS, calendar_tabs
from mentorship.components.cards import card
from mentorship.components.empty_state import empty_state
from mentorship.components.forms import choice, field
from mentorship.components.hours_editor import intervals, kinds, weekly_editor
from mentorship.components.layout import page_heading
from mentorship.components.marked_month import marked_month
from mentorship.components.notices import callout
from mentorship.components.skeleton import card_skeleton
from mentorship.components.week_preview import week_preview
from mentorship.pages.gate import only_for
from mentorship.pages.shell import shell
from mentorship.schemas.hours_faces import HolidayFace, LengthFace
from mentorship.state.auth import Auth, Zones
from mentorship.state.instructor_availability import InstructorAvailability as Hours

PATH = TABS[1][1]
ON_LOAD = [Auth.load, Zones.load, Hours.load]


def page() -> rx.Component:
    """Edit a draft, see its effect at once, save or undo."""
    waiting = card_skeleton("your hours")
    return shell(
        page_heading("Availability", "What you set here is what students can book. Sessions that are booked stay."),
        calendar_tabs(PATH),
        only_for(
            "mentor",
            PATH,
            rx.cond(
                Hours.problem,
                empty_state("user_x", "There is no desk yet", Hours.problem),
                rx.cond(Hours.ready, _editor(), waiting),
            ),
            waiting=waiting,
        ),
        current=TABS[0][1],
    )


def _editor() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            _weekly(),
            rx.el.aside(
                _preview(),
                aria_label="Preview",
                class_name="min-w-0 lg:sticky lg:top-24 lg:row-span-3 lg:self-start",
            ),
            rx.el.div(_dates(), _holidays(), class_name="grid min-w-0 gap-6"),
            _rules(),
            class_name="grid gap-6 lg:grid-cols-[minmax(0,1fr)_24rem]",
        ),
        rx.cond(Hours.changed, _save_bar(), rx.fragment()),
    )


def _weekly() -> rx.Component:
    return card(
        rx.el.div(
            rx.el.h2("Weekly hours", class_name="text-heading"),
            quiet_button("Copy Monday to weekdays", icon="copy", on_click=Hours.copy_monday),
            class_name="mb-2 flex flex-wrap items-center justify-between gap-2",
        ),
        rx.el.p(
            "On the clock of ",
            rx.el.strong(Hours.zone, class_name="font-semibold"),
            ". An end at or before its start is on the next day, marked +1.",
            class_name="mb-3 text-fine text-muted",
        ),
        weekly_editor(
            Hours.weekdays,
            Hours.form_key,
            on_add=Hours.add_interval,
            on_remove=Hours.remove_interval,
            on_time=Hours.set_time,
        ),
    )


def _preview() -> rx.Component:
    return card(
        rx.el.div(
            rx.el.h2("What students can book", class_name="text-heading"),
            rx.el.div(
                icon_button("chevron_left", "Week before", on_click=Hours.show_week(-1)),
                icon_button("chevron_right", "Next week", on_click=Hours.show_week(1)),
                class_name="flex",
            ),
            class_name="flex items-center justify-between gap-2",
        ),
        rx.el.p(
            Hours.week_label,
            rx.cond(Hours.changed, " · with your changes", ""),
            aria_live="polite",
            class_name="mb-4 text-fine text-muted",
        ),
        rx.cond(
            Hours.lengths.length() > 1,
            rx.el.div(
                choice(
                    "length",
                    "Sessions of",
                    rx.foreach(Hours.lengths, _length),
                    value=Hours.minutes.to_string(),
                    on_change=Hours.choose_length,
                ),
                class_name="mb-4",
            ),
            rx.fragment(),
        ),
        rx.cond(
            Hours.preview_problem,
            rx.el.div(callout(Hours.preview_problem, tone="bad"), role="status"),
            week_preview(Hours.preview),
        ),
        rx.cond(Hours.outside.length() > 0, _outside(), rx.fragment()),
    )


def _length(length: rx.Var[LengthFace]) -> rx.Component:
    return rx.el.option(length.label, value=length.minutes.to_string(), key=length.minutes)


def _outside() -> rx.Component:
    return rx.el.div(
        callout(
            rx.el.p("Booked outside of these hours", class_name="font-semibold"),
            rx.el.ul(
                rx.foreach(Hours.outside, lambda line: rx.el.li(line, class_name="tabular wrap-anywhere")),
                class_name="mt-1 list-disc pl-5",
            ),
            rx.el.p(
                "They stay as booked. Cancel those you cannot keep in ",
                text_link("Sessions", "/instructor/sessions", class_name="text-current!"),
                "; the credit goes back.",
                class_name="mt-2",
            ),
            tone="warning",
        ),
        role="status",
        class_name="mt-5",
    )


def _dates() -> rx.Component:
    picked = rx.el.div(
        rx.el.h3(Hours.day_label, class_name="mb-3 font-text font-semibold"),
        kinds(Hours.day_mark, Hours.use_hours),
        rx.cond(
            Hours.day_mark == "own",
            rx.el.div(
                intervals(Hours.day_intervals, Hours.form_key, on_remove=Hours.remove_interval, on_time=Hours.set_time),
                quiet_button("Add an interval", icon="plus", on_click=Hours.add_interval(Hours.day)),
                class_name="mt-4 grid justify-items-start gap-2",
            ),
            rx.fragment(),
        ),
        rx.cond(
            Hours.day_mark == "holiday",
            rx.el.p("A holiday closes this date. Own hours win over it.", class_name="mt-3 text-small text-muted"),
            rx.fragment(),
        ),
    )
    none = rx.el.p("Pick a date to give it hours of its own, or to close it.", class_name="text-small text-muted")
    return card(
        rx.el.h2("Single dates", class_name="mb-4 text-heading"),
        rx.el.div(
            marked_month(
                month=Hours.month,
                weeks=Hours.weeks,
                day=Hours.day,
                on_day=Hours.pick_day,
                on_previous=Hours.show_previous,
                on_next=Hours.show_next,
                has_previous=Hours.has_previous,
            ),
            rx.el.div(rx.cond(Hours.day, picked, none), class_name="min-w-0"),
            class_name="grid gap-6 xl:grid-cols-2",
        ),
    )


def _holidays() -> rx.Component:
    return card(
        rx.el.h2("Holidays", class_name="text-heading"),
        rx.cond(
            Hours.holidays.length() > 0,
            rx.el.ul(rx.foreach(Hours.holidays, _holiday), class_name="mt-2 divide-y divide-line"),
            rx.el.p("No holiday is planned.", class_name="mt-2 text-small text-muted"),
        ),
        rx.el.form(
            field("first", "First day", kind="date", required=True),
            field("last", "Last day (optional)", kind="date"),
            field("name", "Name (optional)", max_length=120),
            secondary_button("Add the holiday", type="submit", class_name="sm:self-end sm:justify-self-start"),
            on_submit=Hours.add_holiday,
            reset_on_submit=True,
            class_name="mt-5 grid gap-4 sm:grid-cols-2",
        ),
    )


def _holiday(holiday: rx.Var[HolidayFace]) -> rx.Component:
    return rx.el.li(
        rx.el.span(holiday.days, class_name="tabular font-semibold"),
        rx.el.span(holiday.name, class_name="min-w-0 flex-1 text-muted wrap-anywhere"),
        icon_button("x", "Remove " + holiday.name + ", " + holiday.days, on_click=Hours.remove_holiday(holiday.index)),
        key=holiday.index,
        class_name="flex flex-wrap items-center gap-x-4 py-1 text-small",
    )


def _rules() -> rx.Component:
    return card(
        rx.el.h2("Booking rules", class_name="mb-4 text-heading"),
        rx.el.div(
            _number(
                "buffer", "Buffer around sessions, in minutes", Hours.numbers.buffer, Hours.hints["buffer"], most=60
            ),
            _number("notice", "Book at least … hours ahead", Hours.numbers.notice, Hours.hints["notice"], most=720),
            _number("horizon", "Book at most … days ahead", Hours.numbers.horizon, Hours.hints["horizon"], most=180),
            _number(
                "change_notice",
                "Students change until … hours before",
                Hours.numbers.change_notice,
                Hours.hints["change_notice"],
                most=720,
            ),
            _number("per_day", "Most sessions a day", Hours.numbers.per_day, "As many as fit if empty.", most=48),
            _number("per_week", "Most sessions a week", Hours.numbers.per_week, "As many as fit if empty.", most=200),
            class_name="grid gap-5 sm:grid-cols-2",
        ),
        rx.el.div(
            choice(
                "hours-zone",
                "Time zone of these hours",
                rx.cond(Zones.names.contains(Hours.zone), rx.fragment(), rx.el.option(Hours.zone, value=Hours.zone)),
                rx.foreach(Zones.names, lambda name: rx.el.option(name, value=name, key=name)),
                hint="Your hours keep their times of day; booked sessions keep their moment.",
                value=Hours.zone,
                on_change=Hours.set_zone,
            ),
            class_name="mt-5",
        ),
    )


def _number(name: str, label: str, value: rx.Var[str], hint: rx.Var[str] | str, *, most: int) -> rx.Component:
    return field(
        name,
        label,
        kind="number",
        hint=hint,
        min=0,
        max=most,
        step="any",
        input_mode="decimal",
        default_value=value,
        key=name + Hours.form_key.to_string(),
        on_change=lambda text: Hours.set_number(name, text),
    )


def _save_bar() -> rx.Component:
    return rx.el.div(
        rx.el.p(
            rx.cond(
                Hours.changed_elsewhere,
                "Your hours were changed somewhere else. Undo to see them.",
                "You have unsaved changes.",
            ),
            role="status",
            class_name="min-w-0 flex-1 text-small font-medium max-sm:basis-full",
        ),
        secondary_button("Undo", on_click=Hours.undo),
        primary_button("Save", on_click=Hours.save, busy=Hours.busy == "save"),
        class_name="sticky bottom-20 z-20 mt-6 flex flex-wrap items-center gap-3 rounded-card bg-raised p-4 "
        "shadow-float md:bottom-4",
    )
