"""How the webhooks of all providers get into the queue: once, twice, late, never, or held until they are let go."""

from enum import StrEnum

from .store import Tx

STRIPE, PAYPAL = "stripe", "paypal"
LATE_SECONDS = 30.0


class Arrival(StrEnum):
    """How a webhook is to reach the app."""

    NORMAL = "normal"
    TWICE = "twice"
    LATE = "late"
    LOST = "lost"


def queue_event(tx: Tx, provider: str, event_id: str, arrival: Arrival) -> None:
    """Queue an event that exists already."""
    state = "lost" if arrival is Arrival.LOST else "held" if is_holding(tx, provider) else "waiting"
    for _ in range(2 if arrival is Arrival.TWICE else 1):
        tx.queue_delivery(provider, event_id, state=state, delay=LATE_SECONDS if arrival is Arrival.LATE else 0.0)


def is_holding(tx: Tx, provider: str) -> bool:
    """Whether what this provider has to say is held for the time being."""
    return tx.find_switch(f"hold:{provider}") is not None


def hold_all(tx: Tx, provider: str) -> None:
    """Hold what this provider says from now on."""
    tx.set_switch(f"hold:{provider}", {})


def release_all(tx: Tx, provider: str, *, reverse: bool) -> int:
    """Send what was held, in order or the newest first, and hold nothing any more; how many were held."""
    tx.set_switch(f"hold:{provider}", None)
    return tx.release_deliveries(provider, reverse=reverse)
