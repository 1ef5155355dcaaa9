"""Badges: a word about a state, in the colour of its tone."""

import reflex as rx

from mentorship.components.buttons import Text

TONES = {
    "neutral": "bg-sunken text-muted",
    "good": "bg-accent-soft text-accent-ink",
    "warning": "bg-warning-soft text-warning-ink",
    "bad": "bg-danger-soft text-danger-ink",
}


def badge(text: Text, tone: Text = "neutral") -> rx.Component:
    """A small pill. The word carries the meaning; the colour only underlines it."""
    look = TONES[tone] if isinstance(tone, str) else rx.match(tone, *TONES.items(), TONES["neutral"])
    return rx.el.span(
        text,
        class_name=["inline-flex w-fit items-center rounded-full px-3 py-0.5 text-fine font-semibold", look],
    )
