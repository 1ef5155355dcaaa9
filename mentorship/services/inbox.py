"""The inbox: what providers deliver is checked and stored, many at once; what it leads to is decided later."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from mentorship.db.inserts import Row, row
from mentorship.db.models import InboxEvent, InboxState
from mentorship.domain.actors import Access
from mentorship.domain.errors import BadSignature, ProviderUnavailable
from mentorship.gateways.ports import PaymentProvider, ProviderEvent
from mentorship.schemas.checkout import EventReceived
from mentorship.services.context import Context
from mentorship.services.deliveries import HANDLERS
from mentorship.services.use_case import use_case

LATE = timedelta(minutes=5)
"""How long work may wait for its job before the heal sweep promises it again."""

Refusal = BadSignature | ProviderUnavailable


@dataclass(frozen=True, slots=True)
class Delivery:
    """What somebody posted: the raw bytes, and the headers by their lower-case names."""

    payload: bytes
    headers: Mapping[str, str]


@use_case(Access.PUBLIC)
def receive_events(ctx: Context, *, provider: str, deliveries: list[Delivery]) -> list[EventReceived | Refusal]:
    """Check each delivery's signature and store them at once; a stored row is the promise to look into it.

    Answers in their order. One that is not from the provider or too old, or that cannot be decided now, is refused and
    spoils no other.

    Raises:
        ProviderNotOffered: this installation has no such provider.
    """
    verifier = ctx.provider(provider)
    checked = [_check(verifier, delivery) for delivery in deliveries]
    events = [event for event in checked if isinstance(event, ProviderEvent)]
    stored = iter(_store(ctx, provider, events) if events else [])
    return [next(stored) if isinstance(event, ProviderEvent) else event for event in checked]


def _check(verifier: PaymentProvider, delivery: Delivery) -> ProviderEvent | Refusal:
    try:
        return verifier.verify_event(delivery.payload, delivery.headers)
    except (BadSignature, ProviderUnavailable) as refusal:
        return refusal


def _store(ctx: Context, provider: str, events: list[ProviderEvent]) -> list[EventReceived]:
    rows = [_row(ctx, provider, event) for event in events]
    with ctx.begin(one_statement=True) as uow:
        new = uow.inbox.receive(rows)
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


@use_case(Access.SYSTEM)
def hand_out_events(ctx: Context, *, but: set[UUID]) -> set[UUID]:
    """Promise the job of each new delivery, except for those named; returns all that still wait for theirs to be done.

    Any number of processes may ask at once: an event's job is promised once. What is lost or older than ``LATE`` is
    left to the heal sweep.
    """
    with ctx.begin(read_only=True) as uow:
        waiting = uow.inbox.new(ctx.now - LATE)
    if fresh := waiting - but:
        with ctx.begin() as uow:
            for event_id in sorted(fresh):
                uow.enqueue("process_event", event_id)
    return waiting
