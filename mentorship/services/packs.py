"""Packs and their ledger: granting, moving credits, reading them as a statement."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field

from mentorship.db.inserts import Batch, row, row_of
from mentorship.db.models import LedgerRow, Mentor, Pack, Session
from mentorship.db.packs import balance
from mentorship.db.types import new_id
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access, Role
from mentorship.domain.credits import MOVES, Balance, Entry, Part, pack_status
from mentorship.domain.errors import NotFound
from mentorship.domain.notices import NoticeKind
from mentorship.schemas.packs import Holdings, LedgerEntry, PackStatement, PackView
from mentorship.services.arguments import RequestKey, WrittenReason
from mentorship.services.context import Context
from mentorship.services.notifications import notify
from mentorship.services.record import record
from mentorship.services.seats import activate_seat, require_mentor, seat_views, touch_pair
from mentorship.services.use_case import use_case


@dataclass(frozen=True, slots=True)
class PackTerms:
    """What a pack consists of, from the order or an admin's grant."""

    name: str
    sessions: int
    session_minutes: int
    validity_days: int | None


def move_credit(
    ctx: Context,
    uow: UnitOfWork,
    pack_id: UUID,
    entry: Entry,
    key: str,
    *,
    credits: int = 1,
    session_id: UUID | None = None,
    books: Session | None = None,
    reason: str = "",
) -> Pack:
    """Write one ledger row with its audit row. The key makes the movement happen once.

    With a new session that it ``books``, both are kept for the transaction's end, where they are one insert.

    Returns the pack with its new parts and state.
    """
    moved = row(
        LedgerRow,
        pack_id=pack_id,
        session_id=books.id if books else session_id,
        entry=entry.value,
        credits=credits,
        key=key,
        reason=reason,
        actor_id=ctx.actor.user_id,
        at=ctx.now,
    )
    if books is None:
        pack = uow.packs.write(entry, moved)
    else:
        pack = uow.packs.foresee(entry, moved)
        uow.keep(Batch(Session, [row_of(books)]), Batch(LedgerRow, [moved]))
    status = pack_status(balance(pack), pack.expires_at, ctx.now).value
    if pack.status != status:
        pack.status = status
    record(ctx, uow, f"credit_{entry.value}", ("pack", pack_id), after={"credits": credits, "key": key})
    return pack


def grant(
    ctx: Context,
    uow: UnitOfWork,
    mentor: Mentor,
    student_id: UUID,
    terms: PackTerms,
    key: str,
    *,
    order_id: UUID | None = None,
    reason: str = "",
) -> Pack:
    """Create a pack with its credits and give the student the seat, all in this transaction.

    Call it with the mentor locked.

    Raises:
        SoldOut: the student has no seat and none is free.
    """
    activate_seat(ctx, uow, mentor, student_id)
    validity = None if terms.validity_days is None else timedelta(days=terms.validity_days)
    pack = Pack(
        order_id=order_id,
        student_id=student_id,
        mentor_id=mentor.id,
        name=terms.name,
        session_minutes=terms.session_minutes,
        expires_at=None if validity is None else ctx.now + validity,
        created_at=ctx.now,
    )
    uow.packs.add(pack)
    return move_credit(ctx, uow, pack.id, Entry.GRANT, key, credits=terms.sessions, reason=reason)


@use_case(Access.ADMIN)
def grant_pack(
    ctx: Context,
    *,
    student_id: UUID,
    mentor_id: UUID,
    sessions: Annotated[int, Field(ge=1, le=50)],
    reason: WrittenReason,
    session_minutes: Annotated[int, Field(ge=5, le=480)] = 60,
    validity_days: Annotated[int, Field(ge=1, le=3650)] | None = 30,
    request_key: RequestKey | None = None,
) -> PackView:
    """Give a student a pack without a payment, with a written reason. A repeated request key grants once.

    Raises:
        NotFound: there is no such student or mentor.
        SoldOut: the mentor has no seat for this student.
    """
    with ctx.begin() as uow:
        uow.lock(mentor_id, student_id)
        mentor = require_mentor(uow, mentor_id)
        student = uow.people.user(student_id)
        if student is None or student.role != Role.STUDENT.value:
            raise NotFound("There is no student with this id.")
        key = f"grant:{request_key or new_id()}:{student_id}"
        if (done := uow.packs.by_entry(key)) is not None:
            return pack_view(done)
        terms = PackTerms(f"{sessions} sessions", sessions, session_minutes, validity_days)
        pack = grant(ctx, uow, mentor, student_id, terms, key, reason=reason)
        notify(ctx, uow, student_id, NoticeKind.PACK_GRANTED, pack.id, {"pack_id": str(pack.id), "reason": reason})
        touch_pair(uow, mentor_id, student_id)
        return pack_view(pack)


@use_case(Access.SIGNED_IN)
def my_packs(ctx: Context) -> Holdings:
    """The caller's seats and packs, newest first."""
    with ctx.begin(read_only=True) as uow:
        packs = uow.packs.of_student(ctx.user_id)
        pairs = list(dict.fromkeys((p.mentor_id, p.student_id) for p in packs))
        held = [(s.mentor_id, s.student_id) for s in uow.seats.of_student(ctx.user_id)]
        pairs += [pair for pair in held if pair not in pairs]
        return Holdings(seat_views(ctx, uow, pairs), [pack_view(p) for p in packs])


@use_case(Access.SIGNED_IN)
def pack_statement(ctx: Context, *, pack_id: UUID) -> PackStatement:
    """A pack's ledger as a statement, for its student, its mentor and admins.

    Raises:
        NotFound: there is no such pack, or it is not the caller's to see.
    """
    with ctx.begin(read_only=True) as uow:
        pack = uow.packs.get(pack_id)
        if pack is None or not (
            ctx.actor.is_admin or ctx.actor.user_id == pack.student_id or ctx.actor.mentor_id == pack.mentor_id
        ):
            raise NotFound()
        mentor = require_mentor(uow, pack.mentor_id)
        student = uow.people.users([pack.student_id])[pack.student_id]
        rows = uow.packs.ledger(pack_id)
        starts = uow.bookings.starts([r.session_id for r in rows if r.session_id])
        entries, running = [], Balance()
        for row in rows:
            entry = Entry(row.entry)
            running = running.after(entry, row.credits)
            source, target = MOVES[entry]
            change = row.credits * ((target is Part.AVAILABLE) - (source is Part.AVAILABLE))
            entries.append(
                LedgerEntry(
                    at=row.at,
                    entry=row.entry,
                    credits=row.credits,
                    change=change,
                    balance=running.available,
                    reason=row.reason,
                    session_id=row.session_id,
                    session_starts_at=starts.get(row.session_id) if row.session_id else None,
                )
            )
        sees_receipt = pack.order_id is not None and ctx.actor.user_id != mentor.user_id
        receipt = uow.receipts.number_of(pack.order_id) if sees_receipt and pack.order_id else ""
        return PackStatement(pack_view(pack), mentor.name, student.name, entries, receipt)


def pack_view(pack: Pack) -> PackView:
    """A pack as its owner sees it."""
    return PackView(
        id=pack.id,
        name=pack.name,
        mentor_id=pack.mentor_id,
        student_id=pack.student_id,
        status=pack.status,
        session_minutes=pack.session_minutes,
        granted=pack.granted,
        remaining_sessions=pack.available,
        reserved=pack.reserved,
        consumed=pack.consumed,
        expired=pack.expired,
        refunded=pack.refunded,
        frozen=pack.frozen,
        expires_at=pack.expires_at,
        created_at=pack.created_at,
    )
