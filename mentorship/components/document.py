"""The document around every page: stylesheet, fonts, icons and what stands in when the page itself breaks."""

from typing import Any

import reflex as rx
from reflex_components_core.base.error_boundary import error_boundary

from mentorship.components.connection import reconnecting

FONTS = ("/fonts/figtree-latin.woff2", "/fonts/fraunces-latin.woff2")


def head() -> list[rx.Component]:
    """What every page has in its `<head>`: preloaded fonts, icons and the colour of the browser's frame."""
    fonts = [
        rx.el.link(
            rel="preload", href=href, custom_attrs={"as": "font", "type": "font/woff2", "crossOrigin": "anonymous"}
        )
        for href in FONTS
    ]
    return [
        *fonts,
        rx.el.link(rel="icon", href="/favicon.ico", custom_attrs={"sizes": "32x32"}),
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.link(rel="apple-touch-icon", href="/apple-touch-icon.png"),
    ]


def broken_page() -> rx.Component:
    """What is shown in place of a page whose own code failed in the browser."""
    return rx.el.main(
        rx.el.h1("This page stopped working", class_name="text-title"),
        rx.el.p(
            "Nothing you saved is lost. Load the page again; if it stops once more, go back to the start.",
            class_name="mt-4 text-muted",
        ),
        rx.el.p(
            rx.el.a("Back to the start", href="/", class_name="font-semibold text-accent-ink underline"),
            class_name="mt-6",
        ),
        class_name="measure mx-auto px-6 py-24",
    )


def app_arguments() -> dict[str, Any]:
    """Keyword arguments for `rx.App` that give it the house style.

    Reflex's toaster and connection overlay are replaced: the page shell has its own notices, and the
    "Reconnecting…" line belongs to the house and needs no extra library.
    """
    return {
        "stylesheets": ["theme.css"],
        "head_components": head(),
        "html_lang": "en",
        "toaster": None,
        "app_wraps": {
            (55, "ErrorBoundary"): _error_boundary,
            (5, "Connection"): lambda stateful: rx.fragment(reconnecting()) if stateful else None,
        },
    }


def _error_boundary(stateful: bool) -> rx.Component:
    handler = {} if stateful else {"on_error": rx.noop()}
    return error_boundary(fallback_render=rx.Var.create(broken_page()), **handler)
