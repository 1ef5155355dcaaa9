"""One delivery at a time, as most tests want it; the use case stores those that come together."""

from collections.abc import Mapping

from mentorship.schemas.checkout import EventReceived
from mentorship.services.context import Context
from mentorship.services.inbox import Delivery, store_events, verify_delivery


def receive_event(ctx: Context, *, provider: str, payload: bytes, headers: Mapping[str, str]) -> EventReceived:
    """Hand one delivery in; raises its refusal."""
    event = verify_delivery(ctx, provider=provider, delivery=Delivery(payload, headers))
    (answer,) = store_events(ctx.deps.system(), provider=provider, events=[event])
    return answer
