"""Planning a pack: a series of sessions as it could be booked, what is to be changed in it, and all of it booked."""

from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx
from pydantic import AwareDatetime

from mentorship.domain.actors import Access, Role
from mentorship.domain.errors import DomainError, PlanRefused
from mentorship.schemas.plans import PlanProposal
from mentorship.schemas.students import PlanRow
from mentorship.services.packs import my_packs
from mentorship.services.plans import MOST_SESSIONS, book_plan, propose_plan
from mentorship.services.seats import mentor_topic, student_topic
from mentorship.state import times
from mentorship.state.auth import HOMES, reader_zone
from mentorship.state.calls import asked, call, doing, handler, me, tell
from mentorship.state.live import watchers
from mentorship.state.plan_rows import SKIPPED, chosen_starts, plan_rows


class Plan(rx.State):
    """A proposed series with one mentor, in the reader's zone. What is asked for is in the address."""

    mentor_slug: str = ""
    mentor_name: str = ""
    mentor_zone: str = ""
    weeks: str = "1"
    count: str = ""
    counts: list[str] = []
    rows: list[PlanRow] = []
    total: int = 0
    unsolved: int = 0
    summary: str = ""
    problem: str = ""
    busy: str = ""
    ready: bool = False
    _first: datetime | None = None
    _mentor_id: UUID | None = None
    _proposal: PlanProposal | None = None
    _choices: dict[str, str] = {}
    _request_key: str = ""

    @handler(Access.SIGNED_IN)
    async def load(self) -> Any:
        """Read the series that the address asks for, and again whenever a time of the mentor's changes hands."""
        known = me()
        if known is None or known.role != Role.STUDENT:
            return rx.redirect(HOMES[known.role] if known else "/sign-in")
        slug, first = asked(self, "mentor"), _instant(asked(self, "first"))
        if not slug:
            return rx.redirect("/calendar?plan=1")
        holdings = await call(my_packs)
        seat = next((s for s in holdings.seats if slug in (s.mentor_slug, str(s.mentor_id))), None)
        if seat is None or not seat.remaining_sessions:
            watchers.watch(self, Plan.load, student_topic(known.user_id))
            return await self._nothing("There is no session left to plan with this mentor.")
        if first is None:
            return rx.redirect(f"/calendar?{urlencode({'mentor': seat.mentor_slug, 'plan': 1})}")
        watchers.watch(self, Plan.load, student_topic(known.user_id), mentor_topic(seat.mentor_id))
        weeks: Literal[1, 2] = 2 if asked(self, "weeks") == "2" else 1
        most = min(seat.remaining_sessions, MOST_SESSIONS)
        typed = asked(self, "count")
        count = min(int(typed), most) if typed.isascii() and typed.isdigit() and int(typed) else most
        try:
            proposal = await call(propose_plan, mentor_id=seat.mentor_id, first=first, weeks=weeks, count=count)
        except DomainError as refusal:
            return await self._nothing(f"{refusal} {refusal.fix or ''}")
        zone = await reader_zone(self)
        async with self:
            if (self._mentor_id, self._first, self.weeks) != (seat.mentor_id, first, str(weeks)):
                self._choices, self._request_key = {}, token_urlsafe(16)
            self._mentor_id, self._first = seat.mentor_id, first
            self.mentor_slug, self.mentor_name = seat.mentor_slug, seat.mentor_name
            self.mentor_zone = proposal.mentor_zone
            self.weeks, self.count, self.counts = str(weeks), str(count), [str(n) for n in range(1, most + 1)]
            self._proposal = proposal
            self._show(zone)
            self.problem, self.ready = "", True
        return None

    async def _nothing(self, problem: str) -> None:
        async with self:
            self.rows, self.total, self.problem, self.ready = [], 0, problem.strip(), True

    def _show(self, zone: str) -> None:
        """Write the rows with what was chosen in them, and what booking them would use."""
        if self._proposal is None:
            return
        self.rows = plan_rows(self._proposal, self._choices, zone)
        self.total = len(chosen_starts(self._proposal, self._choices))
        self.unsolved = sum(row.state == "refused" for row in self.rows)
        left = self._proposal.credits - self.total
        credits = "1 credit" if self.total == 1 else f"{self.total} credits"
        first = self.mentor_name.partition(" ")[0]
        self.summary = f"Uses {credits}; {left or 'none'} left to book with {first} afterwards."

    @handler(Access.STUDENT)
    async def change_rhythm(self, weeks: Literal["1", "2"]) -> Any:
        """Propose it every week, or every other."""
        return self._again(weeks=weeks)

    @handler(Access.STUDENT)
    async def change_count(self, count: str) -> Any:
        """Propose more or fewer sessions."""
        return self._again(count=count)

    def _again(self, **changed: str) -> Any:
        if self._first is None:
            return None
        first = self._first.strftime("%Y-%m-%dT%H:%MZ")
        wanted = {"mentor": self.mentor_slug, "first": first, "weeks": self.weeks, "count": self.count} | changed
        return rx.redirect(f"/calendar/plan?{urlencode(wanted)}", replace=True)

    @handler(Access.STUDENT)
    async def replace(self, key: str, starts_at: AwareDatetime) -> None:
        """Take another time for one of the sessions, of those that are offered for it."""
        await self._choose(key, starts_at.astimezone(UTC).isoformat())

    @handler(Access.STUDENT)
    async def skip(self, key: str) -> None:
        """Leave one of the sessions out; its credit stays."""
        await self._choose(key, SKIPPED)

    @handler(Access.STUDENT)
    async def put_back(self, key: str) -> None:
        """Have a session as it was proposed."""
        await self._choose(key, "")

    async def _choose(self, key: str, choice: str) -> None:
        zone = await reader_zone(self)
        async with self:
            if self._proposal is None or all(step.wall_time != key for step in self._proposal.steps):
                return
            self._choices = self._choices | {key: choice}
            self._request_key = token_urlsafe(16)
            self._show(zone)

    @handler(Access.STUDENT)
    async def confirm(self) -> Any:
        """Book every session of the plan that was not left out; all of them, or none."""
        if self._proposal is None or self.unsolved:
            return None
        starts, mentor_id, key = chosen_starts(self._proposal, self._choices), self._mentor_id, self._request_key
        if not starts:
            return None
        onward: Any = Plan.load
        async with doing(self, "confirm"):
            try:
                done = await call(book_plan, mentor_id=mentor_id, starts=starts, request_key=key)
            except PlanRefused as refusal:
                zone = await reader_zone(self)
                at = times.moment(datetime.fromisoformat(refusal.starts_at), zone)
                await tell(self, f"Nothing was booked: {at} cannot be. {_reason(refusal)}", tone="bad")
            else:
                sessions = "1 session" if len(done) == 1 else f"{len(done)} sessions"
                said = f"Booked: {sessions} with {done[0].mentor_name}. Both of you get a mail for each."
                async with self:
                    self._proposal, self._first, self.rows, self.total = None, None, [], 0
                onward = rx.redirect("/sessions")
                await tell(self, said, page="/sessions")
        return onward


def _reason(refusal: PlanRefused) -> str:
    cause = refusal.__cause__
    return f"{cause} {refusal.fix or ''}".strip()


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
