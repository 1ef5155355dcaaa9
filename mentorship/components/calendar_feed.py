"""The part of the settings with the reader's private calendar address."""

import reflex as rx

from mentorship.components.buttons import (
    SECONDARY,
    link_button,
    primary_button,
    quiet_button,
    secondary_button,
)
from mentorship.components.cards import card, fact
from mentorship.components.dialog import consequence_dialog
from mentorship.components.forms import INPUT
from mentorship.components.notices import callout
from mentorship.state.calendar_feed import CalendarFeed as Feed

PROGRAMS = (
    ("Google Calendar", "On a computer, next to “Other calendars”, choose + and “From URL”, and paste the address."),
    ("Apple Calendar", "Press “Open in a calendar program” above, or choose File and “New Calendar Subscription”."),
    ("Outlook", "Choose “Add calendar” and “Subscribe from web”, and paste the address."),
)


def feed_section() -> rx.Component:
    """Make, show once, replace and remove the address, and what each calendar program does with it."""
    return card(
        rx.el.h2("Your calendar program", class_name="text-heading"),
        rx.el.p(
            "A private address that Google Calendar, Apple Calendar or Outlook read by themselves: every session you "
            "have, moved and canceled ones too. Changes appear whenever the program looks again, which can take hours; "
            "our mails tell you at once.",
            class_name="mt-3 text-small text-muted",
        ),
        rx.cond(Feed.address, _address(), rx.fragment()),
        rx.cond(Feed.exists, _existing(), _make()),
        _dialogs(),
        class_name="mt-6",
    )


def _make() -> rx.Component:
    return rx.el.div(
        secondary_button(
            "Make the address", icon="calendar_sync", on_click=Feed.make, busy=Feed.busy == "make", disabled=~Feed.ready
        ),
        class_name="mt-5",
    )


def _address() -> rx.Component:
    return rx.el.div(
        rx.el.label("Your address", html_for="feed-address", class_name="mb-1.5 block text-small font-semibold"),
        rx.el.input(
            id="feed-address",
            value=Feed.address,
            read_only=True,
            class_name=INPUT,
            aria_describedby="feed-address-hint",
            custom_attrs={"autoComplete": "off", "spellCheck": False},
        ),
        rx.el.div(
            primary_button("Copy the address", icon="copy", on_click=[rx.set_clipboard(Feed.address), Feed.say_copied]),
            link_button("Open in a calendar program", Feed.subscribe, kind=SECONDARY, icon="calendar_plus"),
            class_name="mt-4 flex flex-wrap gap-3",
        ),
        rx.el.div(
            callout(
                rx.el.p(
                    "It is shown this once. Whoever has it can see when you have sessions and with whom, so give it to "
                    "your own calendar only. If it gets around, replace it.",
                    id="feed-address-hint",
                ),
                tone="warning",
            ),
            class_name="mt-4",
        ),
        rx.el.dl(
            *(
                rx.el.div(
                    rx.el.dt(name, class_name="font-semibold"),
                    rx.el.dd(how, class_name="mt-0.5 text-muted"),
                    class_name="py-2 text-small",
                )
                for name, how in PROGRAMS
            ),
            class_name="mt-4",
        ),
        class_name="mt-5",
    )


def _existing() -> rx.Component:
    return rx.fragment(
        rx.el.dl(
            fact("Address made", Feed.made),
            fact("Last read by a calendar", Feed.read),
            class_name="mt-4 divide-y divide-line",
        ),
        rx.el.div(
            secondary_button("Replace the address", on_click=Feed.ask("replace")),
            quiet_button("Remove it", on_click=Feed.ask("remove")),
            class_name="mt-4 flex flex-wrap gap-2",
        ),
    )


def _dialogs() -> rx.Component:
    return rx.fragment(
        consequence_dialog(
            "replace-feed",
            "Replace the address?",
            "The old address stops working at once. Calendars that read it have to be given the new one.",
            open=Feed.asked == "replace",
            confirm="Replace the address",
            keep="Keep the address",
            on_confirm=Feed.make,
            on_dismiss=Feed.put_away,
            busy=Feed.busy == "make",
            destructive=False,
        ),
        consequence_dialog(
            "remove-feed",
            "Remove the address?",
            "It stops working at once, and your sessions disappear from the calendars that read it. You can make a new "
            "one whenever you like.",
            open=Feed.asked == "remove",
            confirm="Remove the address",
            keep="Keep the address",
            on_confirm=Feed.remove,
            on_dismiss=Feed.put_away,
            busy=Feed.busy == "remove",
        ),
    )
