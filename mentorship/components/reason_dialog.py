"""A consequence dialog that also asks for a reason, which goes with the deed."""

from typing import Any

import reflex as rx

from mentorship.components.buttons import Flag, Text, destructive_button, secondary_button
from mentorship.components.dialog import dialog
from mentorship.components.forms import text_area


def reason_dialog(
    name: str,
    title: Text,
    consequence: Text,
    *,
    open: Flag,
    confirm: Text,
    on_submit: Any,
    on_dismiss: Any,
    required: Flag = True,
    hint: Text = "",
    busy: Flag = False,
    keep: str = "Keep it as it is",
) -> rx.Component:
    """Asks before something is taken away; `on_submit` gets the form with its `reason`."""
    return dialog(
        name,
        title,
        rx.el.p(consequence, id=f"{name}-text", class_name="mt-3 text-muted"),
        rx.el.form(
            text_area(
                "reason",
                rx.cond(required, "Reason", "Reason (optional)"),
                rows=3,
                hint=hint,
                required=required,
                min_length=rx.cond(required, 3, 0),
                max_length=255,
            ),
            dialog_buttons(
                secondary_button(keep, on_click=on_dismiss), destructive_button(confirm, type="submit", busy=busy)
            ),
            on_submit=on_submit,
            class_name="mt-6",
        ),
        open=open,
        on_dismiss=on_dismiss,
    )


def dialog_buttons(*buttons: rx.Component) -> rx.Component:
    """The row of buttons at a dialog's foot: the harmless one first, at the bottom of a phone."""
    return rx.el.div(*buttons, class_name="mt-8 flex flex-col-reverse gap-3 sm:flex-row sm:justify-end")
