"""A student's week: the free times of one mentor between the sessions that the student has with any."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from mentorship.schemas.bookings import SessionView
from mentorship.schemas.week import WeekFace
from mentorship.state import times, week
from mentorship.state.month import day_name, local_day
from mentorship.state.week import Item

STEP = timedelta(minutes=30)
"""How high a free time is drawn, unless the next one begins sooner: as far apart as they usually are."""


def student_week(
    monday: date,
    zone: str,
    starts: Sequence[int],
    sessions: Sequence[SessionView],
    *,
    mentor_id: UUID,
    mentor_zone: str,
    now: datetime,
) -> WeekFace:
    """The week in the reader's zone; ``starts`` are the free times in seconds since 1970, in order."""
    begins, ends = week.bounds(monday, zone)
    free = starts[bisect_left(starts, begins.timestamp()) : bisect_left(starts, ends.timestamp())]
    instants = [datetime.fromtimestamp(s, UTC) for s in free]
    nexts = [*instants[1:], ends]
    items = [_free(at, min(at + STEP, after), zone, mentor_zone) for at, after in zip(instants, nexts, strict=True)]
    items += [_session(s, zone, mentor_id) for s in sessions]
    today = local_day(now, zone)
    last = max([s.starts_at for s in sessions] + [datetime.fromtimestamp(s, UTC) for s in starts[-1:]], default=now)
    return week.lay_out(
        monday,
        zone,
        items,
        now,
        has_previous=monday > week.monday_of(today),
        has_next=monday < week.monday_of(local_day(last, zone)),
    )


def _free(start: datetime, end: datetime, zone: str, mentor_zone: str) -> Item:
    label = times.clock(start, zone)
    elsewhere = "" if times.same_time(start, zone, mentor_zone) else f", {times.clock(start, mentor_zone)} there"
    spoken = f"{day_name(local_day(start, zone))}, {label}{elsewhere}, free"
    return Item(start.isoformat(), "free", start, end, label, spoken, picks=True)


def _session(session: SessionView, zone: str, mentor_id: UUID) -> Item:
    name = session.mentor_name.partition(" ")[0]
    clocks = f"{times.clock(session.starts_at, zone)}–{times.clock(session.ends_at, zone)}"
    return Item(
        str(session.id),
        "session" if session.mentor_id == mentor_id else "other",
        session.starts_at,
        session.ends_at,
        f"{clocks} {name}",
        f"{day_name(local_day(session.starts_at, zone))}, {clocks}, session with {session.mentor_name}",
        href="/sessions",
    )
