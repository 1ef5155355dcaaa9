"""The waitlist: joining and leaving a mentor's line, who is in it, and what time does to its offers."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from mentorship.db.models import Mentor, WaitlistEntry
from mentorship.db.packs import seat_state
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.db.waitlist import has_open_offer
from mentorship.domain.actors import Access
from mentorship.domain.errors import HasSeat, NotAllowed, NotFound, SeatOnSale
from mentorship.domain.notices import NoticeKind
from mentorship.domain.seats import SeatStatus
from mentorship.domain.waitlist import EntryStatus
from mentorship.schemas.waitlist import WaitingStudent, WaitlistPlace
from mentorship.services.context import Context
from mentorship.services.notifications import notify
from mentorship.services.record import record
from mentorship.services.seats import (
    change_entry,
    fall_back,
    is_on_sale_to,
    offer_seats,
    require_mentor,
    student_topic,
    touch_line,
)
from mentorship.services.use_case import use_case

BATCH = 100


@use_case(Access.STUDENT)
def join_waitlist(ctx: Context, *, mentor_id: UUID) -> WaitlistPlace:
    """Wait for the next free seat of a mentor who is sold out. Joining again is the same place.

    Raises:
        NotFound: there is no such mentor.
        HasSeat: the caller has a seat there.
        SeatOnSale: there is a seat to buy, so nobody has to wait for it.
    """
    with ctx.begin() as uow:
        uow.lock(mentor_id, ctx.user_id)
        mentor = require_mentor(uow, mentor_id)
        if not mentor.is_listed:
            raise NotFound()
        entry = _entry(ctx, uow, mentor_id, ctx.user_id)
        if entry is None:
            if seat_state(uow.seats.get(mentor_id, ctx.user_id)).status in (SeatStatus.ACTIVE, SeatStatus.GRACE):
                raise HasSeat(fix="Renew to keep it.")
            if is_on_sale_to(ctx, uow, mentor, ctx.user_id):
                raise SeatOnSale(fix="You can buy it at once.")
            entry = _add(ctx, uow, mentor_id, ctx.user_id, is_first=False)
        return _place(mentor, entry, uow.waitlist.of_mentor(mentor_id))


@use_case(Access.SIGNED_IN)
def leave_waitlist(ctx: Context, *, mentor_id: UUID, student_id: UUID | None = None) -> None:
    """Give up one's place in line, or the seat that is offered; it goes to the next. Admins may do it for somebody.

    Who is not in line has nothing to leave.

    Raises:
        NotFound: the place is somebody else's.
    """
    leaver = student_id or ctx.user_id
    if leaver != ctx.actor.user_id and not ctx.actor.is_admin and not ctx.actor.is_system:
        raise NotFound()
    with ctx.begin() as uow:
        uow.lock(mentor_id, leaver)
        entry = _entry(ctx, uow, mentor_id, leaver)
        if entry is None:
            return
        had_offer = has_open_offer(entry, ctx.now)
        change_entry(ctx, uow, entry, EntryStatus.LEFT)
        if had_offer:
            fall_back(ctx, uow, mentor_id, leaver)


@use_case(Access.SIGNED_IN)
def my_waitlist(ctx: Context) -> list[WaitlistPlace]:
    """The caller's places in line and offers, oldest first."""
    with ctx.begin(read_only=True) as uow:
        entries = [e for e in uow.waitlist.of_student(ctx.user_id) if _is_current(e, ctx.now)]
        mentors = uow.catalog.mentors([e.mentor_id for e in entries])
        return [_place(mentors[e.mentor_id], e, uow.waitlist.of_mentor(e.mentor_id)) for e in entries]


@use_case(Access.MENTOR_OR_ADMIN)
def mentor_waitlist(ctx: Context, *, mentor_id: UUID) -> list[WaitingStudent]:
    """Everybody in a mentor's line, those with an offer first, then in the order in which they get one.

    Raises:
        NotAllowed: a mentor asks about another mentor's line.
        NotFound: there is no such mentor.
    """
    if not ctx.actor.is_admin and not ctx.actor.is_system and ctx.actor.mentor_id != mentor_id:
        raise NotAllowed()
    with ctx.begin(read_only=True) as uow:
        require_mentor(uow, mentor_id)
        line = [e for e in uow.waitlist.of_mentor(mentor_id) if _is_current(e, ctx.now)]
        people = uow.people.users([e.student_id for e in line])
        found = [
            WaitingStudent(
                student_id=e.student_id,
                student_name=people[e.student_id].name,
                place=_number(e, line),
                joined_at=e.joined_at,
                is_first=e.is_first,
                offer_expires_at=_offered_until(e),
            )
            for e in line
        ]
        return sorted(found, key=lambda waiting: waiting.place)


