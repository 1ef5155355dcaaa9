"""What a student reads about a seat, held against what happens to it."""

from datetime import datetime
from uuid import UUID

from support.books import Books

from mentorship.schemas.packs import SeatView
from mentorship.services.texts import when

Pair = tuple[UUID, UUID]


def check_promise(view: SeatView, zone: str, promises: dict[Pair, datetime], books: Books, now: datetime) -> None:
    """Assert that a seat's view says what is next, and that no release comes before the time promised for it.

    ``promises`` keeps that time for each (mentor, student) pair from one look to the next.
    """
    pair = view.mentor_id, view.student_id
    promised = promises.pop(pair, None)
    if view.status == "grace":
        assert view.release_at is not None
        assert when(view.release_at, zone) in view.next_step
        assert promised is None or view.release_at >= promised, "the promised time has come closer"
        promises[pair] = view.release_at
    elif view.status == "active":
        frozen = sum(p.frozen for p in books.packs if (p.mentor_id, p.student_id) == pair)
        assert view.remaining_sessions or view.scheduled_sessions or frozen
        assert view.next_step
    elif view.status == "held":
        assert view.held_until is not None
        assert when(view.held_until, zone) in view.next_step
    else:
        assert view.next_step.startswith("There is no seat now.")
        by_hand = _last_release(books, pair) != "Grace is over"
        assert promised is None or promised <= now or by_hand, "released before the promised time"


def _last_release(books: Books, pair: Pair) -> str:
    seat = next(s for s in books.seats if (s.mentor_id, s.student_id) == pair)
    rows = [a for a in books.audit if a.subject_id == str(seat.id) and a.action == "seat_released"]
    return str(rows[-1].after.get("reason", "")) if rows else ""
