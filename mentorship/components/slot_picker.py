"""The slot picker: a month to walk through, the times of a day, and the next free times for those in a hurry."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from mentorship.components.buttons import Flag, Text, icon_button
from mentorship.components.empty_state import empty_state
from mentorship.components.skeleton import loading, skeleton
from mentorship.components.zones import zone_line
from mentorship.schemas.pages import SlotDay, SlotTime, SlotWeek

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY = "pressable relative grid h-11 w-full max-w-11 min-w-0! place-items-center rounded-full text-small tabular "
TIME = "pressable tabular w-full rounded-field px-4 py-2 text-center ring-inset "
PICKED = "bg-accent text-on-accent font-semibold"


class DateGrid(rx.Component):
    """A `role="grid"` whose days are walked with the arrow keys."""

    library = f"$/public{rx.asset('date_grid.jsx', shared=True)}"
    tag = "DateGrid"

    # Anything that changes when another month is shown.
    month: rx.Var[str]
    on_previous: rx.EventHandler[rx.event.no_args_event_spec]
    on_next: rx.EventHandler[rx.event.no_args_event_spec]


def date_grid(
    row: Callable[[Any], rx.Component],
    weeks: rx.Var[list[Any]],
    *,
    month: Text,
    title_id: str,
    on_previous: Any,
    on_next: Any,
    gap: str = "gap-x-0.5",
) -> DateGrid:
    """The `weeks` of a month under the names of the weekdays, each drawn by `row`; `title_id` names its title."""
    names = [
        rx.el.span(
            rx.el.span(name, class_name="sr-only"),
            rx.el.span(name[:2], aria_hidden="true"),
            role="columnheader",
            class_name="grid h-9 place-items-center text-fine text-muted",
        )
        for name in WEEKDAYS
    ]
    return DateGrid.create(
        rx.el.div(*names, role="row", class_name=f"grid grid-cols-7 {gap}"),
        rx.foreach(weeks, row),
        month=month,
        on_previous=on_previous,
        on_next=on_next,
        class_name="mt-3",
        custom_attrs={"role": "grid", "aria-labelledby": title_id},
    )


def week_row(week: rx.Var[Any], draw: Callable[[Any], rx.Component]) -> rx.Component:
    """A week's days side by side; those of other months are left empty."""
    return rx.el.div(
        rx.foreach(
            week.days,
            lambda day: rx.el.div(
                rx.cond(day.in_month, draw(day), rx.fragment()),
                role="gridcell",
                class_name="grid h-12 place-items-center",
            ),
        ),
        role="row",
        key=week.iso,
        class_name="grid grid-cols-7 gap-x-0.5",
    )


def slot_picker(
    *,
    month: Text,
    weeks: rx.Var[list[SlotWeek]] | list[SlotWeek],
    zone: Text,
    day: Text,
    day_label: Text,
    times: rx.Var[list[SlotTime]] | list[SlotTime],
    picked: Text,
    next_free: rx.Var[list[SlotTime]] | list[SlotTime],
    on_day: Any,
    on_time: Any,
    on_previous: Any,
    on_next: Any,
    loading_times: Flag = False,
    has_previous: Flag = True,
    has_next: Flag = True,
    why: Text = "",
) -> rx.Component:
    """Month, times of the chosen day and next free times, all in the reader's `zone`, which is named.

    `on_day` gets a day's ISO date and `on_time` a slot's start in UTC; `day` and `picked` are the chosen ones.
    While `weeks` is empty the picker shows its skeleton. `why` says why the chosen day has no times, once it is known.
    """
    grid = rx.Var.create(weeks)
    return rx.el.div(
        rx.el.div(
            _month_bar(month, on_previous, on_next, has_previous, has_next),
            rx.cond(
                grid.length() > 0,
                _month_grid(month, grid, picked_day=day, on_day=on_day, on_previous=on_previous, on_next=on_next),
                _month_skeleton(),
            ),
            zone_line(zone),
            class_name="mx-auto w-full max-w-sm md:mx-0",
        ),
        rx.el.div(
            _times(day_label, rx.Var.create(times), picked, on_time, loading_times, why),
            _next_free(rx.Var.create(next_free), picked, on_time),
            class_name="min-w-0 flex-1",
        ),
        class_name="flex flex-col gap-8 md:flex-row md:gap-12",
    )


def _month_bar(month: Text, on_previous: Any, on_next: Any, has_previous: Flag, has_next: Flag) -> rx.Component:
    return rx.el.div(
        rx.el.h2(month, id="slot-month", aria_live="polite", class_name="font-display text-heading"),
        rx.el.div(
            icon_button("chevron_left", "Previous month", on_click=on_previous, disabled=_not(has_previous)),
            icon_button("chevron_right", "Next month", on_click=on_next, disabled=_not(has_next)),
            class_name="flex",
        ),
        class_name="flex items-center justify-between",
    )


