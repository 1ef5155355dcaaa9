"""A letter: the words of one notice, before they are laid out as text and HTML."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from mentorship.db.models import Mentor, User
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.seats import seats_left
from mentorship.gateways.ports import Attachment
from mentorship.services.context import Context
from mentorship.services.texts import when


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of the letter's card; the note stands small below the value."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """The one thing to do next."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What a person is told. ``preview`` is what an inbox shows beside the subject."""

    subject: str
    preview: str
    heading: str
    lines: Sequence[str]
    button: Button
    facts: Sequence[Fact] = ()
    after: Sequence[str] = ()
    attachments: tuple[Attachment, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Notice:
    """A promised notice, its reader, and the state it is written from."""

    ctx: Context
    uow: UnitOfWork
    reader: User
    data: dict[str, Any]
    promised_at: datetime

    def id(self, name: str) -> UUID:
        """An id among the notice's data."""
        return UUID(self.data[name])

    def url(self, path: str) -> str:
        """The address of one of our pages."""
        return self.ctx.site.public_url.rstrip("/") + path

    def when(self, instant: datetime) -> str:
        """An instant in the reader's own zone."""
        return when(instant, self.reader.time_zone)

    def seats_left(self, mentor: Mentor) -> int:
        """How many seats of a mentor are on sale."""
        taken, waiting = (
            found([mentor.id], self.ctx.now)[mentor.id] for found in (self.uow.seats.taken, self.uow.waitlist.waiting)
        )
        return seats_left(mentor.max_active_students, taken, waiting)

    def renew(self, mentor: Mentor, label: str = "Renew now") -> Button:
        """The way to another pack with this mentor."""
        return Button(label, self.url(f"/mentors/{mentor.slug}"))

    def book(self, mentor: Mentor, label: str) -> Button:
        """The way to this mentor's free times."""
        return Button(label, self.url(f"/calendar?mentor={mentor.slug}"))


def sessions_text(count: int) -> str:
    """A number of sessions as people say it: "1 session", "4 sessions"."""
    return f"{count} session" if count == 1 else f"{count} sessions"
