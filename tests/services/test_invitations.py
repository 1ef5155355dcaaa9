"""Invitations through the real mail path: what two people's calendars make of a session's life."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from icalendar import Calendar, Event
from support.house import House, MentorPerson, Person, make_house

from mentorship.db.engine import Database
from mentorship.gateways.mail import SmtpMailer
from mentorship.sandbox.mail import MailServer
from mentorship.sandbox.store import Store
from mentorship.schemas.bookings import SessionView
from mentorship.services.availability import list_slots
from mentorship.services.bookings import cancel_session, reschedule_session

HOSTILE = [
    'Zoë "The, Boss"; O\\Hara: 🎉',
    "Ωμέγα " * 15 + "the very long",
    "N\\nBEGIN:VEVENT,;:^n^'x",
    "'quoted' ^ \u202eright to left\u202c %0d%0a",
]
"""Names that people may have: what the sign-up form lets through, on one line."""


class Inboxes:
    """The sandbox's mail server and what it has taken."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read = 0

    def new(self) -> list[EmailMessage]:
        """The messages since the last look, oldest first, parsed from their raw source."""
        with self._store.read() as tx:
            ids = sorted(mail.id for mail in tx.list_mails("@", 2000) if mail.id > self._read)
            found = [tx.find_mail(mail_id) for mail_id in ids]
        self._read = max([self._read, *ids])
        return [message_from_bytes(mail.raw, policy=policy.default) for mail in found if mail]


@pytest.fixture
def inboxes(tmp_path: Path, database: Database) -> Iterator[tuple[House, Inboxes]]:
    """A house that sends over SMTP to the sandbox's server."""
    store = Store(tmp_path / "mail.db")
    house = make_house(database)
    server = MailServer(store, house.clock.now, 0)
    server.start()
    mailer = SmtpMailer(f"smtp://127.0.0.1:{server.port}", house.deps.site.mail_from)
    yield make_house(database, mailer=mailer, clock=house.clock), Inboxes(store)
    server.stop()
    store.close()


def _booked(house: House, student: str = "Ada Student", mentor: str = "Grace Mentor") -> tuple[Person, MentorPerson]:
    return house.student(student, "America/New_York"), house.mentor(mentor, time_zone="Asia/Kolkata")


def _entry(message: EmailMessage) -> tuple[str, Event]:
    """The method and the entry of a message's invitation; its three bearers must agree."""
    (part,) = [p for p in message.walk() if p.get_content_type() == "text/calendar"]
    (file,) = message.iter_attachments()
    raw = part.get_payload(decode=True)
    assert isinstance(raw, bytes)
    assert file.get_payload(decode=True) == raw
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert not re.search(rb"[^\r]\n", raw)
    calendar = Calendar.from_ical(raw)
    (event,) = calendar.walk("VEVENT")
    assert part.get_param("method") == str(calendar["METHOD"])
    return str(calendar["METHOD"]), event


def _told(house: House, inboxes: Inboxes, people: tuple[Person, Person]) -> dict[str, tuple[str, Event]]:
    """What each of the two was sent by now, by address: exactly one invitation each."""
    house.drain()
    messages = [m for m in inboxes.new() if any(p.get_content_type() == "text/calendar" for p in m.walk())]
    found = {str(m["To"].addresses[0].addr_spec): _entry(m) for m in messages}
    assert len(messages) == len(found) == 2
    assert set(found) == {p.me.email for p in people}
    return found


def _move(house: House, student: Person, mentor: MentorPerson, session: SessionView, nth: int) -> SessionView:
    at = list_slots(house.ctx(student), mentor_id=mentor.mentor_id).slots[nth].starts_at
    return reschedule_session(house.ctx(student), session_id=session.id, starts_at=at)


def test_both_calendars_follow_a_session_through_its_life(inboxes: tuple[House, Inboxes]) -> None:
    house, post = inboxes
    people = _booked(house)
    house.buy_pack(*people)
    house.drain()
    post.new()

    booked = house.book(*people, 60)
    first = _told(house, post, people)
    house.pass_time(minutes=5)
    moved = _move(house, *people, booked, 90)
    second = _told(house, post, people)
    house.pass_time(minutes=5)
    cancel_session(house.ctx(people[1]), session_id=booked.id, reason="ill")
    third = _told(house, post, people)

    for address in first:
        lives = [found[address] for found in (first, second, third)]
        assert [method for method, _ in lives] == ["REQUEST", "REQUEST", "CANCEL"]
        entries = [entry for _, entry in lives]
        assert {str(e["UID"]) for e in entries} == {f"session-{booked.id}@mentorship"}
        assert [int(e["SEQUENCE"]) for e in entries] == [0, 1, 2]
        assert [str(e["STATUS"]) for e in entries] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
        starts = [booked.starts_at, moved.starts_at, moved.starts_at]
        assert [e["DTSTART"].dt for e in entries] == starts
        assert [e["DTEND"].dt for e in entries] == [at + timedelta(hours=1) for at in starts]
        stamps = [e["DTSTAMP"].dt for e in entries]
        assert stamps == sorted(set(stamps))
        assert {str(e["ORGANIZER"]) for e in entries} == {"mailto:hello@example.com"}


def test_a_mail_that_goes_out_late_carries_what_is_true_then(inboxes: tuple[House, Inboxes]) -> None:
    house, post = inboxes
    people = _booked(house)
    house.buy_pack(*people)
    house.drain()
    post.new()
    booked = house.book(*people, 60)
    moved = _move(house, *people, booked, 90)
    for method, entry in _told(house, post, people).values():
        assert (method, int(entry["SEQUENCE"]), entry["DTSTART"].dt) == ("REQUEST", 1, moved.starts_at)
    again = _move(house, *people, booked, 100)
    cancel_session(house.ctx(people[0]), session_id=booked.id)
    for method, entry in _told(house, post, people).values():
        assert (method, int(entry["SEQUENCE"]), entry["DTSTART"].dt) == ("CANCEL", 3, again.starts_at)


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_only_names(inboxes: tuple[House, Inboxes], name: str) -> None:
    house, post = inboxes
    student, mentor = _booked(house, student=name.strip(), mentor=name[::-1].strip())
    house.buy_pack(student, mentor)
    house.drain()
    post.new()
    house.book(student, mentor, 60)
    found = _told(house, post, (student, mentor))
    for reader, other in ((student, mentor), (mentor, student)):
        _, entry = found[reader.me.email]
        assert str(entry["SUMMARY"]) == f"Mentorship session with {_plain(other)}"
        named = {str(a): str(a.params["CN"]) for a in entry["ATTENDEE"]}
        assert named == {f"mailto:{p.me.email}": _plain(p).replace('"', "'") for p in (student, mentor)}
        assert set(entry) == {
            *("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "URL", "STATUS", "TRANSP"),
            *("ORGANIZER", "ATTENDEE"),
        }


def _plain(person: Person) -> str:
    """A name as calendars get it: what is hostile about a backslash is gone, and nothing else."""
    return person.me.name.replace("\\", "/")
