"""Reads and writes of waitlists."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, select, tuple_
from sqlalchemy.orm import Session

from mentorship.db.inserts import store
from mentorship.db.models import Mentor, SeatRow, User, WaitlistEntry
from mentorship.db.packs import counts
from mentorship.db.types import written
from mentorship.domain.waitlist import EntryStatus, Place, ahead_of, in_order, offer_is_open

_IN_LINE = WaitlistEntry.status.in_([written(s) for s in EntryStatus if s.is_in_line])
_OF_PAIR = select(WaitlistEntry).where(
    WaitlistEntry.mentor_id == bindparam("mentor_id"), WaitlistEntry.student_id == bindparam("student_id"), _IN_LINE
)
_IS_ENABLED = exists().where(User.id == WaitlistEntry.student_id, User.disabled_at.is_(None))


def place_of(entry: WaitlistEntry) -> Place:
    """The domain's view of a stored entry."""
    return Place(entry.id, entry.student_id, entry.joined_at, entry.is_first)


def has_open_offer(entry: WaitlistEntry, now: datetime) -> bool:
    """Whether a stored entry's offer can still be taken."""
    return offer_is_open(EntryStatus(entry.status), entry.offer_expires_at, now)


def _has_seat(now: datetime) -> ColumnElement[bool]:
    """Whether a seat of the entry's own pair counts at ``now``: then no other is needed."""
    return exists().where(
        SeatRow.mentor_id == WaitlistEntry.mentor_id, SeatRow.student_id == WaitlistEntry.student_id, counts(now)
    )


def _needs_seat(now: datetime) -> ColumnElement[bool]:
    """Whether somebody is to get a seat: who waits, has none, and whose account is not disabled."""
    return and_(WaitlistEntry.status == EntryStatus.WAITING.value, ~_has_seat(now), _IS_ENABLED)


class Waitlist:
    """Who waits for which mentor. An entry changes with its mentor locked only."""

    def __init__(self, session: Session) -> None:
        self._db = session

    def add(self, entry: WaitlistEntry) -> None:
        store(self._db, entry)

    def get(self, entry_id: UUID) -> WaitlistEntry | None:
        return self._db.get(WaitlistEntry, entry_id)

    def of_pair(self, mentor_id: UUID, student_id: UUID) -> WaitlistEntry | None:
        """The student's entry in this mentor's line, also one whose offer has lapsed and is not swept yet."""
        return self._db.scalar(_OF_PAIR, {"mentor_id": mentor_id, "student_id": student_id})

    def of_student(self, student_id: UUID) -> Sequence[WaitlistEntry]:
        """The student's entries in line, oldest first."""
        return self._db.scalars(
            select(WaitlistEntry)
            .where(WaitlistEntry.student_id == student_id, _IN_LINE)
            .order_by(WaitlistEntry.joined_at, WaitlistEntry.id)
        ).all()

    def of_mentor(self, mentor_id: UUID) -> Sequence[WaitlistEntry]:
        """Everybody in this mentor's line whose account is not disabled, the next one first."""
        found = self._db.scalars(
            select(WaitlistEntry).where(WaitlistEntry.mentor_id == mentor_id, _IN_LINE, _IS_ENABLED)
        )
        return sorted(found, key=lambda entry: place_of(entry).rank)

    def offered_until(self, mentor_id: UUID, student_id: UUID, now: datetime) -> datetime | None:
        """Until when a seat is offered to this student; None where no offer can be taken."""
        entry = self.of_pair(mentor_id, student_id)
        return entry.offer_expires_at if entry is not None and has_open_offer(entry, now) else None

    def offered(self, pairs: Collection[tuple[UUID, UUID]], now: datetime) -> set[tuple[UUID, UUID]]:
        """Those of these (mentor, student) pairs that have an offer which can be taken."""
        rows = self._db.execute(
            select(WaitlistEntry.mentor_id, WaitlistEntry.student_id).where(
                tuple_(WaitlistEntry.mentor_id, WaitlistEntry.student_id).in_(pairs),
                WaitlistEntry.status == EntryStatus.OFFERED.value,
                WaitlistEntry.offer_expires_at > now,
            )
        )
        return {(mentor_id, student_id) for mentor_id, student_id in rows}

    def waiting(self, mentor_ids: Collection[UUID], now: datetime) -> dict[UUID, int]:
        """How many people need a seat of each mentor: the free ones belong to them."""
        found = dict.fromkeys(mentor_ids, 0)
        rows = self._db.execute(
            select(WaitlistEntry.mentor_id, func.count())
            .where(WaitlistEntry.mentor_id.in_(found), _needs_seat(now))
            .group_by(WaitlistEntry.mentor_id)
        )
        found.update((mentor_id, count) for mentor_id, count in rows)
        return found

    def line(self, mentor_id: UUID, now: datetime) -> list[Place]:
        """The people who need a seat of this mentor, the next one first."""
        found = self._db.scalars(select(WaitlistEntry).where(WaitlistEntry.mentor_id == mentor_id, _needs_seat(now)))
        return in_order([place_of(entry) for entry in found])

    def ahead_of(self, mentor_id: UUID, student_id: UUID, now: datetime) -> int:
        """How many people who need a seat come before this student."""
        return ahead_of(student_id, self.line(mentor_id, now))

    def with_line(self, now: datetime) -> Sequence[Mentor]:
        """The listed mentors whom somebody waits for."""
        needed = exists().where(WaitlistEntry.mentor_id == Mentor.id, _needs_seat(now))
        return self._db.scalars(select(Mentor).where(Mentor.is_listed, needed).order_by(Mentor.id)).all()

    def lapsed(self, now: datetime, limit: int) -> Sequence[WaitlistEntry]:
        """Offers that nobody has taken in time; a checkout that is still running keeps its offer."""
        return self._db.scalars(
            select(WaitlistEntry)
            .where(
                WaitlistEntry.status == EntryStatus.OFFERED.value,
                WaitlistEntry.offer_expires_at <= now,
                ~_has_seat(now),
            )
            .order_by(WaitlistEntry.offer_expires_at)
            .limit(limit)
        ).all()

    def next_lapse(self, after: datetime) -> datetime | None:
        return self._db.scalar(
            select(func.min(WaitlistEntry.offer_expires_at)).where(
                WaitlistEntry.status == EntryStatus.OFFERED.value, WaitlistEntry.offer_expires_at > after
            )
        )
