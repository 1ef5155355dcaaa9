"""Granting a pack: find the student, say what will happen, do it once."""

import secrets
from typing import Any

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.domain.errors import InvalidInput
from mentorship.schemas.admin import GrantQuote
from mentorship.schemas.desk import PersonFace
from mentorship.services.grants import find_students, quote_grant
from mentorship.services.packs import grant_pack
from mentorship.state.calls import call, doing, handler, tell
from mentorship.state.desk_faces import count

NOBODY = PersonFace()


class AdminGrant(rx.State):
    """The form that grants a pack. What is granted is what was quoted, under one request key."""

    busy: str = ""
    searched: str = ""
    people: list[PersonFace] = []
    student: PersonFace = NOBODY
    consequence: str = ""
    asking: bool = False
    _terms: dict[str, Any] = {}

    @handler(Access.ADMIN)
    async def search(self, form: dict[str, Any]) -> None:
        """Find students by a part of their name or e-mail address."""
        async with doing(self, "search"):
            words = form.get("words", "")
            if not isinstance(words, str) or len(words.strip()) < 2:
                raise InvalidInput("Type at least two letters of the name or e-mail address.")
            found = await call(find_students, words=words)
            async with self:
                self.searched = words.strip()
                self.people = [PersonFace(str(p.id), p.name, p.email) for p in found]
                self.student = NOBODY

    @handler(Access.ADMIN)
    async def choose(self, student_id: str) -> None:
        """Take one of the people found."""
        async with self:
            self.student = next((p for p in self.people if p.id == student_id), NOBODY)

    @handler(Access.ADMIN)
    async def start_again(self) -> None:
        """Choose somebody else."""
        async with self:
            self.reset()

    @handler(Access.ADMIN)
    async def ask(self, form: dict[str, Any]) -> None:
        """Open the dialog that says what this grant would do."""
        async with self:
            student = self.student
        async with doing(self, "ask"):
            terms = _terms(form, student.id)
            quote = await call(quote_grant, **{k: terms[k] for k in ("student_id", "mentor_id", "sessions")})
            terms |= {"session_minutes": quote.session_minutes, "validity_days": quote.validity_days}
            async with self:
                self._terms = terms | {"request_key": secrets.token_urlsafe(16)}
                self.consequence = _consequence(quote)
                self.asking = True

    @handler(Access.ADMIN)
    async def put_away(self) -> None:
        """Close the dialog; nothing is granted."""
        async with self:
            self.asking = False

    @handler(Access.ADMIN)
    async def grant(self) -> None:
        """Grant what the dialog says."""
        async with self:
            terms, student = dict(self._terms), self.student
        async with doing(self, "grant"):
            if not terms:
                raise InvalidInput(fix="Fill in the form first.")
            pack = await call(grant_pack, **terms)
            async with self:
                self.reset()
            await tell(self, f"{student.name} has {count(pack.granted, 'session')} and gets a mail.")


def _terms(form: dict[str, Any], student_id: str) -> dict[str, Any]:
    sessions = form.get("sessions")
    if not student_id:
        raise InvalidInput("Choose a student first.")
    if not form.get("mentor_id"):
        raise InvalidInput("Choose a mentor first.")
    if not (isinstance(sessions, str) and sessions.isdecimal() and 1 <= len(sessions) <= 2):
        raise InvalidInput("The number of sessions must be a whole number from 1 to 50.")
    return {
        "student_id": student_id,
        "mentor_id": form["mentor_id"],
        "sessions": int(sessions),
        "reason": form.get("reason", ""),
    }


def _consequence(quote: GrantQuote) -> str:
    until = f"valid for {quote.validity_days} days" if quote.validity_days else "without an end date"
    seat = (
        f"This takes one of {quote.mentor}'s {count(quote.seats_left, 'free seat')}."
        if quote.takes_seat
        else f"{quote.student} keeps the seat with {quote.mentor}."
    )
    return (
        f"{quote.student} gets {count(quote.sessions, 'session')} of {quote.session_minutes} minutes with "
        f"{quote.mentor}, {until}, and a mail with your reason. {seat} No money moves."
    )
