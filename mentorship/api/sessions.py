"""Sessions: book, move, cancel, and what their mentor decides about them."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from mentorship.api.actor import Caller, needs_session
from mentorship.api.problems import CROSS_SITE, MALFORMED, TOO_LARGE, refusals
from mentorship.domain.errors import (
    CorrectionClosed,
    NoCredit,
    NoSeat,
    NotAllowed,
    NotFound,
    NotOverYet,
    PackEndsBefore,
    SessionNotOpen,
    SignInRequired,
    SlotNotOffered,
    StudentBusy,
    TooLateToReschedule,
    TooManyReschedules,
)
from mentorship.schemas.bookings import SessionView
from mentorship.services.arguments import Instant, Reason, RequestKey, Text
from mentorship.services.bookings import book_session, cancel_session, reschedule_session
from mentorship.services.outcomes import Recording, complete_session, update_session

router = APIRouter(prefix="/api", tags=["sessions"], dependencies=needs_session)

TAKEN = SlotNotOffered("taken", "This time is taken.", fix="The next free time is Tue 3 Mar 2026, 09:00 (UTC).")
_ANY = (MALFORMED, SignInRequired, NotAllowed, CROSS_SITE, NotFound, TOO_LARGE)


class BookBody(BaseModel):
    """When to meet. The same request key books once."""

    model_config = ConfigDict(extra="forbid")

    mentor_id: UUID
    starts_at: Instant = Field(examples=["2026-03-04T09:00:00Z"])
    request_key: RequestKey | None = None


class MoveBody(BaseModel):
    """The new time."""

    model_config = ConfigDict(extra="forbid")

    starts_at: Instant = Field(examples=["2026-03-04T09:00:00Z"])


class CancelBody(BaseModel):
    """Why, for the other side to read."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason = Field(default="", examples=["I am ill."])


class UpdateBody(BaseModel):
    """What to change; what is left out or null stays."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["completed", "no_show"] | None = None
    notes: Text | None = Field(default=None, examples=["Read chapter 3 until next time."])
    recording_url: Recording | None = Field(default=None, examples=["https://videos.example/1"])


@router.post(
    "/sessions/book",
    status_code=201,
    responses=refusals(*_ANY, NoSeat, NoCredit, PackEndsBefore, TAKEN, StudentBusy),
)
def book(ctx: Caller, body: BookBody) -> SessionView:
    """Book one session with an available credit; the pack that expires first pays."""
    return book_session(ctx, mentor_id=body.mentor_id, starts_at=body.starts_at, request_key=body.request_key)


@router.patch(
    "/sessions/{session_id}/reschedule",
    responses=refusals(
        *_ANY, SessionNotOpen, TooLateToReschedule, TooManyReschedules, PackEndsBefore, TAKEN, StudentBusy
    ),
)
def reschedule(ctx: Caller, session_id: UUID, body: MoveBody) -> SessionView:
    """Move a scheduled session to another free time."""
    return reschedule_session(ctx, session_id=session_id, starts_at=body.starts_at)


@router.patch("/sessions/{session_id}/cancel", responses=refusals(*_ANY, SessionNotOpen))
def cancel(ctx: Caller, session_id: UUID, body: CancelBody | None = None) -> SessionView:
    """Cancel a scheduled session; the answer says in ``status`` that it is, and the pack's ledger what it cost."""
    return cancel_session(ctx, session_id=session_id, reason=body.reason if body else "")


@router.patch("/sessions/{session_id}/complete", responses=refusals(*_ANY, SessionNotOpen, NotOverYet))
def complete(ctx: Caller, session_id: UUID) -> SessionView:
    """Mark a session as held; its mentor and admins only."""
    return complete_session(ctx, session_id=session_id)


@router.patch(
    "/instructor/sessions/{session_id}", responses=refusals(*_ANY, SessionNotOpen, NotOverYet, CorrectionClosed)
)
def update(ctx: Caller, session_id: UUID, body: UpdateBody) -> SessionView:
    """Set a session's outcome, notes or recording link, all or nothing; its mentor and admins only."""
    return update_session(
        ctx, session_id=session_id, status=body.status, notes=body.notes, recording_url=body.recording_url
    )
