"""Notices: what just happened and what follows from it, announced and kept until dismissed."""

from typing import Any

import reflex as rx

from mentorship.components.buttons import Text, icon_button
from mentorship.schemas.pages import NoticeText

LOOK = "notice-in pointer-events-auto flex w-full max-w-lg items-start gap-3 rounded-field py-2 pr-1 pl-4 shadow-float "


def notice(message: rx.Var[NoticeText], *, on_dismiss: Any) -> rx.Component:
    """One notice with a dismiss button. Its text says what happened; the icon only repeats the tone."""
    return rx.el.div(
        rx.match(
            message.tone,
            ("good", rx.icon("circle_check", size=20, class_name="mt-2.5 shrink-0", aria_hidden="true")),
            ("bad", rx.icon("circle_alert", size=20, class_name="mt-2.5 shrink-0", aria_hidden="true")),
            rx.icon("info", size=20, class_name="mt-2.5 shrink-0", aria_hidden="true"),
        ),
        rx.el.p(message.text, class_name="flex-1 py-2 text-small font-medium"),
        icon_button("x", "Dismiss", on_click=on_dismiss, class_name="text-current! hover:bg-transparent!"),
        class_name=rx.match(
            message.tone,
            ("good", LOOK + "bg-accent-soft text-accent-ink"),
            ("bad", LOOK + "bg-danger-soft text-danger-ink"),
            ("warning", LOOK + "bg-warning-soft text-warning-ink"),
            LOOK + "bg-raised text-ink",
        ),
    )


def notice_region(message: rx.Var[NoticeText], *, on_dismiss: Any) -> rx.Component:
    """The page's place for its notice; always in the document, so that a new text is announced."""
    return rx.el.div(
        rx.cond(message.text, notice(message, on_dismiss=on_dismiss), rx.fragment()),
        role="status",
        aria_live="polite",
        class_name="pointer-events-none fixed inset-x-0 bottom-20 z-40 flex justify-center px-4 sm:bottom-6",
    )


def callout(*children: rx.Component | Text, tone: str = "neutral") -> rx.Component:
    """A remark that stays on the page: a rule that applies, a hold that runs out."""
    looks = {
        "neutral": "bg-sunken text-ink",
        "good": "bg-accent-soft text-accent-ink",
        "warning": "bg-warning-soft text-warning-ink",
        "bad": "bg-danger-soft text-danger-ink",
    }
    return rx.el.div(*children, class_name=f"rounded-field px-4 py-3 text-small {looks[tone]}")
