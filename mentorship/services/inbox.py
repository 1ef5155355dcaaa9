"""The inbox: what providers deliver is checked and stored, many at once; what it leads to is decided later."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from mentorship.db.inserts import row
from mentorship.db.models import InboxEvent, InboxState
from mentorship.domain.actors import Access
from mentorship.domain.errors import BadSignature
from mentorship.gateways.ports import ProviderEvent
from mentorship.schemas.checkout import EventReceived
from mentorship.services.context import Context
from mentorship.services.use_case import use_case

HANDLED = ("checkout.session.", "refund.")
LATE = timedelta(minutes=5)
"""How long work may wait for its job before the heal sweep promises it again."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What somebody posted: the raw bytes, and the headers by their lower-case names."""

    payload: bytes
    headers: Mapping[str, str]


@use_case(Access.PUBLIC)
def receive_events(ctx: Context, *, deliveries: list[Delivery]) -> list[EventReceived | BadSignature]:
    """Check each delivery's signature and store them in one transaction; the stored row is the promise to look into it.

    Answers in their order; one that is not from the provider, or too old, is refused and spoils no other.
    """
    checked = [_check(ctx, delivery) for delivery in deliveries]
    events = [event for event in checked if not isinstance(event, BadSignature)]
    stored = iter(_store(ctx, events) if events else [])
    return [event if isinstance(event, BadSignature) else next(stored) for event in checked]


def _check(ctx: Context, delivery: Delivery) -> ProviderEvent | BadSignature:
    try:
        return ctx.payments.verify_event(delivery.payload, delivery.headers)
    except BadSignature as refusal:
        return refusal


def _store(ctx: Context, events: list[ProviderEvent]) -> list[EventReceived]:
    provider = ctx.deps.payments.name
    rows = [
        row(
            InboxEvent,
            provider=provider,
            event_id=event.event_id,
            type=event.type,
            object_ref=event.object_id,
            raw=event.raw,
            state=(InboxState.RECEIVED if event.type.startswith(HANDLED) else InboxState.IGNORED).value,
            received_at=ctx.now,
        )
        for event in events
    ]
    with ctx.begin(one_statement=True) as uow:
        new = uow.inbox.receive(rows)
    return [EventReceived(received["state"] if received["id"] in new else "duplicate") for received in rows]


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
