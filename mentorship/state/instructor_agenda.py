"""A mentor's calendar: a week or a month, live; a session is opened, decided about and moved in place."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx
from pydantic import AwareDatetime

from mentorship.domain.actors import Access
from mentorship.domain.errors import DomainError, NotFound, SessionNotOpen
from mentorship.schemas.accounts import Me
from mentorship.schemas.agenda import MentorAgenda, MonthFace, MovingFace
from mentorship.schemas.bookings import SessionView
from mentorship.schemas.calendars import CalendarDesk, ProposalFace
from mentorship.schemas.desk import DeskSession
from mentorship.schemas.pages import SlotTime
from mentorship.schemas.students import Confirmation
from mentorship.schemas.week import WeekFace
from mentorship.services.bookings import get_session, reschedule_session
from mentorship.services.calendar_proposals import calendar_desk
from mentorship.services.mentor_agenda import mentor_agenda
from mentorship.services.seats import mentor_topic
from mentorship.state import times
from mentorship.state.agenda_month import mentor_month, month_bounds
from mentorship.state.agenda_week import mentor_week
from mentorship.state.calendar_faces import proposal_face
from mentorship.state.calls import asked, call, doing, handler, me, tell
from mentorship.state.desk_faces import now, session_face, skew
from mentorship.state.faces import slot_time
from mentorship.state.live import watchers
from mentorship.state.month import WEEK, local_day, next_month, previous_month
from mentorship.state.week import monday_of

PATH = "/instructor/calendar"
NONE, NOTHING_MOVES, NOTHING_PICKED, NO_PROPOSAL = DeskSession(), MovingFace(), Confirmation(), ProposalFace()
UNREAD = "No time of yours is offered, because your Google Calendar cannot be read."


class InstructorAgenda(rx.State):
    """The calling mentor's calendar. What is shown comes from the address; turning leaves that as it is."""

    ready: bool = False
    problem: str = ""
    skew: float = 0
    view: str = "week"
    views: dict[str, str] = {}
    week: WeekFace = WeekFace()
    month: MonthFace = MonthFace()
    calendar_problem: str = ""
    opened: DeskSession = NONE
    opened_proposal: ProposalFace = NO_PROPOSAL
    moving: MovingFace = NOTHING_MOVES
    next_free: list[SlotTime] = []
    choice: Confirmation = NOTHING_PICKED
    busy: str = ""
    _address: tuple[str, str, str] = ("", "", "")
    _day: date | None = None
    _starts: tuple[datetime, ...] = ()
    _session: SessionView | None = None

    @handler(Access.MENTOR)
    async def load(self) -> Any:
        """Read the days that the address asks for, and again whenever something of this mentor changes."""
        reader = me()
        if reader is None:
            return None
        if reader.mentor_id is not None:
            watchers.watch(self, InstructorAgenda.load, mentor_topic(reader.mentor_id))
        address = (asked(self, "view"), asked(self, "day"), asked(self, "session"))
        async with self:
            if address != self._address:
                self._address, self._day = address, _day_of(address[1])
                self.view = "month" if address[0] == "month" else "week"
                self.choice, self.opened = NOTHING_PICKED, NONE
        return await self._read(reader)

    async def _read(self, reader: Me) -> Any:
        address, zone, card = self._address, reader.time_zone, self.opened.id
        moving = _id_of(address[2])
        try:
            day = self._day or await _first_day(moving, zone)
            async with self:
                self._day = self._day or day
            start, days = month_bounds(day) if self.view == "month" else (monday_of(day), WEEK)
            agenda = await call(mentor_agenda, start=start, days=days, moving=moving)
            calendar = await call(calendar_desk)
        except (NotFound, SessionNotOpen) as refusal:
            if moving is None:
                return await self._fail(refusal)
            await tell(self, f"{refusal} It cannot be moved.", tone="warning", page=PATH)
            return rx.redirect(self.views.get("stay", PATH), replace=True)
        except DomainError as refusal:
            return await self._fail(refusal)
        opened = await _session_now(card)
        async with self:
            if (self._address, self._day) != (address, day):
                return None  # The reader has gone on meanwhile, and that is being read.
            self._take(day, agenda, calendar, zone)
            if self.opened.id == card:  # A card that was put away or opened meanwhile stays so.
                self._open(opened, calendar, zone)
            taken = self._keep_choice(zone)
        if taken:
            await tell(self, "The time you picked was just taken. Nothing has moved; pick another.", tone="warning")
        return None

    async def _fail(self, refusal: DomainError) -> None:
        async with self:
            self.problem, self.ready = f"{refusal} {refusal.fix or ''}".strip(), True

    def _take(self, day: date, agenda: MentorAgenda, calendar: CalendarDesk, zone: str) -> None:
        self._day = day
        if self.view == "month":
            session = self._address[2]
            self.month = mentor_month(day, agenda, now(), lambda each: _address("week", each, session))
        else:
            self.week = mentor_week(monday_of(day), agenda, calendar.proposals, now())
        self.views = self._addresses(day)
        self.calendar_problem = calendar.problem or (UNREAD if agenda.is_unread else "")
        move = agenda.moving
        self._session = move.session if move else None
        self._starts = tuple({*move.starts, *move.next_free}) if move else ()
        self.moving = moving_face(move.session, zone) if move else NOTHING_MOVES
        there = move.session.student_zone if move else zone
        self.next_free = [slot_time(at, zone, there) for at in move.next_free] if move else []
        self.skew, self.problem, self.ready = skew(), "", True

    def _open(self, session: SessionView | None, calendar: CalendarDesk, zone: str) -> None:
        found = next((p for p in calendar.proposals if session and p.session_id == session.id), None)
        self.opened = session_face(session, zone) if session else NONE
        self.opened_proposal = proposal_face(found, zone) if found else NO_PROPOSAL

    def _addresses(self, day: date) -> dict[str, str]:
        """Where each view of the day is, and the calendar once nothing is to be moved."""
        session = self._address[2]
        views = {view: _address(view, day, session) for view in ("week", "month")}
        return views | {"stay": _address(self.view, day)}

    def _keep_choice(self, zone: str) -> bool:
        """Write the picked time's consequence again, or put it back; returns whether somebody has taken it."""
        if not self.choice.starts_at:
            return False
        starts_at = datetime.fromisoformat(self.choice.starts_at)
        if self._session is not None and starts_at in self._starts:
            self.choice = confirmation(self._session, starts_at, zone)
            return False
        self.choice = NOTHING_PICKED
        return not self.busy

    @handler(Access.MENTOR)
    async def show_previous(self) -> Any:
        """Show the week or month before."""
        return await self._turn(-1)

    @handler(Access.MENTOR)
    async def show_next(self) -> Any:
        """Show the next week or month."""
        return await self._turn(1)

    @handler(Access.MENTOR)
    async def show_today(self) -> Any:
        """Show the week or month of today."""
        return await self._turn(0)

    async def _turn(self, direction: int) -> Any:
        reader = me()
        if reader is None:
            return None
        async with self:
            day = self._day or local_day(now(), reader.time_zone)
            if direction == 0:
                day = local_day(now(), reader.time_zone)
            elif self.view == "month":
                day = next_month(day) if direction > 0 else previous_month(day)
            else:
                day += timedelta(days=direction * WEEK)
            self._day = day
        return await self._read(reader)

    @handler(Access.MENTOR)
    async def pick(self, key: UUID | AwareDatetime) -> None:
        """Open a session's card, or pick one of the times to which the moving session can go; nothing moves yet."""
        reader = me()
        if reader is None:
            return
        if isinstance(key, UUID):
            session, calendar = await call(get_session, session_id=key), await call(calendar_desk)
            async with self:
                self._open(session, calendar, reader.time_zone)
            return
        async with self:
            if self._session is not None and key in self._starts:
                self.choice = confirmation(self._session, key, reader.time_zone)

    @handler(Access.MENTOR)
    async def put_away(self) -> None:
        """Close the session's card."""
        async with self:
            self.opened, self.opened_proposal = NONE, NO_PROPOSAL

    @handler(Access.MENTOR)
    async def put_back(self) -> None:
        """Pick no time."""
        async with self:
            self.choice = NOTHING_PICKED

    @handler(Access.MENTOR)
    async def confirm(self) -> Any:
        """Move the session to the picked time."""
        starts_at, session, reader = self.choice.starts_at, self._session, me()
        if not starts_at or session is None or reader is None:
            return None
        async with doing(self, "confirm"):
            done = await call(reschedule_session, session_id=session.id, starts_at=starts_at)
            async with self:
                self.choice = NOTHING_PICKED
            zone = reader.time_zone
            said = f"The session with {done.student_name} is at {times.moment(done.starts_at, zone)} now."
            await tell(self, f"{said} Both of you get a mail.", page=PATH)
            return rx.redirect(_address("week", local_day(done.starts_at, zone)), replace=True)
        async with self:
            self.choice = NOTHING_PICKED  # The refusal has said why, and which time is free instead.
        return InstructorAgenda.load


