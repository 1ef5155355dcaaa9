"""The settings page, which is for people with an account."""

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.state.calls import handler
from mentorship.state.live import watchers


class Settings(rx.State):
    """Nothing of its own: name, e-mail and zone belong to :class:`Auth`."""

    @handler(Access.SIGNED_IN)
    async def load(self) -> None:
        """Send visitors to the sign-in page."""
        watchers.watch(self, Settings.load)
