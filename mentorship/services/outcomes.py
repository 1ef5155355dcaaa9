"""What the mentor decides about a session: completed, no-show, waived, its notes and its recording."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints

from mentorship.db.models import Mentor, Session
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.booking import By, SessionStatus, check_correction, check_outcome
from mentorship.domain.credits import Entry
from mentorship.domain.errors import NothingToWaive
from mentorship.domain.notices import NoticeKind
from mentorship.domain.reminders import renewal_due
from mentorship.schemas.bookings import SessionView
from mentorship.services.arguments import Reason, Text, WrittenReason
from mentorship.services.bookings import after_credit_came_back, check_mentor_side, close, lock_session
from mentorship.services.context import Context
from mentorship.services.notifications import notify
from mentorship.services.packs import move_credit
from mentorship.services.policies import policy
from mentorship.services.record import record
from mentorship.services.seats import settle_pair, touch_pair
from mentorship.services.session_views import session_view
from mentorship.services.use_case import use_case

Recording = Annotated[str, StringConstraints(max_length=2000, pattern=r"^(https://[^\s\x00-\x1f\x7f<>\"']+)?$")]


@use_case(Access.MENTOR_OR_ADMIN)
def complete_session(ctx: Context, *, session_id: UUID) -> SessionView:
    """Mark a session as held; its credit is used. After the last one the seat enters grace.

    Raises:
        NotFound: there is no such session, or it is not the caller's.
        SessionNotOpen: it is already closed.
        NotOverYet: it has not begun.
    """
    return _finish(ctx, session_id, SessionStatus.COMPLETED, "Session held", "")


@use_case(Access.MENTOR_OR_ADMIN)
def mark_no_show(ctx: Context, *, session_id: UUID, reason: Reason = "") -> SessionView:
    """Mark that the student did not come; the credit is used. Raises what :func:`complete_session` raises."""
    return _finish(ctx, session_id, SessionStatus.NO_SHOW, "Student did not come", reason)


def _finish(ctx: Context, session_id: UUID, status: SessionStatus, why: str, reason: str) -> SessionView:
    with ctx.begin() as uow:
        session, mentor = lock_session(ctx, uow, session_id)
        check_mentor_side(ctx, session)
        _close_used(ctx, uow, session, mentor, status, why, reason)
        return session_view(ctx, uow, session)


def _close_used(
    ctx: Context, uow: UnitOfWork, session: Session, mentor: Mentor, status: SessionStatus, why: str, reason: str
) -> None:
    check_outcome(SessionStatus(session.status), session.starts_at, ctx.now)
    close(ctx, uow, session, status, reason)
    move_credit(ctx, uow, session.pack_id, Entry.CONSUME, f"consume:{session.id}", session_id=session.id, reason=why)
    left = uow.packs.left_to_complete(mentor.id, session.student_id)
    if renewal_due(left) and left:
        data = {"mentor_id": str(mentor.id), "left": left}
        notify(ctx, uow, session.student_id, NoticeKind.RENEWAL, f"{session.pack_id}:{left}", data)
    settle_pair(ctx, uow, mentor, session.student_id)


@use_case(Access.MENTOR_OR_ADMIN)
def waive_session(ctx: Context, *, session_id: UUID, reason: WrittenReason) -> SessionView:
    """Give back the credit that a late cancel, a no-show or a completed session has used, within 7 days.

    Raises:
        NotFound: there is no such session, or it is not the caller's.
        CorrectionClosed: it is not closed, or too long over.
        NothingToWaive: it used no credit, or the credit was given back before.
    """
    with ctx.begin() as uow:
        session, mentor = lock_session(ctx, uow, session_id)
        check_mentor_side(ctx, session)
        rules = policy(uow, mentor)
        check_correction(SessionStatus(session.status), session.ends_at, rules.correction_window, ctx.now)
        if session.id not in uow.packs.waivable([session.id]):
            raise NothingToWaive()
        pack = move_credit(
            ctx, uow, session.pack_id, Entry.RESTORE, f"restore:{session.id}", session_id=session.id, reason=reason
        )
        after_credit_came_back(ctx, uow, pack, rules, By.MENTOR)
        settle_pair(ctx, uow, mentor, session.student_id)
        data = {"session_id": str(session.id)}
        notify(ctx, uow, session.student_id, NoticeKind.CREDIT_RETURNED, session.id, data)
        touch_pair(uow, session.mentor_id, session.student_id)
        return session_view(ctx, uow, session)


@use_case(Access.MENTOR_OR_ADMIN)
def update_session(
    ctx: Context,
    *,
    session_id: UUID,
    status: Literal["completed", "no_show"] | None = None,
    notes: Text | None = None,
    recording_url: Recording | None = None,
) -> SessionView:
    """Set a session's outcome, notes or recording link, all or nothing.

    A closed session's outcome may be corrected between completed and no-show within 7 days; its credit stays used.

    Raises:
        NotFound: there is no such session, or it is not the caller's.
        SessionNotOpen: it was canceled.
        NotOverYet: an outcome is given before it has begun.
        CorrectionClosed: it is too long over.
    """
    with ctx.begin() as uow:
        session, mentor = lock_session(ctx, uow, session_id)
        check_mentor_side(ctx, session)
        if notes is not None:
            session.notes = notes
        if recording_url is not None:
            session.recording_url = recording_url
        if status is not None and status != session.status:
            _set_status(ctx, uow, session, mentor, SessionStatus(status))
        touch_pair(uow, session.mentor_id, session.student_id)
        return session_view(ctx, uow, session)


def _set_status(ctx: Context, uow: UnitOfWork, session: Session, mentor: Mentor, status: SessionStatus) -> None:
    if session.status in (SessionStatus.COMPLETED.value, SessionStatus.NO_SHOW.value):
        window = policy(uow, mentor).correction_window
        check_correction(SessionStatus(session.status), session.ends_at, window, ctx.now)
        before, session.status = session.status, status.value
        record(
            ctx,
            uow,
            "session_corrected",
            ("session", session.id),
            before={"status": before},
            after={"status": status.value},
        )
        return
    why = "Session held" if status is SessionStatus.COMPLETED else "Student did not come"
    _close_used(ctx, uow, session, mentor, status, why, "")
