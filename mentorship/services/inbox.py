"""The inbox: deliveries are verified one by one and stored many at once; what they lead to is decided later."""

from collections.abc import Mapping
from dataclasses import dataclass

from mentorship.db.inserts import Row, row
from mentorship.db.models import InboxEvent, InboxState
from mentorship.domain.actors import Access
from mentorship.gateways.ports import ProviderEvent
from mentorship.schemas.checkout import EventReceived
from mentorship.services.context import Context
from mentorship.services.deliveries import HANDLERS
from mentorship.services.use_case import use_case


@dataclass(frozen=True, slots=True)
class Delivery:
    """What somebody posted: the raw bytes, and the headers by their lower-case names."""

    payload: bytes
    headers: Mapping[str, str]


@use_case(Access.PUBLIC)
def verify_delivery(ctx: Context, *, provider: str, delivery: Delivery) -> ProviderEvent:
    """The event in a delivery, once it is certain to be the provider's; that may take a while, and stores nothing.

    Raises:
        ProviderNotOffered: this installation has no such provider.
        BadSignature: it is not from the provider, or too old.
        ProviderUnavailable: it cannot be decided now; the provider delivers again.
    """
    return ctx.provider(provider).verify_event(delivery.payload, delivery.headers)


@use_case(Access.SYSTEM)
def store_events(ctx: Context, *, provider: str, events: list[ProviderEvent]) -> list[EventReceived]:
    """Store verified events at once; answers in their order. A stored row is the promise to look into it."""
    rows = [_row(ctx, provider, event) for event in events]
    new = ctx.insert_alone(InboxEvent, rows)
    return [EventReceived(received["state"] if received["id"] in new else "duplicate") for received in rows]


def _row(ctx: Context, provider: str, event: ProviderEvent) -> Row:
    state = InboxState.RECEIVED if event.topic in HANDLERS else InboxState.IGNORED
    return row(
        InboxEvent,
        provider=provider,
        event_id=event.event_id,
        type=event.type,
        topic=event.topic.value,
        object_ref=event.object_id,
        raw=event.raw,
        state=state.value,
        received_at=ctx.now,
    )
