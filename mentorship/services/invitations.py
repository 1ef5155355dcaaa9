"""Calendar invitations: one entry per session that calendars create, move and remove by themselves."""

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

    The UID never changes and SEQUENCE grows with each change, so that a calendar keeps one entry. Times are in UTC;
    every calendar shows them in its owner's zone. ``organizer`` is our sender, as "Name <address>".
    """
    canceled = session.status == SessionStatus.CANCELED.value
    method = "CANCEL" if canceled else "REQUEST"
    event = Event()
    event.add("uid", f"session-{session.id}@mentorship")
    event.add("sequence", session.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", session.starts_at)
    event.add("dtend", session.ends_at)
    event.add("summary", one_line(summary))
    event.add("description", f"Join, move or cancel: {url}")
    event.add("url", url)
    event.add("status", "CANCELLED" if canceled else "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("organizer", _address(*parseaddr(organizer)))
    for person in (student, mentor):
        attendee = _address(person.name, person.email)
        attendee.params["role"] = vText("REQ-PARTICIPANT")
        attendee.params["partstat"] = vText("ACCEPTED")
        attendee.params["rsvp"] = vText("FALSE")
        event.add("attendee", attendee)
    calendar = Calendar()
    calendar.add("prodid", "-//Mentorship//Sessions//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    return Attachment("session.ics", calendar.to_ical(), "application/ics", method)


def _address(name: str, address: str) -> vCalAddress:
    found = vCalAddress(f"mailto:{one_line(address)}")
    found.params["cn"] = vText(one_line(name).replace('"', "'"))
    return found
