"""Refunds and disputes, as their student, their mentor and admins see them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mentorship.schemas.catalog import Amount


@dataclass(frozen=True, slots=True)
class RefundQuote:
    """What a refund would pay back and what it would take; carrying it out does just this.

    ``seat`` is kept, grace or released. ``needs_approval`` says whether somebody decides about it first, ``arrives``
    when the money shows, in words.
    """

    order_id: UUID
    reason: str
    amount: Amount
    paid: Amount
    credits: int
    bought: int
    sessions_canceled: int
    sessions_kept: int
    seat: str
    seat_text: str
    needs_approval: bool
    arrives: str
    student_name: str
    mentor_name: str
    product_name: str


@dataclass(frozen=True, slots=True)
class RefundView:
    """One refund. ``note`` is why it was asked for or made, ``decision`` why it was declined or closed."""

    id: UUID
    order_id: UUID
    student_name: str
    mentor_name: str
    product_name: str
    amount: Amount
    credits: int
    reason: str
    status: str
    note: str
    decision: str
    created_at: datetime
    decided_at: datetime | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class RefundDesk:
    """What admins have to see to: requests to decide, refunds on their way, refunds that failed; and what is done."""

    requested: list[RefundView]
    pending: list[RefundView]
    failed: list[RefundView]
    done: list[RefundView]


@dataclass(frozen=True, slots=True)
class DisputeView:
    """One dispute. ``due_at`` is until when the provider takes evidence."""

    id: UUID
    order_id: UUID
    provider: str
    reference: str
    student_name: str
    mentor_name: str
    product_name: str
    amount: Amount
    reason: str
    status: str
    openings: int
    frozen_credits: int
    due_at: datetime | None
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence bundle of a dispute: a ZIP, and what to call it."""

    filename: str
    content: bytes
