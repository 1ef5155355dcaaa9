"""One delivery at a time, as most tests want it; the use case takes those that come together."""

from collections.abc import Mapping

from mentorship.schemas.checkout import EventReceived
from mentorship.services.context import Context
from mentorship.services.inbox import Delivery, receive_events


def receive_event(ctx: Context, *, provider: str, payload: bytes, headers: Mapping[str, str]) -> EventReceived:
    """Hand one delivery in; raises its refusal."""
    (answer,) = receive_events(ctx, provider=provider, deliveries=[Delivery(payload, headers)])
    if not isinstance(answer, EventReceived):
        raise answer
    return answer
