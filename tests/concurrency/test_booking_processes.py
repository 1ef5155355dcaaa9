"""Booking, moving and canceling in eight processes at once, each race with its control."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from support.booking_race import DONE, PROCESSES, Step, overlaps, race
from support.house import House, MentorPerson
from support.races import crowd, everything, ledger_of, seat_crowd, take_guards_away, tally

from mentorship.db.models import AuditRow, Session
from mentorship.domain.credits import Entry
from mentorship.schemas.bookings import SessionView
from mentorship.services.availability import list_slots
from mentorship.services.bookings import book_session

ROUNDS = 8
HALF = timedelta(minutes=30)
HOUR = timedelta(hours=1)

Rounds = Sequence[Sequence[Step]]
Codes = list[list[str]]


def _noons(house: House, mentor: MentorPerson) -> list[datetime]:
    """A free time around noon of each of the next days."""
    slots = list_slots(house.ctx(), mentor_id=mentor.mentor_id).slots
    return [s.starts_at for s in slots if (s.starts_at.hour, s.starts_at.minute) == (12, 0)][:ROUNDS]


def _each_once(outcomes: Codes, *refused: str) -> bool:
    """Whether in every round exactly one has had its way, and the others were refused with one of these codes."""
    return all(Counter(r)[DONE] == 1 and sum(Counter(r)[code] for code in refused) == len(r) - 1 for r in outcomes)


def _book_and_book(house: House) -> tuple[Rounds, Callable[[Codes], bool]]:
    mentor, students = house.mentor(capacity=PROCESSES), crowd(house, PROCESSES)
    seat_crowd(house, mentor, students, credits=ROUNDS)
    rounds = [[Step(s.me, at, mentor.mentor_id) for s in students] for at in _noons(house, mentor)]
    return rounds, lambda outcomes: _each_once(outcomes, "taken")


def _book_and_move(house: House) -> tuple[Rounds, Callable[[Codes], bool]]:
    mentor, students = house.mentor(capacity=PROCESSES), crowd(house, PROCESSES)
    seat_crowd(house, mentor, students, credits=ROUNDS + 1)
    wanted = _noons(house, mentor)
    movers = [
        book_session(house.ctx(student), mentor_id=mentor.mentor_id, starts_at=wanted[n] + timedelta(hours=5)).id
        for n, student in enumerate(students[: PROCESSES // 2])
    ]
    rounds = [
        [
            *(Step(mentor.me, at, session_id=session) for session in movers),
            *(Step(student.me, at, mentor.mentor_id) for student in students[PROCESSES // 2 :]),
        ]
        for at in wanted
    ]
    return rounds, lambda outcomes: _each_once(outcomes, "taken")


def _move_and_cancel(house: House) -> tuple[Rounds, Callable[[Codes], bool]]:
    """One session in each round: half of the processes move it, each to a time of its own, the others cancel it."""
    mentor, (student,) = house.mentor(), crowd(house, 1)
    seat_crowd(house, mentor, [student], credits=ROUNDS)
    booked: list[SessionView] = []
    rounds = []
    for at in _noons(house, mentor):
        session = book_session(house.ctx(student), mentor_id=mentor.mentor_id, starts_at=at)
        booked.append(session)
        moves = [Step(mentor.me, at + n * HOUR, session_id=session.id) for n in range(1, 5)]
        rounds.append([step for move in moves for step in (move, Step(mentor.me, session_id=session.id))])

    def is_right(outcomes: Codes) -> bool:
        moves = [r[0::2].count(DONE) for r in outcomes]
        cancels = [r[1::2].count(DONE) for r in outcomes]
        stored = {s.id: s for s in everything(house, Session)}
        return (
            cancels == [1] * ROUNDS
            and {o for r in outcomes for o in r} <= {DONE, "session_not_open"}
            and all(stored[s.id].sequence == moves[n] + 1 for n, s in enumerate(booked))
            and {s.status for s in stored.values()} == {"canceled"}
            and ledger_of(house, Entry.RETURN) == ROUNDS
            and tally(house, AuditRow, "action").get("session_moved", 0) == sum(moves)
        )

    return rounds, is_right


def _overlaps_of_two_mentors(house: House) -> tuple[Rounds, Callable[[Codes], bool]]:
    """Times that only touch: half an hour apart, for sessions of an hour."""
    mentors = [house.mentor(capacity=PROCESSES) for _ in range(2)]
    students = crowd(house, PROCESSES)
    for mentor in mentors:
        seat_crowd(house, mentor, students, credits=ROUNDS)
    rounds = [
        [Step(s.me, at + HALF * (n // 2 % 2), mentors[n % 2].mentor_id) for n, s in enumerate(students)]
        for at in _noons(house, mentors[0])
    ]
    return rounds, lambda outcomes: all(_each_once([r[n::2] for r in outcomes], "taken") for n in range(2))


def _one_student_with_two_mentors(house: House) -> tuple[Rounds, Callable[[Codes], bool]]:
    mentors, (student,) = [house.mentor() for _ in range(2)], crowd(house, 1)
    for mentor in mentors:
        seat_crowd(house, mentor, [student], credits=ROUNDS)
    rounds = [
        [Step(student.me, at + HALF * (n // 2 % 2), mentors[n % 2].mentor_id) for n in range(PROCESSES)]
        for at in _noons(house, mentors[0])
    ]
    return rounds, lambda outcomes: _each_once(outcomes, "taken", "student_busy")


RACES = [_book_and_book, _book_and_move, _move_and_cancel, _overlaps_of_two_mentors, _one_student_with_two_mentors]
EVERY_RACE = pytest.mark.parametrize("prepare", RACES, ids=[r.__name__.strip("_") for r in RACES])
Race = Callable[[House], tuple[Rounds, Callable[[Codes], bool]]]


@EVERY_RACE
def test_eight_processes(house: House, prepare: Race) -> None:
    rounds, is_right = prepare(house)
    outcomes = race(house, rounds, guarded=True)
    assert is_right(outcomes), str(outcomes)
    assert overlaps(house) == 0


@EVERY_RACE
def test_control_without_guards(house: House, prepare: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds, is_right = prepare(house)
    take_guards_away(house.deps.database, monkeypatch, "sessions")
    outcomes = race(house, rounds, guarded=False)
    assert overlaps(house) > 0 or (prepare is _move_and_cancel and not is_right(outcomes)), outcomes
