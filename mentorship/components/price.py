"""Prices, written by the server; set so that the amount is what the eye lands on."""

import reflex as rx

from mentorship.components.buttons import Text


def price(amount: Text, note: Text = "", *, was: Text = "") -> rx.Component:
    """An amount such as "€360", what it buys, and, after a promo code, the amount it was."""
    return rx.el.p(
        rx.cond(was, rx.el.del_(was, class_name="tabular mr-2 text-lead text-muted"), rx.fragment()),
        rx.el.span(amount, class_name="font-display text-title"),
        rx.cond(note, rx.el.span(note, class_name="ml-2 text-small text-muted"), rx.fragment()),
    )
