"""A free seat, a line, and strangers in a hurry: the seat goes to the first in line, once, whoever sweeps."""

import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from functools import partial
from uuid import UUID

import pytest
from support.house import House, MentorPerson, Person
from support.processes import CONTEXT
from support.race_process import sweep_once
from support.races import at_once, crashes, crowd, everything, refusals, results, seat_crowd, take_guards_away, tally

from mentorship.db.models import AuditRow, Mentor, Notification, SeatRow
from mentorship.db.waitlist import Waitlist
from mentorship.domain.waitlist import Place
from mentorship.schemas.checkout import CheckoutStarted
from mentorship.services.checkout import start_checkout
from mentorship.services.seats import release_seat
from mentorship.services.sweeps import sweep
from mentorship.services.waitlist import join_waitlist, leave_waitlist, mentor_waitlist

LINE, STRANGERS = 3, 8


def _line(house: House, mentor: MentorPerson, size: int) -> list[Person]:
    people = crowd(house, size)
    for person in people:
        join_waitlist(house.ctx(person), mentor_id=mentor.mentor_id)
        house.pass_time(seconds=1)
    return people


def _buy(house: House, mentor: MentorPerson, student: Person) -> CheckoutStarted:
    return start_checkout(house.ctx(student), product_id=mentor.product_id)


def _holders(house: House) -> set[object]:
    now = house.clock.now()
    return {
        seat.student_id
        for seat in everything(house, SeatRow)
        if seat.status in ("active", "grace") or (seat.status == "held" and seat.hold_expires_at > now)
    }


def test_a_seat_is_released_while_everybody_wants_to_buy(house: House) -> None:
    mentor = house.mentor(capacity=1)
    (holder,) = crowd(house, 1)
    seat_crowd(house, mentor, [holder])
    line, strangers = _line(house, mentor, LINE), crowd(house, STRANGERS)

    outcomes = at_once(
        [
            partial(
                release_seat, house.ctx(mentor), mentor_id=mentor.mentor_id, student_id=holder.id, reason="Asked for it"
            ),
            *(partial(_buy, house, mentor, person) for person in [*line, *strangers]),
        ]
    )

    assert crashes(outcomes) == []
    assert _holders(house) == {line[0].id}
    assert len(refusals(outcomes)) in (LINE + STRANGERS, LINE + STRANGERS - 1)
    assert tally(house, Notification, "kind")["seat_offered"] == 1
    waiting = mentor_waitlist(house.ctx(mentor), mentor_id=mentor.mentor_id)
    assert [(w.student_id, w.place) for w in waiting] == [(p.id, n) for n, p in enumerate(line)]


def test_a_hold_has_lapsed_and_everybody_wants_to_buy_before_a_sweep(house: House) -> None:
    mentor = house.mentor(capacity=1)
    (late,) = crowd(house, 1)
    _buy(house, mentor, late)
    line, strangers = _line(house, mentor, LINE), crowd(house, STRANGERS)
    house.pass_time(minutes=32)

    outcomes = at_once([partial(_buy, house, mentor, person) for person in [*strangers, *reversed(line)]])

    assert len(results(outcomes)) == 1
    assert Counter(refusals(outcomes)) == {"sold_out": LINE + STRANGERS - 1}
    assert _holders(house) == {line[0].id}


def test_an_offer_is_declined_while_the_next_leaves_and_strangers_buy(house: House) -> None:
    mentor = house.mentor(capacity=1)
    (holder,) = crowd(house, 1)
    seat_crowd(house, mentor, [holder])
    line, strangers = _line(house, mentor, LINE), crowd(house, STRANGERS)
    release_seat(house.ctx(mentor), mentor_id=mentor.mentor_id, student_id=holder.id, reason="Asked for it")

    outcomes = at_once(
        [
            *(partial(leave_waitlist, house.ctx(person), mentor_id=mentor.mentor_id) for person in line[:2]),
            *(partial(_buy, house, mentor, person) for person in strangers),
        ]
    )

    assert crashes(outcomes) == []
    assert Counter(refusals(outcomes)) == {"sold_out": STRANGERS}
    assert _holders(house) == {line[2].id}


def _freed_seats(house: House, mentors: int) -> list[Person]:
    """Mentors whose one seat nobody has offered yet, and two people in line each; gives those who come first."""
    first = []
    for _ in range(mentors):
        mentor = house.mentor(capacity=0)
        first.append(_line(house, mentor, 2)[0])
        with house.deps.database.session() as db:
            db.get_one(Mentor, mentor.mentor_id).max_active_students = 1
    return first


def test_two_processes_sweep_and_each_seat_is_offered_once(house: House) -> None:
    first = _freed_seats(house, 5)
    url, now = house.deps.database.url, house.clock.now()

    with CONTEXT.Manager() as manager, ProcessPoolExecutor(2, mp_context=CONTEXT) as pool:
        start = manager.Barrier(2)
        swept = [pool.submit(sweep_once, url, start, now) for _ in range(2)]
        counts = sum((Counter(work.result(timeout=120)) for work in swept), Counter())

    assert counts == {"waitlist offers": len(first)}
    assert tally(house, Notification, "kind")["seat_offered"] == len(first)
    assert tally(house, AuditRow, "action")["waitlist_offered"] == len(first)
    assert _holders(house) == {person.id for person in first}


def test_control_without_guards_a_seat_is_offered_twice(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    first = _freed_seats(house, 6)
    take_guards_away(house.deps.database, monkeypatch, "seats")
    _dawdle_before_offering(monkeypatch)
    outcomes = at_once([partial(sweep, house.system()) for _ in range(6)])
    assert crashes(outcomes) or tally(house, AuditRow, "action")["waitlist_offered"] > len(first)


def _dawdle_before_offering(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking up the line is so short that on a busy machine rivals would come one after the other."""
    line = Waitlist.line

    def line_late(self: Waitlist, mentor_id: UUID, now: datetime) -> list[Place]:
        found = line(self, mentor_id, now)
        time.sleep(0.05)
        return found

    monkeypatch.setattr(Waitlist, "line", line_late)
