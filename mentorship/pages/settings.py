"""Who the reader is to us, and the zone in which they see times."""

import reflex as rx

from mentorship.components.calendar_feed import feed_section
from mentorship.components.cards import card, fact
from mentorship.components.layout import page_heading
from mentorship.components.zones import zone_choice
from mentorship.pages.shell import shell
from mentorship.state.auth import Auth, Zones
from mentorship.state.calendar_feed import CalendarFeed
from mentorship.state.settings import Settings

ON_LOAD = [Auth.load, Zones.load, Settings.load, CalendarFeed.load]


def page() -> rx.Component:
    """Name, e-mail, time zone, and the private calendar address."""
    return shell(
        rx.el.div(
            page_heading("Settings"),
            card(
                rx.el.h2("You", class_name="text-heading"),
                rx.el.dl(
                    fact("Name", Auth.name),
                    fact("E-mail", rx.el.span(Auth.email, class_name="break-all")),
                    class_name="mt-3 divide-y divide-line",
                ),
            ),
            card(
                rx.el.h2("Time zone", class_name="mb-4 text-heading"),
                zone_choice(
                    Zones.names,
                    Auth.zone,
                    on_change=Auth.change_zone,
                    hint="Every time on these pages and in our mails is shown in this zone.",
                ),
                class_name="mt-6",
            ),
            feed_section(),
            class_name="mx-auto w-full max-w-2xl",
        ),
        current="/settings",
    )
