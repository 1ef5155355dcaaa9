"""Skeletons: grey shapes where the content will be, so that nothing jumps when it arrives."""

import reflex as rx

BAR = "animate-breathe rounded-chip bg-line "


def skeleton(shape: str) -> rx.Component:
    """One shape; `shape` gives its size as classes, like "h-4 w-40"."""
    return rx.el.div(class_name=BAR + shape)


def loading(*shapes: rx.Component, what: str, class_name: str = "") -> rx.Component:
    """Skeletons with one sentence for screen readers: "Loading the free times"."""
    return rx.el.div(
        rx.el.p(f"Loading {what}", role="status", class_name="sr-only"),
        rx.el.div(*shapes, aria_hidden="true", class_name=class_name),
        aria_busy="true",
    )


def card_skeleton(what: str) -> rx.Component:
    """A card's shape: portrait, two lines, a row."""
    return loading(
        rx.el.div(
            rx.el.div(class_name="size-14 animate-breathe rounded-full bg-line"),
            rx.el.div(skeleton("h-5 w-40 max-w-full"), skeleton("mt-2 h-4 w-24"), class_name="flex-1"),
            class_name="flex gap-4",
        ),
        skeleton("mt-8 h-7 w-56 max-w-full"),
        skeleton("mt-4 h-2.5 w-full"),
        skeleton("mt-6 h-12 w-full"),
        what=what,
        class_name="rounded-card bg-raised p-5 shadow-raised sm:p-7",
    )


def page_skeleton(what: str) -> rx.Component:
    """A card's shape for a page whose heading is not known yet; the heading says that it is loading."""
    return rx.fragment(rx.el.h1(f"Loading {what}", class_name="sr-only"), card_skeleton(what))
