"""Availability: one engine lists slots and decides bookings; what is listed can be booked."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field

from mentorship.db.models import AvailabilityRule, Mentor
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain import slots
from mentorship.domain.actors import Access
from mentorship.domain.calendars import subtract
from mentorship.domain.errors import InvalidInput, NotAllowed, NotFound, SlotNotOffered
from mentorship.domain.policy import Policy, hours_text
from mentorship.domain.slots import Hours, Interval, SlotPolicy, SlotProblem
from mentorship.schemas.bookings import HoursRule
from mentorship.schemas.catalog import Slot, SlotList
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
    with ctx.begin(read_only=True) as uow:
        mentor = require_mentor(uow, mentor_id)
        if not mentor.is_listed:
            raise NotFound()
        rules = policy(uow, mentor)
        begin = max(start or ctx.now, ctx.now)
        finish = min(end or ctx.now + rules.horizon + timedelta(days=1), begin + LONGEST_LIST)
        if (start and end and end <= start) or (start and end and end - start > LONGEST_LIST):
            raise InvalidInput("The period is empty or longer than 62 days.")
        minutes = session_minutes or _usual_length(uow, mentor)
        length = timedelta(minutes=minutes)
        agenda = load_agenda(uow, mentor, rules, begin, ctx.now + rules.horizon + length, now=ctx.now)
        own = _own_times(ctx, uow, begin, ctx.now + rules.horizon + length)
    found = (
        _without(
            slots.list_slots(
                agenda.hours, agenda.busy, agenda.rules, length, now=ctx.now, window=Interval(begin, finish)
            ),
            own,
        )
        if finish > begin
        else []
    )
    if begin == ctx.now and (len(found) >= NEXT_FREE or finish > ctx.now + rules.horizon):
        soon = found
    else:
        count = NEXT_FREE + len(own) * 4
        soon = _without(
            slots.next_free(agenda.hours, agenda.busy, agenda.rules, length, now=ctx.now, count=count, after=ctx.now),
            own,
        )
    return SlotList(
        mentor_id=mentor.id,
        zone=mentor.time_zone,
        session_minutes=minutes,
        slots=[Slot(s.start, s.end) for s in found],
        next_free=[Slot(s.start, s.end) for s in soon[:NEXT_FREE]],
    )


def _own_times(ctx: Context, uow: UnitOfWork, start: datetime, end: datetime) -> list[Interval]:
    if ctx.actor.user_id is None:
        return []
    return [Interval(s, e) for _, s, e in uow.bookings.busy_student(start, end, student_id=ctx.actor.user_id)]


def _without(found: list[Interval], own: list[Interval]) -> list[Interval]:
    if not own:
        return found
    return [s for s in found if not any(s.start < o.end and s.end > o.start for o in own)]


def _usual_length(uow: UnitOfWork, mentor: Mentor) -> int:
    offers = uow.catalog.products([mentor.id])[mentor.id]
    return offers[0].session_minutes if offers else 60


def load_agenda(
    uow: UnitOfWork, mentor: Mentor, rules: Policy, start: datetime, end: datetime, *, now: datetime
) -> Agenda:
    """Read what decides a mentor's slots between two instants: four queries, whatever the number of sessions."""
    weekly = tuple(slots.WeeklyRule(r.weekday, r.start_minute, r.end_minute) for r in uow.catalog.rules(mentor.id))
    days: dict[date, list[tuple[int, int]]] = {}
    for row in uow.catalog.overrides(mentor.id):
        intervals = days.setdefault(row.day, [])
        if row.start_minute is not None and row.end_minute is not None:
            intervals.append((row.start_minute, row.end_minute))
    overridden = tuple(slots.DayOverride(day, tuple(sorted(intervals))) for day, intervals in sorted(days.items()))
    margin = rules.buffer + timedelta(hours=8)
    busy = [Interval(s, e) for s, e in uow.bookings.busy(start - margin, end + margin, mentor_id=mentor.id)]
    blocks, is_unread = busy_blocks(uow, mentor.id, start - margin, end + margin, now)
    return Agenda(
        Hours(mentor.time_zone, weekly, overridden),
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
    problem = slots.why_not(agenda.hours, agenda.busy, agenda.rules, length, start, now=ctx.now)
    if problem is None:
        return
    if problem is SlotProblem.TAKEN and not slots.why_not(
        agenda.hours, agenda.sessions, agenda.rules, length, start, now=ctx.now
    ):
        problem = SlotProblem.BUSY
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
