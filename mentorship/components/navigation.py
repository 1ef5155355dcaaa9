"""Where each role can go: the header's links, and the bottom bar of a phone."""

from dataclasses import dataclass

import reflex as rx

from mentorship.components.buttons import Text
from mentorship.components.calendar_tabs import TABS


@dataclass(frozen=True)
class Place:
    """A page in the navigation; `icon` is a lucide name. The phone's bar has room for five entries."""

    label: str
    href: str
    icon: str
    on_phone: bool = True
    under_more: bool = False


PLACES: dict[str, tuple[Place, ...]] = {
    "visitor": (Place("Mentors", "/mentors", "users"),),
    "student": (
        Place("Home", "/dashboard", "house"),
        Place("Calendar", "/calendar", "calendar"),
        Place("Sessions", "/sessions", "video"),
        Place("Mentors", "/mentors", "users"),
        Place("Orders", "/orders", "receipt_text", on_phone=False),
        Place("Settings", "/settings", "settings"),
    ),
    "mentor": (
        Place("Home", "/instructor/dashboard", "house"),
        Place("Calendar", TABS[0][1], "calendar"),
        Place("Sessions", "/instructor/sessions", "video"),
        Place("Students", "/instructor/students", "users"),
        Place("Earnings", "/instructor/earnings", "wallet", under_more=True),
        Place("Settings", "/settings", "settings", under_more=True),
    ),
    "admin": (
        Place("Overview", "/admin", "house"),
        Place("Orders", "/admin/orders", "receipt_text"),
        Place("Refunds", "/admin/refunds", "undo_2"),
        Place("Disputes", "/admin/disputes", "shield_alert", on_phone=False),
        Place("Promotions", "/admin/promotions", "ticket_percent"),
        Place("Mentors", "/mentors", "users", on_phone=False),
        Place("Settings", "/settings", "settings"),
    ),
}


def header_links(role: Text, current: str) -> rx.Component:
    """The links of the header. Signed-in people get them at the bottom of a phone instead."""
    signed_in = [
        (name, _bar(places, current, "hidden md:flex")) for name, places in PLACES.items() if name != "visitor"
    ]
    return rx.match(role, *signed_in, _bar(PLACES["visitor"], current, "flex"))


def bottom_bar(role: Text, current: str) -> rx.Component:
    """The phone's bottom bar of a signed-in person; nothing for visitors."""
    bars = [(name, _bottom(places, current)) for name, places in PLACES.items() if name != "visitor"]
    return rx.match(role, *bars, rx.fragment())


def _bar(places: tuple[Place, ...], current: str, display: str) -> rx.Component:
    look = "pressable inline-flex items-center rounded-full px-3 text-small font-medium "
    links = [
        rx.el.a(
            place.label,
            href=place.href,
            class_name=look + ("bg-sunken text-ink" if place.href == current else "text-muted hover:text-ink"),
            **_current(place, current),
        )
        for place in places
    ]
    return rx.el.nav(*links, aria_label="Main", class_name=f"{display} items-center lg:gap-1")


ENTRY = "flex min-h-14 min-w-16 flex-1 flex-col items-center justify-center gap-0.5 text-fine font-medium "


def _bottom(places: tuple[Place, ...], current: str) -> rx.Component:
    links = [
        rx.el.a(
            rx.icon(place.icon, size=22, aria_hidden="true"),
            place.label,
            href=place.href,
            class_name=ENTRY + ("text-accent-ink" if place.href == current else "text-muted"),
            **_current(place, current),
        )
        for place in places
        if place.on_phone and not place.under_more
    ]
    more = tuple(place for place in places if place.under_more)
    return rx.el.nav(
        *links,
        *(_more(more, current) if more else ()),
        aria_label="Main",
        class_name="bottom-inset fixed inset-x-0 bottom-0 z-30 flex overflow-x-auto bg-raised px-1 shadow-float "
        "md:hidden",
    )


def _more(places: tuple[Place, ...], current: str) -> tuple[rx.Component, rx.Component]:
    """What the bar has no room for, in the browser's own popover: it closes on Escape and on a tap beside it."""
    name = "more-places"
    is_here = any(place.href == current for place in places)
    button = rx.el.button(
        rx.icon("ellipsis", size=22, aria_hidden="true"),
        "More",
        type="button",
        custom_attrs={"popoverTarget": name},
        class_name=ENTRY + ("text-accent-ink" if is_here else "text-muted"),
    )
    look = "flex min-h-12 items-center gap-3 rounded-field px-4 text-small font-medium "
    links = [
        rx.el.a(
            rx.icon(place.icon, size=20, aria_hidden="true"),
            place.label,
            href=place.href,
            class_name=look + ("bg-sunken text-ink" if place.href == current else "text-muted"),
            **_current(place, current),
        )
        for place in places
    ]
    return button, rx.el.div(
        *links,
        id=name,
        custom_attrs={"popover": "auto"},
        class_name="inset-auto! right-2! bottom-16! m-0 w-56 rounded-card bg-raised p-2 text-ink shadow-float",
    )


def _current(place: Place, current: str) -> dict[str, str]:
    return {"aria_current": "page"} if place.href == current else {}
