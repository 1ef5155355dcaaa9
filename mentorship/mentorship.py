"""The app: its look, its pages, and what is mounted beside them."""

import reflex as rx

from mentorship.components.document import app_arguments
from mentorship.components.layout import page, page_heading


def index() -> rx.Component:
    """The front door until the storefront moves in."""
    return page(
        page_heading("Time with someone who has done it", "Packs of one-to-one sessions with a few good mentors.")
    )


app = rx.App(**app_arguments())
app.add_page(index, route="/", title="Mentorship")
