"""Whether this process can do its work, for load balancers and people."""

from fastapi import APIRouter, Response

from mentorship.api.actor import Visitor
from mentorship.schemas.admin import Health
from mentorship.services.admin import health

router = APIRouter(prefix="/api", tags=["health"])


@router.get("/health", name="health", responses={503: {"model": Health, "description": "Down"}})
def show(ctx: Visitor, response: Response) -> Health:
    """200 while the database answers, 503 when it does not."""
    found = health(ctx)
    if found.status != "ok":
        response.status_code = 503
    return found
