"""What reconciliation found, and what was done about it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One run: how many differences are new, are there, and are gone; and which providers did not answer."""

    new: int
    open: int
    resolved: int
    unanswered: list[str]


@dataclass(frozen=True, slots=True)
class FindingView:
    """One difference, with what would repair it. ``repair`` is "look" where nothing may be done without a person."""

    id: UUID
    difference: str
    provider: str
    reference: str
    order_id: UUID | None
    student: str
    reason: str
    repair: str
    found_at: datetime
    resolved_at: datetime | None
    resolution: str


@dataclass(frozen=True, slots=True)
class ReconciliationDesk:
    """Everything that is open, what was lately resolved, and when the books were last compared."""

    open: list[FindingView]
    resolved: list[FindingView]
    last_run_at: datetime | None
    last_run_unanswered: list[str]


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair did, in a sentence; not ``done`` where the difference is still there."""

    done: bool
    text: str
