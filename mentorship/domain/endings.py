"""Endings: what a purchase comes to, whichever way the order of its deliveries had been.

Each delivery is taken at its word, as if it were a fact. The house never does that: it reads the provider's object
again. So this is the worst that stale, doubled or swapped deliveries could do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from uuid import UUID

from mentorship.domain.money import Money
from mentorship.domain.orders import AttemptStatus, OrderStatus
from mentorship.domain.settle import Expected, ProviderFacts, ProviderState, Step, settle

MOST = 6
"""So many deliveries are put into every order; 720 of them."""

_WORDS = {
    "expired": ProviderState.EXPIRED,
    "failed": ProviderState.FAILED,
    "denied": ProviderState.FAILED,
    "declined": ProviderState.FAILED,
    "pending": ProviderState.PROCESSING,
    "approved": ProviderState.APPROVED,
}
_RECORDED = {
    AttemptStatus.PAID: ProviderState.PAID,
    AttemptStatus.PROCESSING: ProviderState.PROCESSING,
    AttemptStatus.FAILED: ProviderState.FAILED,
    AttemptStatus.EXPIRED: ProviderState.EXPIRED,
}


@dataclass(frozen=True, slots=True)
class Said:
    """What one delivery says about one attempt."""

    attempt_id: UUID
    state: ProviderState


@dataclass(frozen=True, slots=True)
class Ending:
    """The order's state, and how many payments are kept and sent back."""

    order: OrderStatus
    kept: int = 0
    sent_back: int = 0


def state_said(event_type: str, recorded: AttemptStatus) -> ProviderState:
    """The state that a delivery's type names; where it names none, the one that the attempt has come to."""
    name = event_type.lower()
    return next((state for word, state in _WORDS.items() if word in name), _RECORDED.get(recorded, ProviderState.OPEN))


def endings(price: Money, said: Sequence[Said]) -> set[Ending]:
    """Every ending that some order of the deliveries leads to; one, if the rules are right.

    Raises:
        ValueError: there are more of them than can be put into every order.
    """
    if len(said) > MOST:
        raise ValueError(f"more than {MOST} deliveries")
    return {_ending(price, order) for order in permutations(said)}


def _ending(price: Money, said: Sequence[Said]) -> Ending:
    attempts = {s.attempt_id: AttemptStatus.OPEN for s in said}
    order, sent_back = OrderStatus.PENDING, 0
    for delivery in said:
        facts = ProviderFacts(str(delivery.attempt_id), delivery.state, price, live=False)
        expected = Expected(facts.reference, price, live=False)
        match settle(order, attempts[delivery.attempt_id], expected, facts).step:
            case Step.PAY:
                order, attempts[delivery.attempt_id] = OrderStatus.PAID, AttemptStatus.PAID
            case Step.REFUND_DUPLICATE:
                attempts[delivery.attempt_id], sent_back = AttemptStatus.PAID, sent_back + 1
            case Step.PROCESSING:
                attempts[delivery.attempt_id] = AttemptStatus.PROCESSING
                order = order if order.has_money else OrderStatus.PROCESSING
            case Step.FAIL:
                attempts[delivery.attempt_id] = AttemptStatus.FAILED
                order = _closed(order, OrderStatus.FAILED, list(attempts.values()))
            case Step.EXPIRE:
                attempts[delivery.attempt_id] = AttemptStatus.EXPIRED
                order = _closed(order, OrderStatus.EXPIRED, list(attempts.values()))
    return Ending(order, int(order.has_money), sent_back)


def _closed(order: OrderStatus, closed: OrderStatus, attempts: Sequence[AttemptStatus]) -> OrderStatus:
    return closed if order.is_open and not any(a.is_live for a in attempts) else order
