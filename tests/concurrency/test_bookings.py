"""One time of one mentor, many who want it: one session, and nobody else has paid for the try."""

import time
from collections import Counter
from datetime import datetime, timedelta
from functools import partial

import pytest
from support.house import House, MentorPerson, Person
from support.races import (
    at_once,
    crashes,
    crowd,
    everything,
    ledger_of,
    refusals,
    results,
    seat_crowd,
    take_guards_away,
    tally,
)

from mentorship.db.inserts import Batch
from mentorship.db.models import Pack, Session
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.credits import Entry
from mentorship.schemas.bookings import SessionView
from mentorship.services.availability import list_slots
from mentorship.services.bookings import book_session, cancel_session, reschedule_session
from mentorship.services.outcomes import complete_session, mark_no_show, waive_session
from mentorship.services.plans import book_plan

PEOPLE = 200


def _book(house: House, mentor: MentorPerson, at: datetime, student: Person) -> SessionView:
    return book_session(house.ctx(student), mentor_id=mentor.mentor_id, starts_at=at)


def _days(house: House, mentor: MentorPerson, count: int) -> list[datetime]:
    """One free time on each of the next days."""
    slots = list_slots(house.ctx(), mentor_id=mentor.mentor_id).slots
    return list({s.starts_at.date(): s.starts_at for s in reversed(slots)}.values())[::-1][:count]


def test_two_hundred_people_want_one_slot(house: House) -> None:
    mentor = house.mentor(capacity=PEOPLE)
    students = crowd(house, PEOPLE)
    seat_crowd(house, mentor, students)
    (slot,) = _days(house, mentor, 1)

    outcomes = at_once([partial(_book, house, mentor, slot, student) for student in students])

    (booked,) = results(outcomes)
    assert Counter(refusals(outcomes)) == {"taken": PEOPLE - 1}
    assert [s.id for s in everything(house, Session)] == [booked.id]
    assert Counter((p.available, p.reserved) for p in everything(house, Pack)) == {(4, 0): PEOPLE - 1, (3, 1): 1}
    assert ledger_of(house, Entry.RESERVE) == 1


