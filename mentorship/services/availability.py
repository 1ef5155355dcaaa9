"""Availability: one engine lists slots and decides bookings; what is listed can be booked."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field

from mentorship.db.models import AvailabilityRule, Mentor
from mentorship.db.people import SlotTerms
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain import slots
from mentorship.domain.actors import Access
from mentorship.domain.calendars import subtract
from mentorship.domain.errors import InvalidInput, NotAllowed, NotFound, SlotNotOffered
from mentorship.domain.policy import Policy, hours_text
from mentorship.domain.slots import Hours, Interval, SlotPolicy, SlotProblem
from mentorship.schemas.bookings import HoursRule
from mentorship.schemas.catalog import Slot, SlotList, StartList
from mentorship.services.arguments import Instant
from mentorship.services.calendar_access import busy_blocks
from mentorship.services.context import Context
from mentorship.services.policies import policy
from mentorship.services.record import record
from mentorship.services.seats import mentor_topic, require_mentor
from mentorship.services.texts import when
from mentorship.services.use_case import use_case

NEXT_FREE = 5
UNREAD = "The mentor's calendar cannot be read at the moment, so no time is offered. Please try again later."
LONGEST_LIST = timedelta(days=62)
_USUAL_MINUTES = 60
Minutes = Annotated[int, Field(ge=5, le=480)]


@dataclass(frozen=True, slots=True)
class Agenda:
    """Everything that decides a mentor's slots between two instants."""

    hours: Hours
    busy: list[Interval]
    rules: SlotPolicy
    blocks: list[Interval] = field(default_factory=list)
    """Those of the busy times that the mentor's own calendars brought."""
    is_unread: bool = False
    """No time is offered because the mentor's calendar cannot be read."""

    def without(self, own: Interval, *own_events: Interval) -> "Agenda":
        """The agenda as if one session and its event in the mentor's calendar were not there, to move it."""
        sessions, blocks = [s for s in self.sessions if s != own], self.blocks
        for hole in (own, *own_events) if not self.is_unread else ():
            blocks = subtract(blocks, hole)
        return replace(self, busy=sessions + blocks, blocks=blocks)

    @property
    def sessions(self) -> list[Interval]:
        """Those of the busy times that are booked sessions."""
        return self.busy[: len(self.busy) - len(self.blocks)]


