"""The inbox for those who oversee: what was delivered, what each delivery did, and looking into one again."""

import json
import math
import re
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints

from mentorship.db.models import InboxEvent, InboxState, Order, PaymentAttempt
from mentorship.db.oversight import EventQuery
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.endings import MOST, Ending, Said, endings, state_said
from mentorship.domain.errors import EventNotHandled, NotFound
from mentorship.domain.money import Money
from mentorship.domain.orders import AttemptStatus
from mentorship.gateways.ports import EventTopic
from mentorship.schemas.oversight import EventFile, EventPage, EventRow, OrderEvents
from mentorship.services.admin_orders import PageNumber, order_rows
from mentorship.services.context import Context
from mentorship.services.deliveries import process_event
from mentorship.services.record import record
from mentorship.services.use_case import use_case

ON_A_PAGE = 25
_SECRET = re.compile(r"secret|token|password|authorization|signature|fingerprint", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"([?&](?:token|secret|signature)=)[^&#]+", re.IGNORECASE)
_HIDDEN = "•••"


@use_case(Access.ADMIN)
def list_events(
    ctx: Context,
    *,
    state: InboxState | None = None,
    provider: Annotated[str, StringConstraints(max_length=16)] = "",
    type: Annotated[str, StringConstraints(strip_whitespace=True, max_length=128)] = "",
    failed: bool = False,
    page: PageNumber = 1,
) -> EventPage:
    """Deliveries, newest first. Failed are those that matched nothing, and those whose last look went wrong."""
    query = EventQuery(state.value if state else "", provider, type.replace("\0", ""), failed)
    with ctx.begin(read_only=True) as uow:
        events, total = uow.oversight.events(query, skip=(page - 1) * ON_A_PAGE, limit=ON_A_PAGE)
        return EventPage([_row(e) for e in events], total, page, max(1, math.ceil(total / ON_A_PAGE)))


@use_case(Access.ADMIN)
def get_event(ctx: Context, *, event_id: UUID) -> EventFile:
    """One delivery with its body, made readable; what could be used as a key is left out.

    Raises:
        NotFound: there is no such delivery.
    """
    with ctx.begin(read_only=True) as uow:
        return _file(uow, _event(uow, event_id))


@use_case(Access.ADMIN)
def replay_event(ctx: Context, *, event_id: UUID) -> EventFile:
    """Look into a delivery again, as if it had just come; what is settled already does not change.

    Raises:
        NotFound: there is no such delivery.
        EventNotHandled: nothing follows from deliveries of its kind.
        ProviderUnavailable: it stays open, and is looked into again by itself.
    """
    with ctx.begin() as uow:
        event = _event(uow, event_id)
        if event.topic == EventTopic.OTHER.value:
            raise EventNotHandled()
        before, event.state = event.state, InboxState.RECEIVED.value
        record(ctx, uow, "event_replayed", ("event", event.id), before={"state": before})
    process_event(ctx.deps.system(), event_id=event_id)
    with ctx.begin(read_only=True) as uow:
        return _file(uow, _event(uow, event_id))


@use_case(Access.ADMIN)
def order_events(ctx: Context, *, order_id: UUID) -> OrderEvents:
    """An order's deliveries as they came, and what any other order of them would have led to.

    Raises:
        NotFound: there is no such order.
    """
    with ctx.begin(read_only=True) as uow:
        order = uow.orders.get(order_id)
        if order is None:
            raise NotFound("There is no such order.")
        events = uow.oversight.events_about(uow.oversight.references(order.id))
        said = _said(events, uow.orders.attempts(order.id))
        fits = 0 < len(said) <= MOST
        return OrderEvents(
            order=order_rows(uow, [order])[0],
            events=[_row(e) for e in events],
            orders_tried=math.factorial(len(said)) if fits else 0,
            endings=sorted(_words(e) for e in endings(_price(order), said)) if fits else [],
        )


def _said(events: Sequence[InboxEvent], attempts: Sequence[PaymentAttempt]) -> list[Said]:
    """What the deliveries about checkouts and payments say; refunds and disputes count by their own numbers."""
    by_reference = {(a.provider, ref): a for a in attempts for ref in (a.provider_ref, a.payment_ref) if ref}
    return [
        Said(attempt.id, state_said(event.type, AttemptStatus(attempt.status)))
        for event in events
        if event.topic in (EventTopic.CHECKOUT.value, EventTopic.PAYMENT.value)
        and (attempt := by_reference.get((event.provider, event.object_ref))) is not None
    ]


def _price(order: Order) -> Money:
    return Money(order.amount_minor, order.currency)


def _words(ending: Ending) -> str:
    kept = f"{ending.kept} payment kept" if ending.kept == 1 else f"{ending.kept} payments kept"
    return f"{ending.order.value.replace('_', ' ')}, {kept}, {ending.sent_back} sent back"


def _event(uow: UnitOfWork, event_id: UUID) -> InboxEvent:
    event = uow.inbox.get(event_id)
    if event is None:
        raise NotFound("There is no such delivery.")
    return event


def _file(uow: UnitOfWork, event: InboxEvent) -> EventFile:
    order_id = uow.oversight.order_of(event.provider, event.object_ref) if event.object_ref else None
    return EventFile(_row(event), readable(event.raw), order_id, can_replay=event.topic != EventTopic.OTHER.value)


def _row(event: InboxEvent) -> EventRow:
    return EventRow(
        id=event.id,
        provider=event.provider,
        type=event.type,
        event_id=event.event_id,
        reference=event.object_ref,
        state=event.state,
        tries=event.tries,
        error=event.error,
        received_at=event.received_at,
        processed_at=event.processed_at,
        effects=[action.replace("_", " ") for action in event.outcome.split(", ") if action],
    )


def readable(raw: str) -> str:
    """A delivery's body on many lines, with everything hidden that could be used as a key."""
    return json.dumps(_without_secrets(json.loads(raw)), indent=2, ensure_ascii=False)


def _without_secrets(value: Any) -> Any:
    match value:
        case dict():
            return {
                name: _HIDDEN if _SECRET.search(name) and inner else _without_secrets(inner)
                for name, inner in value.items()
            }
        case list():
            return [_without_secrets(inner) for inner in value]
        case str():
            return _IN_ADDRESS.sub(rf"\1{_HIDDEN}", value)
    return value