def test_control_without_guards_one_slot_is_booked_twice(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    mentor = house.mentor(capacity=40)
    students = crowd(house, 40)
    seat_crowd(house, mentor, students)
    (slot,) = _days(house, mentor, 1)
    take_guards_away(house.deps.database, monkeypatch, "sessions")
    _dawdle_before_writing(monkeypatch)

    at_once([partial(_book, house, mentor, slot, student) for student in students])

    assert len(everything(house, Session)) > 1


def _dawdle_before_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A booking is so short that on a busy machine rivals would come one after the other."""
    keep = UnitOfWork.keep

    def keep_late(self: UnitOfWork, *batches: Batch) -> None:
        time.sleep(0.02)
        keep(self, *batches)

    monkeypatch.setattr(UnitOfWork, "keep", keep_late)


def _dawdle_before_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a single booking is committed long before a plan comes to its day."""
    finish = UnitOfWork.finish

    def finish_late(self: UnitOfWork) -> None:
        time.sleep(0.5)
        finish(self)

    monkeypatch.setattr(UnitOfWork, "finish", finish_late)


def _race_for_each(house: House, mentor: MentorPerson, rounds: int) -> list[list[SessionView | Exception]]:
    """On each of many days: one student books a time, another moves a session there at the same moment."""
    books, moves = crowd(house, 2)
    seat_crowd(house, mentor, [books, moves], credits=rounds)
    wanted = _days(house, mentor, rounds)
    own = [_book(house, mentor, at + timedelta(hours=6), moves) for at in wanted]
    works = []
    for at, session in zip(wanted, own, strict=True):
        works.append(partial(_book, house, mentor, at, books))
        works.append(partial(reschedule_session, house.ctx(moves), session_id=session.id, starts_at=at))
    outcomes = at_once(works)
    return [outcomes[i : i + 2] for i in range(0, len(outcomes), 2)]


def test_a_booking_against_a_move_into_the_same_slot(house: House) -> None:
    for pair in _race_for_each(house, house.mentor(), 12):
        assert len(results(pair)) == 1
        assert refusals(pair) == ["taken"]
    times = Counter(s.starts_at for s in everything(house, Session))
    assert max(times.values()) == 1


def test_control_without_guards_a_move_lands_on_a_booking(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    mentor = house.mentor()
    take_guards_away(house.deps.database, monkeypatch, "sessions")
    assert any(len(results(pair)) == 2 for pair in _race_for_each(house, mentor, 12))


def _begun_sessions(house: House, mentor: MentorPerson, count: int) -> list[SessionView]:
    """Sessions that have begun and wait for their outcome, each of a student of its own."""
    students = crowd(house, count)
    seat_crowd(house, mentor, students)
    days = _days(house, mentor, count)
    sessions = [_book(house, mentor, at, student) for at, student in zip(days, students, strict=True)]
    house.pass_time(days=count + 2)
    return sessions


def _close_each_way(house: House, mentor: MentorPerson, session: SessionView) -> list[partial[SessionView]]:
    return [
        partial(close, house.ctx(mentor), session_id=session.id)
        for close in (cancel_session, complete_session, mark_no_show)
    ]


def test_cancel_complete_and_no_show_of_the_same_session(house: House) -> None:
    mentor = house.mentor(capacity=12)
    sessions = _begun_sessions(house, mentor, 12)

    outcomes = at_once([work for session in sessions for work in _close_each_way(house, mentor, session)])

    assert crashes(outcomes) == []
    assert Counter(o.id for o in results(outcomes)) == {session.id: 1 for session in sessions}
    assert Counter(refusals(outcomes)) == {"session_not_open": 2 * len(sessions)}
    returned = tally(house, Session, "status").get("canceled", 0)
    assert ledger_of(house, Entry.RETURN) == returned
    assert ledger_of(house, Entry.CONSUME) == len(sessions) - returned


def test_control_without_guards_a_session_is_closed_in_more_than_one_way(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    mentor = house.mentor(capacity=12)
    sessions = _begun_sessions(house, mentor, 12)
    take_guards_away(house.deps.database, monkeypatch)

    outcomes = at_once([work for session in sessions for work in _close_each_way(house, mentor, session)])

    closed = Counter(o.id for o in results(outcomes))
    assert crashes(outcomes) or max(closed.values()) > 1


def test_a_credit_waived_by_many_at_once_comes_back_once(house: House) -> None:
    mentor = house.mentor()
    (session,) = _begun_sessions(house, mentor, 1)
    complete_session(house.ctx(mentor), session_id=session.id)

    outcomes = at_once(
        [partial(waive_session, house.ctx(mentor), session_id=session.id, reason="Bad line") for _ in range(12)]
    )

    assert len(results(outcomes)) == 1
    assert Counter(refusals(outcomes)) == {"nothing_to_waive": 11}
    assert ledger_of(house, Entry.RESTORE) == 1


def test_one_request_sent_by_many_tabs_books_once(house: House) -> None:
    mentor = house.mentor()
    (student,) = crowd(house, 1)
    seat_crowd(house, mentor, [student])
    (slot,) = _days(house, mentor, 1)

    outcomes = at_once(
        [
            partial(
                book_session,
                house.ctx(student),
                mentor_id=mentor.mentor_id,
                starts_at=slot,
                request_key="one-click-only",
            )
            for _ in range(12)
        ]
    )

    assert len({o.id for o in results(outcomes)}) == 1
    assert len(results(outcomes)) == 12
    assert ledger_of(house, Entry.RESERVE) == 1


def _plan(house: House, mentor: MentorPerson, starts: list[datetime], student: Person) -> list[SessionView]:
    return book_plan(house.ctx(student), mentor_id=mentor.mentor_id, starts=starts)


def _plans_and_bookings(house: House, mentor: MentorPerson, rounds: int) -> list[list[object]]:
    """Again and again two students plan four sessions each, at overlapping times, while a third books one of them."""
    plans, books = crowd(house, 2 * rounds), crowd(house, rounds)
    seat_crowd(house, mentor, [*plans, *books])
    days = _days(house, mentor, 5)
    works: list[partial[object]] = []
    for n in range(rounds):
        times = [day + timedelta(hours=2 * n) for day in days]
        works.append(partial(_plan, house, mentor, times[:4], plans[2 * n]))
        works.append(partial(_plan, house, mentor, times[1:], plans[2 * n + 1]))
        works.append(partial(_book, house, mentor, times[2], books[n]))
    outcomes = at_once(works)
    return [outcomes[i : i + 3] for i in range(0, len(outcomes), 3)]


def test_plans_and_a_booking_for_overlapping_times_are_all_or_nothing_each(house: House) -> None:
    mentor = house.mentor(capacity=40)
    rounds = _plans_and_bookings(house, mentor, 5)
    for outcomes in rounds:
        assert crashes(outcomes) == []
        assert len(results(outcomes)) == 1, "they all want the third day"
        assert refusals(outcomes) == ["taken"] * 2
    assert Counter((p.available, p.reserved) for p in everything(house, Pack) if p.reserved) == Counter(
        (0, 4) if isinstance(done, list) else (3, 1) for outcomes in rounds for done in results(outcomes)
    )
    assert ledger_of(house, Entry.RESERVE) == len(everything(house, Session))


def test_control_without_guards_overlapping_plans_are_both_booked(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    mentor = house.mentor(capacity=40)
    take_guards_away(house.deps.database, monkeypatch, "sessions")
    _dawdle_before_the_end(monkeypatch)
    rounds = _plans_and_bookings(house, mentor, 5)
    assert any(len(results(outcomes)) > 1 or crashes(outcomes) for outcomes in rounds)
