"""Picking a time: to book a session with a mentor, or to move one; live."""

from datetime import UTC, date, datetime, timedelta
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx
from pydantic import AwareDatetime

from mentorship.domain.actors import Access, Role
from mentorship.domain.errors import InvalidInput, NotFound
from mentorship.schemas.accounts import Me
from mentorship.schemas.bookings import SessionView
from mentorship.schemas.catalog import StartList
from mentorship.schemas.packs import PackView
from mentorship.schemas.pages import SlotTime, SlotWeek
from mentorship.schemas.students import Confirmation, MentorChoice
from mentorship.schemas.week import WeekFace
from mentorship.services.availability import NEXT_FREE, list_starts
from mentorship.services.bookings import book_session, get_session, my_sessions, reschedule_session
from mentorship.services.packs import my_packs
from mentorship.services.seats import mentor_topic, student_topic
from mentorship.state import month, paying, times
from mentorship.state import week as weeks
from mentorship.state.auth import HOMES, reader_zone
from mentorship.state.calendar_week import student_week
from mentorship.state.calls import asked, call, dependencies, doing, handler, me, tell
from mentorship.state.faces import slot_time
from mentorship.state.live import watchers
from mentorship.state.session_faces import consequence_of_moving


class Calendar(rx.State):
    """Free times with one mentor, in the reader's zone, and the one that is picked."""

    mentors: list[MentorChoice] = []
    mentor_slug: str = ""
    mentor_name: str = ""
    moving: str = ""
    problem: str = ""
    view: str = "month"
    planning: bool = False
    plan_href: str = ""
    views: dict[str, str] = {}
    month: str = ""
    weeks: list[SlotWeek] = []
    day: str = ""
    day_label: str = ""
    times: list[SlotTime] = []
    next_free: list[SlotTime] = []
    has_previous: bool = False
    has_next: bool = False
    week: WeekFace = WeekFace()
    choice: Confirmation = Confirmation()
    busy: str = ""
    ready: bool = False
    # When each free time begins, in seconds since 1970 and in order. There are thousands, and a state is stored after
    # every event: numbers take a hundredth of the time that slots would.
    _starts: tuple[int, ...] = ()
    _packs: list[PackView] = []
    _session: SessionView | None = None
    _mentor_id: UUID | None = None
    _mentor_zone: str = "UTC"
    _month: date | None = None
    _monday: date | None = None
    _sessions: list[SessionView] = []
    _can_plan: bool = False
    _request_key: str = ""

    @handler(Access.SIGNED_IN)
    async def load(self) -> Any:
        """Read the free times, and again whenever the mentor's times or the student's sessions change."""
        known = me()
        if known is None or known.role != Role.STUDENT:
            return rx.redirect(HOMES[known.role] if known else "/sign-in")
        holdings = await call(my_packs)
        bookable = [s for s in holdings.seats if s.status == "active" and s.remaining_sessions]
        session: SessionView | None = None
        if session_id := asked(self, "session"):
            try:
                session = await call(get_session, session_id=session_id)
            except (NotFound, InvalidInput):
                return await self._nothing(known, "There is no such session of yours. Perhaps it was canceled.")
            if not session.can_reschedule:
                return await self._nothing(known, "This session cannot be moved any more.")
        seat = paying.seat_of(holdings, bookable, session, asked(self, "mentor") or self.mentor_slug)
        if seat is None:
            return await self._nothing(known, "")
        watchers.watch(
            self,
            Calendar.load,
            student_topic(known.user_id),
            lighter={mentor_topic(seat.mentor_id): Calendar.refresh},
        )
        packs = paying.packs_of(holdings, seat.mentor_id, session)
        listed = await call(list_starts, mentor_id=seat.mentor_id, session_id=session.id if session else None)
        view = "week" if asked(self, "view") == "week" else "month"
        sessions = (await call(my_sessions)).upcoming if view == "week" else []
        can_plan = session is None and seat.remaining_sessions > 1
        zone = await reader_zone(self)
        async with self:
            planning = can_plan and asked(self, "plan") == "1"
            self._show(
                view=view,
                views=_views(seat.mentor_slug, session, planning=planning),
                planning=planning,
                plan_href=_address(view, mentor=seat.mentor_slug, plan="1") if can_plan and not planning else "",
            )
            self._can_plan = can_plan
            self._sessions = sessions
            self._packs, self._session, self._mentor_id = packs, session, seat.mentor_id
            self.mentors = [paying.mentor_choice(s) for s in bookable] if session is None else []
            if self.mentor_slug != seat.mentor_slug:
                self._month, self._monday, self.day, self.choice = None, None, "", Confirmation()
            self.mentor_slug, self.mentor_name = seat.mentor_slug, seat.mentor_name
            self.moving = times.period(session.starts_at, session.ends_at, zone) if session else ""
            taken = self._take(listed, zone)
            self.problem, self.ready = "", True
        if taken:
            await self._say_taken()
        return None

    @handler(Access.STUDENT)
    async def refresh(self) -> None:
        """Read the free times again: somebody has booked with the mentor, and nothing of the reader's has changed."""
        mentor_id = self._mentor_id
        if mentor_id is None:
            return
        session_id = self._session.id if self._session else None
        listed = await call(list_starts, mentor_id=mentor_id, session_id=session_id)
        zone = await reader_zone(self)
        async with self:
            taken = self._mentor_id == mentor_id and self._take(listed, zone)
        if taken:
            await self._say_taken()

    async def _say_taken(self) -> None:
        await tell(self, "The time you picked was just taken. Your credit is untouched; pick another.", tone="warning")

    def _take(self, listed: StartList, zone: str) -> bool:
        """Show these free times; returns whether the picked one is gone."""
        self._starts = tuple(int(s.timestamp()) for s in listed.starts)
        self._mentor_zone = listed.zone
        self._show(next_free=[slot_time(_instant(s), zone, listed.zone) for s in self._starts[:NEXT_FREE]])
        self._lay_out_week(zone) if self.view == "week" else self._lay_out(zone)
        return self._keep_choice(zone)

    def _show(self, **seen: Any) -> None:
        """Write what the page shows, where it is something new: what is written is sent, changed or not."""
        for name, value in seen.items():
            if getattr(self, name) != value:
                setattr(self, name, value)

    async def _nothing(self, known: Me, problem: str) -> None:
        watchers.watch(self, Calendar.load, student_topic(known.user_id))
        async with self:
            self.mentors, self.weeks, self.choice, self._mentor_id = [], [], Confirmation(), None
            self.mentor_slug, self.problem, self.ready = "", problem, True

    def _lay_out(self, zone: str) -> None:
        """Write the month, its days, and the times of the chosen one."""
        today = month.local_day(dependencies().clock.now(), zone)
        first, last = (
            (month.local_day(_instant(s), zone) for s in (self._starts[0], self._starts[-1]))
            if self._starts
            else (today, today)
        )
        shown = self._month or first.replace(day=1)
        free = month.free_by_day(self._starts, shown, zone)
        if not self.day or not month.on_day(self._starts, date.fromisoformat(self.day), zone):
            self._show(day=next((day.isoformat() for day in sorted(free) if free[day]), ""))
        self._month = shown
        self._show(
            month=month.month_name(shown),
            weeks=month.weeks_of(shown, free, today),
            has_previous=shown > today.replace(day=1),
            has_next=shown < last.replace(day=1),
        )
        self._list_times(zone)

    def _plan_from(self, start: datetime) -> str:
        asked_for = {"mentor": self.mentor_slug, "first": start.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")}
        return f"/calendar/plan?{urlencode(asked_for)}"

    def _lay_out_week(self, zone: str) -> None:
        """Write the week that is shown: at first the one of the first free time."""
        now = dependencies().clock.now()
        first = _instant(self._starts[0]) if self._starts else now
        self._monday = self._monday or weeks.monday_of(month.local_day(first, zone))
        if self._mentor_id is not None:
            self._show(
                week=student_week(
                    self._monday,
                    zone,
                    self._starts,
                    self._sessions,
                    mentor_id=self._mentor_id,
                    mentor_zone=self._mentor_zone,
                    now=now,
                )
            )

    def _list_times(self, zone: str) -> None:
        day = date.fromisoformat(self.day) if self.day else None
        starts = month.on_day(self._starts, day, zone) if day else ()
        self._show(
            day_label=month.day_name(day) if day else "No day is chosen",
            times=[slot_time(_instant(s), zone, self._mentor_zone) for s in starts],
        )

    def _keep_choice(self, zone: str) -> bool:
        """Write the picked time's consequence again, or put it back; returns whether somebody else has taken it."""
        if not self.choice.starts_at:
            return False
        starts_at = datetime.fromisoformat(self.choice.starts_at)
        if starts_at.timestamp() in self._starts:
            self._show(choice=self._confirmation(starts_at, zone))
            return False
        self.choice = Confirmation()
        return not self.busy

    @handler(Access.STUDENT)
    async def choose_mentor(self, slug: str) -> Any:
        """Show another mentor's free times."""
        if all(choice.slug != slug for choice in self.mentors):
            return None
        return rx.redirect(_address(self.view, mentor=slug))

    @handler(Access.STUDENT)
    async def show_previous(self) -> None:
        """Show the month or week before, not further back than the present one."""
        await self._turn(-1)

    @handler(Access.STUDENT)
    async def show_next(self) -> None:
        """Show the next month or week, as long as something is in one."""
        await self._turn(1)

    @handler(Access.STUDENT)
    async def show_this_week(self) -> None:
        """Show the week of today."""
        zone = await reader_zone(self)
        async with self:
            self._monday = weeks.monday_of(month.local_day(dependencies().clock.now(), zone))
            self._lay_out_week(zone)

    async def _turn(self, direction: int) -> None:
        zone = await reader_zone(self)
        async with self:
            if self.view == "week":
                if self._monday and (self.week.has_previous if direction < 0 else self.week.has_next):
                    self._monday += timedelta(days=direction * month.WEEK)
                    self._lay_out_week(zone)
                return
            if self._month is None or not (self.has_previous if direction < 0 else self.has_next):
                return
            self._month = month.previous_month(self._month) if direction < 0 else month.next_month(self._month)
            self.day = ""
            self._lay_out(zone)

    @handler(Access.STUDENT)
    async def pick_day(self, day: date) -> None:
        """Show the times of a day."""
        zone = await reader_zone(self)
        async with self:
            self.day = day.isoformat()
            self._list_times(zone)

    @handler(Access.STUDENT)
    async def pick_time(self, starts_at: AwareDatetime) -> None:
        """Pick one of the listed times; nothing is booked yet."""
        zone = await reader_zone(self)
        async with self:
            if starts_at.timestamp() not in self._starts:
                return
            self.choice = self._confirmation(starts_at, zone)
            self._request_key = token_urlsafe(16)
            day = month.local_day(starts_at, zone).isoformat()
            if day != self.day and self.view == "month":
                self.day = day
                self._list_times(zone)

    @handler()
    async def put_back(self) -> None:
        """Pick nothing."""
        async with self:
            self.choice = Confirmation()

    @handler(Access.STUDENT)
    async def confirm(self) -> Any:
        """Book the picked time, or move the session to it."""
        starts_at, session, zone = self.choice.starts_at, self._session, await reader_zone(self)
        if not starts_at:
            return None
        onward: Any = Calendar.load
        async with doing(self, "confirm"):
            if session is not None:
                done = await call(reschedule_session, session_id=session.id, starts_at=starts_at)
                said = f"Moved to {times.moment(done.starts_at, zone)}. Both of you get a mail."
            else:
                done = await call(
                    book_session, mentor_id=self._mentor_id, starts_at=starts_at, request_key=self._request_key
                )
                said = f"Booked: {times.moment(done.starts_at, zone)} with {done.mentor_name}. Both of you get a mail."
            async with self:
                self.choice = Confirmation()
            onward = rx.redirect("/sessions")
            await tell(self, said, page="/sessions")
        return onward

    def _confirmation(self, start: datetime, zone: str) -> Confirmation:
        pack = paying.pack_that_pays(self._packs, start, self._session)
        length = timedelta(minutes=pack.session_minutes) if pack is not None else timedelta(0)
        pays = ""
        if self._session is not None:
            length = self._session.ends_at - self._session.starts_at
            pays = consequence_of_moving(self._session)
        elif pack is not None:
            left = pack.remaining_sessions - 1
            pays = f"Paid with one credit of “{pack.name}”; {left or 'none'} left to book in it afterwards."
        return Confirmation(
            starts_at=start.astimezone(UTC).isoformat(),
            when=times.period(start, start + length, zone),
            other_when=times.for_other(start, zone, self._mentor_zone, self.mentor_name),
            pays=pays,
            plan_href=self._plan_from(start) if self._can_plan else "",
        )


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _address(view: str, **asked_for: str) -> str:
    """The calendar's address in a view."""
    return "/calendar?" + urlencode(asked_for | ({"view": view} if view != "month" else {}))


def _views(slug: str, session: SessionView | None, *, planning: bool) -> dict[str, str]:
    """Where each view of what is on the page is."""
    about = {"session": str(session.id)} if session else {"mentor": slug} | ({"plan": "1"} if planning else {})
    return {view: _address(view, **about) for view in ("month", "week")}
