"""Switching a calendar between month and week; the view is in the address."""

import reflex as rx

LOOK = "pressable inline-flex items-center justify-center rounded-full px-5 text-small font-semibold "


def view_switch(view: rx.Var[str], addresses: rx.Var[dict[str, str]]) -> rx.Component:
    """Month or week; `addresses` says where each of the two is."""

    def choice(name: str, label: str) -> rx.Component:
        chosen = view == name
        return rx.el.a(
            label,
            href=addresses[name],
            replace=True,
            custom_attrs={"aria-current": rx.cond(chosen, "page", "false")},
            class_name=rx.cond(chosen, LOOK + "bg-raised text-ink shadow-raised", LOOK + "text-muted hover:text-ink"),
        )

    return rx.el.nav(
        choice("month", "Month"),
        choice("week", "Week"),
        aria_label="View",
        class_name="inline-flex rounded-full bg-sunken p-1 ring-1 ring-line ring-inset",
    )
