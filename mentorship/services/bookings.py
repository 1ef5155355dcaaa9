"""Bookings: a student books, moves and cancels sessions; credits follow through the ledger."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from mentorship.db.models import Mentor, Pack, Session
from mentorship.db.people import MentorTerms, Pair
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access, Role
from mentorship.domain.booking import (
    BookablePack,
    By,
    SessionStatus,
    cancel_outcome,
    check_reschedule,
    choose_pack,
)
from mentorship.domain.credits import Entry
from mentorship.domain.errors import NoSeat, NotAllowed, NotFound, PackEndsBefore, SlotNotOffered, StudentBusy
from mentorship.domain.notices import NoticeKind
from mentorship.domain.orders import OrderStatus
from mentorship.domain.policy import Policy
from mentorship.domain.reminders import reached_lead
from mentorship.domain.seats import SeatStatus
from mentorship.domain.slots import Interval
from mentorship.schemas.bookings import SessionList, SessionView
from mentorship.services.agenda import Agenda, load_agenda, load_free_times
from mentorship.services.arguments import Instant, Reason, RequestKey
from mentorship.services.availability import check_slot, credit_spans, nearest_fix, pack_span
from mentorship.services.calendar_events import promise_event
from mentorship.services.context import Context
from mentorship.services.notifications import notify
from mentorship.services.packs import move_credit
from mentorship.services.policies import policy
from mentorship.services.record import record
from mentorship.services.seats import require_mentor, settle_pair, touch_pair
from mentorship.services.session_views import new_session_view, own_session, session_view, session_views
from mentorship.services.use_case import use_case


@use_case(Access.STUDENT)
def book_session(
    ctx: Context, *, mentor_id: UUID, starts_at: Instant, request_key: RequestKey | None = None
) -> SessionView:
    """Book one session with an available credit; the pack that expires first pays. A repeated key books once.

    Raises:
        NotFound: there is no such mentor.
        NoSeat: the caller has no active seat with this mentor.
        NoCredit: no credit is available.
        PackEndsBefore: every pack with a credit ends before this time.
        SlotNotOffered: the time is not one the mentor offers now; the code says why.
        StudentBusy: the caller has another session at this time.
    """
    with ctx.begin() as uow:
        uow.lock(mentor_id, ctx.user_id)
        key = f"{ctx.user_id}:{request_key}" if request_key else None
        if key and (done := uow.bookings.by_request(key)) is not None:
            return session_view(ctx, uow, done)
        pair = seated_pair(ctx, uow, mentor_id)
        return new_session_view(ctx, pair, place_session(ctx, uow, pair, starts_at, key), policy(uow, pair.mentor))


@use_case(Access.SIGNED_IN)
def reschedule_session(ctx: Context, *, session_id: UUID, starts_at: Instant) -> SessionView:
    """Move a scheduled session to another free time. Moving never touches credits or money.

    Raises:
        NotFound: there is no such session, or it is not the caller's.
        SessionNotOpen: it is over, canceled or has begun.
        TooLateToReschedule: a student asks inside the notice.
        TooManyReschedules: the student has used every move.
        SlotNotOffered: the new time is not offered; the code says why.
        StudentBusy: the student has another session at the new time.
        PackEndsBefore: the pack ends before the new time.
    """
    with ctx.begin() as uow:
        session, mentor = lock_session(ctx, uow, session_id)
        if session.starts_at == starts_at:
            return session_view(ctx, uow, session)
        rules = policy(uow, mentor)
        check_move(ctx, uow, session, mentor, rules, starts_at)
        before, length = session.starts_at, session.ends_at - session.starts_at
        session.starts_at, session.ends_at = starts_at, starts_at + length
        session.moves += side_of(ctx, session) is By.STUDENT
        session.sequence += 1
        _keep_wall_time(ctx, session, mentor, rules)
        uow.bookings.flush()
        record(
            ctx,
            uow,
            "session_moved",
            ("session", session.id),
            before={"starts_at": before.isoformat()},
            after={"starts_at": starts_at.isoformat()},
        )
        tell_both(ctx, uow, session, mentor, NoticeKind.SESSION_MOVED, was=before)
        return session_view(ctx, uow, session)


@use_case(Access.SIGNED_IN)
def cancel_session(ctx: Context, *, session_id: UUID, reason: Reason = "") -> SessionView:
    """Cancel a scheduled session. In time, or by the mentor, the credit comes back; later it is used.

    Raises:
        NotFound: there is no such session, or it is not the caller's.
        SessionNotOpen: it is over or canceled.
    """
    with ctx.begin() as uow:
        session, mentor = lock_session(ctx, uow, session_id)
        by = side_of(ctx, session)
        rules = policy(uow, mentor)
        outcome = cancel_outcome(SessionStatus(session.status), session.starts_at, by, rules, ctx.now)
        close(ctx, uow, session, SessionStatus.CANCELED, reason)
        if outcome.credit_returns:
            pack = move_credit(
                ctx,
                uow,
                session.pack_id,
                Entry.RETURN,
                f"return:{session.id}",
                session_id=session.id,
                reason="Canceled by the mentor" if by is By.MENTOR else "Canceled in time",
            )
            after_credit_came_back(ctx, uow, pack, rules, by)
        else:
            move_credit(
                ctx,
                uow,
                session.pack_id,
                Entry.CONSUME,
                f"consume:{session.id}",
                session_id=session.id,
                reason="Canceled too late",
            )
        settle_pair(ctx, uow, mentor, session.student_id)
        tell_both(ctx, uow, session, mentor, NoticeKind.SESSION_CANCELED)
        return session_view(ctx, uow, session)


@use_case(Access.SIGNED_IN)
def my_sessions(ctx: Context) -> SessionList:
    """The caller's sessions as a student: upcoming in order, past latest first."""
    with ctx.begin(read_only=True) as uow:
        views = session_views(ctx, uow, uow.bookings.of_student(ctx.user_id, 200))
    upcoming = sorted((v for v in views if v.status == SessionStatus.SCHEDULED), key=lambda v: v.starts_at)
    return SessionList(upcoming, [v for v in views if v.status != SessionStatus.SCHEDULED])


