"""What the mentor's and the admin's pages are given: finished texts, like :mod:`mentorship.schemas.pages`."""

from dataclasses import dataclass

from mentorship.schemas.pages import SeatRow, Tone

NO_SEATS = SeatRow((), "")


@dataclass(frozen=True)
class DeskSession:
    """A session on the mentor's side. `correct_to` is the outcome it may be changed to, empty where none is."""

    id: str = ""
    student: str = ""
    when: str = ""
    other_when: str = ""
    starts_at: str = ""
    status: str = ""
    tone: Tone = "neutral"
    reason: str = ""
    notes: str = ""
    recording_url: str = ""
    upcoming: bool = False
    can_close: bool = False
    can_cancel: bool = False
    can_move: bool = False
    can_waive: bool = False
    correct_to: str = ""


@dataclass(frozen=True)
class RosterFace:
    """A student on a mentor's roster. `ends_at` is set while the seat is in grace; `renewal` says why one is due."""

    student_id: str = ""
    name: str = ""
    status: str = ""
    tone: Tone = "neutral"
    credits: str = ""
    next_line: str = ""
    ends_at: str = ""
    renewal: str = ""
    can_release: bool = False


@dataclass(frozen=True)
class WaitingFace:
    """Somebody in a mentor's line. `until` is set while a seat is offered to them."""

    student_id: str
    name: str
    status: str
    tone: Tone
    since: str
    until: str


@dataclass(frozen=True)
class Count:
    """A number with its name. A tone other than neutral asks for a look."""

    label: str
    value: str
    tone: Tone = "neutral"


@dataclass(frozen=True)
class Errand:
    """A place to go to, and how much there asks for a look."""

    label: str
    href: str
    value: str
    tone: Tone


@dataclass(frozen=True)
class TakingsFace:
    """What came in and what went back, in one currency."""

    paid: str
    refunded: str


@dataclass(frozen=True)
class CapacityFace:
    """A mentor's seats, as an admin sees them."""

    mentor_id: str = ""
    name: str = ""
    seats: SeatRow = NO_SEATS
    total: int = 0
    taken: int = 0


@dataclass(frozen=True)
class OrderLine:
    """One order. `review` is set where the provider's facts do not match ours."""

    id: str
    title: str
    amount: str
    when: str
    status: str
    tone: Tone
    review: str


@dataclass(frozen=True)
class EventLine:
    """One delivery that a provider made to us."""

    id: str
    title: str
    when: str
    status: str
    tone: Tone
    error: str


@dataclass(frozen=True)
class AuditLine:
    """Who did what to what, and from what to what."""

    id: str
    title: str
    when: str
    subject: str
    change: str


@dataclass(frozen=True)
class PersonFace:
    """A person to choose."""

    id: str = ""
    name: str = ""
    email: str = ""
