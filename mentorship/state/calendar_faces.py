"""How the facts about a mentor's calendar become the finished texts of their pages."""

from mentorship.domain.calendars import Proposal
from mentorship.schemas.calendars import CalendarChoice, CalendarFace, CalendarSettings, ProposalFace, ProposalView
from mentorship.state.times import moment, period

CLOSED = "Until it is, no time of yours is offered, as you chose."
OPEN = "Until it is, students can book your weekly hours, also where your own calendar has something by now."


def proposal_face(view: ProposalView, zone: str) -> ProposalFace:
    """What the mentor did to a session's event, for the mentor, who reads in ``zone``."""
    name, was = view.student_name, period(view.starts_at, view.ends_at, zone)
    if view.kind == Proposal.DELETED.value:
        return ProposalFace(
            id=str(view.session_id),
            student=name,
            when=was,
            happened="You deleted it in Google Calendar. The session still takes place.",
            accept="Cancel the session",
            title=f"Cancel the session with {name}?",
            consequence=f"{name}'s credit comes back, the time is free again, and {name} gets a mail.",
        )
    if view.proposed_start is None or view.proposed_end is None:
        happened, accept = "In Google Calendar it lasts whole days now. The session is still at its time.", ""
        return ProposalFace(id=str(view.session_id), student=name, when=was, happened=happened, accept=accept)
    to = moment(view.proposed_start, zone)
    return ProposalFace(
        id=str(view.session_id),
        student=name,
        when=was,
        happened=f"Moved in Google to {period(view.proposed_start, view.proposed_end, zone)}. "
        "The session is still at its time.",
        accept=f"Move the session to {to}",
        title=f"Move the session with {name}?",
        consequence=f"It moves from {moment(view.starts_at, zone)} to {to}, and {name} gets a mail with the new time.",
    )


def calendar_face(choice: CalendarChoice) -> CalendarFace:
    """A calendar of the account."""
    note = "Yours" if choice.is_writable else "Somebody else's, or read only"
    problem = "Google does not let us read it at the moment." if choice.problem else ""
    return CalendarFace(choice.calendar_id, choice.name, note, choice.is_writable, choice.is_read, problem)


def banner(settings: CalendarSettings) -> str:
    """What is wrong with the connection, and what that means for bookings; empty while all is well."""
    if not settings.problem:
        return ""
    if settings.state == "revoked":
        follows = CLOSED if settings.when_unread == "stop" else OPEN
        return f"{settings.problem} Connect it again. {follows}"
    return f"{settings.problem} {'No time of yours is offered for now.' if settings.stops_bookings else ''}".strip()


def read_line(settings: CalendarSettings, zone: str) -> str:
    """When the calendars were read last, and how we learn of changes."""
    if settings.state != "connected":
        return ""
    if settings.read_at is None:
        return "It is being read for the first time."
    how = "Google tells us about changes." if settings.is_watched else "We look again every five minutes."
    return f"Last read {moment(settings.read_at, zone)}. {how}"
