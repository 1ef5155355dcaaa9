"""A mentor's connection to their Google Calendar: connecting, choosing, what was read, and leaving; live."""

from secrets import token_urlsafe
from typing import Any

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.domain.errors import (
    CalendarNotOffered,
    CalendarUnavailable,
    ConsentDeclined,
    ConsentIncomplete,
    DomainError,
    LinkInvalid,
    SignInRequired,
)
from mentorship.schemas.calendars import CalendarFace, ProposalFace
from mentorship.services.calendar_access import calendar_topic
from mentorship.services.calendar_proposals import calendar_desk
from mentorship.services.calendars import (
    calendar_settings,
    choose_calendars,
    disconnect_calendar,
    read_calendar_now,
    start_connecting,
    tick,
)
from mentorship.services.seats import mentor_topic
from mentorship.state.calendar_faces import banner, calendar_face, proposal_face, read_line
from mentorship.state.calls import asked, call, doing, handler, me, tell
from mentorship.state.live import watchers

READ = "read:"
_REFUSALS: dict[str, type[DomainError]] = {
    r.code: r for r in (CalendarNotOffered, CalendarUnavailable, ConsentDeclined, LinkInvalid)
}


class InstructorCalendar(rx.State):
    """The calling mentor's connection."""

    ready: bool = False
    problem: str = ""
    offered: bool = True
    connection: str = "none"
    account: str = ""
    banner: str = ""
    read_line: str = ""
    calendars: list[CalendarFace] = []
    write: str = ""
    when_unread: str = "keep"
    proposals: list[ProposalFace] = []
    leaving: bool = False
    consent_url: str = ""
    ticket: str = ""
    busy: str = ""
    _answered: str = ""

    @handler(Access.MENTOR)
    async def load(self) -> None:
        """Read the connection, and again whenever a reading or a decision changes something."""
        reader = me()
        if reader is None:
            return
        if reader.mentor_id is not None:
            topics = mentor_topic(reader.mentor_id), calendar_topic(reader.mentor_id)
            watchers.watch(self, InstructorCalendar.load, *topics)
        try:
            settings, desk = await call(calendar_settings), await call(calendar_desk)
        except DomainError as refusal:
            async with self:
                self.problem, self.ready = str(refusal), True
            return
        async with self:
            self.offered, self.connection, self.account = settings.offered, settings.state, settings.account
            self.banner, self.read_line = banner(settings), read_line(settings, reader.time_zone)
            self.calendars = [calendar_face(c) for c in settings.calendars]
            self.write = next((c.calendar_id for c in settings.calendars if c.is_written), "")
            self.when_unread = settings.when_unread
            self.proposals = [proposal_face(p, reader.time_zone) for p in desk.proposals]
            self.problem, self.ready = "", True
        await self._tell_answer()

    async def _tell_answer(self) -> None:
        """Say once what came of Google's page; the address names it by codes, never by words of its own."""
        said, code, boxes = asked(self, "said"), asked(self, "refused"), asked(self, "boxes")
        async with self:
            answer, before, self._answered = f"{said} {code} {boxes}".strip(), self._answered, f"{said} {code} {boxes}"
            is_connected = self.connection == "connected"
        if not answer or before.strip() == answer:
            return
        if said == "connected" and is_connected:
            await tell(self, "Your calendar is connected. Its busy times hide your free times from now on.")
        elif code == ConsentIncomplete.code:
            await tell(self, f"{ConsentIncomplete.sentence} {tick(boxes.split())}", tone="warning")
        elif code == SignInRequired.code:
            await tell(
                self, "You were signed out when you came back from Google. Please connect again.", tone="warning"
            )
        elif code in _REFUSALS:
            await tell(self, f"{_REFUSALS[code].sentence} You can connect again below.", tone="warning")

    @handler(Access.MENTOR)
    async def connect(self) -> None:
        """Go to Google's consent page."""
        async with doing(self, "connect"):
            url = await call(start_connecting)
            async with self:
                self.consent_url, self.ticket = url, token_urlsafe(8)

    @handler(Access.MENTOR)
    async def save(self, form: dict[str, Any]) -> None:
        """Keep which calendars count, where sessions are written, and what bookings do while nothing can be read."""
        chosen = [name.removeprefix(READ) for name in form if name.startswith(READ)]
        async with doing(self, "save"):
            await call(
                choose_calendars,
                read=chosen,
                write=form.get("write", ""),
                when_unread=form.get("when_unread", "keep"),
            )
            await tell(self, "Saved. Your calendars are read again now.")

    @handler(Access.MENTOR)
    async def read_now(self) -> None:
        """Have the calendars read now."""
        async with doing(self, "read"):
            await call(read_calendar_now)
            await tell(self, "Your calendars are being read.")

    @handler(Access.MENTOR)
    async def ask_to_leave(self) -> None:
        """Open the dialog that says what disconnecting means."""
        async with self:
            self.leaving = True

    @handler(Access.MENTOR)
    async def stay(self) -> None:
        """Close the dialog; nothing is changed."""
        async with self:
            self.leaving = False

    @handler(Access.MENTOR)
    async def leave(self) -> None:
        """Disconnect."""
        async with doing(self, "leave"):
            await call(disconnect_calendar)
            await tell(self, "Disconnected. What we had read is deleted, and our access is given back to Google.")
        async with self:
            self.leaving = False
