"""Empty states: what would be here, and what to do about it."""

import reflex as rx

from mentorship.components.buttons import Text


def empty_state(icon: str, title: Text, text: Text, *actions: rx.Component) -> rx.Component:
    """A calm note in place of an empty list, with the action that fills it."""
    return rx.el.div(
        rx.el.div(
            rx.icon(icon, size=26, aria_hidden="true"),
            class_name="mx-auto grid size-14 place-items-center rounded-full bg-accent-soft text-accent-ink",
        ),
        rx.el.p(title, class_name="mt-5 font-display text-heading"),
        rx.el.p(text, class_name="mx-auto mt-2 max-w-md text-muted"),
        rx.el.div(*actions, class_name="mt-6 flex flex-wrap justify-center gap-3 empty:hidden"),
        class_name="rounded-card bg-sunken px-6 py-12 text-center",
    )
