"""Reading what decides a mentor's slots, and asking the engine about it for one reader."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from mentorship.db.agenda import HoursRow
from mentorship.db.models import Mentor, Session
from mentorship.db.people import MentorTerms
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain import slots
from mentorship.domain.booking import BookablePack, paying_order
from mentorship.domain.calendars import subtract
from mentorship.domain.caps import NO_CAPS, Caps
from mentorship.domain.policy import Policy
from mentorship.domain.slots import Hours, Interval, SlotPolicy
from mentorship.services.calendar_access import busy_blocks
from mentorship.services.calendar_events import proposed_times
from mentorship.services.context import Context

_DAY = timedelta(days=1)
_LONGEST_SESSION = timedelta(hours=8)
_WEEK_AROUND = 9 * _DAY
"""From any instant of a week of a mentor's calendar, both of the week's ends are nearer than this."""


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
    caps: Caps = NO_CAPS
    own: list[Interval] = field(default_factory=list)
    """The sessions of the student who asks, with any mentor."""
    is_written: bool = False
    """Sessions are written into a calendar of the mentor's."""

    def without(self, own: Interval, *own_events: Interval) -> "Agenda":
        """The agenda as if one session and its event in the mentor's calendar were not there, to move it."""
        sessions, blocks = [s for s in self.sessions if s != own], self.blocks
        for hole in (own, *own_events) if not self.is_unread else ():
            blocks = subtract(blocks, hole)
        return replace(
            self,
            busy=sessions + blocks,
            blocks=blocks,
            caps=replace(self.caps, sessions=tuple(at for at in self.caps.sessions if at != own.start)),
            own=[s for s in self.own if s != own],
        )

    @property
    def sessions(self) -> list[Interval]:
        """Those of the busy times that are booked sessions."""
        return self.busy[: len(self.busy) - len(self.blocks)]


@dataclass(frozen=True, slots=True)
class Span:
    """How long slots are that begin before ``until`` and not in an earlier span; None is for ever."""

    length: timedelta
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class FreeTimes:
    """A mentor's free times for one reader, from one read."""

    agenda: Agenda
    spans: list[Span]
    horizon: Interval
    """From now until nothing can be booked any more."""
    present: datetime | None = None
    """When the session begins that is to be moved; that is no time to move it to."""

    @property
    def zone(self) -> str:
        return self.agenda.hours.zone

    def within(self, window: Interval) -> list[tuple[timedelta, list[datetime]]]:
        """When the slots that begin in this window begin, in order, together with how long they are."""
        agenda, now = self.agenda, self.horizon.start
        groups = []
        for length, part in self._parts(window):
            starts = slots.list_starts(
                agenda.hours, agenda.busy, agenda.rules, length, now=now, window=part, caps=agenda.caps, own=agenda.own
            )
            groups.append((length, starts if self.present is None else [s for s in starts if s != self.present]))
        return groups

    def first(self, after: datetime) -> datetime | None:
        """When the first slot at or after this instant begins."""
        agenda, now = self.agenda, self.horizon.start
        for length, part in self._parts(Interval(after, self.horizon.end)):
            # Two, because the first may be where the session that is to be moved is already.
            found = slots.next_free(
                agenda.hours,
                agenda.busy,
                agenda.rules,
                length,
                now=now,
                count=2,
                after=part.start,
                caps=agenda.caps,
                own=agenda.own,
            )
            starts = [slot.start for slot in found if slot.start < part.end and slot.start != self.present]
            if starts:
                return starts[0]
        return None

    def _parts(self, window: Interval) -> Iterator[tuple[timedelta, Interval]]:
        start = window.start
        for span in self.spans:
            end = window.end if span.until is None else min(window.end, span.until)
            if start < end:
                yield span.length, Interval(start, end)
                start = end


def paid_spans(packs: Sequence[tuple[BookablePack, int]], now: datetime) -> list[Span]:
    """What packs with a credit, each with the minutes of its sessions, pay for from now on; empty where none does."""
    minutes = {pack.id: length for pack, length in packs}
    order = paying_order(pack for pack, _ in packs)
    return [
        Span(timedelta(minutes=minutes[pack.id]), pack.expires_at)
        for pack in order
        if pack.expires_at is None or pack.expires_at > now
    ]


def load_free_times(
    ctx: Context,
    uow: UnitOfWork,
    mentor: Mentor | MentorTerms,
    rules: Policy,
    spans: list[Span],
    *,
    student_id: UUID | None,
    moving: Session | None = None,
) -> FreeTimes:
    """Everything a reader may book with a mentor, or to which they may move a session of theirs."""
    until = ctx.now + rules.horizon
    end = until + max(span.length for span in spans)
    agenda = load_agenda(uow, mentor, rules, ctx.now, end, now=ctx.now, student_id=student_id, moving=moving)
    return FreeTimes(agenda, spans, Interval(ctx.now, until + _DAY), moving.starts_at if moving else None)


def load_agenda(
    uow: UnitOfWork,
    mentor: Mentor | MentorTerms,
    rules: Policy,
    start: datetime,
    end: datetime,
    *,
    now: datetime,
    student_id: UUID | None = None,
    moving: Session | None = None,
) -> Agenda:
    """Read what decides a mentor's slots that begin between two instants: one query, two where there are caps.

    The session that is ``moving`` is not in its own way.
    """
    margin = rules.buffer + _LONGEST_SESSION
    first, last = start - margin, end + margin
    stored = uow.agendas.read(mentor.id, first, last, since=(start - 3 * _DAY).date(), student_id=student_id)
    blocks, is_unread = busy_blocks(stored.mirror, first, last, now)
    agenda = Agenda(
        hours_of(mentor.time_zone, stored.hours),
        stored.sessions + blocks,
        SlotPolicy(minimum_notice=rules.minimum_notice, horizon=rules.horizon, buffer=rules.buffer),
        blocks,
        is_unread,
        load_caps(uow, mentor.id, mentor.sessions_per_day, mentor.sessions_per_week, start, end),
        stored.own,
        stored.mirror is not None and stored.mirror.is_written,
    )
    if moving is None:
        return agenda
    return agenda.without(Interval(moving.starts_at, moving.ends_at), *proposed_times(uow, moving.id))


def hours_of(zone: str, rows: Iterable[HoursRow]) -> Hours:
    """A mentor's hours from what is stored of them."""
    weekly: list[slots.WeeklyRule] = []
    days: dict[date, list[tuple[int, int]]] = {}
    holidays: list[slots.Holiday] = []
    for weekday, day, opens, closes, last_day in rows:
        if weekday is not None and opens is not None and closes is not None:
            weekly.append(slots.WeeklyRule(weekday, opens, closes))
        elif day is not None and last_day is not None:
            holidays.append(slots.Holiday(day, last_day))
        elif day is not None:
            days.setdefault(day, []).extend([(opens, closes)] if opens is not None and closes is not None else [])
    overrides = tuple(slots.DayOverride(day, tuple(sorted(intervals))) for day, intervals in sorted(days.items()))
    return Hours(zone, tuple(weekly), overrides, tuple(holidays))


def load_caps(
    uow: UnitOfWork, mentor_id: UUID, per_day: int | None, per_week: int | None, start: datetime, end: datetime
) -> Caps:
    """Caps with the sessions that count on the days and weeks between two instants."""
    if per_day is None and per_week is None:
        return NO_CAPS
    counted = uow.bookings.counted(start - _WEEK_AROUND, end + _WEEK_AROUND, mentor_id=mentor_id)
    return Caps(per_day, per_week, tuple(counted))
