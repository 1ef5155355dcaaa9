"""The shell around every page of ours: who is reading, their notice, and the browser's time zone."""

import reflex as rx

from mentorship.components import layout
from mentorship.components.notices import notice_region
from mentorship.state.auth import Auth
from mentorship.state.calls import Notice, site

BROWSER_ZONE = rx.Var("Intl.DateTimeFormat().resolvedOptions().timeZone").to(str)


def shell(*children: rx.Component, current: str = "") -> rx.Component:
    """A page in the house's frame. Load it with ``[Auth.load, …]``."""
    here = site()
    return rx.fragment(
        rx.el.div(on_mount=Auth.see_zone(BROWSER_ZONE), hidden=True),
        layout.page(
            *children,
            role=Auth.role,
            current=current,
            sandbox=here.is_sandbox,
            sandbox_href=f"{here.api_url}/sandbox/",
            notice=notice_region(Notice.message, on_dismiss=Notice.dismiss),
            sign_out_to=f"{here.api_url}/api/auth/sign-out",
        ),
    )
