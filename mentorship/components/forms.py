"""Forms: a label above, a hint below, an error in words where it belongs."""

from typing import Any

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML

from mentorship.components.buttons import Text

INPUT = (
    "w-full min-h-11 rounded-field bg-raised px-4 py-2.5 text-body text-ink ring-1 ring-edge ring-inset "
    "placeholder:text-muted transition-shadow duration-150 hover:ring-ink aria-invalid:ring-2 aria-invalid:ring-danger "
    "disabled:bg-sunken disabled:text-muted"
)


class NativeForm(BaseHTML):
    """A `<form>` that the browser posts itself: for sign-in and sign-out, which set cookies."""

    tag = "form"

    action: rx.Var[str]
    method: rx.Var[str]


native_form = NativeForm.create


def field(
    name: str, label: Text, *, kind: str = "text", hint: Text = "", error: Text = "", **props: Any
) -> rx.Component:
    """A one-line input. A non-empty `error` marks it invalid and is read out with it."""
    control = rx.el.input(id=name, name=name, type=kind, class_name=INPUT, **_described(name, hint, error), **props)
    return _labelled(name, label, control, hint, error)


def text_area(
    name: str, label: Text, *, rows: int = 4, hint: Text = "", error: Text = "", **props: Any
) -> rx.Component:
    """A text of several lines."""
    control = rx.el.textarea(
        id=name, name=name, rows=str(rows), class_name=INPUT, **_described(name, hint, error), **props
    )
    return _labelled(name, label, control, hint, error)


def choice(
    name: str, label: Text, *options: rx.Component, hint: Text = "", error: Text = "", **props: Any
) -> rx.Component:
    """A drop-down list, the platform's own; `options` are `rx.el.option`s or an `rx.foreach` of them."""
    control = rx.el.select(
        *options, id=name, name=name, class_name=f"{INPUT} pr-10", **_described(name, hint, error), **props
    )
    return _labelled(name, label, control, hint, error)


def checkbox(name: str, label: Text, *, hint: Text = "", **props: Any) -> rx.Component:
    """A yes-or-no with a large target: the whole line can be pressed."""
    return rx.el.label(
        rx.el.input(type="checkbox", id=name, name=name, class_name="mt-0.5 size-5 shrink-0 accent-accent", **props),
        rx.el.span(
            rx.el.span(label, class_name="block font-medium"),
            rx.cond(hint, rx.el.span(hint, class_name="block text-muted"), rx.fragment()),
        ),
        class_name="flex min-h-11 cursor-pointer items-start gap-3 py-2 text-small",
    )


def _described(name: str, hint: Text, error: Text) -> dict[str, Any]:
    ids = " ".join([f"{name}-hint"] * _given(hint) + [f"{name}-error"] * _given(error))
    props: dict[str, Any] = {"aria_describedby": ids} if ids else {}
    if _given(error):
        props["aria_invalid"] = rx.cond(error, "true", "false")
    return props


def _labelled(name: str, label: Text, control: rx.Component, hint: Text, error: Text) -> rx.Component:
    parts = [rx.el.label(label, html_for=name, class_name="mb-1.5 block text-small font-semibold"), control]
    if _given(hint):
        parts.append(rx.el.p(hint, id=f"{name}-hint", class_name="mt-1.5 text-fine text-muted"))
    if _given(error):
        parts.append(
            rx.el.p(
                error, id=f"{name}-error", role="alert", class_name="mt-1.5 text-fine font-semibold text-danger-ink"
            )
        )
    return rx.el.div(*parts)


def _given(text: Text) -> bool:
    return not isinstance(text, str) or bool(text)
