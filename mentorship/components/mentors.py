"""Mentors as cards: a person, what they help with, what it costs and whether there is a seat."""

import reflex as rx

from mentorship.components.cards import card, portrait
from mentorship.components.empty_state import empty_state
from mentorship.components.seat_meter import seat_meter
from mentorship.components.skeleton import card_skeleton
from mentorship.schemas.pages import MentorFace
from mentorship.schemas.students import Quote

GRID = "grid gap-5 sm:grid-cols-2 lg:grid-cols-3"


def mentor_grid(
    mentors: rx.Var[list[MentorFace]], *, ready: rx.Var[bool], expected: int = 6, heading: str = "h3"
) -> rx.Component:
    """Every mentor, or the shape of the grid while it is read. `heading` is the level of each name."""
    waiting = rx.el.div(*[card_skeleton("a mentor") for _ in range(expected)], class_name=GRID)
    none = empty_state("users", "No mentors yet", "The first ones are on their way. Come back in a few days.")
    listed = rx.el.ul(rx.foreach(mentors, lambda face: _mentor(face, heading)), class_name=GRID)
    return rx.cond(ready, rx.cond(mentors.length() > 0, listed, none), waiting)


def chips(words: rx.Var[tuple[str, ...]]) -> rx.Component:
    """What a mentor helps with, as a row of words."""
    return rx.el.ul(
        rx.foreach(
            words, lambda word: rx.el.li(word, class_name="rounded-full bg-sunken px-3 py-0.5 text-fine font-medium")
        ),
        class_name="flex flex-wrap gap-1.5",
        aria_label="Helps with",
    )


def quotation(said: rx.Var[Quote]) -> rx.Component:
    """What a student said, as a figure."""
    return rx.el.figure(
        rx.el.blockquote("“", said.quote, "”", class_name="font-display text-lead"),
        rx.el.figcaption(
            said.author,
            rx.cond(said.about, rx.el.span(" · with ", said.about), rx.fragment()),
            class_name="mt-4 text-small text-muted",
        ),
        class_name="border-l-2 border-accent pl-5",
    )


def _mentor(face: rx.Var[MentorFace], heading: str) -> rx.Component:
    name = rx.el.h2 if heading == "h2" else rx.el.h3
    return rx.el.li(
        card(
            rx.el.div(
                portrait(face.portrait, size="size-20"),
                rx.el.div(
                    name(
                        rx.el.a(
                            face.name,
                            href="/mentors/" + face.slug,
                            class_name="after:absolute after:inset-0 after:rounded-card",
                        ),
                        class_name="font-display text-heading",
                    ),
                    rx.el.p(
                        rx.el.span(face.price, class_name="font-semibold text-ink"),
                        rx.cond(face.price, " for ", ""),
                        face.terms,
                        class_name="tabular mt-1 text-small text-muted",
                    ),
                    class_name="min-w-0 flex-1",
                ),
                class_name="flex items-center gap-4",
            ),
            rx.el.p(face.headline, class_name="mt-5 flex-1"),
            rx.el.div(chips(face.expertise), class_name="mt-5"),
            rx.el.div(seat_meter(face.seats), class_name="mt-6"),
            class_name="relative flex h-full flex-col transition-shadow duration-150 hover:shadow-float",
        ),
        key=face.slug,
    )
