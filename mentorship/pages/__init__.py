"""The pages, one module each, and the one place that says which route each has."""

import reflex as rx

from mentorship.pages import storefront


def add_pages(app: rx.App) -> None:
    """Add every page to the app."""
    app.add_page(storefront.page, route="/", title="Mentorship", on_load=storefront.ON_LOAD)
