"""What admins and mentors oversee."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mentorship.schemas.bookings import SessionView
from mentorship.schemas.catalog import Amount, SeatAvailability
from mentorship.schemas.packs import SeatView


@dataclass(frozen=True, slots=True)
class MentorDesk:
    """A mentor's dashboard."""

    mentor_id: UUID
    name: str
    slug: str
    seats: SeatAvailability
    students: list[SeatView]
    to_close: list[SessionView]
    upcoming: list[SessionView]


@dataclass(frozen=True, slots=True)
class Takings:
    paid: Amount
    refunded: Amount


@dataclass(frozen=True, slots=True)
class AdminOrder:
    id: UUID
    student: str
    mentor: str
    amount: Amount
    status: str
    review: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AdminEvent:
    id: UUID
    provider: str
    type: str
    state: str
    error: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    at: datetime
    actor: str
    action: str
    subject: str
    change: str


@dataclass(frozen=True, slots=True)
class MoneyDesk:
    """How much of the money's side asks for a look."""

    under_review: int
    failed_events: int
    open_findings: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The admin's first page."""

    orders: dict[str, int]
    sessions: dict[str, int]
    inbox: dict[str, int]
    deliveries: dict[str, int]
    people: int
    takings: list[Takings]
    desk: MoneyDesk
    seats: list[tuple[str, SeatAvailability]]
    newest_orders: list[AdminOrder]
    newest_events: list[AdminEvent]
    audit: list[AuditEntry]


@dataclass(frozen=True, slots=True)
class StudentFound:
    """A student, as an admin finds one."""

    id: UUID
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class GrantQuote:
    """What a grant would do; the terms are those of the mentor's own pack where there is one."""

    student: str
    mentor: str
    sessions: int
    session_minutes: int
    validity_days: int | None
    takes_seat: bool
    seats_left: int


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did, by kind."""

    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the process can do its work; ``payments`` says of each provider whether it is real."""

    status: str
    database: str
    payments: dict[str, str]
    mail: str
    calendar: str
    now: datetime
