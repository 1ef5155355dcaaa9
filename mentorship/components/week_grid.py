"""The week: seven columns under one hour axis, with sessions, free times to pick and what lies behind them."""

from datetime import date
from typing import Any

import reflex as rx

from mentorship.components.buttons import Text, icon_button, secondary_button
from mentorship.components.skeleton import loading, skeleton
from mentorship.components.zones import zone_line
from mentorship.schemas.week import WeekBlock, WeekDay, WeekFace, WeekHour

# How high a minute is. Fingers get more room than pointers.
SCALE = "[--minute:calc(5.5rem/60)] md:[--minute:calc(4rem/60)]"
AXIS = "w-12"
COLUMN = "relative w-[calc(100%-3rem)] shrink-0 snap-start scroll-ml-12 md:w-0 md:flex-1 md:shrink "
PLACED = "absolute top-[calc(var(--minute)*var(--start))] h-[calc(var(--minute)*var(--minutes))] "
HEAD, NOTED_HEAD = "h-12", "h-16"
BEHIND = PLACED + "pointer-events-none inset-x-0 "
LANES = "left-[calc(100%*var(--lane)/var(--lanes))] w-[calc(100%/var(--lanes))] p-px "
BLOCK = (
    "tabular flex size-full min-w-0 flex-wrap content-start gap-x-1 overflow-hidden rounded-chip px-1.5 text-left "
    "text-fine leading-4.5 -outline-offset-2! "
)
PICKED = "bg-accent text-on-accent font-semibold"
LOOKS = {
    "free": "py-1 bg-accent-soft font-semibold text-accent-ink hover:bg-accent hover:text-on-accent",
    "session": "py-1.5 bg-accent text-on-accent font-semibold",
    "other": "py-1.5 bg-raised text-ink ring-1 ring-edge ring-inset",
    "done": "py-1.5 bg-sunken text-muted ring-1 ring-line ring-inset",
    "waiting": "py-1.5 bg-warning-soft text-warning-ink font-semibold ring-1 ring-warning-ink/40 ring-inset",
    "gone": "py-1.5 text-muted line-through ring-1 ring-line ring-inset",
    "proposed": "py-1.5 bg-raised text-ink outline-2 outline-dashed outline-warning-ink",
    "busy": "py-1.5 bg-line text-ink",
}


class WeekGrid(rx.Component):
    """What the keyboard and the pointer do in a week."""

    library = f"$/public{rx.asset('week_grid.jsx', shared=True)}"
    tag = "WeekGrid"

    # Anything that changes when another week is shown.
    week: rx.Var[str]
    on_previous: rx.EventHandler[rx.event.no_args_event_spec]
    on_next: rx.EventHandler[rx.event.no_args_event_spec]
    # A click where nothing is: the day, and the minute of the axis.
    on_empty: rx.EventHandler[rx.event.passthrough_event_spec(date, int)]


def week_grid(
    face: WeekFace | rx.Var[WeekFace],
    *,
    zone: Text,
    on_previous: Any,
    on_next: Any,
    on_this_week: Any,
    on_pick: Any = None,
    on_empty: Any = None,
    picked: Text = "",
    on_phone: rx.Component | None = None,
) -> rx.Component:
    """A week in the reader's `zone`, which is named; the skeleton while it has no days.

    `on_pick` gets the key of a block that picks, `picked` is the chosen one; `on_empty` gets an ISO date and the
    minute of the axis that was clicked, for :func:`mentorship.state.week.instant_at`. `on_phone` takes the columns'
    place on a phone.
    """
    week = rx.Var.create(face)
    turning = {"on_previous": on_previous, "on_next": on_next} | ({"on_empty": on_empty} if on_empty else {})
    return rx.el.section(
        _bar(week, on_previous, on_next, on_this_week),
        rx.cond(
            week.days.length() > 0,
            rx.fragment(
                on_phone or rx.fragment(),
                WeekGrid.create(
                    rx.el.div(rx.foreach(week.days, _strip_day), class_name="mb-3 flex md:hidden"),
                    rx.el.div(
                        _axis(week),
                        rx.foreach(week.days, lambda day: _column(day, week, on_pick, picked)),
                        role="grid",
                        aria_labelledby="week-title",
                        class_name="no-scrollbar relative flex snap-x snap-mandatory overflow-x-auto "
                        "md:overflow-visible",
                    ),
                    week=week.iso,
                    class_name=f"mt-4 {SCALE}" + (" max-md:hidden" if on_phone else ""),
                    **turning,
                ),
            ),
            _skeleton(),
        ),
        zone_line(zone),
        aria_labelledby="week-title",
    )


