"""The read of everything that decides a mentor's slots: one statement, for which every list of free times waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Date,
    Integer,
    Select,
    String,
    bindparam,
    cast,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session as DbSession

from mentorship.db.models import (
    AvailabilityOverride,
    AvailabilityRule,
    BusyBlock,
    CalendarConnection,
    Holiday,
    Session,
)
from mentorship.db.types import TZDateTime, written
from mentorship.domain.booking import SessionStatus
from mentorship.domain.calendars import ConnectionState, WhenUnread
from mentorship.domain.slots import Interval


class HoursRow(NamedTuple):
    """A rule has a weekday, an override a day, a holiday its first and last day.

    An override without minutes closes its day.
    """

    weekday: int | None
    day: date | None
    start_minute: int | None
    end_minute: int | None
    last_day: date | None


class Mirror(NamedTuple):
    """What a mentor's calendars said last, and how far that can be relied on."""

    state: ConnectionState
    when_unread: WhenUnread
    write_calendar: str
    read_at: datetime | None
    blocks: list[Interval]

    @property
    def is_written(self) -> bool:
        """Whether sessions are written into a calendar."""
        return self.state is ConnectionState.CONNECTED and self.write_calendar != ""


@dataclass(frozen=True, slots=True)
class StoredAgenda:
    """What is stored of a mentor's time between two instants."""

    hours: list[HoursRow]
    sessions: list[Interval]
    """The mentor's scheduled sessions."""
    own: list[Interval]
    """The scheduled sessions of the student who asks, with any mentor."""
    mirror: Mirror | None
    """None where no calendar is connected."""


_COLUMNS = {
    "weekday": Integer(),
    "day": Date(),
    "start_minute": Integer(),
    "end_minute": Integer(),
    "last_day": Date(),
    "state": String(),
    "when_unread": String(),
    "write_calendar": String(),
    "starts_at": TZDateTime(),
    "ends_at": TZDateTime(),
}


def _part(kind: str, **columns: Any) -> Select[Any]:
    every = (columns.get(name, cast(null(), kept)).label(name) for name, kept in _COLUMNS.items())
    return select(literal_column(f"'{kind}'").label("kind"), *every)


_RULES, _OVERRIDES = AvailabilityRule.__table__.c, AvailabilityOverride.__table__.c
_HOLIDAYS, _SESSIONS = Holiday.__table__.c, Session.__table__.c
_CONNECTIONS, _BLOCKS = CalendarConnection.__table__.c, BusyBlock.__table__.c
_MENTOR: BindParameter[UUID] = bindparam("mentor_id")
_HOURS = (
    _part("hours", weekday=_RULES.weekday, start_minute=_RULES.start_minute, end_minute=_RULES.end_minute).where(
        _RULES.mentor_id == _MENTOR
    ),
    _part("hours", day=_OVERRIDES.day, start_minute=_OVERRIDES.start_minute, end_minute=_OVERRIDES.end_minute).where(
        _OVERRIDES.mentor_id == _MENTOR, _OVERRIDES.day >= bindparam("since")
    ),
    _part("hours", day=_HOLIDAYS.first_day, last_day=_HOLIDAYS.last_day).where(
        _HOLIDAYS.mentor_id == _MENTOR, _HOLIDAYS.last_day >= bindparam("since")
    ),
)
_BETWEEN = (
    _SESSIONS.status == written(SessionStatus.SCHEDULED),
    _SESSIONS.starts_at < bindparam("end"),
    _SESSIONS.ends_at > bindparam("start"),
)
_READ_HOURS = union_all(*_HOURS)
_READ = union_all(
    *_HOURS,
    _part("session", starts_at=_SESSIONS.starts_at, ends_at=_SESSIONS.ends_at).where(
        _SESSIONS.mentor_id == _MENTOR, *_BETWEEN
    ),
    _part("own", starts_at=_SESSIONS.starts_at, ends_at=_SESSIONS.ends_at).where(
        _SESSIONS.student_id == bindparam("student_id"), *_BETWEEN
    ),
    _part(
        "calendar",
        state=_CONNECTIONS.state,
        when_unread=_CONNECTIONS.when_unread,
        write_calendar=_CONNECTIONS.write_calendar,
        starts_at=_CONNECTIONS.read_at,
    ).where(_CONNECTIONS.mentor_id == _MENTOR, _CONNECTIONS.state != ConnectionState.DISCONNECTED.value),
    _part("block", starts_at=_BLOCKS.starts_at, ends_at=_BLOCKS.ends_at).where(
        _BLOCKS.mentor_id == _MENTOR, _BLOCKS.starts_at < bindparam("end"), _BLOCKS.ends_at > bindparam("start")
    ),
)


class Agendas:
    def __init__(self, session: DbSession) -> None:
        self._db = session

    def hours(self, mentor_id: UUID, since: date) -> Sequence[HoursRow]:
        """A mentor's rules, and the overrides and holidays that are not over before a day of their calendar."""
        rows = self._db.execute(_READ_HOURS, {"mentor_id": mentor_id, "since": since})
        return [HoursRow(*row[1:6]) for row in rows]

    def read(
        self, mentor_id: UUID, start: datetime, end: datetime, *, since: date, student_id: UUID | None
    ) -> StoredAgenda:
        """A mentor's time between two instants, with the hours as :meth:`hours` has them."""
        given = {"mentor_id": mentor_id, "start": start, "end": end, "since": since, "student_id": student_id}
        hours: list[HoursRow] = []
        periods: dict[str, list[Interval]] = {"session": [], "own": [], "block": []}
        mirror: Mirror | None = None
        for row in self._db.execute(_READ, given).all():
            kind, starts_at, ends_at = row[0], row[-2], row[-1]
            if kind in periods:
                periods[kind].append(Interval(starts_at, ends_at))
            elif kind == "hours":
                hours.append(HoursRow(*row[1:6]))
            else:
                state, when_unread, write_calendar = row[6:9]
                blocks = periods["block"]
                mirror = Mirror(ConnectionState(state), WhenUnread(when_unread), write_calendar, starts_at, blocks)
        return StoredAgenda(hours, periods["session"], periods["own"], mirror)
