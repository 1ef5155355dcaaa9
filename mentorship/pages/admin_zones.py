"""The part of the admin's overview about bookings that a zone's new rules shift."""

import reflex as rx

from mentorship.components.buttons import quiet_button, secondary_button
from mentorship.components.cards import card, fact, section
from mentorship.components.dialog import consequence_dialog
from mentorship.schemas.zones import ShiftFace
from mentorship.state.admin_zones import AdminZones as Zones


def zones_section() -> rx.Component:
    """How many bookings shift, each with its two repairs."""
    return section(
        "Time zones",
        card(
            rx.el.p(rx.cond(Zones.ready, Zones.headline, "Looking…"), class_name="font-semibold"),
            rx.el.p("Time zone data ", Zones.data, class_name="mt-1 text-fine text-muted wrap-anywhere"),
            rx.el.ul(
                rx.foreach(Zones.lost, lambda line: rx.el.li(line, class_name="mt-3 text-small wrap-anywhere")),
                class_name="empty:hidden",
            ),
        ),
        rx.el.ul(rx.foreach(Zones.shifts, _shift), class_name="mt-4 grid gap-4 empty:hidden lg:grid-cols-2"),
        _dialogs(),
        intro="Countries change the rules of their clocks. A booking keeps the wall time that was agreed, the zone and "
        "the instant; here is where the three do not agree any more.",
    )


def _shift(face: rx.Var[ShiftFace]) -> rx.Component:
    return rx.el.li(
        card(
            rx.el.h3(face.title, class_name="font-semibold"),
            rx.el.dl(
                fact("Agreed", face.agreed),
                fact("Stored", face.stored),
                fact("Means now", rx.cond(face.now, face.now, "nothing: the zone is gone")),
                class_name="mt-3 divide-y divide-line",
            ),
            rx.el.div(
                rx.cond(
                    face.now,
                    secondary_button(
                        "Keep the wall time",
                        on_click=Zones.ask(face.id, "wall_time"),
                        aria_label="Keep the wall time, " + face.title,
                    ),
                ),
                quiet_button(
                    "Keep the instant",
                    on_click=Zones.ask(face.id, "instant"),
                    aria_label="Keep the instant, " + face.title,
                ),
                class_name="mt-4 flex flex-wrap gap-2",
            ),
            class_name="h-full",
        ),
        key=face.id,
    )


def _dialogs() -> rx.Component:
    shared = {"on_confirm": Zones.repair, "on_dismiss": Zones.put_away, "busy": Zones.busy == "repair"}
    return rx.fragment(
        consequence_dialog(
            "keep-wall-time",
            "Move the session of " + Zones.asked.title + "?",
            Zones.asked.moving,
            open=Zones.keep == "wall_time",
            confirm="Move the session",
            destructive=False,
            **shared,
        ),
        consequence_dialog(
            "keep-instant",
            "Keep the instant of " + Zones.asked.title + "?",
            Zones.asked.rewriting,
            open=Zones.keep == "instant",
            confirm="Keep the instant",
            destructive=False,
            **shared,
        ),
    )