def _month_grid(
    month: Text, weeks: rx.Var[list[SlotWeek]], *, picked_day: Text, on_day: Any, on_previous: Any, on_next: Any
) -> rx.Component:
    return date_grid(
        lambda week: week_row(week, lambda day: _day(day, picked_day, on_day)),
        weeks,
        month=month,
        title_id="slot-month",
        on_previous=on_previous,
        on_next=on_next,
    )


def _day(day: rx.Var[SlotDay], picked_day: Text, on_day: Any) -> rx.Component:
    free = DAY + "bg-accent-soft font-semibold text-accent-ink hover:bg-accent hover:text-on-accent"
    look = rx.cond(day.free, free, DAY + "text-muted hover:bg-sunken")
    return day_button(day, picked_day, on_day, look=look, stops=day.free)


def day_button(day: rx.Var[Any], picked_day: Text, on_day: Any, *, look: Any, stops: Any, **own: Any) -> rx.Component:
    """A day in a `date_grid`; `look` is how it is while it is not picked, and the grid's focus first goes where it
    `stops`.
    """
    return rx.el.button(
        rx.el.span(day.number, aria_hidden="true"),
        rx.cond(
            day.today,
            rx.el.span(class_name="absolute bottom-1.5 size-1 rounded-full bg-current", aria_hidden="true"),
            rx.fragment(),
        ),
        type="button",
        on_click=on_day(day.iso),
        aria_label=day.label,
        aria_pressed=day.iso == picked_day,
        tab_index=-1,
        class_name=rx.cond(day.iso == picked_day, DAY + PICKED, look),
        custom_attrs={
            "data-day": day.iso,
            "data-column": day.column,
            "data-free": stops,
            "aria-current": rx.cond(day.today, "date", "false"),
        },
        **own,
    )


def _times(
    day_label: Text, times: rx.Var[list[SlotTime]], picked: Text, on_time: Any, loading_times: Flag, why: Text
) -> rx.Component:
    waiting = loading(
        *[skeleton("h-11 w-full rounded-field") for _ in range(6)],
        what="the free times",
        class_name="grid grid-cols-2 gap-2 sm:grid-cols-3",
    )
    listed = rx.el.ul(
        rx.foreach(times, lambda time: _time(time, picked, on_time, time.label)),
        class_name="grid grid-cols-2 gap-2 sm:grid-cols-3",
    )
    none = empty_state(
        "calendar_x",
        "No free time on this day",
        rx.cond(why, why, "Pick a day with a tinted circle, or a time below."),
    )
    return rx.el.section(
        rx.el.h2(day_label, id="slot-day", class_name="mb-4 font-text font-semibold"),
        rx.cond(loading_times, waiting, rx.cond(times.length() > 0, listed, none)),
        aria_labelledby="slot-day",
    )


def _next_free(times: rx.Var[list[SlotTime]], picked: Text, on_time: Any) -> rx.Component:
    return rx.cond(
        times.length() > 0,
        rx.el.section(
            rx.el.h2("Next free times", id="slot-next", class_name="mt-8 mb-4 font-text font-semibold"),
            rx.el.ul(
                rx.foreach(times, lambda time: _time(time, picked, on_time, time.day_label + " · " + time.label)),
                class_name="grid gap-2 lg:grid-cols-2",
            ),
            aria_labelledby="slot-next",
        ),
        rx.fragment(),
    )


def _time(time: rx.Var[SlotTime], picked: Text, on_time: Any, label: rx.Var[str]) -> rx.Component:
    chosen = time.starts_at == picked
    return rx.el.li(
        rx.el.button(
            rx.el.span(label, class_name="block text-small font-semibold"),
            rx.cond(time.other_label, rx.el.span(time.other_label, class_name="block text-fine"), rx.fragment()),
            type="button",
            on_click=on_time(time.starts_at),
            aria_pressed=chosen,
            class_name=rx.cond(
                chosen,
                TIME + PICKED,
                TIME + "bg-raised ring-1 ring-line hover:bg-accent-soft hover:text-accent-ink hover:ring-accent",
            ),
        ),
    )


def _month_skeleton() -> rx.Component:
    return loading(
        *[rx.el.div(class_name="m-auto size-10 animate-breathe rounded-full bg-line") for _ in range(35)],
        what="the calendar",
        class_name="mt-3 grid grid-cols-7 gap-y-2 pt-9",
    )


def _not(flag: Flag) -> Flag:
    return not flag if isinstance(flag, bool) else ~flag
