"""The list of all mentors."""

import reflex as rx

from mentorship.components.layout import page_heading
from mentorship.components.mentors import mentor_grid
from mentorship.pages.shell import shell
from mentorship.state.auth import Auth
from mentorship.state.storefront import Storefront

ON_LOAD = [Auth.load, Storefront.load]


def page() -> rx.Component:
    """Everybody, with the seats that are left at this moment."""
    return shell(
        page_heading(
            "Mentors", "One-to-one time with people who do this for a living. Seats are limited and shown live."
        ),
        mentor_grid(Storefront.mentors, ready=Storefront.ready, heading="h2"),
        current="/mentors",
    )
