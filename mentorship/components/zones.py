"""Choosing a time zone."""

from typing import Any

import reflex as rx

from mentorship.components.buttons import Text
from mentorship.components.forms import choice


def zone_line(zone: Text) -> rx.Component:
    """Says in whose zone the times above are."""
    return rx.el.p(
        rx.icon("globe", size=16, class_name="mt-0.5 shrink-0", aria_hidden="true"),
        rx.el.span("Times are in your zone, ", rx.el.strong(zone, class_name="font-semibold"), "."),
        class_name="mt-5 flex gap-2 text-fine text-muted",
    )


def zone_choice(names: rx.Var[list[str]], zone: rx.Var[str], *, on_change: Any, hint: str = "") -> rx.Component:
    """A drop-down list of zones. The zone in use is always in it, also while the list is read."""
    return choice(
        "time-zone",
        "Your time zone",
        rx.cond(names.contains(zone), rx.fragment(), rx.el.option(zone, value=zone)),
        rx.foreach(names, lambda name: rx.el.option(name, value=name, key=name)),
        hint=hint,
        # Made anew once the list has arrived: a list that grows under a chosen value falls back to its first entry.
        key=names.length(),
        value=zone,
        on_change=on_change,
    )
