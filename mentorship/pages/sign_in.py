"""Signing in and signing up: forms that the browser posts itself, because the answer sets an HttpOnly cookie."""

import reflex as rx

from mentorship.components.buttons import primary_button, secondary_button, text_link
from mentorship.components.cards import card
from mentorship.components.forms import field, native_form
from mentorship.components.notices import callout
from mentorship.pages.shell import shell
from mentorship.schemas.accounts import DemoAccount
from mentorship.state.auth import Auth, SignIn
from mentorship.state.calls import site

ON_LOAD = [Auth.load, SignIn.load]


def sign_in() -> rx.Component:
    """E-mail and password, and in sandbox mode the demo's people."""
    return _frame(
        "Welcome back",
        native_form(
            _onward(),
            _email(),
            field("password", "Password", kind="password", required=True, auto_complete="current-password"),
            primary_button("Sign in", type="submit", class_name="w-full"),
            action=_to("sign-in"),
            method="post",
            class_name="grid gap-5",
        ),
        "New here? ",
        text_link("Create an account", _with_next("/sign-up")),
        _demo(),
    )


def sign_up() -> rx.Component:
    """Name, e-mail and password of a new student."""
    return _frame(
        "Create your account",
        native_form(
            _onward(),
            rx.el.input(type="hidden", name="time_zone", value=Auth.zone),
            field(
                "name",
                "Your name",
                required=True,
                max_length=120,
                auto_complete="name",
                default_value=SignIn.typed_name,
                key=SignIn.typed_name,
            ),
            _email(),
            field(
                "password",
                "Password",
                kind="password",
                hint="At least 10 characters. A few words in a row are easy to remember and hard to guess.",
                required=True,
                min_length=10,
                max_length=256,
                auto_complete="new-password",
            ),
            primary_button("Create account", type="submit", class_name="w-full"),
            action=_to("sign-up"),
            method="post",
            class_name="grid gap-5",
        ),
        "You have an account? ",
        text_link("Sign in", _with_next("/sign-in")),
        rx.fragment(),
    )


def _frame(title: str, form: rx.Component, aside: str, link: rx.Component, below: rx.Component) -> rx.Component:
    return shell(
        rx.el.div(
            rx.el.h1(title, class_name="mb-8 text-title"),
            rx.cond(
                SignIn.error,
                rx.el.div(callout(SignIn.error, tone="bad"), role="alert", class_name="mb-6"),
                rx.cond(
                    SignIn.next,
                    rx.el.div(callout("Sign in to go on. You come back to where you were."), class_name="mb-6"),
                    rx.fragment(),
                ),
            ),
            card(form),
            rx.el.p(aside, link, class_name="mt-6 text-small text-muted"),
            below,
            class_name="mx-auto w-full max-w-md",
        )
    )


def _demo() -> rx.Component:
    return rx.cond(
        SignIn.demo.length() > 0,
        rx.el.section(
            rx.el.h2("Or look around as", class_name="text-heading"),
            rx.el.ul(rx.foreach(SignIn.demo, _person), class_name="mt-4 grid gap-2"),
            class_name="mt-12",
        ),
        rx.fragment(),
    )


def _person(account: rx.Var[DemoAccount]) -> rx.Component:
    return rx.el.li(
        native_form(
            _onward(),
            rx.el.input(type="hidden", name="email", value=account.email),
            rx.el.input(type="hidden", name="password", value=account.password),
            secondary_button(
                rx.el.span(account.name, rx.el.span(" · ", account.role, class_name="font-normal text-muted")),
                type="submit",
                class_name="w-full justify-start!",
            ),
            action=_to("sign-in"),
            method="post",
        )
    )


def _email() -> rx.Component:
    return field(
        "email",
        "E-mail",
        kind="email",
        required=True,
        auto_complete="username",
        max_length=254,
        default_value=SignIn.email,
        key=SignIn.email,
    )


def _onward() -> rx.Component:
    return rx.el.input(type="hidden", name="next", value=SignIn.next)


def _with_next(path: str) -> rx.Var[str]:
    return rx.cond(SignIn.next, path + "?next=" + SignIn.next_quoted, path)


def _to(what: str) -> str:
    return f"{site().api_url}/api/auth/{what}"
