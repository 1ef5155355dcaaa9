"""Before an admin grants a pack: finding the student, and saying what the grant will do."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from mentorship.db.packs import seat_state
from mentorship.domain.actors import Access, Role
from mentorship.domain.errors import NotFound, SoldOut
from mentorship.domain.seats import SeatStatus, seats_left
from mentorship.schemas.admin import GrantQuote, StudentFound
from mentorship.services.context import Context
from mentorship.services.seats import has_room, require_mentor
from mentorship.services.use_case import use_case

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=120)]
MOST_FOUND = 8


@use_case(Access.ADMIN)
def find_students(ctx: Context, *, words: Words) -> list[StudentFound]:
    """Students whose name or e-mail address contains the words, by name, at most eight."""
    with ctx.begin(read_only=True) as uow:
        found = uow.people.search(words.replace("\0", ""), Role.STUDENT.value, MOST_FOUND)
        return [StudentFound(u.id, u.name, u.email) for u in found]


@use_case(Access.ADMIN)
def quote_grant(
    ctx: Context, *, student_id: UUID, mentor_id: UUID, sessions: Annotated[int, Field(ge=1, le=50)]
) -> GrantQuote:
    """What granting this pack now would do.

    Raises:
        NotFound: there is no such student or mentor.
        SoldOut: the mentor has no seat for this student.
    """
    with ctx.begin(read_only=True) as uow:
        mentor, student = require_mentor(uow, mentor_id), uow.people.user(student_id)
        if student is None or student.role != Role.STUDENT.value:
            raise NotFound("There is no student with this id.")
        if not has_room(ctx, uow, mentor, student_id):
            raise SoldOut(fix="Give the mentor more seats, or release one.")
        own = next(iter(uow.catalog.products([mentor_id])[mentor_id]), None)
        seat = seat_state(uow.seats.get(mentor_id, student_id))
        return GrantQuote(
            student=student.name,
            mentor=mentor.name,
            sessions=sessions,
            session_minutes=own.session_minutes if own else 60,
            validity_days=own.validity_days if own else 30,
            takes_seat=seat.status not in (SeatStatus.ACTIVE, SeatStatus.GRACE),
            seats_left=seats_left(mentor.max_active_students, uow.seats.taken([mentor_id], ctx.now)[mentor_id]),
        )
