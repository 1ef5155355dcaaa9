"""A month whose days are marked by what decides their hours, walked with the arrow keys."""

from typing import Any

import reflex as rx

from mentorship.components.buttons import Flag, Text, icon_button
from mentorship.components.slot_picker import DAY, date_grid, day_button, week_row
from mentorship.schemas.hours_faces import MarkedDay, MarkedWeek

LOOKS = {
    "weekly": DAY + "font-semibold text-ink hover:bg-sunken",
    "own": DAY + "bg-accent-soft font-semibold text-accent-ink hover:bg-accent hover:text-on-accent",
    "closed": DAY + "bg-danger-soft text-danger-ink line-through hover:bg-sunken",
    "holiday": DAY + "bg-warning-soft text-warning-ink hover:bg-sunken",
    "none": DAY + "text-muted hover:bg-sunken",
    "over": DAY + "text-muted hover:bg-sunken",
}
LEGEND = (("bg-accent-soft", "Own hours"), ("bg-danger-soft", "Closed"), ("bg-warning-soft", "Holiday"))


def marked_month(
    *,
    month: Text,
    weeks: rx.Var[list[MarkedWeek]],
    day: rx.Var[str],
    on_day: Any,
    on_previous: Any,
    on_next: Any,
    has_previous: Flag,
) -> rx.Component:
    """`on_day` gets a day's ISO date; `day` is the one that is looked at."""
    return rx.el.div(
        rx.el.div(
            rx.el.h3(month, id="marked-month", aria_live="polite", class_name="font-display text-lead"),
            rx.el.div(
                icon_button(
                    "chevron_left", "Previous month", on_click=on_previous, disabled=~rx.Var.create(has_previous)
                ),
                icon_button("chevron_right", "Next month", on_click=on_next),
                class_name="flex",
            ),
            class_name="flex items-center justify-between",
        ),
        date_grid(
            lambda week: week_row(week, lambda each: _day(each, day, on_day)),
            weeks,
            month=month,
            title_id="marked-month",
            on_previous=on_previous,
            on_next=on_next,
        ),
        rx.el.ul(
            *[
                rx.el.li(
                    rx.el.span(class_name=f"size-4 rounded-full {look}", aria_hidden="true"),
                    label,
                    class_name="flex items-center gap-2",
                )
                for look, label in LEGEND
            ],
            class_name="mt-4 flex flex-wrap gap-x-5 gap-y-1 text-fine text-muted",
        ),
        class_name="mx-auto w-full max-w-sm md:mx-0",
    )


def _day(day: rx.Var[MarkedDay], picked: rx.Var[str], on_day: Any) -> rx.Component:
    look = rx.match(day.mark, *LOOKS.items(), LOOKS["none"])
    return day_button(day, picked, on_day, look=look, stops=day.today, aria_disabled=day.mark == "over")
