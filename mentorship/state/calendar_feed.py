"""The reader's private calendar address: made, shown once, replaced and removed."""

from typing import Literal

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.schemas.calendar_files import FeedStatus
from mentorship.services.calendar_files import create_feed, feed_status, revoke_feed
from mentorship.services.texts import when
from mentorship.state.calls import call, doing, handler, me, tell


class CalendarFeed(rx.State):
    """Whether there is a feed, and its address as long as this page shows it."""

    ready: bool = False
    exists: bool = False
    made: str = ""
    read: str = ""
    address: str = ""
    subscribe: str = ""
    asked: str = ""
    busy: str = ""

    @handler(Access.SIGNED_IN)
    async def load(self) -> None:
        """Read whether there is a feed; an address that was shown before is not shown again."""
        status = await call(feed_status)
        async with self:
            self.address = self.subscribe = self.asked = ""
            self._show(status)
            self.ready = True

    @handler(Access.SIGNED_IN)
    async def ask(self, what: Literal["replace", "remove"]) -> None:
        """Open the dialog that says what follows."""
        async with self:
            self.asked = what

    @handler(Access.SIGNED_IN)
    async def put_away(self) -> None:
        """Close the dialog; the address stays."""
        async with self:
            self.asked = ""

    @handler(Access.SIGNED_IN)
    async def make(self) -> None:
        """Make an address, in place of the one there was."""
        async with doing(self, "make"):
            made, status = await call(create_feed), await call(feed_status)
            async with self:
                self.address, self.subscribe, self.asked = made.address, made.subscribe, ""
                self._show(status)

    @handler(Access.SIGNED_IN)
    async def remove(self) -> None:
        """Have the address answer nobody any more."""
        async with doing(self, "remove"):
            await call(revoke_feed)
            status = await call(feed_status)
            async with self:
                self.address = self.subscribe = self.asked = ""
                self._show(status)
            await tell(self, "The address does not work any more. Calendars that read it will say so or stay empty.")

    @handler(Access.SIGNED_IN)
    async def say_copied(self) -> None:
        """Confirm that the address is in the clipboard."""
        await tell(self, "The address is copied.")

    def _show(self, status: FeedStatus) -> None:
        reader = me()
        zone = reader.time_zone if reader else "UTC"
        self.exists = status.created_at is not None
        self.made = when(status.created_at, zone) if status.created_at else ""
        self.read = when(status.read_at, zone) if status.read_at else "Not yet"
