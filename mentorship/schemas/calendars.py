"""What a mentor may see about the connection to their own calendar."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CalendarChoice:
    """One calendar of the account. ``problem`` says why it could not be read last time."""

    calendar_id: str
    name: str
    is_writable: bool
    is_read: bool
    is_written: bool
    problem: str


@dataclass(frozen=True, slots=True)
class CalendarSettings:
    """The connection. ``state`` is none, connected or revoked; ``watched`` means that changes are announced to us."""

    offered: bool
    is_real: bool
    state: str
    account: str = ""
    problem: str = ""
    stops_bookings: bool = False
    when_unread: str = "keep"
    read_at: datetime | None = None
    next_read_at: datetime | None = None
    is_watched: bool = False
    calendars: tuple[CalendarChoice, ...] = ()


@dataclass(frozen=True, slots=True)
class ProposalView:
    """What the mentor did to a session's event, next to when the session is.

    ``proposed_start`` is None where it was deleted; without ``proposed_end`` it lasts whole days now.
    """

    session_id: UUID
    student_name: str
    student_zone: str
    starts_at: datetime
    ends_at: datetime
    kind: str
    proposed_start: datetime | None
    proposed_end: datetime | None
    proposed_at: datetime | None


@dataclass(frozen=True, slots=True)
class CalendarDesk:
    """What the mentor's calendar asks of them: a problem to see to, and proposals to decide."""

    problem: str
    proposals: tuple[ProposalView, ...]


@dataclass(frozen=True)
class CalendarFace:
    """One calendar on the mentor's page, as a line to tick."""

    id: str
    name: str
    note: str
    is_writable: bool
    is_read: bool
    problem: str


@dataclass(frozen=True)
class ProposalFace:
    """A proposal as its card shows it, with what each decision leads to written out."""

    id: str = ""
    student: str = ""
    when: str = ""
    happened: str = ""
    accept: str = ""
    title: str = ""
    consequence: str = ""
