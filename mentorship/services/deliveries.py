"""What deliveries lead to: each is looked into once it is stored. It is a hint, never a fact."""

from contextlib import suppress
from uuid import UUID

from mentorship.db.models import InboxState, PaymentAttempt
from mentorship.db.unit_of_work import TransientConflict
from mentorship.domain.actors import Access
from mentorship.domain.errors import ProviderRefused, ProviderUnavailable
from mentorship.domain.orders import AttemptStatus
from mentorship.gateways.ports import EventTopic
from mentorship.services.context import Context
from mentorship.services.disputes import Overtaken, apply_dispute, stand_of
from mentorship.services.record import ADMIN_TOPIC
from mentorship.services.refunds import apply_refund, sync_refunds
from mentorship.services.settling import settle_checkout
from mentorship.services.use_case import use_case

READINGS = 5
"""How often to ask about a dispute that others move meanwhile, before it is left for later."""


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
    if topic not in HANDLERS:
        return False
    try:
        return HANDLERS[topic](ctx, provider, reference)
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
    facts = ctx.provider(provider).read_refund(reference)
    return apply_refund(ctx, provider, facts) or (
        _learn_payment(ctx, provider, facts.payment_reference) and apply_refund(ctx, provider, facts)
    )


def _about_dispute(ctx: Context, provider: str, reference: str) -> bool:
    for _ in range(READINGS):
        before = stand_of(ctx, provider, reference)
        facts = ctx.provider(provider).read_dispute(reference)
        with suppress(Overtaken):
            return apply_dispute(ctx, provider, facts, before) or (
                _learn_payment(ctx, provider, facts.payment_reference) and apply_dispute(ctx, provider, facts, before)
            )
    raise ProviderUnavailable()


def _learn_payment(ctx: Context, provider: str, payment_reference: str | None) -> bool:
    """Settle the checkout of a payment that we have not booked yet; says whether we know the payment then.

    Raises:
        ProviderUnavailable: the checkout is ours and may still be paid; the delivery is looked into again.
    """
    reference = ctx.provider(provider).checkout_of(payment_reference) if payment_reference else None
    if reference is None or not _settle(ctx, provider, reference):
        return False
    with ctx.begin(read_only=True) as uow:
        known = uow.refunds.payment_by_reference(provider, payment_reference or "") is not None
        attempt = uow.orders.attempt_by_reference(provider, reference)
    if not known and attempt is not None and AttemptStatus(attempt.status).is_live:
        raise ProviderUnavailable()
    return known


HANDLERS = {
    EventTopic.CHECKOUT: _settle,
    EventTopic.PAYMENT: _about_payment,
    EventTopic.REFUND: _about_refund,
    EventTopic.DISPUTE: _about_dispute,
}
