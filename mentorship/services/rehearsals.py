"""Trying without doing: what would be refused, and what is free near it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from mentorship.db.models import Mentor, Session
from mentorship.db.people import MentorTerms
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.slots import Interval
from mentorship.domain.zones import midnight
from mentorship.schemas.catalog import Slot
from mentorship.services.agenda import load_free_times
from mentorship.services.availability import credit_spans, pack_span
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
    mentor: Mentor | MentorTerms,
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
    monday = local.date() - timedelta(days=local.weekday())
    spans = [pack_span(uow, moving)] if moving is not None else credit_spans(ctx, uow, mentor.id, student_id)
    if not spans:
        return []
    free = load_free_times(ctx, uow, mentor, policy(uow, mentor), spans, student_id=student_id, moving=moving)
    week = Interval(max(midnight(monday, zone), ctx.now), midnight(monday + timedelta(weeks=1), zone))
    found = [Slot(start, start + length) for length, starts in free.within(week) for start in starts]
    found.sort(key=lambda slot: (slot.starts_at.astimezone(local.tzinfo).date() != local.date(), _far(slot, wanted)))
    return sorted(found[:NEAREST], key=lambda slot: slot.starts_at)


def _far(slot: Slot, wanted: datetime) -> timedelta:
    return abs(slot.starts_at - wanted)
