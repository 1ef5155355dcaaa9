"""Which of a student's seats and packs a picked time is about, as the use cases will decide it."""

from datetime import datetime
from uuid import UUID

from mentorship.domain.booking import BookablePack, choose_pack
from mentorship.domain.errors import DomainError
from mentorship.schemas.bookings import SessionView
from mentorship.schemas.packs import Holdings, PackView, SeatView
from mentorship.schemas.students import MentorChoice


def seat_of(holdings: Holdings, bookable: list[SeatView], session: SessionView | None, wanted: str) -> SeatView | None:
    if session is not None:
        return next((s for s in holdings.seats if s.mentor_id == session.mentor_id), None)
    named = (s for s in bookable if wanted in (s.mentor_slug, str(s.mentor_id)))
    return next(named, bookable[0] if bookable else None)


def packs_of(holdings: Holdings, mentor_id: UUID, session: SessionView | None) -> list[PackView]:
    if session is not None:
        return [p for p in holdings.packs if p.id == session.pack_id]
    return [p for p in holdings.packs if p.mentor_id == mentor_id and p.remaining_sessions]


def pack_that_pays(packs: list[PackView], start: datetime, session: SessionView | None) -> PackView | None:
    """The pack that pays for a time, by the rule that books it; a session that is moved stays with its own."""
    if session is not None:
        return next((p for p in packs if p.expires_at is None or start < p.expires_at), None)
    try:
        chosen = choose_pack(
            (BookablePack(p.id, p.remaining_sessions, p.expires_at, p.created_at) for p in packs), start
        )
    except DomainError:
        return None
    return next(p for p in packs if p.id == chosen.id)


def mentor_choice(seat: SeatView) -> MentorChoice:
    left = seat.remaining_sessions
    return MentorChoice(
        slug=seat.mentor_slug,
        name=seat.mentor_name,
        portrait=seat.portrait,
        left="1 session to book" if left == 1 else f"{left} sessions to book",
    )