async def _session_now(card: str) -> SessionView | None:
    """The session whose card is open, as it is now."""
    if card:
        with suppress(NotFound):
            return await call(get_session, session_id=card)
    return None


def moving_face(session: SessionView, zone: str) -> MovingFace:
    """A session that its mentor, who reads in ``zone``, is about to move."""
    name = session.student_name
    return MovingFace(
        id=str(session.id),
        student=name,
        when=times.period(session.starts_at, session.ends_at, zone),
        other_when=times.for_other(session.starts_at, zone, session.student_zone, name),
        consequence=f"It costs {name} nothing, and none of their own moves. Both of you get a mail with the new time, "
        "and an entry in your Google Calendar follows.",
    )


def confirmation(session: SessionView, start: datetime, zone: str) -> Confirmation:
    """A new time for a session, in both zones, with what moving it there means."""
    end = start + (session.ends_at - session.starts_at)
    return Confirmation(
        starts_at=start.astimezone(UTC).isoformat(),
        when=times.period(start, end, zone),
        other_when=times.for_other(start, zone, session.student_zone, session.student_name),
        pays=moving_face(session, zone).consequence,
    )


async def _first_day(moving: UUID | None, zone: str) -> date:
    """What is shown where the address names no day: the week of the session that moves, or of today."""
    if moving is not None:
        return local_day((await call(get_session, session_id=moving)).starts_at, zone)
    return local_day(now(), zone)


def _address(view: str, day: date | None, session: str = "") -> str:
    shown = {"view": view, "day": day.isoformat() if day else "", "session": session}
    return f"{PATH}?" + urlencode({name: value for name, value in shown.items() if value})


def _day_of(text: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(text)
    return None


def _id_of(text: str) -> UUID | None:
    with suppress(ValueError):
        return UUID(text)
    return None