def _bar(week: rx.Var[WeekFace], on_previous: Any, on_next: Any, on_this_week: Any) -> rx.Component:
    return rx.el.div(
        rx.el.h2(week.title, id="week-title", aria_live="polite", class_name="font-display text-lead sm:text-heading"),
        rx.el.div(
            rx.cond(week.is_this_week, rx.fragment(), secondary_button("This week", on_click=on_this_week)),
            icon_button("chevron_left", "Previous week", on_click=on_previous, disabled=~week.has_previous),
            icon_button("chevron_right", "Next week", on_click=on_next, disabled=~week.has_next),
            class_name="ml-auto flex items-center gap-1",
        ),
        class_name="flex flex-wrap items-center justify-between gap-x-2",
    )


def _strip_day(day: rx.Var[WeekDay]) -> rx.Component:
    """A day of the phone's strip, which brings its column into view."""
    return rx.el.button(
        rx.el.span(day.weekday, aria_hidden="true", class_name="text-fine text-muted"),
        rx.el.span(
            day.number,
            aria_hidden="true",
            class_name=rx.cond(day.is_free, "font-semibold text-accent-ink", "text-muted"),
        ),
        type="button",
        aria_label="Show " + day.name,
        key=day.iso,
        class_name="pressable tabular grid min-w-0! flex-1 place-items-center rounded-field py-1 text-small leading-5 "
        "aria-pressed:bg-accent-soft aria-pressed:ring-1 aria-pressed:ring-accent aria-pressed:ring-inset",
        custom_attrs={"data-goto": day.iso},
    )


def _axis(week: rx.Var[WeekFace]) -> rx.Component:
    return rx.el.div(
        rx.el.div(class_name=rx.cond(week.has_notes, NOTED_HEAD, HEAD) + " bg-raised"),
        rx.el.div(
            rx.foreach(
                week.hours,
                lambda hour: rx.el.span(
                    hour.label,
                    key=hour.start,
                    class_name="absolute top-[calc(var(--minute)*var(--start))] right-2 -translate-y-1/2",
                    custom_attrs={"style": rx.Var.create({"--start": hour.start})},
                ),
            ),
            class_name="tabular relative text-fine text-muted",
        ),
        aria_hidden="true",
        class_name=f"sticky left-0 z-10 {AXIS} shrink-0 bg-raised",
    )


def _column(day: rx.Var[WeekDay], week: rx.Var[WeekFace], on_pick: Any, picked: Text) -> rx.Component:
    name = rx.cond(day.today, day.name + ", today", day.name)
    return rx.el.div(
        rx.el.div(
            rx.el.span(day.weekday, aria_hidden="true", class_name="text-fine text-muted"),
            rx.el.span(
                day.number,
                aria_hidden="true",
                class_name=rx.cond(
                    day.today,
                    "grid size-7 place-items-center rounded-full bg-accent font-semibold text-on-accent",
                    "grid size-7 place-items-center font-semibold",
                ),
            ),
            rx.cond(
                day.note,
                rx.el.span(
                    day.note,
                    title=day.note,
                    aria_hidden="true",
                    class_name="w-full truncate px-1 text-center text-fine text-muted",
                ),
                rx.fragment(),
            ),
            role="rowheader",
            aria_label=rx.cond(day.note, name + ", " + day.note, name),
            class_name=[
                "tabular flex flex-wrap content-center items-center justify-center gap-x-1.5 text-small",
                rx.cond(week.has_notes, NOTED_HEAD, HEAD),
            ],
        ),
        rx.el.div(
            rx.foreach(week.hours, _line),
            rx.foreach(day.backdrop, _backdrop),
            rx.foreach(day.missing, _missing),
            rx.foreach(day.blocks, lambda block: _block(block, on_pick, picked)),
            rx.cond(day.blocks.length() > 0, rx.fragment(), _empty_cell(day)),
            _now(day),
            role="presentation",
            class_name="relative h-[calc(var(--minute)*var(--height))] border-l border-line",
            custom_attrs={
                "data-body": day.iso,
                "data-top": week.top,
                "data-height": week.height,
                "style": rx.Var.create({"--height": week.height}),
            },
        ),
        role="row",
        key=day.iso,
        class_name=COLUMN,
        custom_attrs={"data-column": day.iso, "data-free": day.is_free, "data-today": day.today},
    )


