"""The way to a page that is not of the app: the payment provider's."""

import reflex as rx


class Leave(rx.Component):
    """Loads `to` in place of this page as soon as it is set, once for each ticket.

    A redirect would not do: Reflex keeps an address on our own host inside the app, and in sandbox mode the
    provider's page is on our own host.
    """

    library = f"$/public{rx.asset('leave.jsx', shared=True)}"
    tag = "Leave"

    to: rx.Var[str]
    ticket: rx.Var[str]


leave = Leave.create
