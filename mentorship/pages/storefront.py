"""The storefront."""

import reflex as rx

from mentorship.components.buttons import PRIMARY, SECONDARY, link_button
from mentorship.components.cards import section
from mentorship.components.mentors import mentor_grid, quotation
from mentorship.components.prefetch import prefetch
from mentorship.domain.policy import Policy, hours_text
from mentorship.pages.shell import shell
from mentorship.state.auth import Auth
from mentorship.state.storefront import Storefront

ON_LOAD = [Auth.load, Storefront.load]


def page() -> rx.Component:
    """What this is, who is here, how it works, and what students say."""
    return shell(
        _hero(),
        section(
            "Mentors with a seat for you",
            mentor_grid(Storefront.mentors, ready=Storefront.ready),
            intro="Each mentor takes a limited number of students. What you see is what is left right now.",
        ),
        _how_it_works(),
        _testimonials(),
        prefetch("/mentors/any"),
        current="/",
    )


def _hero() -> rx.Component:
    return rx.el.section(
        rx.el.h1("An hour with somebody who has done it.", class_name="max-w-[16ch] text-display"),
        rx.el.p(
            "Buy a small pack of one-to-one sessions with a mentor you choose. Pay once, book when it suits you, and "
            "work on your own questions until they are answered.",
            class_name="measure mt-6 text-lead text-muted",
        ),
        rx.el.div(
            link_button("Choose a mentor", "/mentors", kind=PRIMARY),
            link_button("How it works", "#how", kind=SECONDARY),
            class_name="mt-9 flex flex-wrap gap-3",
        ),
        rx.el.p(
            "No subscription. No automatic renewal. No stored card.",
            class_name="mt-6 text-small font-medium text-muted",
        ),
        class_name="py-6 sm:py-14",
    )


def _how_it_works() -> rx.Component:
    rules = Policy()
    steps = [
        (
            "Choose a mentor",
            "Read how they work, see the seats that are left and the next free times in your own time zone.",
        ),
        (
            "Pay once",
            f"Your seat is held for {hours_text(rules.checkout_hold)} while you pay on our payment provider's page. "
            "If you change your mind, it goes to the waitlist or back on sale.",
        ),
        (
            "Book and talk",
            f"Pick times from the mentor's calendar, {hours_text(rules.minimum_notice)} ahead or more. Move or cancel "
            f"free of charge until {hours_text(rules.change_notice)} before a session.",
        ),
        (
            "Stay, or leave",
            f"After the last session your seat is kept for {hours_text(rules.grace)}. Renew and it stays yours; "
            "otherwise somebody else gets a turn.",
        ),
    ]
    cells = [
        rx.el.li(
            rx.el.span(str(number), class_name="font-display text-title text-accent-ink", aria_hidden="true"),
            rx.el.h3(title, class_name="mt-2 text-lead font-semibold"),
            rx.el.p(text, class_name="mt-2 text-small text-muted"),
        )
        for number, (title, text) in enumerate(steps, start=1)
    ]
    return rx.el.div(
        section("How it works", rx.el.ol(*cells, class_name="grid gap-x-8 gap-y-10 sm:grid-cols-2 lg:grid-cols-4")),
        id="how",
    )


def _testimonials() -> rx.Component:
    return rx.cond(
        Storefront.quotes.length() > 0,
        section(
            "What students say",
            rx.el.div(rx.foreach(Storefront.quotes, quotation), class_name="grid gap-10 md:grid-cols-3"),
        ),
        rx.fragment(),
    )
