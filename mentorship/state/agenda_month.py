"""A mentor's month: how many sessions and how much free time there is on each day."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from mentorship.domain.booking import SessionStatus
from mentorship.domain.zones import day_bounds
from mentorship.schemas.agenda import MentorAgenda, MonthDay, MonthFace, MonthRow
from mentorship.state.agenda_week import day_note, free_time, hours_text, is_waiting
from mentorship.state.desk_faces import count
from mentorship.state.month import WEEK, day_name, local_day, month_name, next_month
from mentorship.state.week import monday_of

_DAY = timedelta(days=1)


def month_bounds(month: date) -> tuple[date, int]:
    """The first Monday that a month's grid shows, and how many days it has: whole weeks, at most six."""
    monday = monday_of(month.replace(day=1))
    last = monday_of(next_month(month) - _DAY) + (WEEK - 1) * _DAY
    return monday, (last - monday).days + 1


def mentor_month(month: date, agenda: MentorAgenda, now: datetime, week_at: Callable[[date], str]) -> MonthFace:
    """The month of a day, in the reader's zone; ``week_at`` gives the address of a day's week."""
    monday, days = month_bounds(month)
    today = local_day(now, agenda.zone)
    rows = []
    for n in range(0, days, WEEK):
        row = [monday + (n + k) * _DAY for k in range(WEEK)]
        cells = tuple(_day(day, month, agenda, now, today, week_at(day)) for day in row)
        rows.append(MonthRow(row[0].isoformat(), cells))
    return MonthFace(
        month.replace(day=1).isoformat(),
        month_name(month),
        tuple(rows),
        (today.year, today.month) == (month.year, month.month),
    )


def _day(day: date, month: date, agenda: MentorAgenda, now: datetime, today: date, href: str) -> MonthDay:
    begins, ends = day_bounds(day, agenda.zone)
    held = [s for s in agenda.sessions if begins <= s.starts_at < ends and s.status != SessionStatus.CANCELED.value]
    waiting = sum(is_waiting(s, now) for s in held)
    free = hours_text(free_time(day, agenda))
    note = day_note(day, agenda)
    said = [day_name(day), count(len(held), "session") if held else "no session"]
    if waiting:
        said.append(f"{waiting} without an outcome")
    said.append(note or "no free time")
    return MonthDay(
        iso=day.isoformat(),
        number=str(day.day),
        column=day.weekday(),
        label=", ".join(said),
        href=href,
        sessions=str(len(held)) if held else "",
        free=free,
        note=note.partition(" · ")[0] if note != f"{free} free" else "",
        asks=waiting > 0,
        in_month=(day.year, day.month) == (month.year, month.month),
        today=day == today,
    )
