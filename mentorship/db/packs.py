"""Reads and writes of packs, their ledger, and seats."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, func, or_, select, tuple_
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from mentorship.db.inserts import Batch, Row, insert_all, store
from mentorship.db.models import LedgerRow, Pack, SeatRow
from mentorship.db.types import written
from mentorship.domain.credits import Balance, Entry, Part
from mentorship.domain.seats import Seat, SeatStatus


def balance(pack: Pack) -> Balance:
    """The parts of a stored pack."""
    return Balance(pack.available, pack.reserved, pack.consumed, pack.expired, pack.refunded, pack.frozen)


def seat_state(row: SeatRow | None) -> Seat:
    """The domain's view of a stored seat; none at all is a released one."""
    if row is None:
        return Seat()
    return Seat(SeatStatus(row.status), row.hold_expires_at, row.grace_ends_at, row.warned_at)


# Put together once, as in `bookings`. What the first two look for never changes, so what is changed and not sent yet
# need not be sent for them.
_PACKS_OF_PAIR = (
    select(Pack)
    .where(Pack.mentor_id == bindparam("mentor_id"), Pack.student_id == bindparam("student_id"))
    .order_by(Pack.created_at.desc())
    .execution_options(autoflush=False)
)
_SEAT = (
    select(SeatRow)
    .where(SeatRow.mentor_id == bindparam("mentor_id"), SeatRow.student_id == bindparam("student_id"))
    .execution_options(autoflush=False)
)


