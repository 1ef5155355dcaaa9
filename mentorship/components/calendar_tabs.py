"""The pages about a mentor's time, side by side."""

import reflex as rx

TABS = (
    ("Calendar", "/instructor/calendar"),
    ("Availability", "/instructor/availability"),
    ("Google Calendar", "/instructor/calendar/google"),
)
"""The first is the one that the navigation leads to."""


def calendar_tabs(current: str) -> rx.Component:
    """Links between the pages; `current` is this page's path."""
    look = "pressable inline-flex min-h-11 items-center rounded-full px-4 text-small font-medium "
    links = [
        rx.el.a(
            label,
            href=href,
            class_name=look + ("bg-sunken text-ink" if href == current else "text-muted hover:text-ink"),
            **({"aria_current": "page"} if href == current else {}),
        )
        for label, href in TABS
    ]
    return rx.el.nav(*links, aria_label="Calendar", class_name="-mt-4 mb-8 flex flex-wrap gap-1")
