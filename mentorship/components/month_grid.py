"""A month of a mentor's calendar: sessions and free hours by day, each day leading to its week."""

from typing import Any

import reflex as rx

from mentorship.components.buttons import Text, icon_button, secondary_button
from mentorship.components.skeleton import loading, skeleton
from mentorship.components.slot_picker import date_grid
from mentorship.components.zones import zone_line
from mentorship.schemas.agenda import MonthDay, MonthFace, MonthRow

CELL = (
    "pressable flex h-full min-h-20 min-w-0! flex-col items-start gap-1 rounded-field p-1 text-left ring-inset sm:p-2 "
)


def month_grid(
    month: rx.Var[MonthFace], *, zone: Text, on_previous: Any, on_next: Any, on_this_month: Any
) -> rx.Component:
    """The month in the reader's `zone`, which is named; the skeleton while it has no rows."""
    grid = date_grid(
        _row,
        month.rows,
        month=month.iso,
        title_id="month-title",
        on_previous=on_previous,
        on_next=on_next,
        gap="gap-1",
    )
    waiting = loading(
        *[skeleton("h-20 w-full rounded-field") for _ in range(35)],
        what="the month",
        class_name="mt-3 grid grid-cols-7 gap-1 pt-9",
    )
    return rx.el.section(
        rx.el.div(
            rx.el.h2(
                month.title, id="month-title", aria_live="polite", class_name="font-display text-lead sm:text-heading"
            ),
            rx.el.div(
                rx.cond(month.is_this_month, rx.fragment(), secondary_button("This month", on_click=on_this_month)),
                icon_button("chevron_left", "Previous month", on_click=on_previous),
                icon_button("chevron_right", "Next month", on_click=on_next),
                class_name="flex items-center gap-1",
            ),
            class_name="flex items-center justify-between gap-2",
        ),
        rx.cond(month.rows.length() > 0, grid, waiting),
        zone_line(zone),
        aria_labelledby="month-title",
    )


def _row(row: rx.Var[MonthRow]) -> rx.Component:
    return rx.el.div(
        rx.foreach(
            row.days,
            lambda day: rx.el.div(
                rx.cond(day.in_month, _day(day), rx.fragment()), role="gridcell", key=day.iso, class_name="min-w-0"
            ),
        ),
        role="row",
        key=row.iso,
        class_name="mt-1 grid grid-cols-7 gap-1",
    )


def _day(day: rx.Var[MonthDay]) -> rx.Component:
    return rx.el.a(
        rx.el.span(
            day.number,
            class_name=rx.cond(
                day.today,
                "grid size-6 place-items-center rounded-full bg-accent text-fine font-semibold text-on-accent",
                "grid h-6 place-items-center px-1 text-fine font-semibold",
            ),
            aria_hidden="true",
        ),
        rx.cond(
            day.sessions,
            rx.el.span(
                day.sessions,
                rx.el.span(rx.cond(day.sessions == "1", " session", " sessions"), class_name="hidden lg:inline"),
                aria_hidden="true",
                class_name=rx.cond(
                    day.asks,
                    "rounded-full bg-warning-soft px-2 text-fine font-semibold text-warning-ink",
                    "rounded-full bg-accent px-2 text-fine font-semibold text-on-accent",
                ),
            ),
            rx.fragment(),
        ),
        rx.cond(
            day.note,
            rx.el.span(day.note, aria_hidden="true", class_name="w-full truncate text-fine text-muted"),
            rx.cond(
                day.free,
                rx.el.span(
                    day.free,
                    rx.el.span(" free", class_name="hidden lg:inline"),
                    aria_hidden="true",
                    class_name="text-fine whitespace-nowrap text-accent-ink",
                ),
                rx.fragment(),
            ),
        ),
        href=day.href,
        aria_label=day.label,
        tab_index=-1,
        class_name=rx.cond(
            day.free, CELL + "bg-accent-soft/50 hover:ring-1 hover:ring-accent", CELL + "hover:bg-sunken"
        ),
        custom_attrs={
            "data-day": day.iso,
            "data-column": day.column,
            "data-free": day.today,
            "aria-current": rx.cond(day.today, "date", "false"),
        },
    )
