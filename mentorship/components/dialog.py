"""Dialogs, on the browser's own `<dialog>`: it keeps the focus inside, closes on Escape and gives the focus back."""

from typing import Any

import reflex as rx

from mentorship.components.buttons import Flag, Text, destructive_button, primary_button, secondary_button

BOX = (
    "dialog-in m-auto w-[min(32rem,calc(100vw-2rem))] rounded-card bg-raised p-6 text-ink shadow-float sm:p-8 "
    "backdrop:bg-veil max-sm:mb-4"
)


class ModalDialog(rx.Component):
    """A modal dialog that is open exactly while `open` is true."""

    library = f"$/public{rx.asset('dialog.jsx', shared=True)}"
    tag = "ModalDialog"

    open: rx.Var[bool]
    # Escape, or a click beside the dialog; the page decides whether to close.
    on_dismiss: rx.EventHandler[rx.event.no_args_event_spec]


def dialog(name: str, title: Text, *children: rx.Component, open: Flag, on_dismiss: Any) -> rx.Component:
    """A dialog with a heading. `name` is unique on its page and ties the heading to the dialog."""
    return ModalDialog.create(
        rx.el.h2(title, id=f"{name}-title", class_name="text-title"),
        *children,
        open=open,
        on_dismiss=on_dismiss,
        class_name=BOX,
        custom_attrs={"aria-labelledby": f"{name}-title", "aria-describedby": f"{name}-text"},
    )


def consequence_dialog(
    name: str,
    title: Text,
    consequence: Text | rx.Component,
    *details: rx.Component,
    open: Flag,
    confirm: Text,
    on_confirm: Any,
    on_dismiss: Any,
    keep: Text = "Keep it as it is",
    busy: Flag = False,
    destructive: bool = True,
) -> rx.Component:
    """Asks before something is taken away, with what will follow written out by the code that will do it.

    The first focus is on the harmless button.
    """
    act = destructive_button if destructive else primary_button
    return dialog(
        name,
        title,
        rx.el.div(consequence, id=f"{name}-text", class_name="mt-3 text-muted"),
        *details,
        rx.el.div(
            secondary_button(keep, on_click=on_dismiss, auto_focus=True),
            act(confirm, on_click=on_confirm, busy=busy),
            class_name="mt-8 flex flex-col-reverse gap-3 sm:flex-row sm:justify-end",
        ),
        open=open,
        on_dismiss=on_dismiss,
    )
