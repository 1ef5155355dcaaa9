"""How a student's sessions read: when, what may still be done, and what that would cost."""

from datetime import datetime

from mentorship.domain.policy import Policy, hours_text
from mentorship.schemas.bookings import SessionView
from mentorship.schemas.pages import SessionFace, Tone
from mentorship.schemas.students import OwnSession
from mentorship.state import times

_STATUS: dict[str, tuple[str, Tone]] = {
    "scheduled": ("Booked", "good"),
    "completed": ("Took place", "neutral"),
    "canceled": ("Canceled", "neutral"),
    "no_show": ("Missed", "warning"),
}


def own_session(session: SessionView, portrait: str, zone: str, now: datetime) -> OwnSession:
    """A session of the student's, with both clocks and the consequences of changing it."""
    status, tone = _STATUS[session.status]
    upcoming = session.status == "scheduled"
    minutes = int((session.ends_at - session.starts_at).total_seconds() // 60)
    face = SessionFace(
        id=str(session.id),
        title=f"Session of {minutes} minutes",
        with_name=session.mentor_name,
        with_portrait=portrait,
        when=times.period(session.starts_at, session.ends_at, zone),
        other_when=times.for_other(session.starts_at, zone, session.mentor_zone, session.mentor_name),
        starts_at=times.iso(session.starts_at),
        status=status,
        tone=tone,
        join_note=reminder_note() if upcoming else "",
        upcoming=upcoming,
    )
    return OwnSession(
        face=face,
        can_move=session.can_reschedule,
        can_cancel=session.can_cancel,
        rule=_rule(session, zone) if upcoming else "",
        consequence=consequence(session, zone),
        returns_credit=session.cancel_returns_credit,
        notes=session.notes,
        recording_url=session.recording_url if session.recording_url.startswith("https://") else "",
        reason=session.reason,
        why_not_move=session.why_not_reschedule if upcoming else "",
        why_not_cancel=session.why_not_cancel if upcoming else "",
        cost=_cost(session, zone, now),
    )


def reminder_note() -> str:
    """When the reminders of a session go out: "24 hours, 1 hour and 10 minutes before"."""
    *most, last = [hours_text(lead) for lead in Policy().session_reminders]
    return f"We remind you by mail {', '.join(most)} and {last} before it starts."


def consequence(session: SessionView, zone: str) -> str:
    """What canceling now would do to the credit, as the use case will do it."""
    free_until = times.moment(session.cancel_free_until, zone)
    if session.cancel_returns_credit:
        return f"Cancel now and your credit comes back. After {free_until} it does not."
    return f"Your credit could come back until {free_until}. Cancel now and it is used."


def consequence_of_moving(session: SessionView) -> str:
    """What moving costs, and how often it can be done after that."""
    left = max(session.moves_left - 1, 0)
    after = "It cannot be moved again after that." if not left else f"You can move it {_times(left)} more after that."
    return f"Moving costs nothing. {after}"


def _rule(session: SessionView, zone: str) -> str:
    free_until = times.moment(session.cancel_free_until, zone)
    if session.can_reschedule:
        return f"Move or cancel free of charge until {free_until}. You can move it {_times(session.moves_left)}."
    if session.cancel_returns_credit:
        return f"It cannot be moved again. Cancel free of charge until {free_until}."
    return f"The time to move it or cancel free of charge ended {free_until}."


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _cost(session: SessionView, zone: str, now: datetime) -> str:
    """What a canceled or missed session used, and who could still give it back."""
    if not session.used_credit or session.status not in ("canceled", "no_show"):
        return ""
    if now > session.waive_until:
        return "It used one credit."
    first, until = session.mentor_name.partition(" ")[0], times.moment(session.waive_until, zone)
    return f"It used one credit. Was there a good reason? Ask {first} to waive it: that is possible until {until}."
