"""Disputes: the evidence that an admin hands in at the provider."""

import re
from uuid import UUID

from fastapi import APIRouter, Response

from mentorship.api.actor import Caller, needs_session
from mentorship.api.problems import MALFORMED, refusals
from mentorship.domain.errors import NotAllowed, NotFound, SignInRequired
from mentorship.services.evidence import dispute_evidence

router = APIRouter(prefix="/api/admin/disputes", tags=["disputes"], dependencies=needs_session)


@router.get(
    "/{dispute_id}/evidence",
    response_class=Response,
    responses={
        **refusals(MALFORMED, SignInRequired, NotAllowed, NotFound),
        200: {"content": {"application/zip": {}}, "description": "A ZIP with a README.txt inside."},
    },
)
def evidence(ctx: Caller, dispute_id: UUID) -> Response:
    """The evidence bundle of a dispute; admins only."""
    bundle = dispute_evidence(ctx, dispute_id=dispute_id)
    name = re.sub(r"[^A-Za-z0-9._-]", "_", bundle.filename)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(bundle.content, media_type="application/zip", headers=headers)
