"""Rows of facts for those who oversee: a title with its time, a state, and what goes with it. One column on a phone."""

from typing import Any

import reflex as rx

from mentorship.components.badges import badge
from mentorship.components.buttons import Text
from mentorship.components.empty_state import empty_state


def rows(lines: rx.Var[list[Any]], row: Any, *, icon: str, none: str, hint: str) -> rx.Component:
    """A list of rows, or a calm note when there is none."""
    listed = rx.el.ul(
        rx.foreach(lines, row), class_name="divide-y divide-line rounded-card bg-raised px-5 shadow-raised sm:px-7"
    )
    return rx.cond(lines, listed, empty_state(icon, none, hint))


def fact_row(
    key: Text, title: Text, when: Text, *details: rx.Component, status: Text = "", tone: Text = "neutral"
) -> rx.Component:
    """One row."""
    return rx.el.li(
        rx.el.div(
            rx.el.p(title, class_name="min-w-0 font-semibold wrap-anywhere"),
            rx.cond(status, badge(status, tone)),
            class_name="flex flex-wrap items-start justify-between gap-x-4 gap-y-1",
        ),
        rx.el.p(when, class_name="tabular text-fine text-muted"),
        *details,
        key=key,
        class_name="py-4 text-small",
    )
