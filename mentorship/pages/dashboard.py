"""A student's home."""

import reflex as rx

from mentorship.components.badges import badge
from mentorship.components.buttons import PRIMARY, SECONDARY, link_button, text_link
from mentorship.components.cards import card, section
from mentorship.components.countdown import countdown
from mentorship.components.empty_state import empty_state
from mentorship.components.layout import page_heading
from mentorship.components.notices import callout
from mentorship.components.pack_card import pack_card
from mentorship.components.session_card import session_card
from mentorship.components.skeleton import card_skeleton
from mentorship.components.waitlist import leave_dialog, place_card
from mentorship.pages.shell import shell
from mentorship.schemas.pages import PackFace
from mentorship.schemas.students import OrderFace, SeatFace
from mentorship.state.auth import Auth
from mentorship.state.dashboard import Dashboard

ON_LOAD = [Auth.load, Dashboard.load]


def page() -> rx.Component:
    """The next session, seats and packs, orders; or the way to a first mentor."""
    nothing = empty_state(
        "sprout",
        "You have no mentor yet",
        "Choose one, buy a pack, and your sessions, credits and receipts are all on this page.",
        link_button("Find a mentor", "/mentors", kind=PRIMARY),
    )
    everything = rx.fragment(
        rx.el.div(rx.foreach(Dashboard.urgent, _urgent), class_name="mb-8 grid gap-3 empty:hidden"),
        _waitlist(),
        rx.cond(
            (Dashboard.packs.length() == 0) & (Dashboard.orders.length() == 0),
            rx.cond(Dashboard.places, rx.fragment(), nothing),
            rx.fragment(_next_session(), _packs(), _orders(), _earlier()),
        ),
    )
    return shell(
        page_heading(
            rx.cond(Auth.name, "Hello, " + Auth.name.split(" ")[0], "Hello"),
            "",
            rx.cond(
                Dashboard.can_book,
                link_button("Book a session", "/calendar", kind=PRIMARY, icon="calendar_plus"),
                rx.fragment(),
            ),
        ),
        rx.cond(Dashboard.ready, everything, card_skeleton("your sessions")),
        current="/dashboard",
    )


def _urgent(seat: rx.Var[SeatFace]) -> rx.Component:
    grace = callout(
        rx.el.span("Your seat with ", seat.mentor_name, " is released ", class_name="font-semibold"),
        countdown(until=seat.until, skew=Auth.skew, class_name="font-semibold"),
        rx.el.span(". ", seat.next_line, " "),
        text_link("Renew now", seat.renew_href, class_name="text-warning-ink"),
        tone="warning",
    )
    held = callout(
        rx.el.span("A seat with ", seat.mentor_name, " is held for you and lapses ", class_name="font-semibold"),
        countdown(until=seat.until, skew=Auth.skew, class_name="font-semibold"),
        rx.el.span(". Pay in time and it is yours."),
    )
    return rx.cond(seat.status == "grace", grace, held)


def _waitlist() -> rx.Component:
    cards = rx.el.ul(
        rx.foreach(
            Dashboard.places,
            lambda face: rx.el.li(place_card(face, Auth.skew), key=face.mentor_id, class_name="min-w-0"),
        ),
        class_name="grid gap-5 lg:grid-cols-2",
    )
    listed = rx.el.section(
        rx.el.h2("Waitlist", class_name="mb-5 text-heading"), cards, aria_label="Waitlist", class_name="mb-12"
    )
    return rx.fragment(rx.cond(Dashboard.places, listed), leave_dialog())


def _next_session() -> rx.Component:
    manage = link_button("Move or cancel", "/sessions", kind=SECONDARY)
    none = rx.cond(
        Dashboard.can_book,
        empty_state(
            "calendar_plus",
            "No session is booked",
            "You have sessions to book. The next free times are in the calendar.",
            link_button("Open the calendar", "/calendar", kind=SECONDARY),
        ),
        empty_state("calendar", "No session is booked", "Renew a pack below to book the next one."),
    )
    return rx.el.section(
        rx.el.h2("Next session", class_name="mb-5 text-heading"),
        rx.cond(
            Dashboard.next_session,
            session_card(Dashboard.next_session.face, manage, skew=Auth.skew),
            none,
        ),
    )


def _packs() -> rx.Component:
    return section(
        "Your packs",
        rx.el.ul(
            rx.foreach(Dashboard.packs, lambda face: rx.el.li(pack_card(face), key=face.id)),
            class_name="grid gap-5 lg:grid-cols-2",
        ),
    )


def _orders() -> rx.Component:
    return rx.cond(
        Dashboard.orders.length() > 0,
        section(
            "Recent orders",
            card(rx.el.ul(rx.foreach(Dashboard.orders, _order), class_name="divide-y divide-line")),
            rx.el.p(text_link("All orders and refunds", "/orders"), class_name="mt-4 text-small"),
        ),
        rx.fragment(),
    )


def _order(order: rx.Var[OrderFace]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            text_link(order.title, "/checkout/success?order=" + order.id),
            rx.el.p(order.when, class_name="tabular text-fine text-muted"),
            rx.cond(
                order.receipt,
                rx.el.p(text_link("Receipt " + order.receipt, "/receipts/" + order.receipt), class_name="text-fine"),
                rx.fragment(),
            ),
            class_name="min-w-0 flex-1 basis-56",
        ),
        badge(order.status, order.tone),
        rx.el.span(order.amount, class_name="tabular font-semibold"),
        key=order.id,
        class_name="flex flex-wrap items-center gap-x-5 gap-y-2 py-4 text-small",
    )


def _earlier() -> rx.Component:
    return rx.cond(
        Dashboard.earlier.length() > 0,
        section(
            "Earlier packs",
            card(rx.el.ul(rx.foreach(Dashboard.earlier, _earlier_pack), class_name="divide-y divide-line")),
        ),
        rx.fragment(),
    )


def _earlier_pack(face: rx.Var[PackFace]) -> rx.Component:
    return rx.el.li(
        text_link(face.title, "/packs/" + face.id, class_name="min-w-0 flex-1 basis-56"),
        rx.el.span(face.legend, class_name="text-muted"),
        badge(face.status, face.tone),
        key=face.id,
        class_name="flex flex-wrap items-center gap-x-5 gap-y-2 py-4 text-small",
    )
