"""One delivery at a time, as most tests want it; the use case takes those that come together."""

from mentorship.domain.errors import BadSignature
from mentorship.schemas.checkout import EventReceived
from mentorship.services.context import Context
from mentorship.services.inbox import Delivery, receive_events


def signed(payload: bytes, signature: str) -> Delivery:
    """A raw body with its signature header."""
    return Delivery(payload, {"stripe-signature": signature})


def receive(ctx: Context, payload: bytes, signature: str) -> EventReceived:
    """Hand one delivery in; raises its refusal."""
    (answer,) = receive_events(ctx, deliveries=[signed(payload, signature)])
    if isinstance(answer, BadSignature):
        raise answer
    return answer