def counts(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Whether a seat counts at ``now``: a lapsed hold does not, swept or not."""
    return or_(
        SeatRow.status.in_([written(SeatStatus.ACTIVE), written(SeatStatus.GRACE)]),
        and_(SeatRow.status == written(SeatStatus.HELD), SeatRow.hold_expires_at > now),
    )


_TAKEN_BY_OTHERS = select(func.count()).where(
    SeatRow.mentor_id == bindparam("mentor_id"),
    SeatRow.student_id != bindparam("student_id"),
    counts(bindparam("now")),
)


def _moved(pack: Pack, entry: Entry, row: Row) -> Pack:
    """A pack with the parts that a ledger row leaves, which the database gives it by the same table of moves."""
    after = balance(pack).after(entry, row["credits"])
    for part in (*Part, "granted"):
        set_committed_value(pack, part, getattr(after, part))
    return pack


class Packs:
    def __init__(self, session: Session) -> None:
        self._db = session

    def add(self, pack: Pack) -> None:
        store(self._db, pack)

    def get(self, pack_id: UUID) -> Pack | None:
        return self._db.get(Pack, pack_id)

    def of_student(self, student_id: UUID) -> Sequence[Pack]:
        """The student's packs, newest first."""
        return self._db.scalars(
            select(Pack).where(Pack.student_id == student_id).order_by(Pack.created_at.desc())
        ).all()

    def of_pair(self, mentor_id: UUID, student_id: UUID) -> Sequence[Pack]:
        return self._db.scalars(_PACKS_OF_PAIR, {"mentor_id": mentor_id, "student_id": student_id}).all()

    def of_pairs(self, pairs: Sequence[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], list[Pack]]:
        """The packs of these (mentor, student) pairs."""
        found: dict[tuple[UUID, UUID], list[Pack]] = {}
        for row in self._db.scalars(select(Pack).where(tuple_(Pack.mentor_id, Pack.student_id).in_(pairs))):
            found.setdefault((row.mentor_id, row.student_id), []).append(row)
        return found

    def of_order(self, order_id: UUID) -> Pack | None:
        return self._db.scalar(select(Pack).where(Pack.order_id == order_id))

    def of_mentor(self, mentor_id: UUID) -> Sequence[Pack]:
        return self._db.scalars(select(Pack).where(Pack.mentor_id == mentor_id)).all()

    def left_to_complete(self, mentor_id: UUID, student_id: UUID) -> int:
        """Credits available or reserved over all packs of the pair."""
        total = self._db.scalar(
            select(func.coalesce(func.sum(Pack.available + Pack.reserved), 0)).where(
                Pack.mentor_id == mentor_id, Pack.student_id == student_id
            )
        )
        return int(total or 0)

    def entered_at(self, key: str) -> datetime | None:
        """When the ledger row with this key was written, if there is one."""
        return self._db.scalar(select(LedgerRow.at).where(LedgerRow.key == key))

    def write(self, entry: Entry, row: Row) -> Pack:
        """Add a ledger row, with the pair locked. Returns the pack as it is then."""
        pack = self._db.get_one(Pack, row["pack_id"])
        insert_all(self._db, Batch(LedgerRow, [row]))
        return _moved(pack, entry, row)

    def foresee(self, entry: Entry, row: Row) -> Pack:
        """The pack as it is once a ledger row is written that is kept for later, with the pair locked."""
        return _moved(self._db.get_one(Pack, row["pack_id"]), entry, row)

    def by_entry(self, key: str) -> Pack | None:
        """The pack that has this ledger row."""
        return self._db.scalar(select(Pack).join(LedgerRow, LedgerRow.pack_id == Pack.id).where(LedgerRow.key == key))

    def waivable(self, session_ids: Sequence[UUID]) -> set[UUID]:
        """The sessions among these that used a credit which has not been given back."""
        if not session_ids:
            return set()
        rows = self._db.execute(
            select(LedgerRow.session_id, LedgerRow.entry).where(
                LedgerRow.session_id.in_(set(session_ids)),
                LedgerRow.entry.in_([Entry.CONSUME.value, Entry.RESTORE.value]),
            )
        ).all()
        restored = {session_id for session_id, entry in rows if entry == Entry.RESTORE.value}
        return {session_id for session_id, entry in rows if entry == Entry.CONSUME.value} - restored

    def ledger(self, pack_id: UUID) -> Sequence[LedgerRow]:
        """The pack's ledger, oldest first."""
        return self._db.scalars(
            select(LedgerRow).where(LedgerRow.pack_id == pack_id).order_by(LedgerRow.at, LedgerRow.id)
        ).all()

    def expired_with_credit(self, now: datetime, limit: int) -> Sequence[Pack]:
        """Packs past their validity that still have available credits, longest ago first."""
        return self._db.scalars(
            select(Pack).where(Pack.expires_at <= now, Pack.available > 0).order_by(Pack.expires_at).limit(limit)
        ).all()

    def next_expiry(self, after: datetime) -> datetime | None:
        return self._db.scalar(select(func.min(Pack.expires_at)).where(Pack.expires_at > after, Pack.available > 0))


class Seats:
    def __init__(self, session: Session) -> None:
        self._db = session

    def get(self, mentor_id: UUID, student_id: UUID) -> SeatRow | None:
        return self._db.scalar(_SEAT, {"mentor_id": mentor_id, "student_id": student_id})

    def of_student(self, student_id: UUID) -> Sequence[SeatRow]:
        return self._db.scalars(select(SeatRow).where(SeatRow.student_id == student_id)).all()

    def of_mentor(self, mentor_id: UUID, statuses: Sequence[SeatStatus]) -> Sequence[SeatRow]:
        return self._db.scalars(
            select(SeatRow)
            .where(SeatRow.mentor_id == mentor_id, SeatRow.status.in_([s.value for s in statuses]))
            .order_by(SeatRow.changed_at)
        ).all()

    def of_pairs(self, pairs: Sequence[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], SeatRow]:
        """The seats of these (mentor, student) pairs."""
        rows = self._db.scalars(select(SeatRow).where(tuple_(SeatRow.mentor_id, SeatRow.student_id).in_(pairs)))
        return {(row.mentor_id, row.student_id): row for row in rows}

    def save(self, pair: tuple[UUID, UUID], stored: SeatRow | None, seat: Seat, now: datetime) -> SeatRow:
        """Store the new state of a (mentor, student) pair's seat, in the row that it has already or in a new one."""
        row = stored or SeatRow(mentor_id=pair[0], student_id=pair[1], status=seat.status.value, changed_at=now)
        if row.status != seat.status.value:
            row.changed_at = now
        row.status = seat.status.value
        row.hold_expires_at = seat.hold_expires_at
        row.grace_ends_at = seat.grace_ends_at
        row.warned_at = seat.warned_at
        if stored is None:
            store(self._db, row)
        return row

    def taken(self, mentor_ids: Sequence[UUID], now: datetime) -> dict[UUID, int]:
        """Seats that count at ``now`` for each mentor."""
        found = dict.fromkeys(mentor_ids, 0)
        rows = self._db.execute(
            select(SeatRow.mentor_id, func.count())
            .where(SeatRow.mentor_id.in_(set(mentor_ids)), counts(now))
            .group_by(SeatRow.mentor_id)
        )
        found.update((mentor_id, count) for mentor_id, count in rows)
        return found

    def taken_by_others(self, mentor_id: UUID, student_id: UUID, now: datetime) -> int:
        # Asked past the session, which need not send its changes before: they are of this student's seat.
        given = {"mentor_id": mentor_id, "student_id": student_id, "now": now}
        return self._db.connection().scalar(_TAKEN_BY_OTHERS, given) or 0

    def lapsed_holds(self, now: datetime, limit: int) -> Sequence[SeatRow]:
        """Seats whose hold has passed its deadline, longest ago first."""
        return self._db.scalars(
            select(SeatRow)
            .where(SeatRow.status == SeatStatus.HELD.value, SeatRow.hold_expires_at <= now)
            .order_by(SeatRow.hold_expires_at)
            .limit(limit)
        ).all()

    def grace_ending(self, before: datetime) -> Sequence[SeatRow]:
        """Seats whose grace ends at or before an instant, soonest first."""
        return self._db.scalars(
            select(SeatRow)
            .where(SeatRow.status == SeatStatus.GRACE.value, SeatRow.grace_ends_at <= before)
            .order_by(SeatRow.grace_ends_at)
        ).all()

    def next_hold_lapse(self, after: datetime) -> datetime | None:
        return self._db.scalar(
            select(func.min(SeatRow.hold_expires_at)).where(
                SeatRow.status == SeatStatus.HELD.value, SeatRow.hold_expires_at > after
            )
        )
