"""One mentor's page, with the card to buy from always in reach."""

import reflex as rx

from mentorship.components.buttons import PRIMARY, SECONDARY, link_button, text_link
from mentorship.components.cards import card, portrait
from mentorship.components.empty_state import empty_state
from mentorship.components.mentors import chips, quotation
from mentorship.components.notices import callout
from mentorship.components.price import price
from mentorship.components.seat_meter import seat_meter
from mentorship.components.skeleton import page_skeleton
from mentorship.components.waitlist import join_button, leave_dialog, place_panel
from mentorship.pages.shell import shell
from mentorship.schemas.pages import SlotTime
from mentorship.schemas.students import Portfolio
from mentorship.state.auth import Auth
from mentorship.state.mentor import Mentor

ON_LOAD = [Auth.load, Mentor.load]


def page() -> rx.Component:
    """Who the mentor is, what to expect, and what it costs."""
    mentor = Mentor.mentor
    return shell(
        rx.cond(
            Mentor.missing,
            _missing(),
            rx.cond(mentor.id, _profile(mentor), page_skeleton("the mentor")),
        ),
        current="/mentors",
    )


def _profile(mentor: rx.Var[Portfolio]) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            portrait(mentor.portrait, size="size-28 sm:size-36"),
            rx.el.div(
                rx.el.h1(mentor.name, class_name="text-title"),
                rx.el.p(mentor.headline, class_name="mt-2 text-lead text-muted"),
                rx.el.div(chips(mentor.expertise), class_name="mt-4"),
                class_name="min-w-0 flex-1 basis-64",
            ),
            class_name="flex flex-wrap items-center gap-6 lg:col-start-1",
        ),
        rx.el.aside(
            _buy_card(mentor),
            aria_label="Price and seats",
            class_name="w-full lg:sticky lg:top-24 lg:col-start-2 lg:row-span-2 lg:row-start-1 lg:self-start",
        ),
        leave_dialog(),
        rx.el.div(
            _part("About", rx.el.p(mentor.about, class_name="measure")),
            rx.cond(
                mentor.expectations.length() > 0,
                _part(
                    "What to expect",
                    rx.el.ul(rx.foreach(mentor.expectations, _expectation), class_name="measure grid gap-3"),
                ),
                rx.fragment(),
            ),
            rx.cond(
                mentor.testimonials.length() > 0,
                _part(
                    "What students say",
                    rx.el.div(rx.foreach(mentor.testimonials, quotation), class_name="measure grid gap-8"),
                ),
                rx.fragment(),
            ),
            class_name="grid min-w-0 gap-12 lg:col-start-1",
        ),
        class_name="grid gap-12 lg:grid-cols-[minmax(0,1fr)_22rem] lg:gap-x-16",
    )


def _buy_card(mentor: rx.Var[Portfolio]) -> rx.Component:
    return card(
        rx.cond(
            mentor.product_id,
            rx.el.div(
                price(mentor.price),
                rx.el.p(mentor.terms, class_name="mt-1 font-medium"),
                rx.el.p(mentor.validity, class_name="mt-1 text-small text-muted"),
            ),
            rx.el.p("Not on sale at the moment.", class_name="text-muted"),
        ),
        rx.el.div(seat_meter(mentor.seats, live=True), class_name="mt-5"),
        rx.cond(mentor.own_seat, rx.el.div(callout(mentor.own_seat, tone="good"), class_name="mt-5"), rx.fragment()),
        rx.el.div(_action(mentor), class_name="mt-6"),
        _next_free(mentor),
    )


def _action(mentor: rx.Var[Portfolio]) -> rx.Component:
    buy = rx.el.div(
        link_button(
            rx.cond(mentor.own_seat, "Buy another pack", "Buy"),
            "/checkout?product=" + mentor.product_id,
            kind=PRIMARY,
            class_name="w-full",
        ),
        rx.el.p("Paid once. No subscription, nothing renews by itself.", class_name="mt-3 text-fine text-muted"),
    )
    for_sale = rx.cond(mentor.seats.sold_out & ~mentor.own_seat.bool(), _sold_out(mentor), buy)
    place = place_panel(mentor.place, Auth.skew, "/checkout?product=" + mentor.product_id)
    return rx.cond(mentor.product_id, rx.cond(mentor.place.mentor_id, place, for_sale), rx.fragment())


def _sold_out(mentor: rx.Var[Portfolio]) -> rx.Component:
    can_wait = (Auth.role == "student") | (Auth.role == "visitor")
    return rx.el.div(
        callout(
            "Every seat is taken. One that is given up is offered to the next in the waitlist, and held for ",
            mentor.offered_for,
            ". Waiting costs nothing, and you can leave at any time.",
            tone="warning",
        ),
        rx.cond(can_wait, join_button(mentor.id)),
        rx.el.p(text_link("Look at the other mentors", "/mentors"), class_name="text-center text-small"),
        class_name="grid gap-4",
    )


def _next_free(mentor: rx.Var[Portfolio]) -> rx.Component:
    return rx.el.div(
        rx.el.h2("Next free times", class_name="font-text text-small font-semibold"),
        rx.cond(
            mentor.next_free.length() > 0,
            rx.el.ul(rx.foreach(mentor.next_free, _free_time), class_name="mt-2 divide-y divide-line"),
            rx.el.p("No free time at the moment.", class_name="mt-2 text-small text-muted"),
        ),
        rx.el.p(
            "In your zone, ",
            Auth.zone,
            ". ",
            mentor.name,
            " is in ",
            mentor.zone,
            ".",
            class_name="mt-3 text-fine text-muted",
        ),
        class_name="mt-7 border-t border-line pt-5",
    )


def _free_time(time: rx.Var[SlotTime]) -> rx.Component:
    return rx.el.li(
        rx.el.span(time.day_label, ", ", time.label, class_name="font-medium"),
        rx.el.span(time.other_label, class_name="text-muted"),
        class_name="tabular flex flex-wrap justify-between gap-x-3 py-2 text-small",
    )


def _expectation(text: rx.Var[str]) -> rx.Component:
    return rx.el.li(
        rx.icon("check", size=18, class_name="mt-1 shrink-0 text-accent-ink", aria_hidden="true"),
        text,
        class_name="flex gap-3",
    )


def _part(title: str, *children: rx.Component) -> rx.Component:
    return rx.el.section(rx.el.h2(title, class_name="text-heading"), rx.el.div(*children, class_name="mt-4"))


def _missing() -> rx.Component:
    return rx.el.div(
        rx.el.h1("There is no mentor here", class_name="mb-8 text-title"),
        empty_state(
            "search_x",
            "Perhaps they have moved on",
            "The address names nobody who mentors here now. Everybody who does is on one page.",
            link_button("See all mentors", "/mentors", kind=SECONDARY),
        ),
    )
