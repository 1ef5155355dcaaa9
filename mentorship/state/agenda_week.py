"""A mentor's week: sessions, what keeps time from being booked, and what students can book."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from mentorship.domain.booking import SessionStatus
from mentorship.domain.calendars import subtract
from mentorship.domain.slots import Interval
from mentorship.domain.zones import day_bounds
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
    moved, asked = _moved_in_google(proposals), {p.session_id for p in proposals}
    items = [_busy(period, zone) for period in _without(agenda.busy, [to for _, to in moved])]
    items += [_closed(day) for day in agenda.days_off if day.is_closed]
    items += _buffers(agenda, now)
    items += [_session(s, asked, zone, now, moving) for s in agenda.sessions]
    items += [_proposed(p, to, zone, picks=moving is None) for p, to in moved]
    if moving is None:
        items += [_open(period) for period in agenda.free]
    else:
        items += _free(moving, zone)
    days = [monday + n * _DAY for n in range(WEEK)]
    return week.lay_out(monday, zone, items, now, notes={day: day_note(day, agenda) for day in days})


def day_note(day: date, agenda: MentorAgenda) -> str:
    """What is to be said about a day of the reader's: why it takes no bookings, or how much of it is free."""
    why = next((off.why for off in agenda.days_off if _is_mostly(off, day, agenda.zone)), "")
    free = hours_text(free_time(day, agenda))
    return " · ".join(part for part in (why, f"{free} free" if free else "") if part)


def _is_mostly(off: DayOff, day: date, zone: str) -> bool:
    """Whether a day of the mentor's calendar is mostly this one of the reader's."""
    return local_day(off.starts_at + (off.ends_at - off.starts_at) / 2, zone) == day


def free_time(day: date, agenda: MentorAgenda) -> timedelta:
    """How much of a day students can book."""
    begins, ends = day_bounds(day, agenda.zone)
    parts = (min(p.ends_at, ends) - max(p.starts_at, begins) for p in agenda.free)
    return sum((part for part in parts if part > timedelta(0)), timedelta(0))


def hours_text(length: timedelta) -> str:
    """A length in hours: "4.5 h"; empty for none."""
    return f"{length / timedelta(hours=1):.3g} h" if length else ""


def is_waiting(session: SessionView, now: datetime) -> bool:
    """Whether a session has begun and nobody has said how it went."""
    return session.status == SessionStatus.SCHEDULED.value and session.starts_at <= now


def _clocks(start: datetime, end: datetime, zone: str) -> str:
    return f"{times.clock(start, zone)}–{times.clock(end, zone)}"


def _spoken(start: datetime, zone: str, *what: str) -> str:
    return ", ".join([day_name(local_day(start, zone)), *(part for part in what if part)])


def _there(start: datetime, zone: str, session: SessionView) -> str:
    """The student's clock, where it shows another time."""
    if times.same_time(start, zone, session.student_zone):
        return ""
    return f"{times.clock(start, session.student_zone)} for {session.student_name.partition(' ')[0]}"


def _session(
    session: SessionView, proposed: Iterable[UUID], zone: str, now: datetime, moving: MoveTimes | None
) -> Item:
    kind, said = ("waiting", "outcome missing") if is_waiting(session, now) else _LOOKS[session.status]
    if session.id in proposed:
        said = "changed in Google"
    if moving is not None and moving.session.id == session.id:
        kind, said = "other", "is being moved"
    clocks = _clocks(session.starts_at, session.ends_at, zone)
    label = " · ".join(part for part in (f"{clocks} {session.student_name}", said) if part)
    there = _there(session.starts_at, zone, session)
    spoken = _spoken(session.starts_at, zone, clocks, there, f"session with {session.student_name}", said)
    return Item(str(session.id), kind, session.starts_at, session.ends_at, label, spoken, picks=moving is None)


def _moved_in_google(proposals: Iterable[ProposalView]) -> list[tuple[ProposalView, Interval]]:
    """The proposals that name another time of day, each with it."""
    return [(p, Interval(p.proposed_start, p.proposed_end)) for p in proposals if p.proposed_start and p.proposed_end]


def _proposed(proposal: ProposalView, to: Interval, zone: str, *, picks: bool) -> Item:
    clocks, name = _clocks(to.start, to.end, zone), proposal.student_name
    return Item(
        proposal.session_id.hex,  # the same id in another form: the session has a block of its own, perhaps beside it
        "proposed",
        to.start,
        to.end,
        f"{clocks} {name}? Moved here in Google",
        _spoken(to.start, zone, clocks, f"where you moved the session with {name} in Google Calendar"),
        picks=picks,
    )


def _busy(period: Period, zone: str) -> Item:
    clocks = _clocks(period.starts_at, period.ends_at, zone)
    spoken = _spoken(period.starts_at, zone, clocks, "busy in your Google Calendar")
    key = f"busy-{period.starts_at.isoformat()}"
    return Item(key, "busy", period.starts_at, period.ends_at, f"{clocks} Busy", spoken)


def _without(busy: Iterable[Period], moved: Iterable[Interval]) -> list[Period]:
    """The busy blocks but for the events of sessions that were moved: those are shown as what they are."""
    blocks = [Interval(p.starts_at, p.ends_at) for p in busy]
    for to in moved:
        blocks = subtract(blocks, to)
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
    for start, after in zip(moving.starts, [*moving.starts[1:], None], strict=True):
        end = min(start + STEP, after) if after else start + STEP
        label = times.clock(start, zone)
        spoken = _spoken(start, zone, label, _there(start, zone, moving.session), "free")
        yield Item(start.isoformat(), "free", start, end, label, spoken, picks=True)
