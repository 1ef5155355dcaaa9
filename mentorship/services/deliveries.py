"""What deliveries lead to: each is looked into once it is stored. It is a hint, never a fact."""

from uuid import UUID

from mentorship.db.models import InboxEvent, InboxState, PaymentAttempt
from mentorship.domain.actors import Access
from mentorship.domain.errors import ProviderRefused, ProviderUnavailable
from mentorship.domain.orders import AttemptStatus
from mentorship.gateways.ports import EventTopic
from mentorship.services.context import Context
from mentorship.services.disputes import apply_dispute
from mentorship.services.refunds import apply_refund, sync_refunds
from mentorship.services.settling import settle_checkout
from mentorship.services.use_case import use_case


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
        matched = HANDLERS[EventTopic(event.topic)](ctx, event)
    except ProviderRefused:
        matched = False
    state = InboxState.PROCESSED if matched else InboxState.UNMATCHED
    with ctx.begin() as uow:
        stored = uow.inbox.get(event_id)
        if stored is not None and stored.state == InboxState.RECEIVED.value:
            stored.state = state.value
            stored.tries += 1
            stored.processed_at = ctx.now
    return state.value


def _about_checkout(ctx: Context, event: InboxEvent) -> bool:
    return _settle(ctx, event.provider, event.object_ref)


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


def _about_payment(ctx: Context, event: InboxEvent) -> bool:
    with ctx.begin(read_only=True) as uow:
        attempt = uow.orders.attempt_by_payment(event.provider, event.object_ref)
    reference = attempt.provider_ref if attempt else ctx.provider(event.provider).checkout_of(event.object_ref)
    if reference is None or not _settle(ctx, event.provider, reference):
        return False
    return sync_refunds(ctx, event.provider, event.object_ref)


def _about_refund(ctx: Context, event: InboxEvent) -> bool:
    facts = ctx.provider(event.provider).read_refund(event.object_ref)
    return apply_refund(ctx, event.provider, facts) or (
        _learn_payment(ctx, event.provider, facts.payment_reference) and apply_refund(ctx, event.provider, facts)
    )


def _about_dispute(ctx: Context, event: InboxEvent) -> bool:
    facts = ctx.provider(event.provider).read_dispute(event.object_ref)
    return apply_dispute(ctx, event.provider, facts) or (
        _learn_payment(ctx, event.provider, facts.payment_reference) and apply_dispute(ctx, event.provider, facts)
    )


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
    EventTopic.CHECKOUT: _about_checkout,
    EventTopic.PAYMENT: _about_payment,
    EventTopic.REFUND: _about_refund,
    EventTopic.DISPUTE: _about_dispute,
}
