"""Who is signed in, for the page shell, and the demo's people for the sign-in page."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import available_timezones

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.schemas.accounts import DemoAccount
from mentorship.schemas.pages import NoticeText
from mentorship.services.accounts import change_time_zone
from mentorship.services.demo import demo_accounts
from mentorship.state.calls import Notice, asked, call, dependencies, handler, me, tell
from mentorship.state.live import watchers

_ZONES = frozenset(available_timezones())
_AREAS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
HOMES = {"student": "/dashboard", "mentor": "/instructor/dashboard", "admin": "/admin"}


class Auth(rx.State):
    """The reader: role for the navigation, the zone in which every time is shown, and how far our clock is ahead."""

    role: str = "visitor"
    name: str = ""
    email: str = ""
    zone: str = ""
    user_id: str = ""
    skew: float = 0
    ready: bool = False

    @handler()
    async def load(self) -> None:
        """Learn who the cookie belongs to. Runs on every page and at every reconnect."""
        known = me()
        async with self:
            self.role = known.role if known else "visitor"
            self.name = known.name if known else ""
            self.email = known.email if known else ""
            self.user_id = str(known.user_id) if known else ""
            if known:
                self.zone = known.time_zone
            self.skew = round((dependencies().clock.now() - datetime.now(UTC)).total_seconds(), 1)
            self.ready = True
            notice = await self.get_state(Notice)
            if notice.page != self.router.url.path:
                notice.message = NoticeText("")

    @handler()
    async def see_zone(self, zone: str) -> Any:
        """Take the browser's zone for a visitor; a person's own zone is the one of their account."""
        if me() is not None or zone not in _ZONES or zone == self.zone:
            return None
        async with self:
            self.zone = zone
        return watchers.again(self)

    @handler(Access.SIGNED_IN)
    async def change_zone(self, zone: str) -> Any:
        """Show every time in another zone from now on."""
        changed = await call(change_time_zone, time_zone=zone)
        async with self:
            self.zone = changed.time_zone
        await tell(self, f"Times are shown in {changed.time_zone} from now on.")
        return watchers.again(self)


async def reader_zone(state: Any) -> str:
    """The zone in which the reader sees times: of their account, or of a visitor's browser."""
    if (known := me()) is not None:
        return known.time_zone
    async with state:
        auth = await state.get_state(Auth)
        return auth.zone or "UTC"


class Zones(rx.State):
    """The zones to choose from; loaded only by the pages that let the reader change theirs."""

    names: list[str] = []

    @handler()
    async def load(self) -> None:
        """List the zones that are named after places, and UTC."""
        async with self:
            self.names = ["UTC", *sorted(z for z in _ZONES if z.startswith(tuple(f"{a}/" for a in _AREAS)))]


class SignIn(rx.State):
    """The sign-in and sign-up pages."""

    error: str = ""
    email: str = ""
    typed_name: str = ""
    next: str = ""
    next_quoted: str = ""
    demo: list[DemoAccount] = []

    @handler()
    async def load(self) -> Any:
        """Read what the form was answered with from the address, and list the demo's people."""
        watchers.watch(self, SignIn.load)
        onward = _local(asked(self, "next"))
        if (known := me()) is not None:
            return rx.redirect(onward or HOMES[known.role])
        accounts = await call(demo_accounts)
        async with self:
            self.error = _SENTENCES.get(asked(self, "error"), "")
            self.email, self.typed_name = asked(self, "email"), asked(self, "name")
            self.next, self.next_quoted = onward, quote(onward, safe="/")
            self.demo = accounts
        return None


def _local(path: str) -> str:
    """A path of ours, or nothing: the address can name any site."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\", "/sign-")) else ""


_SENTENCES = {
    "wrong_credentials": "This e-mail address and password do not match an account. Check both, or create an account.",
    "email_taken": "There is already an account with this e-mail address. Sign in instead.",
    "too_many_tries": "Too many tries. Please wait a minute and try again.",
    "invalid_input": "Please check the form: a valid e-mail address, your name, and a password of at least "
    "10 characters.",
}
