"""Buttons and links that look like buttons. One primary action per screen; the rest is secondary or quiet."""

from typing import Any

import reflex as rx

BASE = (
    "pressable inline-flex items-center justify-center gap-2 rounded-full px-5 py-2 text-small font-semibold "
    "whitespace-nowrap select-none disabled:cursor-not-allowed disabled:opacity-55 aria-busy:pointer-events-none"
)
PRIMARY = "bg-accent text-on-accent shadow-raised hover:bg-accent-hover"
SECONDARY = "bg-raised text-ink shadow-raised ring-1 ring-line ring-inset hover:bg-sunken"
QUIET = "text-accent-ink hover:bg-accent-soft"
DESTRUCTIVE = "bg-danger text-on-danger shadow-raised hover:bg-danger-hover"

Text = str | rx.Var[str]
Flag = bool | rx.Var[bool]


def primary_button(label: Text, *, busy: Flag = False, icon: str = "", **props: Any) -> rx.Component:
    """The screen's one main action. While `busy` it spins, says so to screen readers and takes no second click."""
    return _button(PRIMARY, label, busy, icon, props)


def secondary_button(label: Text, *, busy: Flag = False, icon: str = "", **props: Any) -> rx.Component:
    """An action beside the main one."""
    return _button(SECONDARY, label, busy, icon, props)


def quiet_button(label: Text, *, busy: Flag = False, icon: str = "", **props: Any) -> rx.Component:
    """An action that should not draw the eye: dismiss, show more, change."""
    return _button(QUIET, label, busy, icon, props)


def destructive_button(label: Text, *, busy: Flag = False, icon: str = "", **props: Any) -> rx.Component:
    """An action that takes something away; always behind a dialog that names the consequence."""
    return _button(DESTRUCTIVE, label, busy, icon, props)


def icon_button(icon: str, name: Text, **props: Any) -> rx.Component:
    """A round button with only an icon; `name` is what a screen reader says."""
    extra = props.pop("class_name", "")
    return rx.el.button(
        rx.icon(icon, size=20, aria_hidden="true"),
        type="button",
        aria_label=name,
        class_name=f"pressable grid size-11 shrink-0 place-items-center rounded-full text-muted hover:bg-sunken "
        f"hover:text-ink disabled:opacity-40 {extra}",
        **props,
    )


def link_button(label: Text, href: Text, *, kind: str = PRIMARY, icon: str = "", **props: Any) -> rx.Component:
    """A link dressed as a button, for actions that are a place to go to. `kind` is one of this module's looks."""
    extra = props.pop("class_name", "")
    return rx.el.a(label, *_trailing(icon), href=href, class_name=f"{BASE} {kind} {extra}", **props)


def download_button(label: Text, href: Text, **props: Any) -> rx.Component:
    """A link dressed as a button that fetches a file. The page stays as it is, and stays connected."""
    return link_button(label, href, kind=SECONDARY, icon="download", download=True, reload_document=True, **props)


def text_link(label: Text, href: Text, **props: Any) -> rx.Component:
    """A link in running text."""
    extra = props.pop("class_name", "")
    return rx.el.a(
        label,
        href=href,
        class_name=f"font-semibold text-accent-ink underline underline-offset-4 hover:decoration-2 {extra}",
        **props,
    )


def _trailing(icon: str) -> list[rx.Component]:
    return [rx.icon(icon, size=18, aria_hidden="true")] if icon else []


def _button(look: str, label: Text, busy: Flag, icon: str, props: dict[str, Any]) -> rx.Component:
    extra = props.pop("class_name", "")
    leading = rx.icon(icon, size=18, aria_hidden="true") if icon else rx.fragment()
    if busy is not False:
        spinner = rx.icon("loader_circle", size=18, class_name="animate-spin", aria_hidden="true")
        leading = rx.cond(busy, spinner, leading)
        props["aria_busy"] = busy
    props.setdefault("type", "button")
    return rx.el.button(leading, label, class_name=f"{BASE} {look} {extra}", **props)
