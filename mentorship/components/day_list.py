"""A week as a list of days, for screens that are too narrow for columns."""

from typing import Any

import reflex as rx

from mentorship.components.buttons import Text
from mentorship.schemas.week import WeekBlock, WeekDay, WeekFace

ROW = "tabular w-full rounded-field px-4 py-3 text-left text-small "
LOOKS = {
    "session": "bg-accent text-on-accent font-semibold",
    "waiting": "bg-warning-soft text-warning-ink font-semibold",
    "done": "bg-sunken text-muted",
    "gone": "text-muted line-through ring-1 ring-line ring-inset",
    "proposed": "bg-raised text-ink outline-2 outline-dashed outline-warning-ink -outline-offset-2",
    "busy": "bg-line text-ink",
    "free": "bg-accent-soft font-semibold text-accent-ink",
}


def day_list(week: rx.Var[WeekFace], *, on_pick: Any, picked: Text = "") -> rx.Component:
    """The week's days with all that is on them; `on_pick` and `picked` as in the week's grid."""
    return rx.el.ol(
        rx.foreach(week.days, lambda day: _day(day, on_pick, picked)), class_name="mt-2 divide-y divide-line md:hidden"
    )


def _day(day: rx.Var[WeekDay], on_pick: Any, picked: Text) -> rx.Component:
    return rx.el.li(
        rx.el.h3(
            day.name,
            rx.cond(day.today, rx.el.span(" · today", class_name="text-accent-ink"), rx.fragment()),
            class_name="font-text text-small font-semibold",
        ),
        rx.cond(day.note, rx.el.p(day.note, class_name="text-fine text-muted"), rx.fragment()),
        rx.el.ul(
            rx.foreach(day.blocks, lambda block: _block(block, on_pick, picked)),
            class_name=rx.cond(day.is_free, "mt-2 grid grid-cols-3 gap-2", "mt-2 grid gap-2 empty:hidden"),
        ),
        key=day.iso,
        class_name="py-3",
    )


def _block(block: rx.Var[WeekBlock], on_pick: Any, picked: Text) -> rx.Component:
    look = rx.match(block.kind, *[(kind, ROW + own) for kind, own in LOOKS.items()], ROW)
    return rx.el.li(
        rx.cond(
            block.picks,
            rx.el.button(
                rx.el.span(block.label, aria_hidden="true"),
                type="button",
                on_click=on_pick(block.key),
                aria_label=block.spoken,
                aria_pressed=block.key == picked,
                class_name=rx.cond(block.key == picked, ROW + "bg-accent text-on-accent font-semibold", look),
            ),
            rx.el.div(block.label, class_name=look),
        ),
        key=block.key,
        class_name=rx.cond(block.kind == "free", "min-w-0", "col-span-full min-w-0"),
    )
