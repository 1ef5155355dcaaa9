"""How a mentor's and an admin's facts become the finished texts of their pages."""

from datetime import UTC, datetime
from uuid import UUID

from mentorship.domain.booking import SessionStatus
from mentorship.domain.reminders import renewal_due
from mentorship.domain.seats import SeatStatus
from mentorship.schemas.bookings import SessionView
from mentorship.schemas.desk import DeskSession, RosterFace
from mentorship.schemas.packs import SeatView
from mentorship.schemas.pages import Tone
from mentorship.services.texts import when
from mentorship.state.calls import dependencies
from mentorship.state.times import for_other, iso, period

STATUS: dict[str, tuple[str, Tone]] = {
    SessionStatus.SCHEDULED: ("Scheduled", "good"),
    SessionStatus.COMPLETED: ("Completed", "neutral"),
    SessionStatus.NO_SHOW: ("No-show", "warning"),
    SessionStatus.CANCELED: ("Canceled", "neutral"),
}
SEAT: dict[str, tuple[str, Tone]] = {
    SeatStatus.ACTIVE: ("Active", "good"),
    SeatStatus.GRACE: ("Grace", "warning"),
    SeatStatus.HELD: ("Checkout running", "neutral"),
}
CORRECTIONS = {SessionStatus.COMPLETED.value: "no_show", SessionStatus.NO_SHOW.value: "completed"}


def skew() -> float:
    """How many seconds the house's clock is ahead of real time; in sandbox mode time can be moved."""
    return (dependencies().clock.now() - datetime.now(UTC)).total_seconds()


def now() -> datetime:
    """The house's time."""
    return dependencies().clock.now()


def session_face(view: SessionView, zone: str) -> DeskSession:
    """A session for its mentor, who reads in ``zone``."""
    begun = view.starts_at <= now()
    scheduled = view.status == SessionStatus.SCHEDULED.value
    status, tone = ("Waiting for an outcome", "warning") if scheduled and begun else STATUS[view.status]
    return DeskSession(
        id=str(view.id),
        student=view.student_name,
        when=period(view.starts_at, view.ends_at, zone),
        other_when=for_other(view.starts_at, zone, view.student_zone, view.student_name),
        starts_at=iso(view.starts_at),
        status=status,
        tone=tone,
        reason=view.reason,
        notes=view.notes,
        recording_url=view.recording_url,
        upcoming=scheduled and not begun,
        can_close=view.can_close,
        can_cancel=view.can_cancel,
        can_move=view.can_reschedule,
        can_waive=view.can_waive,
        correct_to=CORRECTIONS.get(view.status, "") if view.can_correct else "",
    )


def roster_face(seat: SeatView, zone: str) -> RosterFace:
    """A student's seat for its mentor, who reads in ``zone``."""
    status, tone = ("Seat offered", "neutral") if seat.is_offered else SEAT[seat.status]
    left = seat.remaining_sessions + seat.scheduled_sessions
    in_grace = seat.status == SeatStatus.GRACE.value
    return RosterFace(
        student_id=str(seat.student_id),
        name=seat.student_name,
        status=status,
        tone=tone,
        credits=f"{count(seat.remaining_sessions, 'session')} to book, {seat.scheduled_sessions} scheduled",
        next_line=_next_line(seat, zone),
        ends_at=iso(seat.release_at) if in_grace else "",
        renewal=_renewal(seat.status, left),
        can_release=seat.status != SeatStatus.HELD.value,
    )


def count(number: int, thing: str) -> str:
    """A number of things: "1 session", "3 sessions"."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def find(seats: list[SeatView], student_id: UUID) -> SeatView | None:
    """The student's seat among these."""
    return next((s for s in seats if s.student_id == student_id), None)


def _next_line(seat: SeatView, zone: str) -> str:
    if seat.status == SeatStatus.GRACE.value and seat.release_at:
        return f"Without a renewal, the seat goes to the waitlist or back on sale on {when(seat.release_at, zone)}."
    if seat.is_offered and seat.held_until:
        return f"Offered from your waitlist, and held until {when(seat.held_until, zone)}."
    if seat.status == SeatStatus.HELD.value and seat.held_until:
        return f"The seat is held for a running checkout until {when(seat.held_until, zone)}."
    if seat.remaining_sessions:
        return f"{seat.student_name} can book {count(seat.remaining_sessions, 'more session')}."
    return seat.next_step


def _renewal(status: str, left: int) -> str:
    if status not in (SeatStatus.ACTIVE.value, SeatStatus.GRACE.value) or not renewal_due(left):
        return ""
    if status == SeatStatus.ACTIVE.value and not left:
        return ""  # What keeps this seat is frozen: somebody decides about it first.
    return "One session is left to complete." if left else "No session is left."
