"""Who is signed in, for the page shell, and the demo's people for the sign-in page."""

from zoneinfo import available_timezones

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.domain.errors import DomainError
from mentorship.schemas.accounts import DemoAccount
from mentorship.services.accounts import change_time_zone
from mentorship.services.demo import demo_accounts
from mentorship.state.calls import call, handler, me

_ZONES = frozenset(available_timezones())


class Auth(rx.State):
    """The reader: role for the navigation, and the zone in which every time is shown."""

    role: str = "visitor"
    name: str = ""
    zone: str = ""
    user_id: str = ""
    ready: bool = False

    @handler()
    async def load(self) -> None:
        """Learn who the cookie belongs to. Runs on every page and at every reconnect."""
        known = me()
        async with self:
            self.role = known.role if known else "visitor"
            self.name = known.name if known else ""
            self.user_id = str(known.user_id) if known else ""
            if known:
                self.zone = known.time_zone
            self.ready = True

    @handler()
    async def see_zone(self, zone: str) -> None:
        """Take the browser's zone for a visitor; a person's own zone is the one of their account."""
        if me() is None and zone in _ZONES:
            async with self:
                self.zone = zone

    @handler(Access.SIGNED_IN)
    async def change_zone(self, zone: str) -> None:
        """Show every time in another zone from now on."""
        try:
            changed = await call(change_time_zone, time_zone=zone)
        except DomainError:
            return
        async with self:
            self.zone = changed.time_zone


class SignIn(rx.State):
    """The sign-in and sign-up pages."""

    error: str = ""
    email: str = ""
    next: str = ""
    demo: list[DemoAccount] = []

    @handler()
    async def load(self) -> None:
        """Read what the form was answered with from the address, and list the demo's people."""
        accounts = await call(demo_accounts)
        async with self:
            query = self.router.url.query_parameters
            self.error = _SENTENCES.get(query.get("error", ""), "")
            self.email = query.get("email", "")[:254]
            self.next = query.get("next", "")[:200]
            self.demo = accounts


_SENTENCES = {
    "wrong_credentials": "This e-mail address and password do not match an account. Check both, or create an account.",
    "email_taken": "There is already an account with this e-mail address. Sign in instead.",
    "too_many_tries": "Too many tries. Please wait a minute and try again.",
    "invalid_input": "Please check the form: a valid e-mail address, your name, and a password of at least "
    "10 characters.",
}
