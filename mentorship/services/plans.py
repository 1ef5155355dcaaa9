"""Plans: the sessions of a pack booked as a series, all of them or none."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field

from mentorship.db.people import MentorTerms, Pair
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain import series
from mentorship.domain.actors import Access
from mentorship.domain.errors import DomainError, NoCredit, PlanRefused
from mentorship.schemas.bookings import SessionView
from mentorship.schemas.catalog import Slot
from mentorship.schemas.plans import PlanProposal, PlanStep
from mentorship.services.arguments import Instant, RequestKey
from mentorship.services.bookings import place_session, seated_pair
from mentorship.services.context import Context
from mentorship.services.policies import policy
from mentorship.services.rehearsals import nearest_slots, rehearse
from mentorship.services.session_views import new_session_view, session_views
from mentorship.services.texts import when
from mentorship.services.use_case import use_case

MOST_SESSIONS = 50
NO_SUCH_TIME = "no_such_time"
Count = Annotated[int, Field(ge=1, le=MOST_SESSIONS)]


@use_case(Access.STUDENT)
def propose_plan(
    ctx: Context, *, mentor_id: UUID, first: Instant, weeks: Literal[1, 2] = 1, count: Count
) -> PlanProposal:
    """A series at the same time on the mentor's clock, every week or every other, with what can be booked of it now.

    Each session is judged as if those before it that can be booked were booked. Nothing is.

    Raises:
        NotFound: there is no such mentor.
        NoSeat: the caller has no active seat with this mentor.
        NoCredit: there are fewer credits than sessions asked for.
    """
    with rehearse(ctx, mentor_id, ctx.user_id) as uow:
        pair = seated_pair(ctx, uow, mentor_id)
        mentor, credits = pair.mentor, sum(p.available for p in pair.packs)
        if not credits:
            raise NoCredit()
        if count > credits:
            raise NoCredit(
                f"You have {credits} left to book with this mentor, not {count}.", fix=f"Plan {credits} at most."
            )
        steps = series.repeat(first, mentor.time_zone, weeks=weeks, count=count)
        judged = [_judge(ctx, uow, pair, step) for step in steps]
        return PlanProposal(mentor_id, mentor.name, mentor.time_zone, weeks, credits, judged)


@use_case(Access.STUDENT)
def book_plan(
    ctx: Context,
    *,
    mentor_id: UUID,
    starts: Annotated[list[Instant], Field(min_length=1, max_length=MOST_SESSIONS)],
    request_key: RequestKey | None = None,
) -> list[SessionView]:
    """Book a session at each of these times, or none at all. A repeated key books once.

    They are booked in the order of their times by the very function that books one, so each is checked with those
    before it in place and paid by the pack that expires first.

    Raises:
        NotFound: there is no such mentor.
        NoSeat: the caller has no active seat with this mentor.
        PlanRefused: one of them cannot be booked; the code says why, the sentence which.
    """
    with ctx.begin() as uow:
        uow.lock(mentor_id, ctx.user_id)
        keys = [f"{ctx.user_id}:{request_key}:{n}" if request_key else None for n in range(MOST_SESSIONS)]
        if request_key and (done := uow.bookings.by_requests([key for key in keys if key])):
            return session_views(ctx, uow, done)
        pair = seated_pair(ctx, uow, mentor_id)
        booked = []
        for starts_at, key in zip(sorted(starts), keys, strict=False):
            try:
                booked.append(place_session(ctx, uow, pair, starts_at, key))
                uow.write()
            except DomainError as refusal:
                sentence = f"Nothing was booked, because of {when(starts_at, pair.student.time_zone)}: {refusal}"
                raise PlanRefused(refusal.code, starts_at.isoformat(), sentence, fix=refusal.fix) from refusal
        rules = policy(uow, pair.mentor)
        return [new_session_view(ctx, pair, session, rules) for session in booked]


def _judge(ctx: Context, uow: UnitOfWork, pair: Pair, step: series.Step) -> PlanStep:
    mentor, wall = pair.mentor, step.wall.isoformat(timespec="minutes")
    if step.starts_at is None:
        reason = f"The clock in {mentor.time_zone} goes forward on this day and skips {step.wall:%H:%M}."
        return PlanStep(wall, None, NO_SUCH_TIME, reason, _near(ctx, uow, mentor, _as_if(step.wall, mentor.time_zone)))
    try:
        place_session(ctx, uow, pair, step.starts_at, None)
        uow.write()
    except DomainError as refusal:
        return PlanStep(wall, step.starts_at, refusal.code, str(refusal), _near(ctx, uow, mentor, step.starts_at))
    return PlanStep(wall, step.starts_at, "", "", [])


def _near(ctx: Context, uow: UnitOfWork, mentor: MentorTerms, wanted: datetime) -> list[Slot]:
    return nearest_slots(ctx, uow, mentor, ctx.user_id, wanted, mentor.time_zone)


def _as_if(wall: datetime, zone: str) -> datetime:
    """Where a skipped time would have been, had the clock not changed."""
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