def _line(hour: rx.Var[WeekHour]) -> rx.Component:
    return rx.el.div(
        aria_hidden="true",
        key=hour.start,
        class_name="pointer-events-none absolute inset-x-0 top-[calc(var(--minute)*var(--start))] border-t border-line",
        custom_attrs={"style": rx.Var.create({"--start": hour.start})},
    )


def _place(block: rx.Var[WeekBlock]) -> rx.Var[dict[str, int]]:
    return rx.Var.create(
        {"--start": block.start, "--minutes": block.minutes, "--lane": block.lane, "--lanes": block.lanes}
    )


def _backdrop(block: rx.Var[WeekBlock]) -> rx.Component:
    return rx.el.div(
        aria_hidden="true",
        key=block.key,
        class_name=rx.match(
            block.kind, ("buffer", BEHIND + "hatched"), ("busy", BEHIND + "bg-line"), BEHIND + "bg-accent-soft/50"
        ),
        custom_attrs={"style": _place(block)},
    )


def _missing(block: rx.Var[WeekBlock]) -> rx.Component:
    return rx.el.div(
        aria_hidden="true",
        key=block.key,
        class_name=PLACED + "inset-x-0 hatched",
        custom_attrs={"style": _place(block)},
    )


def _block(block: rx.Var[WeekBlock], on_pick: Any, picked: Text) -> rx.Component:
    written = rx.el.span(block.label, class_name="min-w-0 wrap-break-word", aria_hidden="true")
    look = rx.match(block.kind, *[(kind, BLOCK + own) for kind, own in LOOKS.items()], BLOCK)

    def cell(make: Any, **own: Any) -> rx.Component:
        # Each with attributes of its own: what one element gets is written into the dictionary that it was given.
        return make(written, aria_label=block.spoken, tab_index=-1, custom_attrs={"data-cell": block.start}, **own)

    inside = rx.cond(
        block.href,
        cell(rx.el.a, href=block.href, class_name=look),
        cell(rx.el.div, role="img", class_name=look),
    )
    if on_pick is not None:
        chosen = block.key == picked
        button = cell(
            rx.el.button,
            type="button",
            on_click=on_pick(block.key),
            aria_pressed=chosen,
            class_name=rx.cond(chosen, BLOCK + "py-1 " + PICKED, look),
        )
        inside = rx.cond(block.picks, button, inside)
    return rx.el.div(
        inside, role="gridcell", key=block.key, class_name=PLACED + LANES, custom_attrs={"style": _place(block)}
    )


def _empty_cell(day: rx.Var[WeekDay]) -> rx.Component:
    """Somewhere for the keyboard to stand on a day on which nothing is."""
    return rx.el.div(
        rx.el.div(
            role="img",
            aria_label="Nothing on " + day.name,
            tab_index=-1,
            class_name="size-full rounded-chip -outline-offset-2!",
            custom_attrs={"data-cell": 0},
        ),
        role="gridcell",
        class_name="pointer-events-none absolute inset-x-px top-px h-10",
    )


def _now(day: rx.Var[WeekDay]) -> rx.Component:
    return rx.cond(
        day.now >= 0,
        rx.el.div(
            aria_hidden="true",
            class_name="pointer-events-none absolute inset-x-0 top-[calc(var(--minute)*var(--start))] z-5 border-t-2 "
            "border-danger before:absolute before:-top-1.5 before:-left-1 before:size-2.5 before:rounded-full "
            "before:bg-danger",
            custom_attrs={"data-now": True, "style": rx.Var.create({"--start": day.now})},
        ),
        rx.fragment(),
    )


def _skeleton() -> rx.Component:
    return loading(
        *[skeleton("h-96 w-full rounded-field") for _ in range(7)],
        what="the week",
        class_name="mt-4 grid grid-cols-7 gap-1",
    )
