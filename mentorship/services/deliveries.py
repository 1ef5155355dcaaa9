"""Deliveries: a provider's webhook is verified, stored, and looked into afterwards. It is a hint, never a fact."""

from collections.abc import Mapping
from uuid import UUID

from mentorship.db.models import InboxEvent, InboxState, PaymentAttempt
from mentorship.db.unit_of_work import TransientConflict
from mentorship.domain.actors import Access
from mentorship.domain.errors import ProviderRefused
from mentorship.gateways.ports import EventTopic
from mentorship.schemas.checkout import EventReceived
from mentorship.services.context import Context
from mentorship.services.record import ADMIN_TOPIC
from mentorship.services.refunds import apply_refund, sync_refunds
from mentorship.services.settling import settle_checkout
from mentorship.services.use_case import use_case


@use_case(Access.PUBLIC)
def receive_event(ctx: Context, *, provider: str, payload: bytes, headers: Mapping[str, str]) -> EventReceived:
    """Check a delivery's signature and store it with the job that will look into it. Header names are lower case.

    Raises:
        ProviderNotOffered: this installation has no such provider.
        BadSignature: it is not from the provider, or too old.
        ProviderUnavailable: it cannot be decided now; the provider delivers it again.
    """
    event = ctx.provider(provider).verify_event(payload, headers)
    with ctx.begin() as uow:
        row = InboxEvent(
            provider=provider,
            event_id=event.event_id,
            type=event.type,
            topic=event.topic.value,
            object_ref=event.object_id,
            raw=event.raw,
            received_at=ctx.now,
        )
        handled = event.topic in _HANDLERS
        if not handled:
            row.state = InboxState.IGNORED.value
        if not uow.inbox.receive(row):
            return EventReceived("duplicate")
        if handled:
            uow.enqueue("process_event", row.id)
    return EventReceived("received" if handled else "ignored")


@use_case(Access.SYSTEM)
def process_event(ctx: Context, *, event_id: UUID) -> str:
    """Look into a stored delivery: read the provider's object, settle it, and close the delivery.

    Raises:
        ProviderUnavailable: the delivery stays open and is looked into again.
    """
    with ctx.begin(read_only=True) as uow:
        event = uow.inbox.get(event_id)
    if event is None or event.state != InboxState.RECEIVED.value:
        return "done"
    try:
        matched = look_into(ctx, event.provider, EventTopic(event.topic), event.object_ref)
    except TransientConflict:
        raise
    except Exception as error:
        _note_failure(ctx, event_id, error)
        raise
    state = InboxState.PROCESSED if matched else InboxState.UNMATCHED
    with ctx.begin() as uow:
        stored = uow.inbox.get(event_id)
        if stored is not None and stored.state == InboxState.RECEIVED.value:
            stored.state = state.value
            stored.tries += 1
            stored.error = ""
            stored.outcome = ", ".join(dict.fromkeys(ctx.actions))[:500] or stored.outcome
            stored.processed_at = ctx.now
            uow.touch(ADMIN_TOPIC)
    return state.value


def _note_failure(ctx: Context, event_id: UUID, error: Exception) -> None:
    with ctx.begin() as uow:
        stored = uow.inbox.get(event_id)
        if stored is not None and stored.state == InboxState.RECEIVED.value:
            stored.tries += 1
            stored.error = f"{type(error).__name__}: {error}"[:500]
            uow.touch(ADMIN_TOPIC)


def look_into(ctx: Context, provider: str, topic: EventTopic, reference: str) -> bool:
    """Read an object at its provider and settle what it says; whether it is about something of ours.

    Raises:
        ProviderUnavailable: nothing is known; look again later.
    """
    if topic not in _HANDLERS:
        return False
    try:
        return _HANDLERS[topic](ctx, provider, reference)
    except ProviderRefused:
        return False


def _settle(ctx: Context, provider: str, reference: str) -> bool:
    with ctx.begin(read_only=True) as uow:
        attempt = uow.orders.attempt_by_reference(provider, reference)
    if attempt is None:
        named = ctx.provider(provider).read_checkout(reference).attempt_id
        attempt = _adopt(ctx, named, provider, reference) if named is not None else None
    if attempt is None:
        return False
    settle_checkout(ctx, attempt.id, provider, reference)
    return True


def _adopt(ctx: Context, attempt_id: UUID, provider: str, reference: str) -> PaymentAttempt | None:
    """The attempt whose answer got lost after the provider had created its checkout."""
    with ctx.begin() as uow:
        attempt = uow.orders.attempt(attempt_id)
        if attempt is None or attempt.provider_ref is not None or attempt.provider != provider:
            return None
        attempt.provider_ref = reference
        return attempt


def _about_payment(ctx: Context, provider: str, payment_reference: str) -> bool:
    with ctx.begin(read_only=True) as uow:
        attempt = uow.orders.attempt_by_payment(provider, payment_reference)
    reference = attempt.provider_ref if attempt else ctx.provider(provider).checkout_of(payment_reference)
    if reference is None or not _settle(ctx, provider, reference):
        return False
    return sync_refunds(ctx, provider, payment_reference)


def _about_refund(ctx: Context, provider: str, reference: str) -> bool:
    return apply_refund(ctx, provider, ctx.provider(provider).read_refund(reference))


_HANDLERS = {
    EventTopic.CHECKOUT: _settle,
    EventTopic.PAYMENT: _about_payment,
    EventTopic.REFUND: _about_refund,
}