def put_first_in_line(ctx: Context, uow: UnitOfWork, mentor_id: UUID, student_id: UUID) -> None:
    """Give somebody who paid for a seat that was sold meanwhile the next one. Call it with the pair locked."""
    entry = _entry(ctx, uow, mentor_id, student_id)
    if entry is None:
        _add(ctx, uow, mentor_id, student_id, is_first=True)
    elif not entry.is_first:
        entry.is_first = True
        record(ctx, uow, "waitlist_first", ("waitlist_entry", entry.id), after={"is_first": True})
        touch_line(uow, mentor_id)


def lapse_offers(ctx: Context) -> int:
    """Close the offers that nobody took in time and tell who had them; how many."""
    with ctx.begin(read_only=True) as uow:
        due = [(e.mentor_id, e.student_id) for e in uow.waitlist.lapsed(ctx.now, BATCH)]
    done = 0
    for pair in due:
        with ctx.begin() as uow:
            uow.lock(*pair)
            entry = uow.waitlist.of_pair(*pair)
            done += entry is not None and _lapse(ctx, uow, entry)
    return done


def make_offers(ctx: Context) -> int:
    """Offer the seats that have become free by time alone to the next in line; how many."""
    with ctx.begin(read_only=True) as uow:
        mentors = uow.waitlist.with_line(ctx.now)
        taken = uow.seats.taken([m.id for m in mentors], ctx.now)
        due = [m.id for m in mentors if taken[m.id] < m.max_active_students]
    done = 0
    for mentor_id in due:
        with ctx.begin() as uow:
            uow.lock(mentor_id)
            done += offer_seats(ctx, uow, require_mentor(uow, mentor_id))
    return done


def _entry(ctx: Context, uow: UnitOfWork, mentor_id: UUID, student_id: UUID) -> WaitlistEntry | None:
    """The student's entry in line, once an offer that is over has been closed."""
    entry = uow.waitlist.of_pair(mentor_id, student_id)
    return None if entry is None or _lapse(ctx, uow, entry) else entry


def _lapse(ctx: Context, uow: UnitOfWork, entry: WaitlistEntry) -> bool:
    """Close an offer whose time is over; a checkout that is still running keeps it."""
    if _is_current(entry, ctx.now) or seat_state(uow.seats.get(entry.mentor_id, entry.student_id)).counts(ctx.now):
        return False
    change_entry(ctx, uow, entry, EntryStatus.LAPSED)
    notify(ctx, uow, entry.student_id, NoticeKind.OFFER_LAPSED, entry.id, {"entry_id": str(entry.id)})
    return True


def _add(ctx: Context, uow: UnitOfWork, mentor_id: UUID, student_id: UUID, *, is_first: bool) -> WaitlistEntry:
    entry = WaitlistEntry(mentor_id=mentor_id, student_id=student_id, is_first=is_first, joined_at=ctx.now)
    uow.waitlist.add(entry)
    after = {"mentor": str(mentor_id), "is_first": is_first}
    record(ctx, uow, "waitlist_joined", ("waitlist_entry", entry.id), after=after)
    touch_line(uow, mentor_id)
    uow.touch(student_topic(student_id))
    return entry


def _is_current(entry: WaitlistEntry, now: datetime) -> bool:
    return entry.status == EntryStatus.WAITING.value or has_open_offer(entry, now)


def _offered_until(entry: WaitlistEntry) -> datetime | None:
    return entry.offer_expires_at if entry.status == EntryStatus.OFFERED.value else None


def _number(entry: WaitlistEntry, line: Sequence[WaitlistEntry]) -> int:
    """The place among those who wait, from 1; 0 for who has an offer."""
    waiting = [e.id for e in line if e.status == EntryStatus.WAITING.value]
    return waiting.index(entry.id) + 1 if entry.id in waiting else 0


def _place(mentor: Mentor, entry: WaitlistEntry, line: Sequence[WaitlistEntry]) -> WaitlistPlace:
    return WaitlistPlace(
        mentor_id=mentor.id,
        mentor_name=mentor.name,
        mentor_slug=mentor.slug,
        portrait=mentor.portrait,
        place=_number(entry, line),
        waiting=sum(e.status == EntryStatus.WAITING.value for e in line),
        joined_at=entry.joined_at,
        is_first=entry.is_first,
        offer_expires_at=_offered_until(entry),
    )
