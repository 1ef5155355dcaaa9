"""Booking rules: which pack pays, what a cancel or a move costs, and until when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from mentorship.domain.errors import (
    CorrectionClosed,
    NoCredit,
    NotOverYet,
    PackEndsBefore,
    SessionNotOpen,
    TooLateToReschedule,
    TooManyReschedules,
)
from mentorship.domain.policy import Policy, hours_text


class SessionStatus(StrEnum):
    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    CANCELED = "canceled"
    NO_SHOW = "no_show"


class By(StrEnum):
    """Who changes a session; the mentor's side includes admins."""

    STUDENT = "student"
    MENTOR = "mentor"


@dataclass(frozen=True, slots=True)
class BookablePack:
    """What choosing a pack needs to know."""

    id: UUID
    available: int
    expires_at: datetime | None
    created_at: datetime


def paying_order(packs: Iterable[BookablePack]) -> list[BookablePack]:
    """The packs with an available credit, the earliest to expire first: each pays from the end of the one before."""
    with_credit = [p for p in packs if p.available > 0]
    # The id decides between packs that came at the same moment: the list and the booking must agree on one.
    return sorted(with_credit, key=lambda p: (p.expires_at is None, p.expires_at or p.created_at, p.created_at, p.id))


def choose_pack(packs: Iterable[BookablePack], starts_at: datetime) -> BookablePack:
    """The pack that pays for a session starting at ``starts_at``: the earliest to expire that still lasts until then.

    Raises:
        NoCredit: no pack has an available credit.
        PackEndsBefore: there are credits, but each pack ends before that time.
    """
    with_credit = paying_order(packs)
    if not with_credit:
        raise NoCredit(fix="Buy a pack to book another session.")
    for pack in with_credit:
        if pack.expires_at is None or starts_at < pack.expires_at:
            return pack
    raise PackEndsBefore(fix=f"Choose a time before {with_credit[-1].expires_at:%a %d %b %Y %H:%M} UTC.")


@dataclass(frozen=True, slots=True)
class CancelOutcome:
    """What canceling now does to the credit; the same answer is shown before and done after."""

    credit_returns: bool
    free_until: datetime


def cancel_outcome(status: SessionStatus, starts_at: datetime, by: By, policy: Policy, now: datetime) -> CancelOutcome:
    """Decide a cancel. A mentor's cancel always returns the credit, a student's until the notice.

    Raises:
        SessionNotOpen: the session is not scheduled any more, or has begun and the student asks.
    """
    if status is not SessionStatus.SCHEDULED:
        raise SessionNotOpen()
    if by is By.STUDENT and starts_at <= now:
        raise SessionNotOpen("This session has begun.", fix="Your mentor can still cancel it.")
    free_until = starts_at - policy.change_notice
    return CancelOutcome(credit_returns=by is By.MENTOR or now <= free_until, free_until=free_until)


def check_reschedule(
    status: SessionStatus, starts_at: datetime, moves: int, by: By, policy: Policy, now: datetime
) -> None:
    """Refuse a move that comes too late or once too often. A mentor may move any scheduled session before it begins.

    Raises:
        SessionNotOpen: the session is not scheduled any more or has begun.
        TooLateToReschedule: the student asks inside the notice.
        TooManyReschedules: the student has used every move.
    """
    if status is not SessionStatus.SCHEDULED:
        raise SessionNotOpen()
    if starts_at <= now:
        raise SessionNotOpen("This session has begun.")
    if by is By.MENTOR:
        return
    if now > starts_at - policy.change_notice:
        raise TooLateToReschedule(
            f"Sessions can be moved until {hours_text(policy.change_notice)} before they begin.",
            fix="Ask your mentor to move it, or cancel it.",
        )
    if moves >= policy.max_reschedules:
        raise TooManyReschedules(fix="Cancel it and book a new time, if you are early enough.")


def check_outcome(status: SessionStatus, starts_at: datetime, now: datetime) -> None:
    """Refuse to complete a session, or mark a no-show, before it has begun or after it was closed.

    Raises:
        SessionNotOpen: the session is not scheduled any more.
        NotOverYet: it has not begun.
    """
    if status is not SessionStatus.SCHEDULED:
        raise SessionNotOpen()
    if now < starts_at:
        raise NotOverYet(fix="Complete it once it has begun, or move it to an earlier time.")


def check_correction(status: SessionStatus, ended_at: datetime, window: timedelta, now: datetime) -> None:
    """Refuse to correct a session that is still open or too long over.

    Raises:
        CorrectionClosed: it is scheduled, or ended longer ago than the window.
    """
    if status is SessionStatus.SCHEDULED or now > ended_at + window:
        raise CorrectionClosed()
