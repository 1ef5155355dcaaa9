"""The page shell: skip link, header, the page itself, footer, and the bottom bar of a phone."""

import reflex as rx

from mentorship.components.appearance import appearance_switch
from mentorship.components.buttons import PRIMARY, QUIET, Flag, Text, link_button, quiet_button
from mentorship.components.forms import native_form
from mentorship.components.navigation import bottom_bar, header_links

WIDTH = "mx-auto w-full max-w-6xl px-4 sm:px-6 lg:px-8"


def page(
    *children: rx.Component,
    role: Text = "visitor",
    current: str = "",
    sandbox: Flag = False,
    sandbox_href: str = "/sandbox/",
    notice: rx.Component | None = None,
    sign_out_to: Text = "/auth/sign-out",
) -> rx.Component:
    """A whole page.

    `role` is visitor, student, mentor or admin and decides the navigation; `current` is this page's path in it.
    `notice` is the page's notice region, and `sign_out_to` the address its sign-out form posts to.
    """
    return rx.el.div(
        rx.el.a(
            "Skip to the content",
            href="#content",
            class_name="sr-only rounded-full bg-accent text-on-accent focus:not-sr-only focus:fixed focus:top-3 "
            "focus:left-3 focus:z-50 focus:px-5 focus:py-3",
        ),
        rx.cond(sandbox, rx.el.aside(sandbox_ribbon(sandbox_href), aria_label="Sandbox"), rx.fragment()),
        _header(role, current, sign_out_to),
        rx.el.main(
            *children,
            id="content",
            tab_index=-1,
            class_name=f"{WIDTH} flex-1 py-10 outline-none sm:py-16",
        ),
        _footer(role),
        bottom_bar(role, current),
        notice or rx.fragment(),
        class_name="flex min-h-dvh flex-col",
    )


def page_heading(title: Text, intro: Text = "", *actions: rx.Component) -> rx.Component:
    """The page's one `<h1>`, what it is for, and its main actions."""
    return rx.el.div(
        rx.el.div(
            rx.el.h1(title, class_name="text-title wrap-anywhere"),
            rx.cond(intro, rx.el.p(intro, class_name="measure mt-3 text-muted"), rx.fragment()),
        ),
        rx.el.div(*actions, class_name="flex flex-wrap gap-3 empty:hidden"),
        class_name="mb-10 flex flex-wrap items-end justify-between gap-6",
    )


def sandbox_ribbon(href: str) -> rx.Component:
    """The bar that says nothing here is real, and leads to the sandbox's controls."""
    return rx.el.a(
        rx.el.span(
            "Sandbox: nothing here is real. Open the controls",
            class_name="rounded-full bg-warning-50 px-4 py-0.5",
        ),
        href=href,
        reload_document=True,
        class_name="stripes flex min-h-11 items-center justify-center px-4 text-center text-fine font-semibold "
        "text-warning-900",
    )


def brand() -> rx.Component:
    """The mark and the name, as the way home."""
    return rx.el.a(
        logo("size-8"),
        rx.el.span("Mentorship", class_name="font-display text-lead"),
        href="/",
        class_name="pressable inline-flex items-center gap-2.5",
    )


def logo(size: str) -> rx.Component:
    """The mark: two people, one a little taller, who together make an m."""
    return rx.el.svg(
        rx.el.path(d="M5 27v-6.5a5.75 5.75 0 0 1 11.5 0V27M16.5 27v-3.5a5.25 5.25 0 0 1 10.5 0V27"),
        rx.el.circle(cx="10.75", cy="7.5", r="2.4", fill="currentColor"),
        rx.el.circle(cx="21.75", cy="11.5", r="2.4", fill="currentColor"),
        view_box="0 0 32 32",
        fill="none",
        stroke="currentColor",
        stroke_width="3.2",
        stroke_linecap="round",
        custom_attrs={"aria-hidden": "true"},
        class_name=f"{size} shrink-0 text-accent-ink",
    )


def _header(role: Text, current: str, sign_out_to: Text) -> rx.Component:
    sign_out = native_form(
        quiet_button("Sign out", type="submit", class_name="max-sm:px-3"), method="post", action=sign_out_to
    )
    visitor = rx.el.div(
        link_button("Sign in", "/sign-in", kind=QUIET, class_name="max-sm:px-3"),
        link_button("Find a mentor", "/mentors", kind=PRIMARY, class_name="max-sm:hidden"),
        class_name="flex items-center gap-1",
    )
    return rx.el.header(
        rx.el.div(
            brand(),
            rx.el.div(
                header_links(role, current),
                rx.cond(rx.Var.create(role) == "visitor", visitor, sign_out),
                class_name="flex items-center gap-1 sm:gap-3",
            ),
            class_name=f"{WIDTH} flex min-h-18 flex-wrap items-center justify-between gap-x-4",
        ),
        class_name="sticky top-0 z-30 bg-surface/90 backdrop-blur-md",
    )


def _footer(role: Text) -> rx.Component:
    links = [("Mentors", "/mentors"), ("Terms", "/terms"), ("Privacy", "/privacy")]
    return rx.el.footer(
        rx.el.div(
            rx.el.p("One-to-one time with people who have done it.", class_name="text-small text-muted"),
            rx.el.nav(
                *[
                    rx.el.a(
                        label,
                        href=href,
                        class_name="pressable inline-flex items-center px-2 text-small text-muted hover:text-ink",
                    )
                    for label, href in links
                ],
                aria_label="Footer",
                class_name="flex flex-wrap gap-x-3",
            ),
            appearance_switch(),
            class_name=f"{WIDTH} flex flex-wrap items-center justify-between gap-x-8 gap-y-4",
        ),
        class_name=[
            "mt-16 bg-sunken/60 pt-8",
            rx.cond(rx.Var.create(role) == "visitor", "pb-8", "pb-28 md:pb-8"),
        ],
    )
