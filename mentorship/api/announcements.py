"""Google Calendar's announcements that a calendar has changed: their token is checked, then the calendar is read."""

from typing import Annotated

from fastapi import APIRouter, Header

from mentorship.api.actor import Visitor
from mentorship.api.problems import MALFORMED, TOO_LARGE, refusals
from mentorship.domain.errors import BadSignature
from mentorship.services.calendar_channels import receive_push

router = APIRouter(prefix="/api/webhooks", tags=["webhooks"])
Announced = Annotated[str, Header()]


@router.post("/google", status_code=204, responses=refusals(MALFORMED, BadSignature, TOO_LARGE))
def google(
    ctx: Visitor,
    x_goog_channel_id: Announced = "",
    x_goog_channel_token: Announced = "",
    x_goog_resource_state: Announced = "",
    x_goog_message_number: Announced = "",
) -> None:
    """Take Google Calendar's announcement that a calendar has changed; it is read afterwards."""
    receive_push(
        ctx,
        channel_id=x_goog_channel_id,
        token=x_goog_channel_token,
        state=x_goog_resource_state,
        number=x_goog_message_number,
    )
