"""What time makes happen. Each sweep claims due rows and may run any number of times, on any number of machines."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from mentorship.db.models import SeatRow
from mentorship.db.packs import seat_state
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.credits import Entry
from mentorship.domain.notices import NoticeKind
from mentorship.domain.policy import Policy
from mentorship.domain.reminders import due_session_reminder
from mentorship.domain.seats import Seat, SeatStatus
from mentorship.schemas.admin import Swept
from mentorship.services.calendar_sync import read_due
from mentorship.services.context import Context
from mentorship.services.hand_out import LATE
from mentorship.services.notifications import notify
from mentorship.services.packs import move_credit
from mentorship.services.policies import policy
from mentorship.services.record import record
from mentorship.services.seats import change_seat, require_mentor, settle_pair
from mentorship.services.use_case import use_case
from mentorship.services.waitlist import lapse_offers, make_offers

BATCH = 100

RECEIPTS_WITHIN = timedelta(days=7)
"""Orders that were paid longer ago than this, before there were receipts, get none."""


@use_case(Access.SYSTEM)
def sweep(ctx: Context) -> Swept:
    """Do everything that is due at this moment and heal what was left undone; says how much of each kind was done."""
    counts = run_due(ctx)
    if healed := _heal(ctx):
        counts["work healed"] = healed
    return Swept(counts)


def run_due(ctx: Context) -> dict[str, int]:
    """Do everything that is due at this moment; how much of each kind was done."""
    kinds: dict[str, Callable[[Context], int]] = {
        "offers lapsed": lapse_offers,
        "holds lapsed": _lapse_holds,
        "packs expired": _expire_packs,
        "warnings": _warn,
        "seats released": _release,
        "waitlist offers": make_offers,
        "session reminders": _remind,
        "payments to check": _check_attempts,
        "calendars to read": read_due,
    }
    return {name: done for name, run in kinds.items() if (done := run(ctx))}


def _lapse_holds(ctx: Context) -> int:
    """Ask for the provider's page of a lapsed hold to be closed; the seat stopped counting at its deadline."""
    with ctx.begin(read_only=True) as uow:
        pairs = [(s.mentor_id, s.student_id) for s in uow.seats.lapsed_holds(ctx.now, BATCH)]
    return sum(_lapse_hold(ctx, *pair) for pair in pairs)


def _lapse_hold(ctx: Context, mentor_id: UUID, student_id: UUID) -> bool:
    with ctx.begin() as uow:
        uow.lock(mentor_id, student_id)
        seat = seat_state(uow.seats.get(mentor_id, student_id))
        if not seat.hold_lapsed(ctx.now):
            return False
        order = uow.orders.held_for(mentor_id, student_id)
        attempts = uow.orders.live_attempts(order.id) if order else []
        for attempt in attempts:
            attempt.next_check_at = ctx.now
        if not attempts:
            change_seat(ctx, uow, mentor_id, student_id, seat.let_go(), "seat_hold_ended")
        return True


def _expire_packs(ctx: Context) -> int:
    with ctx.begin(read_only=True) as uow:
        due = [(p.id, p.mentor_id, p.student_id) for p in uow.packs.expired_with_credit(ctx.now, BATCH)]
    return sum(_expire_pack(ctx, *pack) for pack in due)


def _expire_pack(ctx: Context, pack_id: UUID, mentor_id: UUID, student_id: UUID) -> bool:
    with ctx.begin() as uow:
        uow.lock(mentor_id, student_id)
        pack = uow.packs.get(pack_id)
        if pack is None or not pack.available or pack.expires_at is None or pack.expires_at > ctx.now:
            return False
        key = f"expire:{pack_id}:{ctx.now.isoformat()}"
        move_credit(ctx, uow, pack_id, Entry.EXPIRE, key, credits=pack.available, reason="Validity is over")
        settle_pair(ctx, uow, require_mentor(uow, mentor_id), student_id)
        return True


def _warn(ctx: Context) -> int:
    def warn(uow: UnitOfWork, seat: Seat, rules: Policy, row: SeatRow) -> bool:
        if not seat.warning_due(ctx.now, rules):
            return False
        warned = seat.warned(ctx.now)
        change_seat(ctx, uow, row.mentor_id, row.student_id, warned, "seat_warned")
        until = warned.release_at(rules) or ctx.now
        data = {"mentor_id": str(row.mentor_id), "until": until.isoformat()}
        notify(ctx, uow, row.student_id, NoticeKind.GRACE_WARNING, f"{row.mentor_id}:{until.isoformat()}", data)
        return True

    return _each_grace_seat(ctx, timedelta(days=14), warn)


