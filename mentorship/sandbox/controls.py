"""What both consoles offer: every unpleasant thing that can happen to a webhook or to a call of the API."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from . import faults
from .deliveries import LATE_SECONDS, Arrival, hold_all, is_holding, queue_event, release_all
from .parts import Form
from .store import Delivery, Json, Tx

DELIVERIES_SHOWN = 40
GONE = "That is not possible any more: look at its state below."


class NoSuchButtonError(Exception):
    """A form of the console that none of its buttons sends."""


@dataclass(frozen=True)
class Controls:
    """One provider's part of the queue and its faults.

    `replay` sends an event once more under a new id, `describe` names an event on the page, and `revoke` is what else
    happens when access tokens are to be refused.
    """

    provider: str
    event_kind: str
    replay: Callable[[Tx, Json], None]
    describe: Callable[[Json], Json]
    revoke: Callable[[Tx], None] | None = None

    def press(self, tx: Tx, form: Form) -> bool:
        """Do what a button says; False when the thing it was about has moved on.

        Raises:
            NoSuchButtonError: there is no such button here.
        """
        target, action = form.get("id", ""), form.get("action", "")
        match action:
            case "again" | "twice" | "late" | "new" | "forge" | "corrupt":
                return self._send(tx, target, action)
            case "hold":
                return tx.hold_delivery(number(target), LATE_SECONDS)
            case "drop":
                return tx.drop_delivery(number(target))
            case "hold_all":
                hold_all(tx, self.provider)
            case "release":
                release_all(tx, self.provider, reverse=False)
            case "release_reversed":
                release_all(tx, self.provider, reverse=True)
            case "fault":
                return self._set_fault(tx, form)
            case "clear_faults":
                faults.clear_faults(tx, self.provider)
            case _:
                raise NoSuchButtonError
        return True

    def view(self, tx: Tx) -> Json:
        """What the console's template shows of it."""
        deliveries = tx.list_deliveries(DELIVERIES_SHOWN, self.provider)
        return {
            "holding": is_holding(tx, self.provider),
            "deliveries": [row for delivery in deliveries if (row := self._row(tx, delivery))],
            "fault": faults.pending_fault(tx, self.provider),
            "faults": faults.faults_of(self.provider),
            "most_calls": faults.MOST_CALLS,
        }

    def _row(self, tx: Tx, delivery: Delivery) -> Json | None:
        event = tx.find_object(self.event_kind, delivery.event_id)
        if event is None:
            return None
        return {"delivery": delivery, "due_in": delivery.next_try_at - time.time(), **self.describe(event)}

    def _send(self, tx: Tx, event_id: str, way: str) -> bool:
        event = tx.find_object(self.event_kind, event_id)
        if event is None:
            return False
        match way:
            case "again":
                queue_event(tx, self.provider, event_id, Arrival.NORMAL)
            case "twice":
                queue_event(tx, self.provider, event_id, Arrival.TWICE)
            case "late":
                queue_event(tx, self.provider, event_id, Arrival.LATE)
            case "new":
                self.replay(tx, event)
            case "forge":
                tx.queue_delivery(self.provider, event_id, damage="forged")
            case "corrupt":
                tx.queue_delivery(self.provider, event_id, damage="corrupt")
        return True

    def _set_fault(self, tx: Tx, form: Form) -> bool:
        kind, calls = form.get("kind", ""), number(form.get("calls", "1"))
        if kind not in faults.faults_of(self.provider) or not 1 <= calls <= faults.MOST_CALLS:
            raise NoSuchButtonError
        if kind == "token" and self.revoke is not None:
            self.revoke(tx)
        faults.set_fault(tx, self.provider, kind, calls)
        return True


def number(text: str) -> int:
    """A whole number that somebody typed; 0 when it is none."""
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else 0