@use_case(Access.SIGNED_IN)
def get_session(ctx: Context, *, session_id: UUID) -> SessionView:
    """One session, for its student, its mentor and admins.

    Raises:
        NotFound: there is no such session, or it is not the caller's to see.
    """
    with ctx.begin(read_only=True) as uow:
        return session_view(ctx, uow, own_session(ctx, uow, session_id))


def seated_pair(ctx: Context, uow: UnitOfWork, mentor_id: UUID) -> Pair:
    """The caller and a mentor with whom they have an active seat.

    Raises:
        NotFound: there is no such mentor.
        NoSeat: the caller has no active seat with this mentor.
    """
    if (pair := uow.catalog.pair(mentor_id, ctx.user_id)) is None:
        raise NotFound()
    if pair.seat is not SeatStatus.ACTIVE:
        raise NoSeat(fix="Buy a pack to get one.")
    return pair


def place_session(ctx: Context, uow: UnitOfWork, pair: Pair, starts_at: datetime, key: str | None) -> Session:
    """Book one session of the caller's: the one way to do it. Call it with the pair locked.

    Everything is checked before anything is kept, so that a refusal leaves the transaction as it was. What is kept is
    written at the transaction's end: whoever goes on in it calls ``uow.write`` before.

    Raises:
        NoCredit: no credit is available.
        PackEndsBefore: every pack with a credit ends before this time.
        SlotNotOffered: the time is not one the mentor offers now; the code says why.
        StudentBusy: the caller has another session at this time.
    """
    mentor, packs = pair.mentor, {p.id: p for p in pair.packs}
    rules = policy(uow, mentor)
    try:
        chosen = choose_pack(
            (BookablePack(p.id, p.available, p.expires_at, p.created_at) for p in packs.values()), starts_at
        )
    except PackEndsBefore as refusal:
        refusal.fix = _nearest(ctx, uow, mentor, rules, ctx.user_id, starts_at, None)
        raise
    length = timedelta(minutes=packs[chosen.id].session_minutes)
    agenda = _check_time(ctx, uow, mentor, rules, ctx.user_id, Interval(starts_at, starts_at + length), None)
    session = Session(
        pack_id=chosen.id,
        mentor_id=mentor.id,
        student_id=ctx.user_id,
        starts_at=starts_at,
        ends_at=starts_at + length,
        wall_time="",
        time_zone=mentor.time_zone,
        request_key=key,
        created_at=ctx.now,
    )
    _keep_wall_time(ctx, session, mentor, rules)
    move_credit(ctx, uow, chosen.id, Entry.RESERVE, f"reserve:{session.id}", books=session)
    record(ctx, uow, "session_booked", ("session", session.id), after={"starts_at": starts_at.isoformat()})
    tell_both(ctx, uow, session, mentor, NoticeKind.SESSION_BOOKED, is_written=agenda.is_written)
    return session


