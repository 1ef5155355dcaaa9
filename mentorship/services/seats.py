"""Seats: how many are left and for whom, who has one, what will happen to it, and giving one up."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from mentorship.db.models import Mentor, Order, SeatRow, WaitlistEntry
from mentorship.db.packs import balance, seat_state
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.credits import Balance, PackStatus, pack_status
from mentorship.domain.errors import NotAllowed, NotFound, SoldOut
from mentorship.domain.notices import NoticeKind
from mentorship.domain.policy import Policy, hours_text
from mentorship.domain.seats import Seat, SeatStatus, seats_left, should_enter_grace
from mentorship.domain.waitlist import EntryStatus
from mentorship.schemas.catalog import SeatAvailability
from mentorship.schemas.packs import SeatView
from mentorship.services.arguments import WrittenReason
from mentorship.services.context import Context
from mentorship.services.notifications import notify
from mentorship.services.policies import policy
from mentorship.services.record import record
from mentorship.services.texts import when
from mentorship.services.use_case import use_case


def mentor_topic(mentor_id: UUID) -> str:
    """Seats and slots of one mentor have changed."""
    return f"mentor:{mentor_id}"


def student_topic(student_id: UUID) -> str:
    """Something of one student has changed."""
    return f"student:{student_id}"


def touch_pair(uow: UnitOfWork, mentor_id: UUID, student_id: UUID) -> None:
    """Tell open pages of both sides that what they show has changed."""
    uow.touch("storefront", mentor_topic(mentor_id), student_topic(student_id))


@use_case(Access.PUBLIC)
def seat_availability(ctx: Context, *, mentor_id: UUID) -> SeatAvailability:
    """How many of a listed mentor's seats are left at this moment, and how many people wait for one.

    Raises:
        NotFound: there is no such mentor.
    """
    with ctx.begin(read_only=True) as uow:
        mentor = uow.catalog.mentor(mentor_id)
        if mentor is None or not mentor.is_listed:
            raise NotFound()
        return availability_of(ctx, uow, [mentor])[mentor.id]


def availability_of(ctx: Context, uow: UnitOfWork, mentors: Sequence[Mentor]) -> dict[UUID, SeatAvailability]:
    """Seats of several mentors in two queries."""
    ids = [m.id for m in mentors]
    taken, waiting = uow.seats.taken(ids, ctx.now), uow.waitlist.waiting(ids, ctx.now)
    return {
        m.id: SeatAvailability(
            mentor_id=m.id,
            total=m.max_active_students,
            taken=taken[m.id],
            left=seats_left(m.max_active_students, taken[m.id], waiting[m.id]),
            waiting=waiting[m.id],
        )
        for m in mentors
    }


def require_mentor(uow: UnitOfWork, mentor_id: UUID) -> Mentor:
    """The mentor.

    Raises:
        NotFound: there is none with this id.
    """
    mentor = uow.catalog.mentor(mentor_id)
    if mentor is None:
        raise NotFound()
    return mentor


def has_room(ctx: Context, uow: UnitOfWork, mentor: Mentor, student_id: UUID) -> bool:
    """Whether this student has a seat, or one is truly free, whoever waits. Call it with the mentor locked."""
    return _has_room(ctx, uow, mentor, student_id, uow.seats.get(mentor.id, student_id))


def _has_room(ctx: Context, uow: UnitOfWork, mentor: Mentor, student_id: UUID, own: SeatRow | None) -> bool:
    if seat_state(own).status in (SeatStatus.ACTIVE, SeatStatus.GRACE):
        return True
    return uow.seats.taken_by_others(mentor.id, student_id, ctx.now) < mentor.max_active_students


def is_on_sale_to(ctx: Context, uow: UnitOfWork, mentor: Mentor, student_id: UUID) -> bool:
    """Whether this student may begin to buy: with a seat or a hold of their own, or a free one that is left to them.

    Free seats belong to the people who wait, in their order. Call it with the mentor locked.
    """
    seat = seat_state(uow.seats.get(mentor.id, student_id))
    if seat.status in (SeatStatus.ACTIVE, SeatStatus.GRACE):
        return True
    free = mentor.max_active_students - uow.seats.taken_by_others(mentor.id, student_id, ctx.now)
    if free <= 0 or seat.counts(ctx.now):
        return free > 0
    return free > uow.waitlist.ahead_of(mentor.id, student_id, ctx.now)


def change_seat(
    ctx: Context, uow: UnitOfWork, mentor_id: UUID, student_id: UUID, seat: Seat, action: str, reason: str = ""
) -> None:
    """Store a seat's new state with its audit row, and tell open pages. One that is released goes to the waitlist."""
    _change(ctx, uow, (mentor_id, student_id), uow.seats.get(mentor_id, student_id), seat, action, reason)


