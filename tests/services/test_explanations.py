"""Why not: every time that cannot be picked has its reason, and the reason is the one that booking would give."""

from datetime import date, datetime, timedelta

import pytest
from support.house import House, MentorPerson, Person

from mentorship.domain.errors import DomainError, NotFound
from mentorship.schemas.bookings import HoursRule
from mentorship.services.availability import list_slots
from mentorship.services.bookings import book_session, my_sessions, reschedule_session
from mentorship.services.explanations import explain_day, explain_time
from mentorship.services.packs import my_packs

WEEKDAYS = [HoursRule(weekday, 8 * 60, 12 * 60) for weekday in range(5)]


def ask(house: House, person: Person, mentor: MentorPerson, at: datetime, session=None):
    return explain_time(
        house.ctx(person), mentor_id=mentor.mentor_id, starts_at=at, session_id=session.id if session else None
    )


def day(house: House, person: Person, mentor: MentorPerson, on: date, session=None):
    return explain_day(
        house.ctx(person), mentor_id=mentor.mentor_id, day=on, session_id=session.id if session else None
    )


def free(house: House, mentor: MentorPerson) -> list[datetime]:
    return [s.starts_at for s in list_slots(house.ctx(), mentor_id=mentor.mentor_id).slots]


def test_every_reason_is_the_one_of_booking_and_nothing_is_left_behind(house: House) -> None:
    student, mentor, other = house.student(), house.mentor(), house.mentor()
    house.buy_pack(student, mentor)
    house.buy_pack(student, other)
    rival = house.student()
    house.buy_pack(rival, mentor)
    times = free(house, mentor)
    book_session(house.ctx(rival), mentor_id=mentor.mentor_id, starts_at=times[0])
    book_session(house.ctx(student), mentor_id=other.mentor_id, starts_at=times[30])
    now = house.clock.now()
    wanted = {
        "taken": times[0],
        "student_busy": times[30],
        "too_soon": now + timedelta(minutes=30),
        "outside_hours": times[5].replace(hour=22),
        "pack_ends_before": times[-1],
        "": times[10],
    }
    for code, at in wanted.items():
        answer = ask(house, student, mentor, at)
        assert answer.code == code, answer
        assert answer.sentence
        if code in ("taken", "student_busy"):
            assert {s.starts_at.date() for s in answer.nearest} == {at.date()}
        if answer.code:
            with pytest.raises(DomainError) as refused:
                book_session(house.ctx(student), mentor_id=mentor.mentor_id, starts_at=at)
            assert (refused.value.code, str(refused.value)) == (answer.code, answer.sentence)
    assert len(my_sessions(house.ctx(student)).upcoming) == 1
    assert sorted(p.remaining_sessions for p in my_packs(house.ctx(student)).packs) == [3, 4]
    house.drain()
    assert not [m for m in house.mails if m.to_address == student.me.email and f"{times[10]:%H:%M}" in m.subject]


def test_nearest_times_can_be_booked(house: House) -> None:
    student, mentor = house.student(), house.mentor(hours=WEEKDAYS)
    house.buy_pack(student, mentor)
    answer = ask(house, student, mentor, free(house, mentor)[12].replace(hour=20))
    assert len(answer.nearest) == 3
    for slot in answer.nearest:
        assert ask(house, student, mentor, slot.starts_at).code == ""


def test_without_a_seat_or_a_credit_that_is_the_reason(house: House) -> None:
    student, mentor = house.student(), house.mentor(sessions=1)
    at = free(house, mentor)[0]
    assert ask(house, student, mentor, at).code == "no_seat"
    house.buy_pack(student, mentor)
    house.book(student, mentor, 20)
    assert ask(house, student, mentor, at).code == "no_credit"


def test_a_session_that_moves_is_judged_by_the_rules_of_moving(house: House) -> None:
    student, mentor = house.student(), house.mentor(sessions=1)
    house.buy_pack(student, mentor)
    session = house.book(student, mentor, 30)
    assert ask(house, student, mentor, session.starts_at + timedelta(minutes=30), session).code == ""
    for n in (1, 2):
        at = session.starts_at + timedelta(days=1)
        session = reschedule_session(house.ctx(student), session_id=session.id, starts_at=at)
        assert session.moves == n
    assert ask(house, student, mentor, session.starts_at + timedelta(days=1), session).code == "too_many_reschedules"
    with pytest.raises(NotFound):
        ask(house, house.student(), mentor, session.starts_at, session)
    with pytest.raises(NotFound):
        ask(house, student, house.mentor(), session.starts_at, session)


def test_a_day_says_what_is_most_telling(house: House) -> None:
    student, mentor = house.student(time_zone="Asia/Tokyo"), house.mentor(hours=WEEKDAYS)
    house.buy_pack(student, mentor)
    times = free(house, mentor)
    saturday = next(d for n in range(3, 12) if (d := house.clock.now().date() + timedelta(days=n)).weekday() == 5)
    assert day(house, student, mentor, saturday + timedelta(days=1)).sentence == "The mentor does not work on this day."
    assert day(house, student, mentor, house.clock.now().date() - timedelta(days=2)).code == "too_soon"
    assert day(house, student, mentor, times[8].date()).code == ""
    assert day(house, student, mentor, times[-1].date()).code == "pack_ends_before"

    rival, last = house.student(), [at for at in times if at.date() == times[8].date()]
    house.buy_pack(rival, mentor)
    for at in (last[0], last[-1], last[0] + timedelta(minutes=90)):
        book_session(house.ctx(rival), mentor_id=mentor.mentor_id, starts_at=at)
    full = day(house, student, mentor, times[8].date())
    assert (full.code, full.sentence) == ("taken", "Every time on this day is taken.")