@use_case(Access.PUBLIC)
def list_slots(
    ctx: Context,
    *,
    mentor_id: UUID,
    session_minutes: Minutes | None = None,
    start: Instant | None = None,
    end: Instant | None = None,
) -> SlotList:
    """A listed mentor's free times that begin in ``[start, end)``, by default the whole horizon.

    A signed-in student does not see times at which they have a session themselves.

    Raises:
        NotFound: there is no such mentor.
        InvalidInput: the period is empty or longer than 62 days.
    """
    if (start and end and end <= start) or (start and end and end - start > LONGEST_LIST):
        raise InvalidInput("The period is empty or longer than 62 days.")
    begin = max(start or ctx.now, ctx.now)
    free = _read_free(ctx, mentor_id, session_minutes)
    finish = min(end or free.horizon.end, begin + LONGEST_LIST)
    found = free.within(Interval(begin, finish)) if finish > begin else []
    soon = found if begin == ctx.now and len(found) >= NEXT_FREE else free.within(free.horizon)
    return SlotList(
        mentor_id,
        free.zone,
        session_minutes=int(free.length.total_seconds() // 60),
        slots=[Slot(s, s + free.length) for s in found],
        next_free=[Slot(s, s + free.length) for s in soon[:NEXT_FREE]],
    )


@use_case(Access.PUBLIC)
def list_starts(ctx: Context, *, mentor_id: UUID, session_minutes: Minutes | None = None) -> StartList:
    """When a listed mentor's free times begin, over the whole horizon: those of `list_slots`, for pages that count.

    Raises:
        NotFound: there is no such mentor.
    """
    free = _read_free(ctx, mentor_id, session_minutes)
    return StartList(free.zone, free.within(free.horizon))


@dataclass(frozen=True, slots=True)
class _Free:
    """What decides one reader's slots with a mentor, from one read."""

    agenda: Agenda
    own: list[Interval]
    """The reader's sessions, with any mentor."""
    length: timedelta
    horizon: Interval
    """From now until nothing can be booked any more."""

    @property
    def zone(self) -> str:
        return self.agenda.hours.zone

    def within(self, window: Interval) -> list[datetime]:
        """When the slots that begin in this window begin."""
        agenda, now = self.agenda, self.horizon.start
        starts = slots.list_starts(agenda.hours, agenda.busy, agenda.rules, self.length, now=now, window=window)
        return slots.clear_starts(starts, self.length, self.own, timedelta(0))


def _read_free(ctx: Context, mentor_id: UUID, session_minutes: int | None) -> _Free:
    with ctx.begin(read_only=True) as uow:
        mentor = uow.catalog.slot_terms(mentor_id)
        if mentor is None or not mentor.is_listed:
            raise NotFound()
        rules = policy(uow, mentor)
        length = timedelta(minutes=session_minutes or mentor.session_minutes or _USUAL_MINUTES)
        until = ctx.now + rules.horizon
        agenda = load_agenda(uow, mentor, rules, ctx.now, until + length, now=ctx.now)
        own = _own_times(ctx, uow, until + length)
    return _Free(agenda, own, length, Interval(ctx.now, until + timedelta(days=1)))


def _own_times(ctx: Context, uow: UnitOfWork, end: datetime) -> list[Interval]:
    if ctx.actor.user_id is None:
        return []
    return [Interval(s, e) for _, s, e in uow.bookings.busy_student(ctx.now, end, student_id=ctx.actor.user_id)]


def load_agenda(
    uow: UnitOfWork, mentor: Mentor | SlotTerms, rules: Policy, start: datetime, end: datetime, *, now: datetime
) -> Agenda:
    """Read what decides a mentor's slots between two instants: three queries, whatever the number of sessions."""
    weekly: list[slots.WeeklyRule] = []
    days: dict[date, list[tuple[int, int]]] = {}
    for weekday, day, opens, closes in uow.catalog.hours(mentor.id):
        if weekday is not None and opens is not None and closes is not None:
            weekly.append(slots.WeeklyRule(weekday, opens, closes))
        elif day is not None:
            days.setdefault(day, []).extend([(opens, closes)] if opens is not None and closes is not None else [])
    overridden = tuple(slots.DayOverride(day, tuple(sorted(intervals))) for day, intervals in sorted(days.items()))
    margin = rules.buffer + timedelta(hours=8)
    busy = [Interval(s, e) for s, e in uow.bookings.busy(start - margin, end + margin, mentor_id=mentor.id)]
    blocks, is_unread = busy_blocks(uow, mentor.id, start - margin, end + margin, now)
    return Agenda(
        Hours(mentor.time_zone, tuple(weekly), overridden),
        busy + blocks,
        SlotPolicy(minimum_notice=rules.minimum_notice, horizon=rules.horizon, buffer=rules.buffer),
        blocks,
        is_unread,
    )


def check_slot(ctx: Context, agenda: Agenda, rules: Policy, start: datetime, length: timedelta, zone: str) -> None:
    """Refuse a time that the engine would not list, and say the nearest time that it would.

    Raises:
        SlotNotOffered: with the problem's code.
    """
    problem = slots.why_not(
        agenda.hours, agenda.sessions, agenda.rules, length, start, now=ctx.now, blocks=agenda.blocks
    )
    if problem is None:
        return
    after = ctx.now if problem in (SlotProblem.TOO_SOON, SlotProblem.TOO_FAR) else start
    near = slots.next_free(agenda.hours, agenda.busy, agenda.rules, length, now=ctx.now, count=1, after=after)
    fix = f"The next free time is {when(near[0].start, zone)}." if near else "There is no free time at the moment."
    sentences = {
        SlotProblem.TOO_SOON: f"Sessions are booked at least {hours_text(rules.minimum_notice)} ahead.",
        SlotProblem.TOO_FAR: f"Sessions are booked at most {rules.horizon.days} days ahead.",
        SlotProblem.OUTSIDE_HOURS: "The mentor does not work at this time.",
        SlotProblem.TAKEN: "This time is taken.",
        SlotProblem.BUSY: UNREAD if agenda.is_unread else "The mentor is busy at this time.",
    }
    raise SlotNotOffered(problem.value, sentences[problem], fix=fix)


@use_case(Access.MENTOR_OR_ADMIN)
def set_weekly_hours(ctx: Context, *, mentor_id: UUID, rules: list[HoursRule]) -> list[HoursRule]:
    """Replace a mentor's weekly hours. Sessions that are booked stay.

    Raises:
        NotAllowed: a mentor asks about another mentor's hours.
        InvalidInput: a rule is not a period of a week.
    """
    if not (ctx.actor.is_system or ctx.actor.is_admin or ctx.actor.mentor_id == mentor_id):
        raise NotAllowed()
    if len(rules) > 70 or any(
        not (0 <= r.weekday <= 6 and 0 <= r.start_minute < 1440 and r.start_minute < r.end_minute <= 2880)
        for r in rules
    ):
        raise InvalidInput("Each period needs a weekday from 0 to 6 and an end after its start.")
    with ctx.begin() as uow:
        uow.lock(mentor_id)
        require_mentor(uow, mentor_id)
        rows = [
            AvailabilityRule(
                mentor_id=mentor_id, weekday=r.weekday, start_minute=r.start_minute, end_minute=r.end_minute
            )
            for r in rules
        ]
        uow.catalog.replace_rules(mentor_id, rows)
        record(ctx, uow, "hours_changed", ("mentor", mentor_id), after={"rules": len(rules)})
        uow.touch(mentor_topic(mentor_id))
    return rules
