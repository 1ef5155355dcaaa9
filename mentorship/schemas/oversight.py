"""What an admin looks things up in: orders with their whole history, and deliveries with what became of them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mentorship.schemas.catalog import Amount
from mentorship.schemas.reconciliation import FindingView


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order with its money."""

    id: UUID
    student: str
    email: str
    mentor: str
    product: str
    providers: list[str]
    amount: Amount
    paid: Amount
    refunded: Amount
    code: str
    status: str
    review: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One page of the orders that were looked for; pages count from 1."""

    rows: list[OrderRow]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that happened: when, by whom, what it is about and what it was."""

    at: datetime
    who: str
    about: str
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class OrderFile:
    """Everything about one order, in the order in which it happened."""

    order: OrderRow
    references: list[str]
    history: list[HistoryLine]
    findings: list[FindingView]


@dataclass(frozen=True, slots=True)
class EventRow:
    """A delivery. ``effects`` are the changes that looking into it made; empty where it changed nothing."""

    id: UUID
    provider: str
    type: str
    event_id: str
    reference: str
    state: str
    tries: int
    error: str
    received_at: datetime
    processed_at: datetime | None
    effects: list[str]


@dataclass(frozen=True, slots=True)
class EventPage:
    """One page of the deliveries that were looked for; pages count from 1."""

    rows: list[EventRow]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class EventFile:
    """One delivery with its body, made readable and without secrets, and the order it is about."""

    event: EventRow
    body: str
    order_id: UUID | None
    can_replay: bool


@dataclass(frozen=True, slots=True)
class OrderEvents:
    """An order's deliveries as they came, and every ending that another order of them could have led to.

    ``endings`` is empty where there is nothing to put into another order, or too much of it.
    """

    order: OrderRow
    events: list[EventRow]
    orders_tried: int
    endings: list[str]
