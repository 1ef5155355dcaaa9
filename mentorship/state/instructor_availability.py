"""A mentor's hours, edited as a draft: each edit shows what could be booked, and nothing counts until it is saved."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any, Literal

import reflex as rx
from pydantic import AfterValidator, Field, StringConstraints

from mentorship.domain.actors import Access
from mentorship.domain.errors import DomainError, NotFound
from mentorship.schemas.hours import HolidayDays, HoursDesk, HoursPlan, HoursPreview
from mentorship.schemas.hours_faces import (
    HolidayFace,
    IntervalFace,
    LengthFace,
    MarkedWeek,
    NumberFaces,
    PreviewFace,
    WeekdayFace,
)
from mentorship.services.arguments import Zone
from mentorship.services.hours import hours_desk, normal, save_hours
from mentorship.services.hours_preview import preview_hours
from mentorship.services.seats import mentor_topic
from mentorship.state import hours_edits as edits
from mentorship.state import hours_faces as faces
from mentorship.state import month, times
from mentorship.state.calls import call, doing, handler, me, tell
from mentorship.state.live import watchers


def _place(text: str) -> str:
    return text if text in "0123456" and len(text) == 1 else date.fromisoformat(text).isoformat()


Place = Annotated[str, StringConstraints(max_length=10), AfterValidator(_place)]
"""A weekday from "0" to "6", or a date."""

Index = Annotated[int, Field(ge=0, le=1000)]
Typed = Annotated[str, StringConstraints(max_length=8)]
NumberName = Literal["buffer", "notice", "horizon", "change_notice", "per_day", "per_week"]
_WEEK = timedelta(days=7)
_NO_NUMBER = "One of the numbers is not a number."


class InstructorAvailability(rx.State):
    """The draft of the calling mentor's hours, and what would follow from it."""

    ready: bool = False
    problem: str = ""
    changed: bool = False
    changed_elsewhere: bool = False
    zone: str = "UTC"
    weekdays: list[WeekdayFace] = []
    month: str = ""
    weeks: list[MarkedWeek] = []
    has_previous: bool = False
    day: str = ""
    day_label: str = ""
    day_mark: str = ""
    day_intervals: list[IntervalFace] = []
    holidays: list[HolidayFace] = []
    numbers: NumberFaces = NumberFaces()
    hints: dict[str, str] = {}
    lengths: list[LengthFace] = []
    minutes: int = 60
    week_label: str = ""
    preview: list[PreviewFace] = []
    preview_problem: str = ""
    outside: list[str] = []
    busy: str = ""
    form_key: int = 0
    """Changes whenever fields are to show something else than what was typed into them."""

    _stored: HoursPlan = HoursPlan("UTC")
    _plan: HoursPlan = HoursPlan("UTC")
    _today: date = date(2000, 1, 1)
    _month: date = date(2000, 1, 1)
    _week: date | None = None
    _edits: int = 0

    @handler(Access.MENTOR)
    async def load(self) -> None:
        """Read the hours, and again when something of the mentor's changes; a draft that is not saved is kept."""
        reader = me()
        if reader is None or reader.mentor_id is None:
            async with self:
                self.problem, self.ready = str(NotFound("There is no mentor's page for this account yet.")), True
            return
        watchers.watch(self, InstructorAvailability.load, mentor_topic(reader.mentor_id))
        desk = await call(hours_desk, mentor_id=reader.mentor_id)
        async with self:
            keep = self.changed
            self.changed_elsewhere = keep and desk.plan != self._stored
            if not keep:
                self._take(desk)
            self.ready, self.problem = True, ""
        await self._show_preview()

    def _take(self, desk: HoursDesk) -> None:
        """Begin anew with what is stored."""
        if self._plan != desk.plan or not self.ready:
            self.form_key += 1
        self._stored = self._plan = desk.plan
        self.hints = faces.usual_hints(desk.usual)
        self.lengths = [LengthFace(each.minutes, f"{each.minutes} minutes") for each in desk.lengths]
        if desk.lengths and self.minutes not in {each.minutes for each in desk.lengths}:
            self.minutes = desk.lengths[0].minutes
        if self._week is None:
            self._month, self._week = desk.today.replace(day=1), desk.today
        self._today = desk.today
        self.numbers = edits.numbers_of(desk.plan.booking)
        self._lay_out()

    def _lay_out(self) -> None:
        """Write what the editor shows of the draft."""
        plan = self._plan
        self.changed = normal(plan, self._today) != self._stored
        self.zone = plan.time_zone
        self.weekdays = faces.weekday_faces(plan)
        self.holidays = faces.holiday_faces(plan)
        self.month = month.month_name(self._month)
        self.weeks = faces.marked_weeks(plan, self._month, self._today)
        self.has_previous = self._month > self._today.replace(day=1)
        if self.day:
            day = date.fromisoformat(self.day)
            self.day_label, self.day_mark = month.day_name(day), faces.mark_of(plan, day)
            self.day_intervals = list(faces.interval_faces(plan, self.day, self.day_label))

    async def _edit(self, edit: Callable[[HoursPlan], HoursPlan], *, fields: bool = True) -> None:
        """Change the draft and show what follows; ``fields`` says that other fields than the one typed in change."""
        async with self:
            edited = edit(self._plan)
            if edited == self._plan:
                return
            self._plan = edited
            self.form_key += fields
            self._lay_out()
        await self._show_preview()

    async def _show_preview(self) -> None:
        reader = me()
        if reader is None or reader.mentor_id is None:
            return
        async with self:
            self._edits += 1
            edit, plan, minutes, week = self._edits, self._plan, self.minutes, self._week or self._today
            has_numbers = edits.booking_of(self.numbers) is not None
        shown, problem = HoursPreview([], []), "" if has_numbers else _NO_NUMBER
        if has_numbers:
            try:
                shown = await call(
                    preview_hours, mentor_id=reader.mentor_id, plan=plan, day=week, session_minutes=minutes
                )
            except DomainError as refusal:
                problem = f"{refusal} {refusal.fix or ''}".strip()
        async with self:
            # A later edit shows its own.
            if edit != self._edits:
                return
            self.preview_problem = problem
            if not problem:
                self.preview = faces.preview_faces(shown, plan.time_zone, minutes)
                self.outside = faces.outside_lines(shown.outside, plan.time_zone)
            monday = week - timedelta(days=week.weekday())
            self.week_label = f"{times.day(monday)} to {times.day(monday + timedelta(days=6))}"

    @handler(Access.MENTOR)
    async def add_interval(self, place: Place) -> None:
        """Give a weekday or a date one more interval."""
        await self._edit(lambda plan: edits.add_interval(plan, place))

    @handler(Access.MENTOR)
    async def remove_interval(self, place: Place, index: Index) -> None:
        """Take an interval away."""
        await self._edit(lambda plan: edits.remove_interval(plan, place, index))

    @handler(Access.MENTOR)
    async def set_time(self, place: Place, index: Index, edge: Literal["start", "end"], clock: Typed) -> None:
        """Let an interval begin or end at another time."""
        await self._edit(lambda plan: edits.set_time(plan, place, index, edge, clock), fields=False)

    @handler(Access.MENTOR)
    async def copy_monday(self) -> None:
        """Give Tuesday to Friday the intervals of Monday."""
        await self._edit(edits.copy_monday)

    @handler(Access.MENTOR)
    async def pick_day(self, day: date) -> None:
        """Look at a date, to give it hours of its own, and at its week in the preview."""
        async with self:
            if day < self._today:
                return
            self.day, self._week = day.isoformat(), day
            self.form_key += 1
            self._lay_out()
        await self._show_preview()

    @handler(Access.MENTOR)
    async def use_hours(self, kind: Literal["weekly", "own", "closed"]) -> None:
        """Let the weekly hours, hours of its own, or none count on the date that is looked at."""
        if not self.day:
            return
        day = date.fromisoformat(self.day)

        def edit(plan: HoursPlan) -> HoursPlan:
            if kind == "weekly":
                return edits.without_day(plan, day)
            usual = edits.usual_at(plan, day)
            edited = edits.with_intervals(plan, day.isoformat(), usual if kind == "own" else ())
            return edits.add_interval(edited, day.isoformat()) if kind == "own" and not usual else edited

        await self._edit(edit)

    @handler(Access.MENTOR)
    async def show_previous(self) -> None:
        """Show the month before, not further back than this one."""
        async with self:
            if self.has_previous:
                self._month = month.previous_month(self._month)
                self._lay_out()

    @handler(Access.MENTOR)
    async def show_next(self) -> None:
        """Show the next month."""
        async with self:
            self._month = month.next_month(self._month)
            self._lay_out()

    @handler(Access.MENTOR)
    async def add_holiday(self, form: dict[str, Any]) -> None:
        """Close the days of the form; without a last day it is one."""
        try:
            first = date.fromisoformat(str(form.get("first", "")))
            last = date.fromisoformat(str(form.get("last", "") or first))
        except ValueError:
            await tell(self, "A holiday needs a first day.", tone="bad")
            return
        if last < first or last < self._today:
            await tell(self, "A holiday ends today or later, and not before it begins.", tone="bad")
            return
        name = " ".join(str(form.get("name", "")).split())[:120]
        await self._edit(lambda plan: edits.add_holiday(plan, HolidayDays(first, last, name)))
        async with self:
            self._month, self._week = first.replace(day=1), first
            self._lay_out()
        await self._show_preview()

    @handler(Access.MENTOR)
    async def remove_holiday(self, index: Index) -> None:
        """Take a holiday back."""
        await self._edit(lambda plan: edits.remove_holiday(plan, index))

    @handler(Access.MENTOR)
    async def set_number(self, name: NumberName, text: Typed) -> None:
        """Change one of the booking rules."""
        async with self:
            self.numbers = replace(self.numbers, **{name: text})
            booking = edits.booking_of(self.numbers)
        if booking is None:
            await self._show_preview()
            return
        await self._edit(lambda plan: replace(plan, booking=booking), fields=False)

    @handler(Access.MENTOR)
    async def set_zone(self, zone: Zone) -> None:
        """Read the hours on another zone's clock."""
        await self._edit(lambda plan: replace(plan, time_zone=zone), fields=False)

    @handler(Access.MENTOR)
    async def choose_length(self, minutes: Typed) -> None:
        """Look at slots of another length."""
        async with self:
            self.minutes = next((e.minutes for e in self.lengths if str(e.minutes) == minutes), self.minutes)
        await self._show_preview()

    @handler(Access.MENTOR)
    async def show_week(self, weeks: Literal[-1, 1]) -> None:
        """Look at the week before or after."""
        async with self:
            week = (self._week or self._today) + weeks * _WEEK
            if week < self._today - timedelta(days=6) or week > self._today + timedelta(days=366):
                return
            self._week = week
        await self._show_preview()

    @handler(Access.MENTOR)
    async def save(self) -> None:
        """Let the draft count from now on."""
        reader = me()
        if reader is None or reader.mentor_id is None:
            return
        async with doing(self, "save"):
            if edits.booking_of(self.numbers) is None:
                await tell(self, _NO_NUMBER, tone="bad")
                return
            was, plan = self._stored, self._plan
            outside = await call(save_hours, mentor_id=reader.mentor_id, was=was, plan=plan)
            async with self:
                self._stored, self.changed_elsewhere = normal(plan, self._today), False
                self._lay_out()
            if outside:
                lines = faces.outside_lines(outside, plan.time_zone)
                kept = "1 booked session is" if len(lines) == 1 else f"{len(lines)} booked sessions are"
                await tell(self, f"Saved. {kept} outside of these hours and stays as booked.", tone="warning")
            else:
                await tell(self, "Saved. Students see these times from now on.")

    @handler(Access.MENTOR)
    async def undo(self) -> Any:
        """Throw the draft away and show what is stored."""
        async with self:
            self.changed, self.changed_elsewhere, self.day = False, False, ""
            self.form_key += 1
        return InstructorAvailability.load
