"""The seat meter: a mentor's seats as dots, the reader's own marked."""

import reflex as rx

from mentorship.components.buttons import Flag
from mentorship.schemas.pages import SeatRow

DOT = "size-3 rounded-full "


def seat_meter(seats: SeatRow | rx.Var[SeatRow], *, live: Flag = False) -> rx.Component:
    """Dots and the sentence that says the same. With `live`, changes are announced to screen readers."""
    row = rx.Var.create(seats)
    return rx.el.div(
        rx.el.div(
            rx.foreach(row.dots, _dot),
            class_name="flex flex-wrap items-center gap-1.5",
            aria_hidden="true",
        ),
        rx.el.p(
            row.label,
            class_name=[
                "tabular text-small font-medium",
                rx.cond(row.sold_out, "text-warning-ink", "text-ink"),
            ],
            **({"aria_live": "polite"} if live is not False else {}),
        ),
        rx.cond(row.waiting, rx.el.p(row.waiting, class_name="tabular text-small text-muted")),
        class_name="flex flex-wrap items-center gap-x-4 gap-y-2",
    )


def _dot(kind: rx.Var[str]) -> rx.Component:
    return rx.el.span(
        class_name=rx.match(
            kind,
            ("taken", DOT + "bg-edge/45"),
            ("mine", DOT + "bg-accent ring-2 ring-accent ring-offset-2 ring-offset-raised mx-1"),
            DOT + "ring-2 ring-accent ring-inset",
        )
    )
