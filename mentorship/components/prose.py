"""Running text under headings, in a column that reads well."""

import reflex as rx


def chapter(title: str, *paragraphs: str) -> rx.Component:
    """A heading with its paragraphs."""
    return rx.el.section(
        rx.el.h2(title, class_name="text-heading"),
        *[rx.el.p(text, class_name="mt-3 text-muted") for text in paragraphs],
        class_name="measure mt-10 first:mt-0",
    )
