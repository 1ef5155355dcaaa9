"""The page for addresses that lead nowhere."""

import reflex as rx

from mentorship.components.buttons import PRIMARY, SECONDARY, link_button
from mentorship.components.layout import page_heading
from mentorship.pages.shell import shell
from mentorship.state.auth import Auth

ON_LOAD = [Auth.load]


def page() -> rx.Component:
    """Says so, and offers the two ways on."""
    return shell(
        page_heading(
            "There is no page here",
            "The address may be mistyped, or the page has moved. Nothing of yours is lost.",
        ),
        rx.el.div(
            link_button("Find a mentor", "/mentors", kind=PRIMARY),
            link_button("To the start", "/", kind=SECONDARY),
            class_name="flex flex-wrap gap-3",
        ),
    )
