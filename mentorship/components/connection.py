"""The line that says the live connection is lost and being made again."""

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors


def reconnecting() -> rx.Component:
    """A quiet line at the top edge while the connection is down; nothing at all while it is up."""
    return rx.el.div(
        rx.cond(
            has_connection_errors,
            rx.el.p(
                rx.icon("loader_circle", size=16, class_name="animate-spin", aria_hidden="true"),
                "Reconnecting… What you see may be a moment old.",
                class_name="mx-auto flex w-fit items-center gap-2 rounded-full bg-ink px-4 py-2 text-fine font-medium "
                "text-surface shadow-float",
            ),
        ),
        role="status",
        class_name="pointer-events-none fixed inset-x-0 top-3 z-50 px-4",
    )
