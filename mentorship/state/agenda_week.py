"""A mentor's week: sessions, what keeps time from being booked, and what students can book."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mentorship.domain.booking import SessionStatus
from mentorship.domain.calendars import subtract
from mentorship.domain.slots import Interval
from mentorship.schemas.agenda import DayOff, MentorAgenda, MoveTimes, Period
from mentorship.schemas.bookings import SessionView
from mentorship.schemas.calendars import ProposalView
from mentorship.schemas.week import BlockKind, WeekFace
from mentorship.state import times, week
from mentorship.state.month import WEEK, day_name, local_day
from mentorship.state.week import Item

STEP = timedelta(minutes=30)
"""How high a free time is drawn, unless the next one begins sooner: as far apart as they usually are."""

_DAY = timedelta(days=1)
_LOOKS: dict[str, tuple[BlockKind, str]] = {
    SessionStatus.SCHEDULED: ("session", ""),
    SessionStatus.COMPLETED: ("done", "completed"),
    SessionStatus.NO_SHOW: ("done", "no-show"),
    SessionStatus.CANCELED: ("gone", "canceled"),
}


def mentor_week(monday: date, agenda: MentorAgenda, proposals: Sequence[ProposalView], now: datetime) -> WeekFace:
    """The week from a Monday on, in the reader's zone. While a session is moved, the times it can go to are to pick."""
    zone, moving = agenda.zone, agenda.moving
    items = [_busy(period, zone) for period in _without(agenda.busy, proposals)]
    items += [_closed(day) for day in agenda.days_off if day.is_closed]
    items += _buffers(agenda, now)
    items += [_session(s, proposals, zone, now, picks=moving is None) for s in agenda.sessions]
    items += [_proposed(p, zone, picks=moving is None) for p in proposals if p.proposed_start and p.proposed_end]
    if moving is None:
        items += [_open(period) for period in agenda.free]
    else:
        items += _free(moving, zone)
    days = [monday + n * _DAY for n in range(WEEK)]
    return week.lay_out(monday, zone, items, now, notes={day: day_note(day, agenda) for day in days})


def day_note(day: date, agenda: MentorAgenda) -> str:
    """What is to be said about a day of the reader's: why it takes no bookings, or how much of it is free."""
    begins, ends = day_bounds(day, agenda.zone)
    why = next(
        (d.why for d in agenda.days_off if d.starts_at < ends and d.ends_at > begins and _most(d, day, agenda)), ""
    )
    free = hours_text(free_time(day, agenda))
    return " · ".join(part for part in (why, f"{free} free" if free else "") if part)


def _most(off: DayOff, day: date, agenda: MentorAgenda) -> bool:
    """Whether a day of the mentor's calendar is mostly this day of the reader's; each is of exactly one."""
    return local_day(off.starts_at + (off.ends_at - off.starts_at) / 2, agenda.zone) == day


def free_time(day: date, agenda: MentorAgenda) -> timedelta:
    """How much of a day students can book."""
    begins, ends = day_bounds(day, agenda.zone)
    parts = (min(p.ends_at, ends) - max(p.starts_at, begins) for p in agenda.free)
    return sum((part for part in parts if part > timedelta(0)), timedelta(0))


def hours_text(length: timedelta) -> str:
    """A length in hours: "4.5 h"; empty for none."""
    return f"{length / timedelta(hours=1):.3g} h" if length else ""


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """When a day begins and ends in a zone, in UTC."""
    place = ZoneInfo(zone)
    begins, ends = (datetime.combine(d, time(), place).astimezone(UTC) for d in (day, day + _DAY))
    return begins, ends


def is_waiting(session: SessionView, now: datetime) -> bool:
    """Whether a session has begun and nobody has said how it went."""
    return session.status == SessionStatus.SCHEDULED.value and session.starts_at <= now


def _clocks(start: datetime, end: datetime, zone: str) -> str:
    return f"{times.clock(start, zone)}–{times.clock(end, zone)}"


def _spoken(start: datetime, zone: str, what: str) -> str:
    return f"{day_name(local_day(start, zone))}, {what}"


