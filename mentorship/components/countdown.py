"""Time left until an instant, counted in the browser."""

import reflex as rx


class Countdown(rx.Component):
    """A `<time>` that reads "in 3 h 05 min" and stays current without asking the server."""

    library = f"$/public{rx.asset('countdown.jsx', shared=True)}"
    tag = "Countdown"

    # The instant, ISO 8601 in UTC.
    until: rx.Var[str]
    # The server's clock minus the browser's, in seconds; sandbox mode moves time.
    skew: rx.Var[float]


countdown = Countdown.create