def check_move(
    ctx: Context, uow: UnitOfWork, session: Session, mentor: Mentor, rules: Policy, starts_at: datetime
) -> None:
    """Refuse to move a session to a time; for raises see :func:`reschedule_session`."""
    check_reschedule(
        SessionStatus(session.status), session.starts_at, session.moves, side_of(ctx, session), rules, ctx.now
    )
    pack = uow.packs.get(session.pack_id)
    if pack is not None and pack.expires_at is not None and starts_at >= pack.expires_at:
        raise PackEndsBefore(fix=_nearest(ctx, uow, mentor, rules, session.student_id, starts_at, session))
    wanted = Interval(starts_at, starts_at + (session.ends_at - session.starts_at))
    _check_time(ctx, uow, mentor, rules, session.student_id, wanted, session)


def side_of(ctx: Context, session: Session) -> By:
    """On whose side the caller acts; somebody's own session as a student is always the student's side."""
    return By.STUDENT if ctx.actor.user_id == session.student_id else By.MENTOR


def lock_session(ctx: Context, uow: UnitOfWork, session_id: UUID) -> tuple[Session, Mentor]:
    """A session of the caller's, with its pair locked and its row read under the lock.

    Raises:
        NotFound: there is no such session, or it is not the caller's.
    """
    session = own_session(ctx, uow, session_id)
    uow.lock(session.mentor_id, session.student_id)
    uow.bookings.claim(session)
    return session, require_mentor(uow, session.mentor_id)


def close(ctx: Context, uow: UnitOfWork, session: Session, status: SessionStatus, reason: str) -> None:
    """Take a session out of the calendar with its final state."""
    before, session.status = session.status, status.value
    session.reason = reason
    session.closed_at = ctx.now
    session.sequence += 1
    uow.bookings.flush()
    record(
        ctx,
        uow,
        f"session_{status.value}",
        ("session", session.id),
        before={"status": before},
        after={"status": status.value} | ({"reason": reason} if reason else {}),
    )
    touch_pair(uow, session.mentor_id, session.student_id)


def after_credit_came_back(ctx: Context, uow: UnitOfWork, pack: Pack, rules: Policy, by: By) -> None:
    """What a returned credit is worth: nothing once all that was paid for its pack has gone back, and on a pack that
    has expired nothing unless the mentor's side gave it back.
    """
    order = uow.orders.get(pack.order_id) if pack.order_id else None
    if order is not None and order.status == OrderStatus.REFUNDED.value and pack.available:
        key = f"refund:{pack.id}:{ctx.now.isoformat()}"
        move_credit(ctx, uow, pack.id, Entry.REFUND, key, credits=pack.available, reason="The pack was refunded")
        return
    if pack.expires_at is None:
        return
    if by is By.MENTOR:
        longer = ctx.now + rules.returned_credit_validity
        if pack.expires_at < longer:
            before, pack.expires_at = pack.expires_at, longer
            record(
                ctx,
                uow,
                "pack_extended",
                ("pack", pack.id),
                before={"expires_at": before.isoformat()},
                after={"expires_at": longer.isoformat()},
            )
    elif pack.expires_at <= ctx.now and pack.available:
        key = f"expire:{pack.id}:{ctx.now.isoformat()}"
        move_credit(ctx, uow, pack.id, Entry.EXPIRE, key, credits=pack.available, reason="Pack had expired")