def _release(ctx: Context) -> int:
    def release(uow: UnitOfWork, seat: Seat, rules: Policy, row: SeatRow) -> bool:
        if not seat.release_due(ctx.now, rules):
            return False
        ended = seat.grace_ends_at or ctx.now
        change_seat(ctx, uow, row.mentor_id, row.student_id, seat.released(), "seat_released", "Grace is over")
        data = {"mentor_id": str(row.mentor_id), "reason": ""}
        notify(ctx, uow, row.student_id, NoticeKind.SEAT_RELEASED, f"{row.mentor_id}:{ended.isoformat()}", data)
        return True

    return _each_grace_seat(ctx, timedelta(0), release)


def _each_grace_seat(ctx: Context, ahead: timedelta, act: Callable[[UnitOfWork, Seat, Policy, SeatRow], bool]) -> int:
    """Run ``act`` on each seat whose grace ends within ``ahead``, each in its own transaction under the pair's lock."""
    with ctx.begin(read_only=True) as uow:
        pairs = [(s.mentor_id, s.student_id) for s in uow.seats.grace_ending(ctx.now + ahead)]
    done = 0
    for mentor_id, student_id in pairs:
        with ctx.begin() as uow:
            uow.lock(mentor_id, student_id)
            row = uow.seats.get(mentor_id, student_id)
            if row is not None and row.status == SeatStatus.GRACE.value:
                done += act(uow, seat_state(row), policy(uow, require_mentor(uow, mentor_id)), row)
    return done


def _remind(ctx: Context) -> int:
    done = 0
    with ctx.begin() as uow:
        leads = policy(uow).session_reminders
        for session in uow.bookings.unreminded(ctx.now, leads, BATCH):
            sent = None if session.reminded_minutes is None else timedelta(minutes=session.reminded_minutes)
            lead = due_session_reminder(session.starts_at, sent, leads, ctx.now)
            if lead is None:
                continue
            minutes = int(lead.total_seconds() // 60)
            session.reminded_minutes = minutes
            mentor = require_mentor(uow, session.mentor_id)
            about = f"{session.id}:{session.sequence}:{minutes}"
            data = {"session_id": str(session.id), "sequence": session.sequence, "minutes": minutes}
            for person in (session.student_id, mentor.user_id):
                notify(ctx, uow, person, NoticeKind.SESSION_REMINDER, about, data)
            done += 1
    return done


def _check_attempts(ctx: Context) -> int:
    with ctx.begin() as uow:
        rows = uow.orders.attempts_to_check(ctx.now, BATCH)
        for attempt in rows:
            uow.enqueue(
                "check_attempt", attempt.id, key=f"check_attempt:{attempt.id}:{attempt.checks}:{_stamp(ctx.now)}"
            )
            attempt.next_check_at = ctx.now + LATE
        return len(rows)


def _heal(ctx: Context) -> int:
    """Promise again what was promised and not done: its process may have died for good."""
    with ctx.begin() as uow:
        since, again = ctx.now - LATE, f"again:{_stamp(ctx.now)}"
        events = uow.inbox.waiting(since, BATCH)
        deliveries = uow.notices.waiting(ctx.now, BATCH)
        refunds = uow.orders.refunds_waiting(since, BATCH)
        unreceipted = uow.receipts.missing(since - RECEIPTS_WITHIN, since, BATCH)
        for job, rows in (("process_event", events), ("deliver", deliveries), ("refund_payment", refunds)):
            for row in rows:
                uow.enqueue(job, row.id, key=f"{job}:{row.id}:{again}")
        for order_id in unreceipted:
            uow.enqueue("issue_receipt", order_id, key=f"issue_receipt:{order_id}:{again}")
        if events or deliveries or refunds or unreceipted:
            record(
                ctx, uow, "work_healed", ("jobs", "heal"), after={"events": len(events), "deliveries": len(deliveries)}
            )
        return len(events) + len(deliveries) + len(refunds) + len(unreceipted)


def _stamp(now: datetime) -> int:
    return int(now.timestamp() // 60)


def next_due(ctx: Context, after: datetime, until: datetime) -> datetime:
    """The next instant in ``(after, until]`` at which something may be due; ``until`` when there is nothing before."""
    with ctx.begin(read_only=True) as uow:
        rules = policy(uow)
        moments = [uow.packs.next_expiry(after), uow.seats.next_hold_lapse(after), uow.orders.next_check(after)]
        moments.append(uow.waitlist.next_lapse(after))
        ending = uow.seats.grace_ending(until + timedelta(days=14))
        mentors = uow.catalog.mentors([row.mentor_id for row in ending])
        for row in ending:
            mentor = policy(uow, mentors[row.mentor_id])
            seat = seat_state(row)
            moments.append(seat.release_at(mentor))
            if seat.grace_ends_at is not None and seat.warned_at is None:
                moments.append(seat.grace_ends_at - mentor.final_warning)
        for starts_at in uow.bookings.start_times(after, until + max(rules.session_reminders)):
            moments += [starts_at - lead for lead in rules.session_reminders]
    return min((m for m in moments if m is not None and after < m <= until), default=until)
