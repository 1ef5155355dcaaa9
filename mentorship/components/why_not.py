"""Says why something cannot be done, to whoever asks."""

import reflex as rx

from mentorship.components.buttons import Text


def why_not(what: Text, reason: Text) -> rx.Component:
    """An action that is not possible now, in place of its button, and on request the reason with the way out."""
    return rx.el.details(
        rx.el.summary(
            rx.el.span(what, class_name="text-muted line-through decoration-edge"),
            rx.el.span(
                "Why not?", class_name="font-semibold text-accent-ink underline underline-offset-4", aria_hidden="true"
            ),
            rx.el.span(": why not?", class_name="sr-only"),
            class_name="pressable inline-flex items-center gap-2 rounded-field px-3 text-small",
        ),
        rx.el.p(reason, class_name="measure rounded-field bg-sunken px-4 py-3 text-small"),
        class_name="min-w-0 open:w-full",
    )
