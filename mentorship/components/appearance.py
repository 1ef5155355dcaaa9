"""Light, dark, or as the system has it; kept in the browser and applied before the first paint."""

import reflex as rx
from reflex.style import color_mode, set_color_mode

MODES = (("light", "Light", "sun"), ("dark", "Dark", "moon"), ("system", "System", "monitor"))
MODE = "pressable inline-flex items-center justify-center gap-2 rounded-full px-3 text-fine font-medium "


def appearance_switch() -> rx.Component:
    """Three buttons, of which one is pressed."""
    buttons = [
        rx.el.button(
            rx.icon(icon, size=16, aria_hidden="true"),
            label,
            type="button",
            on_click=set_color_mode(mode),
            aria_pressed=color_mode == mode,
            class_name=rx.cond(
                color_mode == mode,
                MODE + "bg-raised text-ink shadow-raised",
                MODE + "text-muted hover:text-ink",
            ),
        )
        for mode, label, icon in MODES
    ]
    return rx.el.div(
        *buttons, role="group", aria_label="Appearance", class_name="flex w-fit rounded-full bg-sunken p-1"
    )
