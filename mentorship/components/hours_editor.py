"""Editing hours: intervals of a weekday or of a date, typed or stepped by the keyboard."""

from typing import Any

import reflex as rx

from mentorship.components.buttons import icon_button, quiet_button
from mentorship.schemas.hours_faces import IntervalFace, WeekdayFace

QUARTER_SECONDS = 15 * 60
TIME = (
    "min-h-11 w-24 min-w-0 rounded-field bg-raised px-2.5 text-small text-ink tabular ring-1 ring-edge ring-inset "
    "hover:ring-ink [&::-webkit-calendar-picker-indicator]:hidden"
)
"""Narrow enough for two of them on a phone; the browser's own picker opens on touch all the same."""


def weekly_editor(
    weekdays: rx.Var[list[WeekdayFace]], revision: rx.Var[int], *, on_add: Any, on_remove: Any, on_time: Any
) -> rx.Component:
    """The seven days, each with its intervals and a button for another one."""
    return rx.el.ul(
        rx.foreach(weekdays, lambda day: _weekday(day, revision, on_add, on_remove, on_time)),
        class_name="divide-y divide-line",
    )


def intervals(
    there: rx.Var[Any], revision: rx.Var[int], *, on_remove: Any, on_time: Any, none: str = "Closed"
) -> rx.Component:
    """The intervals of a day, or a word that there are none."""
    return rx.cond(
        there.length() > 0,
        rx.el.ul(
            rx.foreach(there, lambda each: _interval(each, revision, on_remove, on_time)),
            class_name="grid gap-2",
        ),
        rx.el.p(none, class_name="flex min-h-11 items-center text-small text-muted"),
    )


def _weekday(
    day: rx.Var[WeekdayFace], revision: rx.Var[int], on_add: Any, on_remove: Any, on_time: Any
) -> rx.Component:
    return rx.el.li(
        rx.el.h3(
            day.name,
            class_name="flex min-h-11 w-28 shrink-0 items-center font-text text-small font-semibold max-sm:flex-1",
        ),
        rx.el.div(
            intervals(day.intervals, revision, on_remove=on_remove, on_time=on_time),
            class_name="min-w-0 flex-1 max-sm:order-last max-sm:basis-full",
        ),
        icon_button("plus", "Add an interval on " + day.name, on_click=on_add(day.place)),
        key=day.place,
        class_name="flex flex-wrap items-start gap-x-2 py-2 sm:py-3",
    )


def _interval(each: rx.Var[IntervalFace], revision: rx.Var[int], on_remove: Any, on_time: Any) -> rx.Component:
    return rx.el.li(
        _time(each, revision, "start", "from", on_time),
        rx.el.span("–", aria_hidden="true", class_name="text-muted"),
        _time(each, revision, "end", "until", on_time),
        rx.el.span(
            rx.cond(
                each.plus,
                rx.fragment(
                    rx.el.span(each.plus, aria_hidden="true"), rx.el.span("on the next day", class_name="sr-only")
                ),
                rx.fragment(),
            ),
            class_name="w-5 text-fine font-semibold text-accent-ink tabular",
        ),
        icon_button("x", "Remove " + each.name, on_click=on_remove(each.place, each.index)),
        key=each.place + "-" + each.index.to_string(),
        class_name="flex items-center gap-1 sm:gap-2",
    )


def _time(each: rx.Var[IntervalFace], revision: rx.Var[int], edge: str, word: str, on_time: Any) -> rx.Component:
    """A time field of the browser's own. It is not written to while somebody types, only with another revision."""
    return rx.el.input(
        type="time",
        step=QUARTER_SECONDS,
        required=True,
        default_value=each.start if edge == "start" else each.end,
        key=each.place + edge + each.index.to_string() + "r" + revision.to_string(),
        aria_label=each.name + ", " + word,
        on_change=lambda clock: on_time(each.place, each.index, edge, clock),
        on_blur=lambda clock: on_time(each.place, each.index, edge, clock),
        class_name=TIME,
    )


def kinds(mark: rx.Var[str], on_kind: Any) -> rx.Component:
    """What may count on a date: the weekly hours, hours of its own, or none."""

    def kind(value: str, label: str, *marks: str) -> rx.Component:
        chosen = rx.match(mark, *[(m, True) for m in marks], False)
        return quiet_button(
            label,
            on_click=on_kind(value),
            aria_pressed=chosen,
            class_name="aria-pressed:bg-accent aria-pressed:text-on-accent",
        )

    return rx.el.div(
        kind("weekly", "As every week", "weekly", "none", "holiday"),
        kind("own", "Own hours", "own"),
        kind("closed", "Closed", "closed"),
        role="group",
        aria_label="Hours of this date",
        class_name="flex flex-wrap gap-1",
    )
