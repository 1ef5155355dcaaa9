"""Packs: one's own, and an admin's grant."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from mentorship.api.actor import Caller, needs_session
from mentorship.api.problems import CROSS_SITE, MALFORMED, TOO_LARGE, refusals
from mentorship.domain.errors import NotAllowed, NotFound, SignInRequired, SoldOut
from mentorship.schemas.packs import Holdings, PackView
from mentorship.services.arguments import RequestKey, WrittenReason
from mentorship.services.packs import grant_pack, my_packs

router = APIRouter(prefix="/api/session-packs", tags=["packs"], dependencies=needs_session)


class GrantBody(BaseModel):
    """A pack without a payment. ``validity_days`` null means it never expires."""

    model_config = ConfigDict(extra="forbid")

    student_id: UUID
    mentor_id: UUID
    sessions: Annotated[int, Field(ge=1, le=50, examples=[4])]
    reason: WrittenReason = Field(examples=["Makes up for a technical failure"])
    session_minutes: Annotated[int, Field(ge=5, le=480)] = 60
    validity_days: Annotated[int, Field(ge=1, le=3650)] | None = 30
    request_key: RequestKey | None = None


@router.post(
    "",
    status_code=201,
    responses=refusals(MALFORMED, SignInRequired, NotAllowed, CROSS_SITE, NotFound, SoldOut, TOO_LARGE),
)
def grant(ctx: Caller, body: GrantBody) -> PackView:
    """Give a student a pack, with a written reason; admins only. A repeated request key grants once."""
    return grant_pack(ctx, **body.model_dump())


@router.get("/me", responses=refusals(SignInRequired))
def mine(ctx: Caller) -> Holdings:
    """The caller's seats and packs, newest first."""
    return my_packs(ctx)
