"""Calendar entries: one per session, which calendars create, move and remove by themselves."""

from datetime import datetime
from email.utils import parseaddr

from icalendar import Calendar, Event, vCalAddress, vText

from mentorship.db.models import Session, User
from mentorship.domain.booking import SessionStatus
from mentorship.domain.text import one_line
from mentorship.gateways.ports import Attachment


def invitation(
    session: Session, mentor: User, student: User, *, organizer: str, summary: str, url: str, now: datetime
) -> Attachment:
    """The session as an iCalendar message: a request while it is scheduled, a cancelation once it is canceled.

    ``organizer`` is our sender, as "Name <address>".
    """
    method = "CANCEL" if _is_canceled(session) else "REQUEST"
    event = entry(session, summary=summary, url=url, stamp=now)
    event.add("organizer", _address(*parseaddr(organizer)))
    for person in (student, mentor):
        attendee = _address(person.name, person.email)
        attendee.params["role"] = vText("REQ-PARTICIPANT")
        attendee.params["partstat"] = vText("ACCEPTED")
        attendee.params["rsvp"] = vText("FALSE")
        event.add("attendee", attendee)
    calendar = new_calendar(method)
    calendar.add_component(event)
    return Attachment("session.ics", calendar.to_ical(), "application/ics", method)


def new_calendar(method: str) -> Calendar:
    """An empty calendar of ours with this method: REQUEST, CANCEL or PUBLISH."""
    calendar = Calendar()
    calendar.add("prodid", "-//Mentorship//Sessions//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def entry(session: Session, *, summary: str, url: str, stamp: datetime) -> Event:
    """The session as one entry, the same in every file and mail.

    The UID never changes and SEQUENCE grows with each change, so that a calendar keeps one entry. Times are in UTC;
    every calendar shows them in its owner's zone. ``stamp`` says as of when this is so.
    """
    event = Event()
    event.add("uid", f"session-{session.id}@mentorship")
    event.add("sequence", session.sequence)
    event.add("dtstamp", stamp)
    event.add("dtstart", session.starts_at)
    event.add("dtend", session.ends_at)
    event.add("summary", _plain(summary))
    event.add("description", f"Join, move or cancel: {url}")
    event.add("url", url)
    event.add("status", "CANCELLED" if _is_canceled(session) else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if _is_canceled(session) else "OPAQUE")
    return event


def _is_canceled(session: Session) -> bool:
    return session.status == SessionStatus.CANCELED.value


def _address(name: str, address: str) -> vCalAddress:
    found = vCalAddress(f"mailto:{one_line(address)}")
    found.params["cn"] = vText(_plain(name).replace('"', "'"))
    return found


def _plain(text: str) -> str:
    """One line without backslashes: calendars do not agree on how one is written, nor on what follows it."""
    return one_line(text).replace("\\", "/")
