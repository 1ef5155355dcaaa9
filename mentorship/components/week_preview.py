"""A week of a mentor's hours as students would find it: each day a bar from midnight to midnight, and in words."""

import reflex as rx

from mentorship.schemas.hours_faces import PreviewFace, Stretch


def week_preview(days: rx.Var[list[PreviewFace]]) -> rx.Component:
    """The seven days, with free times and sessions."""
    return rx.el.ol(rx.foreach(days, _day), class_name="grid gap-4")


def _day(day: rx.Var[PreviewFace]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(day.name, class_name="font-semibold"),
            rx.cond(day.note, rx.el.span(day.note, class_name="text-fine text-muted wrap-anywhere"), rx.fragment()),
            rx.el.span(day.count, class_name="tabular ml-auto text-fine text-muted"),
            class_name="flex flex-wrap items-baseline gap-x-3 text-small",
        ),
        rx.el.div(
            rx.foreach(day.stretches, _stretch),
            aria_hidden="true",
            class_name="relative mt-1 h-3 overflow-hidden rounded-full bg-sunken",
        ),
        rx.el.p(day.free, class_name="tabular mt-1 text-fine text-muted"),
        rx.cond(
            day.sessions.length() > 0,
            rx.el.p("Booked: ", day.sessions.join(", "), class_name="tabular text-fine text-muted wrap-anywhere"),
            rx.fragment(),
        ),
        key=day.iso,
    )


def _stretch(part: rx.Var[Stretch]) -> rx.Component:
    return rx.el.span(
        style={"left": part.left, "width": part.width},
        class_name=rx.cond(
            part.is_session, "absolute inset-y-0 rounded-full bg-ink", "absolute inset-y-0 rounded-full bg-accent"
        ),
    )
