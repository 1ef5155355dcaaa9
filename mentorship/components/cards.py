"""Cards and section headings: paper on paper, lifted by a shadow rather than a border."""

from typing import Any

import reflex as rx

from mentorship.components.buttons import Text


def card(*children: rx.Component, class_name: str = "", **props: Any) -> rx.Component:
    """A sheet that holds one subject."""
    return rx.el.div(
        *children, class_name=f"min-w-0 rounded-card bg-raised p-5 shadow-raised sm:p-7 {class_name}", **props
    )


def section(title: Text, *children: rx.Component, intro: Text = "", class_name: str = "") -> rx.Component:
    """A titled part of a page, with room above it."""
    heading = rx.el.h2(title, class_name="text-title")
    lead = [rx.el.p(intro, class_name="measure mt-3 text-muted")] if not _is_empty(intro) else []
    return rx.el.section(
        heading,
        *lead,
        rx.el.div(*children, class_name="mt-8"),
        aria_label=title,
        class_name=f"mt-16 sm:mt-24 {class_name}",
    )


def portrait(source: Text, name: Text = "", *, size: str = "size-14") -> rx.Component:
    """A round portrait. Leave `name` empty where the name stands beside it, so it is not read twice."""
    return rx.el.img(
        src=source,
        alt=name,
        width="160",
        height="160",
        loading="lazy",
        class_name=f"{size} shrink-0 rounded-full bg-sunken object-cover",
    )


def fact(term: Text, value: Text | rx.Component) -> rx.Component:
    """One line of a definition list: what it is, and how much or when. Place inside `rx.el.dl`."""
    return rx.el.div(
        rx.el.dt(term, class_name="text-muted"),
        rx.el.dd(value, class_name="tabular text-right font-medium"),
        class_name="flex items-baseline justify-between gap-6 py-2 text-small",
    )


def _is_empty(text: Text) -> bool:
    return isinstance(text, str) and not text