def _change(
    ctx: Context,
    uow: UnitOfWork,
    pair: tuple[UUID, UUID],
    stored: SeatRow | None,
    seat: Seat,
    action: str,
    reason: str = "",
) -> None:
    before = seat_state(stored)
    row = uow.seats.save(pair, stored, seat, ctx.now)
    after = {"status": seat.status.value} | ({"reason": reason} if reason else {})
    record(ctx, uow, action, ("seat", row.id), before={"status": before.status.value}, after=after)
    touch_pair(uow, *pair)
    if seat.status is SeatStatus.RELEASED and before.status is not SeatStatus.RELEASED:
        offer_seats(ctx, uow, require_mentor(uow, pair[0]))


def offer_seats(ctx: Context, uow: UnitOfWork, mentor: Mentor) -> int:
    """Hold every free seat for the next person in line and tell them; how many. Call it with the mentor locked.

    Who is not listed any more has no seats to offer.
    """
    free = mentor.max_active_students - uow.seats.taken([mentor.id], ctx.now)[mentor.id]
    if free <= 0 or not mentor.is_listed:
        return 0
    line = uow.waitlist.line(mentor.id, ctx.now)[:free]
    until = ctx.now + policy(uow, mentor).waitlist_offer
    for place in line:
        entry = uow.waitlist.get(place.entry_id)
        if entry is None:
            continue
        entry.offer_expires_at = until
        change_entry(ctx, uow, entry, EntryStatus.OFFERED)
        stored = uow.seats.get(mentor.id, place.student_id)
        _change(ctx, uow, (mentor.id, place.student_id), stored, seat_state(stored).held(until), "seat_offered")
        notify(ctx, uow, place.student_id, NoticeKind.SEAT_OFFERED, entry.id, {"entry_id": str(entry.id)})
    return len(line)


def change_entry(ctx: Context, uow: UnitOfWork, entry: WaitlistEntry, status: EntryStatus) -> None:
    """Store a waitlist entry's new status with its audit row, and tell the open pages of everybody in that line."""
    before, entry.status = entry.status, status.value
    entry.closed_at = None if status.is_in_line else ctx.now
    record(
        ctx,
        uow,
        f"waitlist_{status.value}",
        ("waitlist_entry", entry.id),
        before={"status": before},
        after={"status": status.value},
    )
    touch_line(uow, entry.mentor_id)
    uow.touch(student_topic(entry.student_id))


def touch_line(uow: UnitOfWork, mentor_id: UUID) -> None:
    """Tell open pages that this mentor's line has changed: everybody in it may have another place."""
    uow.touch("storefront", mentor_topic(mentor_id))
    uow.touch(*(student_topic(entry.student_id) for entry in uow.waitlist.of_mentor(mentor_id)))


