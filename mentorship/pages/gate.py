"""Who a page is for. This is comfort for the reader; the protection is in the handlers and the use cases."""

import reflex as rx

from mentorship.components.buttons import PRIMARY, link_button
from mentorship.components.empty_state import empty_state
from mentorship.state.auth import Auth


def only_for(role: str, path: str, *children: rx.Component, waiting: rx.Component) -> rx.Component:
    """The children for this role; for others a clear word and the way on. `waiting` stands until the role is known."""
    visitor = empty_state(
        "log_in",
        "Please sign in",
        "This page belongs to somebody's account.",
        link_button("Sign in", f"/sign-in?next={path}", kind=PRIMARY),
    )
    stranger = empty_state(
        "lock",
        f"This page is for {role}s",
        "You are signed in, but this account has another role.",
        link_button("To your own start page", rx.match(Auth.role, *_HOMES, "/"), kind=PRIMARY),
    )
    shown = rx.match(Auth.role, (role, rx.fragment(*children)), ("visitor", visitor), stranger)
    return rx.cond(Auth.ready, shown, waiting)


_HOMES = (("student", "/dashboard"), ("mentor", "/instructor/dashboard"), ("admin", "/admin"))
