"""A mentor with a calendar at Google's stand-in, and a student with a pack."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from support.google import GoogleStand
from support.house import House, MentorPerson, Person

from mentorship.domain.slots import Interval
from mentorship.sandbox import google_events
from mentorship.schemas.bookings import SessionView
from mentorship.schemas.calendars import CalendarSettings, ProposalView
from mentorship.services.availability import list_slots
from mentorship.services.calendar_proposals import calendar_desk
from mentorship.services.calendar_sync import read_calendar
from mentorship.services.calendars import calendar_settings, finish_connecting, start_connecting


@dataclass
class CalendarWorld:
    """People, and the few things that every test does."""

    house: House
    google: GoogleStand
    mentor: MentorPerson
    student: Person

    @property
    def email(self) -> str:
        return self.mentor.me.email

    def connect(self, account: str = "") -> CalendarSettings:
        """Go through the consent page, and let the jobs do what follows."""
        url = start_connecting(self.house.ctx(self.mentor))
        answer = self.google.consent(url, account or self.email)
        settings = finish_connecting(self.house.ctx(self.mentor), state=answer["state"], code=answer["code"])
        self.house.drain()
        return settings

    def settings(self) -> CalendarSettings:
        return calendar_settings(self.house.ctx(self.mentor))

    def read(self) -> str:
        """Read the calendars now."""
        return read_calendar(self.house.system(), mentor_id=self.mentor.mentor_id)

    def starts(self) -> list[datetime]:
        return [s.starts_at for s in list_slots(self.house.ctx(self.student), mentor_id=self.mentor.mentor_id).slots]

    def book(self, nth: int = 0) -> SessionView:
        """Book, and let the event be written."""
        session = self.house.book(self.student, self.mentor, nth)
        self.house.drain()
        return session

    def event(self) -> dict[str, Any]:
        """The one event of ours in the mentor's calendar."""
        (event,) = self.google.ours(self.email)
        return event

    def times(self) -> list[Interval]:
        """When our events are."""
        return [
            Interval(datetime.fromisoformat(e["start"]["dateTime"]), datetime.fromisoformat(e["end"]["dateTime"]))
            for e in self.google.ours(self.email)
        ]

    def move_in_google(self, to: datetime) -> None:
        """Be the mentor who drags the event."""
        at = to.strftime("%Y-%m-%dT%H:%M")
        event = self.event()["id"]
        pressed = self.google.press(account=self.email, calendar=self.email, id=event, action="move", at=at)
        assert pressed.status_code == 303, pressed.text

    def delete_in_google(self) -> None:
        """Be the mentor who deletes the event."""
        self.google.press(account=self.email, calendar=self.email, id=self.event()["id"], action="delete")

    def edit_in_google(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Be the mentor who edits the event in any other way."""
        with self.google.tx() as tx:
            calendar = tx.calendar(self.email, self.email)
            body = self.event_in(tx)
            change(body)
            google_events.change(tx, calendar, body["id"], body, self.house.clock.now(), whole=False)

    def event_in(self, tx: Any) -> dict[str, Any]:
        return next(e for _, e in tx.events(self.email) if "extendedProperties" in e and e["status"] != "cancelled")

    def proposals(self) -> tuple[ProposalView, ...]:
        return calendar_desk(self.house.ctx(self.mentor)).proposals