def activate_seat(ctx: Context, uow: UnitOfWork, mentor: Mentor, student_id: UUID) -> None:
    """Give the student the seat, or keep the one they have; whoever waited has got it. Call it with the mentor locked.

    Raises:
        SoldOut: every seat counts for somebody else.
    """
    stored = uow.seats.get(mentor.id, student_id)
    if not _has_room(ctx, uow, mentor, student_id, stored):
        raise SoldOut()
    was_seated = seat_state(stored).status in (SeatStatus.ACTIVE, SeatStatus.GRACE)
    _change(ctx, uow, (mentor.id, student_id), stored, Seat().activated(), "seat_activated")
    if not was_seated and (entry := uow.waitlist.of_pair(mentor.id, student_id)) is not None:
        change_entry(ctx, uow, entry, EntryStatus.TAKEN)


def hold_seat(ctx: Context, uow: UnitOfWork, mentor_id: UUID, student_id: UUID, until: datetime) -> None:
    """Keep the seat for a running checkout; an offer that lasts longer is not shortened by it."""
    offered = uow.waitlist.offered_until(mentor_id, student_id, ctx.now)
    seat = seat_state(uow.seats.get(mentor_id, student_id))
    change_seat(ctx, uow, mentor_id, student_id, seat.held(max(until, offered or until)), "seat_held")


def end_hold(ctx: Context, uow: UnitOfWork, order: Order) -> None:
    """Let the seat of an order that has ended unpaid go, or keep it for what else holds it."""
    seat = seat_state(uow.seats.get(order.mentor_id, order.student_id))
    if seat.hold_expires_at == order.hold_expires_at:
        fall_back(ctx, uow, order.mentor_id, order.student_id)


def fall_back(ctx: Context, uow: UnitOfWork, mentor_id: UUID, student_id: UUID) -> None:
    """Let a seat go that a checkout or an offer held, or keep it for the pair's other running checkout or its offer."""
    seat = seat_state(uow.seats.get(mentor_id, student_id))
    holds = uow.orders.held_until(mentor_id, student_id), uow.waitlist.offered_until(mentor_id, student_id, ctx.now)
    until = max((hold for hold in holds if hold is not None and hold > ctx.now), default=None)
    after = seat.let_go() if until is None else seat.held(until)
    change_seat(ctx, uow, mentor_id, student_id, after, "seat_hold_ended")


def settle_pair(ctx: Context, uow: UnitOfWork, mentor: Mentor, student_id: UUID) -> None:
    """Bring packs and seat of a pair to where their credits put them: pack states, and grace once nothing is left."""
    packs = uow.packs.of_pair(mentor.id, student_id)
    for pack in packs:
        status = pack_status(balance(pack), pack.expires_at, ctx.now)
        if pack.status not in {status.value, PackStatus.REFUNDED.value}:
            pack.status = status.value
    seat = seat_state(uow.seats.get(mentor.id, student_id))
    kept_for = sum(balance(pack).open for pack in packs)
    if should_enter_grace(seat.status, kept_for):
        changed = seat.in_grace(ctx.now, policy(uow, mentor))
        change_seat(ctx, uow, mentor.id, student_id, changed, "seat_in_grace")
        ends = changed.grace_ends_at.isoformat() if changed.grace_ends_at else ""
        notify(
            ctx,
            uow,
            student_id,
            NoticeKind.PACK_COMPLETE,
            f"{mentor.id}:{ends}",
            {"mentor_id": str(mentor.id), "ends": ends},
        )
    elif seat.status is SeatStatus.GRACE and kept_for > 0:
        change_seat(ctx, uow, mentor.id, student_id, seat.activated(), "seat_activated")


