"""What is free: a mentor's seats and a mentor's times."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from mentorship.api.actor import Caller, Visitor, needs_session
from mentorship.api.problems import refusals
from mentorship.domain.errors import NotFound, SessionNotOpen, SignInRequired
from mentorship.schemas.catalog import SeatAvailability, SlotList
from mentorship.schemas.plans import TimeAnswer
from mentorship.services.arguments import Instant
from mentorship.services.availability import Minutes, list_slots
from mentorship.services.explanations import explain_time
from mentorship.services.seats import seat_availability

router = APIRouter(prefix="/api", tags=["seats"])

Bound = Annotated[Instant | None, Query(description="An instant with its zone", examples=["2026-03-02T09:00:00Z"])]


@router.get("/seats/availability/{mentor_id}", responses=refusals(NotFound))
def availability(ctx: Visitor, mentor_id: UUID) -> SeatAvailability:
    """How many of a mentor's seats are left at this moment."""
    return seat_availability(ctx, mentor_id=mentor_id)


@router.get("/mentors/{mentor_id}/slots", responses=refusals(NotFound, SessionNotOpen))
def slots(
    ctx: Caller,
    mentor_id: UUID,
    start: Bound = None,
    end: Bound = None,
    session_minutes: Minutes | None = None,
    product_id: UUID | None = None,
    session_id: UUID | None = None,
) -> SlotList:
    """A mentor's free times that begin in ``[start, end)``; by default, everything that can be booked.

    To a student with credits each is as long as the sessions of the pack that pays for it, to anybody else as those of
    the cheapest product. Ask for another length by minutes or a product, and by a session for the times to move it to.
    """
    return list_slots(
        ctx,
        mentor_id=mentor_id,
        start=start,
        end=end,
        session_minutes=session_minutes,
        product_id=product_id,
        session_id=session_id,
    )


@router.get(
    "/mentors/{mentor_id}/slots/explain",
    dependencies=needs_session,
    responses=refusals(SignInRequired, NotFound),
)
def explain(
    ctx: Caller,
    mentor_id: UUID,
    starts_at: Annotated[Instant, Query(description="An instant with its zone", examples=["2026-03-02T09:00:00Z"])],
    session_id: UUID | None = None,
) -> TimeAnswer:
    """Whether the caller could book a time, or move a session of theirs to it; if not, why, and what is free near it.

    An empty ``code`` says that they could. Nothing is booked or held.
    """
    return explain_time(ctx, mentor_id=mentor_id, starts_at=starts_at, session_id=session_id)
