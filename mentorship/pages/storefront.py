"""The storefront."""

import reflex as rx

from mentorship.components.cards import card, portrait
from mentorship.components.layout import page_heading
from mentorship.components.seat_meter import seat_meter
from mentorship.pages.shell import shell
from mentorship.schemas.pages import MentorFace
from mentorship.state.auth import Auth
from mentorship.state.storefront import Storefront

ON_LOAD = [Auth.load, Storefront.load]


def page() -> rx.Component:
    """Every mentor with price and seats left."""
    return shell(
        page_heading("Time with someone who has done it", "Packs of one-to-one sessions with a few good mentors."),
        rx.el.ul(rx.foreach(Storefront.mentors, _mentor), class_name="grid gap-6 sm:grid-cols-2 lg:grid-cols-3"),
        current="/",
    )


def _mentor(face: rx.Var[MentorFace]) -> rx.Component:
    return rx.el.li(
        card(
            portrait(face.portrait),
            rx.el.h2(rx.el.a(face.name, href=f"/mentors/{face.slug}"), class_name="text-heading mt-4"),
            rx.el.p(face.headline, class_name="mt-1 text-muted"),
            rx.el.p(face.price, " · ", face.terms, class_name="tabular mt-4 text-small"),
            seat_meter(face.seats, live=True),
        )
    )
