"""The time that somebody has picked: what choosing it means, and the one more click that does it."""

from typing import Any

import reflex as rx

from mentorship.components.buttons import quiet_button
from mentorship.components.cards import card
from mentorship.schemas.students import Confirmation


def picked_time(
    choice: rx.Var[Confirmation], *actions: rx.Component, on_put_back: Any, above: rx.Component | None = None
) -> rx.Component:
    """A panel at the foot of the screen while a time is picked, announced when it comes and when it changes.

    `above` is what else has its place there.
    """
    panel = card(
        rx.el.div(
            rx.el.p(choice.when, class_name="tabular text-heading font-semibold"),
            rx.cond(
                choice.other_when, rx.el.p(choice.other_when, class_name="tabular text-small text-muted"), rx.fragment()
            ),
            rx.el.p(choice.pays, class_name="mt-2 text-small"),
            class_name="min-w-0 flex-1 basis-72",
        ),
        rx.el.div(quiet_button("Another time", on_click=on_put_back), *actions, class_name="flex flex-wrap gap-2"),
        class_name="flex flex-wrap items-center justify-between gap-5 ring-2 ring-accent shadow-float!",
    )
    return rx.el.div(
        above or rx.fragment(),
        rx.cond(choice.starts_at, panel, rx.fragment()),
        aria_live="polite",
        class_name="sticky bottom-18 z-20 mt-6 grid gap-3 md:bottom-6",
    )