def _session(session: SessionView, proposals: Iterable[ProposalView], zone: str, now: datetime, *, picks: bool) -> Item:
    kind, said = ("waiting", "outcome?") if is_waiting(session, now) else _LOOKS[session.status]
    if any(p.session_id == session.id for p in proposals):
        said = "changed in Google"
    clocks = _clocks(session.starts_at, session.ends_at, zone)
    label = f"{clocks} {session.student_name}" + (f" · {said}" if said else "")
    there = (
        ""
        if times.same_time(session.starts_at, zone, session.student_zone)
        else (f", {times.clock(session.starts_at, session.student_zone)} for {session.student_name.partition(' ')[0]}")
    )
    spoken = _spoken(
        session.starts_at,
        zone,
        f"{clocks}{there}, session with {session.student_name}"
        + (f", {said.replace('?', ' missing')}" if said else ""),
    )
    return Item(str(session.id), kind, session.starts_at, session.ends_at, label, spoken, picks=picks)


def _proposed(proposal: ProposalView, zone: str, *, picks: bool) -> Item:
    start, end = proposal.proposed_start, proposal.proposed_end
    assert start is not None
    assert end is not None
    clocks = _clocks(start, end, zone)
    return Item(
        proposal.session_id.hex,  # the same id in another form: the session has a block of its own, perhaps beside it
        "proposed",
        start,
        end,
        f"{clocks} {proposal.student_name}? Moved here in Google",
        _spoken(start, zone, f"{clocks}, where you moved the session with {proposal.student_name} in Google Calendar"),
        picks=picks,
    )


def _busy(period: Period, zone: str) -> Item:
    clocks = _clocks(period.starts_at, period.ends_at, zone)
    spoken = _spoken(period.starts_at, zone, f"{clocks}, busy in your Google Calendar")
    key = f"busy-{period.starts_at.isoformat()}"
    return Item(key, "busy", period.starts_at, period.ends_at, f"{clocks} Busy", spoken)


def _without(busy: Iterable[Period], proposals: Iterable[ProposalView]) -> list[Period]:
    """The busy blocks but for the events of sessions that were moved: those are shown as what they are."""
    blocks = [Interval(p.starts_at, p.ends_at) for p in busy]
    for proposal in proposals:
        if proposal.proposed_start and proposal.proposed_end:
            blocks = subtract(blocks, Interval(proposal.proposed_start, proposal.proposed_end))
    return [Period(block.start, block.end) for block in blocks]


def _closed(day: DayOff) -> Item:
    key = f"closed-{day.starts_at.isoformat()}"
    return Item(key, "buffer", day.starts_at, day.ends_at, day.why, is_backdrop=True, stretches=False)


def _open(period: Period) -> Item:
    key = f"open-{period.starts_at.isoformat()}"
    return Item(key, "open", period.starts_at, period.ends_at, "Free", is_backdrop=True)


def _buffers(agenda: MentorAgenda, now: datetime) -> Iterator[Item]:
    """The rest that is kept around what is still to come."""
    rest = timedelta(minutes=agenda.buffer_minutes)
    booked = [(s.starts_at, s.ends_at) for s in agenda.sessions if s.status == SessionStatus.SCHEDULED.value]
    for start, end in booked + [(p.starts_at, p.ends_at) for p in agenda.busy]:
        if rest and end > now:
            key = f"buffer-{start.isoformat()}"
            yield Item(key, "buffer", start - rest, end + rest, "Buffer", is_backdrop=True, stretches=False)


def _free(moving: MoveTimes, zone: str) -> Iterator[Item]:
    student = moving.session
    for start, after in zip(moving.starts, [*moving.starts[1:], None], strict=True):
        end = min(start + STEP, after) if after else start + STEP
        label = times.clock(start, zone)
        there = (
            ""
            if times.same_time(start, zone, student.student_zone)
            else (f", {times.clock(start, student.student_zone)} for {student.student_name.partition(' ')[0]}")
        )
        yield Item(
            start.isoformat(), "free", start, end, label, _spoken(start, zone, f"{label}{there}, free"), picks=True
        )
