"""Trying without doing: what would be refused, and what is free near it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from mentorship.db.models import Mentor, Session
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain import slots
from mentorship.domain.slots import Interval
from mentorship.schemas.catalog import Slot
from mentorship.services.availability import load_agenda
from mentorship.services.calendar_events import proposed_times
from mentorship.services.context import Context
from mentorship.services.policies import policy

NEAREST = 3


class _Undone(Exception):
    """Ends a rehearsal."""


@contextmanager
def rehearse(ctx: Context, *ids: UUID) -> Iterator[UnitOfWork]:
    """A transaction with these ids locked that is always undone: it decides as a real one would, and leaves nothing."""
    with suppress(_Undone), ctx.begin() as uow:
        uow.lock(*ids)
        yield uow
        raise _Undone


def nearest_slots(
    ctx: Context,
    uow: UnitOfWork,
    mentor: Mentor,
    student_id: UUID,
    wanted: datetime,
    zone: str,
    *,
    moving: Session | None = None,
) -> list[Slot]:
    """Up to three times that are free for this student near a wanted one, in order.

    Those of the wanted day come before others of the same week, as a zone's calendar has them.
    """
    local = wanted.astimezone(ZoneInfo(zone))
    monday = datetime.combine(local.date() - timedelta(days=local.weekday()), time(), local.tzinfo)
    found = _free(ctx, uow, mentor, student_id, Interval(monday, monday + timedelta(weeks=1)), moving)
    found.sort(key=lambda slot: (slot.starts_at.astimezone(local.tzinfo).date() != local.date(), _far(slot, wanted)))
    return sorted(found[:NEAREST], key=lambda slot: slot.starts_at)


def _far(slot: Slot, wanted: datetime) -> timedelta:
    return abs(slot.starts_at - wanted)


def _free(
    ctx: Context, uow: UnitOfWork, mentor: Mentor, student_id: UUID, week: Interval, moving: Session | None
) -> list[Slot]:
    if moving is not None:
        pack = uow.packs.get(moving.pack_id)
        paying, length = [pack] if pack else [], moving.ends_at - moving.starts_at
    else:
        paying = [p for p in uow.packs.of_pair(mentor.id, student_id) if p.available]
        length = timedelta(minutes=min((p.session_minutes for p in paying), default=60))
    rules = policy(uow, mentor)
    agenda = load_agenda(uow, mentor, rules, week.start, week.end + length, now=ctx.now)
    own = uow.bookings.busy_student(week.start, week.end + length, student_id=student_id)
    if moving is not None:
        agenda = agenda.without(Interval(moving.starts_at, moving.ends_at), *proposed_times(uow, moving.id))
    starts = slots.list_starts(agenda.hours, agenda.busy, agenda.rules, length, now=ctx.now, window=week)
    others = [Interval(s, e) for session_id, s, e in own if moving is None or session_id != moving.id]
    clear = slots.clear_starts(starts, length, others, timedelta(0))
    return [Slot(s, s + length) for s in clear if any(p.expires_at is None or s < p.expires_at for p in paying)]