@use_case(Access.MENTOR_OR_ADMIN)
def release_seat(ctx: Context, *, mentor_id: UUID, student_id: UUID, reason: WrittenReason) -> None:
    """Release a student's seat, with a written reason.

    Raises:
        NotAllowed: a mentor asks about another mentor's seat.
        NotFound: the student has no seat with this mentor.
    """
    if not ctx.actor.is_admin and not ctx.actor.is_system and ctx.actor.mentor_id != mentor_id:
        raise NotAllowed()
    with ctx.begin() as uow:
        uow.lock(mentor_id, student_id)
        seat = seat_state(uow.seats.get(mentor_id, student_id))
        if seat.status not in (SeatStatus.ACTIVE, SeatStatus.GRACE):
            raise NotFound()
        change_seat(ctx, uow, mentor_id, student_id, seat.released(), "seat_released", reason)
        notify(
            ctx,
            uow,
            student_id,
            NoticeKind.SEAT_RELEASED,
            f"{mentor_id}:{ctx.now.isoformat()}",
            {"mentor_id": str(mentor_id), "reason": reason},
        )


def seat_views(ctx: Context, uow: UnitOfWork, pairs: Sequence[tuple[UUID, UUID]]) -> list[SeatView]:
    """Seats of (mentor, student) pairs, each with what happens next; a fixed number of queries."""
    mentors = uow.catalog.mentors([m for m, _ in pairs])
    people = uow.people.users([s for _, s in pairs])
    seats, held = uow.seats.of_pairs(pairs), uow.packs.of_pairs(pairs)
    offered = uow.waitlist.offered(pairs, ctx.now)
    views = []
    for mentor_id, student_id in pairs:
        mentor, student = mentors[mentor_id], people[student_id]
        seat = seat_state(seats.get((mentor_id, student_id)))
        packs = held.get((mentor_id, student_id), [])
        available, reserved = sum(p.available for p in packs), sum(p.reserved for p in packs)
        frozen = sum(p.frozen for p in packs)
        rules = policy(uow, mentor)
        zone = people[student_id].time_zone
        is_offered = (mentor_id, student_id) in offered
        credits = Balance(available, reserved, frozen=frozen)
        views.append(
            SeatView(
                mentor_id=mentor_id,
                mentor_name=mentor.name,
                mentor_slug=mentor.slug,
                portrait=mentor.portrait,
                student_id=student_id,
                student_name=student.name,
                status=_shown_status(ctx, seat).value,
                held_until=seat.hold_expires_at if seat.is_held_until(ctx.now) else None,
                grace_ends_at=seat.grace_ends_at,
                release_at=seat.release_at(rules),
                remaining_sessions=available,
                scheduled_sessions=reserved,
                next_step=next_step(ctx, seat, credits, rules, zone, is_offered=is_offered),
                is_offered=is_offered,
            )
        )
    return views


def _shown_status(ctx: Context, seat: Seat) -> SeatStatus:
    return SeatStatus.RELEASED if seat.hold_lapsed(ctx.now) else seat.status


def next_step(ctx: Context, seat: Seat, held: Balance, rules: Policy, zone: str, *, is_offered: bool = False) -> str:
    """What will happen to a seat next, in one sentence, from the same rules that will do it.

    ``held`` sums what is available, reserved and frozen in the pair's packs.
    """
    if seat.status is SeatStatus.HELD and seat.hold_expires_at and seat.counts(ctx.now):
        until = when(seat.hold_expires_at, zone)
        return f"The seat is {'offered and held' if is_offered else 'held for the running checkout'} until {until}."
    if seat.status is SeatStatus.GRACE:
        due = seat.release_at(rules)
        by = when(due, zone) if due else ""
        return f"Renew by {by} to keep the seat; after that it goes to the waitlist or back on sale." if by else ""
    if seat.status is not SeatStatus.ACTIVE:
        return "There is no seat now. Buying a pack takes one, as long as there is one left."
    return _next_of_active(held, rules)


def _next_of_active(held: Balance, rules: Policy) -> str:
    if held.available > 1:
        return "Book the next session."
    if held.available:
        return "One session is left to book; renewing keeps the seat."
    if held.frozen:
        return "The seat is kept until the refund or the dispute is decided."
    if held.reserved:
        kept = hours_text(rules.grace)
        return f"After the last session the seat is kept for {kept}, then it goes to the waitlist or back on sale."
    return ""