def tell_both(
    ctx: Context,
    uow: UnitOfWork,
    session: Session,
    mentor: Mentor | MentorTerms,
    kind: NoticeKind,
    *,
    was: datetime | None = None,
    zone: str = "",
    is_written: bool | None = None,
) -> None:
    """Promise both parties a notice about a session, bring it into the mentor's calendar, and tell their open pages.

    ``was`` is when it began before; ``zone`` names the zone whose rules are the reason. ``is_written`` tells whether
    sessions are written into the mentor's calendar, where the caller has read that already.
    """
    data = {"session_id": str(session.id), "sequence": session.sequence, "by": ctx.actor.label}
    if was is not None:
        data["was"] = was.isoformat()
    if zone:
        data["zone"] = zone
    for person in (session.student_id, mentor.user_id):
        notify(ctx, uow, person, kind, f"{session.id}:{session.sequence}", data)
    if uow.calendars.is_written(mentor.id) if is_written is None else is_written:
        promise_event(uow, session)
    touch_pair(uow, session.mentor_id, session.student_id)


def _check_time(
    ctx: Context,
    uow: UnitOfWork,
    mentor: Mentor | MentorTerms,
    rules: Policy,
    student_id: UUID,
    wanted: Interval,
    moving: Session | None,
) -> Agenda:
    """Refuse a time that is not free for this student, and say which one is."""
    agenda = load_agenda(
        uow, mentor, rules, wanted.start, wanted.end, now=ctx.now, student_id=student_id, moving=moving
    )
    try:
        check_slot(ctx, agenda, rules, wanted)
        if any(own.start < wanted.end and own.end > wanted.start for own in agenda.own):
            raise StudentBusy()
        return agenda
    except (SlotNotOffered, StudentBusy) as refusal:
        refusal.fix = _nearest(ctx, uow, mentor, rules, student_id, wanted.start, moving)
        raise


def _nearest(
    ctx: Context,
    uow: UnitOfWork,
    mentor: Mentor | MentorTerms,
    rules: Policy,
    student_id: UUID,
    wanted: datetime,
    moving: Session | None,
) -> str:
    """What to do instead of booking a refused time, or of moving a session to it."""
    spans = [pack_span(uow, moving)] if moving is not None else credit_spans(ctx, uow, mentor.id, student_id)
    if not spans:
        return "Buy a pack to book another session."
    free = load_free_times(ctx, uow, mentor, rules, spans, student_id=student_id, moving=moving)
    return nearest_fix(free, wanted, uow.people.users([ctx.user_id])[ctx.user_id].time_zone)


def _keep_wall_time(ctx: Context, session: Session, mentor: Mentor | MentorTerms, rules: Policy) -> None:
    session.wall_time = session.starts_at.astimezone(ZoneInfo(mentor.time_zone)).strftime("%Y-%m-%dT%H:%M")
    session.time_zone = mentor.time_zone
    mark_reminded(ctx, session, rules)


def mark_reminded(ctx: Context, session: Session, rules: Policy) -> None:
    """Remember that whoever agrees on a time needs no reminder whose moment has come by then."""
    lead = reached_lead(session.starts_at, rules.session_reminders, ctx.now)
    session.reminded_minutes = None if lead is None else int(lead.total_seconds() // 60)


def check_mentor_side(ctx: Context, session: Session) -> None:
    """Refuse whoever is not the session's mentor or an admin.

    Raises:
        NotAllowed: the caller is the student.
    """
    if ctx.actor.role is not Role.ADMIN and ctx.actor.mentor_id != session.mentor_id:
        raise NotAllowed()
