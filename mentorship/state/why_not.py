"""Why not: asked about a day without free times, a place in the week, or a time that was typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.domain.errors import InvalidInput
from mentorship.schemas.plans import TimeAnswer
from mentorship.schemas.students import Answer
from mentorship.services.explanations import explain_day, explain_time
from mentorship.state import month, times, week
from mentorship.state.auth import reader_zone
from mentorship.state.calendar import Calendar
from mentorship.state.calls import call, doing, handler
from mentorship.state.faces import slot_time

NO_ANSWER = Answer()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the calendar shows, about which is asked."""

    mentor_id: UUID | None
    session_id: UUID | None
    mentor_zone: str
    starts: Sequence[int]


class WhyNot(rx.State):
    """The last answer, until another is asked for; ``day`` is set where it is about a whole day."""

    answer: Answer = NO_ANSWER
    day: str = ""
    busy: str = ""

    @handler(Access.STUDENT)
    async def ask_day(self, day: date) -> None:
        """Say why nothing can be booked on a day; nothing where something can."""
        calendar = await self._calendar()
        zone = await reader_zone(self)
        if calendar.mentor_id is None or month.on_day(calendar.starts, day, zone):
            await self._forget()
            return
        found = await call(explain_day, mentor_id=calendar.mentor_id, day=day, session_id=calendar.session_id)
        await self._show(found, month.day_name(day), calendar.mentor_zone, zone, day=day.isoformat())

    @handler(Access.STUDENT)
    async def ask_place(self, day: date, minute: int) -> Any:
        """Say why the time at a place of the week cannot be booked."""
        zone = await reader_zone(self)
        if (at := week.instant_at(day, minute, zone)) is None:
            return None
        return await self._ask(at)

    @handler(Access.STUDENT)
    async def ask(self, form: dict[str, Any]) -> Any:
        """Say why a time that was typed, in the reader's zone, cannot be booked; or pick it."""
        zone = await reader_zone(self)
        try:
            at = datetime.fromisoformat(str(form.get("wanted", "")))
        except ValueError:
            raise InvalidInput("Type a day and a time.") from None
        return await self._ask(at.replace(tzinfo=ZoneInfo(zone)))

    @handler()
    async def put_away(self) -> None:
        """Forget the answer."""
        await self._forget()

    async def _ask(self, at: datetime) -> Any:
        calendar = await self._calendar()
        zone = await reader_zone(self)
        if calendar.mentor_id is None:
            return None
        async with doing(self, "ask"):
            found = await call(explain_time, mentor_id=calendar.mentor_id, starts_at=at, session_id=calendar.session_id)
            if not found.code:
                await self._forget()
                return Calendar.pick_time(times.iso(found.starts_at))
            await self._show(found, times.moment(at, zone), calendar.mentor_zone, zone)
        return None

    async def _calendar(self) -> _Asked:
        async with self:
            shown = await self.get_state(Calendar)
            session = shown._session
            return _Asked(shown._mentor_id, session.id if session else None, shown._mentor_zone, shown._starts)

    async def _show(self, found: TimeAnswer, about: str, mentor_zone: str, zone: str, *, day: str = "") -> None:
        near = tuple(slot_time(slot.starts_at, zone, mentor_zone) for slot in found.nearest)
        async with self:
            self.day = day
            self.answer = Answer(about, found.sentence, found.fix, near) if found.code else NO_ANSWER

    async def _forget(self) -> None:
        async with self:
            self.answer, self.day = NO_ANSWER, ""
