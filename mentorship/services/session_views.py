"""Sessions as people see them, with what the reader may do to each at this moment."""

from collections.abc import Callable, Sequence
from uuid import UUID

from mentorship.db.models import Mentor, Session, User
from mentorship.db.people import MentorTerms, Pair, Student
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.booking import (
    By,
    CancelOutcome,
    SessionStatus,
    cancel_outcome,
    check_correction,
    check_outcome,
    check_reschedule,
)
from mentorship.domain.errors import DomainError, NotFound
from mentorship.domain.policy import Policy
from mentorship.schemas.bookings import SessionView
from mentorship.services.context import Context
from mentorship.services.policies import policy


def own_session(ctx: Context, uow: UnitOfWork, session_id: UUID, *, mentor_id: UUID | None = None) -> Session:
    """A session of which the caller is a party, or any for an admin; only one with that mentor, if one is named.

    Raises:
        NotFound: there is no such session, or it is not the caller's to see.
    """
    session = uow.bookings.get(session_id)
    if session is None or (mentor_id is not None and session.mentor_id != mentor_id):
        raise NotFound()
    if not ctx.actor.is_admin and ctx.actor.user_id != session.student_id and ctx.actor.mentor_id != session.mentor_id:
        raise NotFound()
    return session


def session_view(ctx: Context, uow: UnitOfWork, session: Session) -> SessionView:
    """One session as the caller sees it."""
    return session_views(ctx, uow, [session])[0]


def session_views(ctx: Context, uow: UnitOfWork, sessions: Sequence[Session]) -> list[SessionView]:
    """Sessions as the caller sees them, in the order given; a fixed number of queries."""
    mentors = uow.catalog.mentors([s.mentor_id for s in sessions])
    people = uow.people.users([s.student_id for s in sessions])
    rules = {mentor_id: policy(uow, mentor) for mentor_id, mentor in mentors.items()}
    waivable = uow.packs.waivable([s.id for s in sessions if s.status != SessionStatus.SCHEDULED.value])
    return [
        _view(ctx, s, mentors[s.mentor_id], people[s.student_id], rules[s.mentor_id], used_credit=s.id in waivable)
        for s in sessions
    ]


def new_session_view(ctx: Context, pair: Pair, session: Session, rules: Policy) -> SessionView:
    """A session that this transaction has booked, as the caller sees it; asks the database nothing."""
    return _view(ctx, session, pair.mentor, pair.student, rules, used_credit=False)


def _view(
    ctx: Context,
    session: Session,
    mentor: Mentor | MentorTerms,
    student: User | Student,
    rules: Policy,
    *,
    used_credit: bool,
) -> SessionView:
    may = _Permissions(ctx, session, mentor.id, rules)
    return SessionView(
        id=session.id,
        pack_id=session.pack_id,
        mentor_id=mentor.id,
        mentor_name=mentor.name,
        mentor_slug=mentor.slug,
        mentor_zone=mentor.time_zone,
        student_id=student.id,
        student_name=student.name,
        student_zone=student.time_zone,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        status=session.status,
        moves=session.moves,
        notes=session.notes,
        recording_url=session.recording_url,
        reason=session.reason,
        can_cancel=may.cancel is not None,
        can_reschedule=not may.why_not_reschedule,
        can_close=may.close,
        can_waive=may.correct and used_credit,
        can_correct=may.correct and session.status != SessionStatus.CANCELED.value,
        cancel_returns_credit=may.cancel.credit_returns if may.cancel else False,
        cancel_free_until=session.starts_at - rules.change_notice,
        moves_left=max(rules.max_reschedules - session.moves, 0),
        why_not_cancel=may.why_not_cancel,
        why_not_reschedule=may.why_not_reschedule,
        used_credit=used_credit,
        waive_until=session.ends_at + rules.correction_window,
    )


class _Permissions:
    """The answers of the very functions that would do it."""

    def __init__(self, ctx: Context, session: Session, mentor_id: UUID, rules: Policy) -> None:
        status, now = SessionStatus(session.status), ctx.now
        is_mentor = ctx.actor.is_admin or ctx.actor.mentor_id == mentor_id
        by = By.STUDENT if ctx.actor.user_id == session.student_id else By.MENTOR
        self.cancel: CancelOutcome | None = None
        self.why_not_cancel = ""
        try:
            self.cancel = cancel_outcome(status, session.starts_at, by, rules, now)
        except DomainError as refusal:
            self.why_not_cancel = _words(refusal)
        self.why_not_reschedule = _why_not(
            lambda: check_reschedule(status, session.starts_at, session.moves, by, rules, now)
        )
        self.close = is_mentor and not _why_not(lambda: check_outcome(status, session.starts_at, now))
        self.correct = is_mentor and not _why_not(
            lambda: check_correction(status, session.ends_at, rules.correction_window, now)
        )


def _why_not(check: Callable[[], None]) -> str:
    """The refusal in words; empty where there is none."""
    try:
        check()
    except DomainError as refusal:
        return _words(refusal)
    return ""


def _words(refusal: DomainError) -> str:
    return f"{refusal} {refusal.fix or ''}".strip()
