"""Bookings: what is listed can be booked; credits follow; every refusal says why."""

from datetime import timedelta

import pytest
from support.hours import set_hours
from support.house import House

from mentorship.domain.errors import (
    NoCredit,
    NoSeat,
    NotFound,
    PackEndsBefore,
    SessionNotOpen,
    SlotNotOffered,
    StudentBusy,
    TooLateToReschedule,
    TooManyReschedules,
)
from mentorship.services.availability import list_slots, list_starts
from mentorship.services.bookings import book_session, cancel_session, get_session, my_sessions, reschedule_session
from mentorship.services.packs import grant_pack, my_packs, pack_statement


def free(house: House, mentor, student=None):
    return [s.starts_at for s in list_slots(house.ctx(student), mentor_id=mentor.mentor_id).slots]


def book(house: House, student, mentor, at):
    return book_session(house.ctx(student), mentor_id=mentor.mentor_id, starts_at=at)


def entries(house: House, student, pack_id):
    return [(e.entry, e.credits, e.balance) for e in pack_statement(house.ctx(student), pack_id=pack_id).entries]


def pack_of(house: House, student):
    return my_packs(house.ctx(student)).packs[0]


def test_booking_reserves_a_credit_and_takes_the_time(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    house.mails.clear()
    at = free(house, mentor)[0]
    session = book(house, student, mentor, at)
    house.drain()
    pack = pack_of(house, student)
    assert (pack.remaining_sessions, pack.reserved) == (3, 1)
    assert session.ends_at - session.starts_at == timedelta(hours=1)
    listed = free(house, mentor)
    around = timedelta(hours=1) + timedelta(minutes=10)
    assert all(abs(slot - at) >= around for slot in listed), "the session and the mentor's buffer are taken"
    assert {m.to_address for m in house.mails} == {student.me.email, mentor.me.email}
    assert all([a.filename for a in m.attachments] == ["session.ics"] for m in house.mails)


def test_the_next_free_times_are_free_whatever_period_is_asked_for(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    taken = free(house, mentor)[0]
    book(house, student, mentor, taken)
    whole = list_slots(house.ctx(student), mentor_id=mentor.mentor_id)
    later = list_slots(house.ctx(student), mentor_id=mentor.mentor_id, start=taken + timedelta(days=20))
    assert later.slots == [s for s in whole.slots if s.starts_at >= taken + timedelta(days=20)]
    assert later.next_free == whole.next_free == whole.slots[:5]
    starts = list_starts(house.ctx(student), mentor_id=mentor.mentor_id)
    assert (starts.zone, starts.starts) == (whole.zone, [s.starts_at for s in whole.slots])


def test_everything_listed_can_be_booked(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    grant_pack(
        house.ctx(house.admin()),
        student_id=student.id,
        mentor_id=mentor.mentor_id,
        sessions=50,
        reason="Many",
        validity_days=None,
    )
    booked = 0
    while booked < 12:
        slots = free(house, mentor, student)
        book(house, student, mentor, slots[(booked * 37) % len(slots)])
        booked += 1
    assert len(my_sessions(house.ctx(student)).upcoming) == booked


def test_refusals_say_why_and_what_to_do(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    slots = free(house, mentor)
    with pytest.raises(NoSeat):
        book(house, student, mentor, slots[0])
    house.buy_pack(student, mentor)
    now = house.clock.now()
    for at, code in (
        (now + timedelta(hours=2), "too_soon"),
        (now + timedelta(days=29, hours=12, minutes=7), "outside_hours"),
        (now.replace(hour=3) + timedelta(days=5), "outside_hours"),
    ):
        with pytest.raises(SlotNotOffered) as refused:
            book(house, student, mentor, at)
        assert refused.value.code == code
        assert refused.value.fix
    with pytest.raises(PackEndsBefore):
        book(house, student, mentor, slots[-1])
    other = house.student()
    house.buy_pack(other, mentor)
    book(house, other, mentor, slots[0])
    with pytest.raises(SlotNotOffered) as taken:
        book(house, student, mentor, slots[0])
    assert taken.value.code == "taken"


def test_a_time_beyond_the_horizon_is_too_far(house: House) -> None:
    student, mentor = house.student(), house.mentor(validity_days=None)
    house.buy_pack(student, mentor)
    with pytest.raises(SlotNotOffered) as refused:
        book(house, student, mentor, house.clock.now() + timedelta(days=61))
    assert refused.value.code == "too_far"


def test_one_student_is_in_one_place(house: House) -> None:
    student, one, two = house.student(), house.mentor(), house.mentor()
    house.buy_pack(student, one)
    house.buy_pack(student, two)
    at = free(house, one)[0]
    book(house, student, one, at)
    assert at not in free(house, two, student)
    assert at in free(house, two), "others may still have it"
    with pytest.raises(StudentBusy):
        book(house, student, two, at)


def test_no_credit_left_and_the_last_session_can_still_be_moved_and_canceled(house: House) -> None:
    student, mentor = house.student(), house.mentor(sessions=1)
    house.buy_pack(student, mentor)
    session = house.book(student, mentor, 10)
    with pytest.raises(NoCredit):
        house.book(student, mentor, 40)
    moved = reschedule_session(house.ctx(student), session_id=session.id, starts_at=free(house, mentor)[30])
    assert moved.moves == 1
    assert cancel_session(house.ctx(student), session_id=session.id).status == "canceled"
    assert pack_of(house, student).remaining_sessions == 1


def test_the_pack_that_expires_first_pays(house: House) -> None:
    student, mentor, admin = house.student(), house.mentor(), house.admin()
    for days in (60, 20, None):
        grant_pack(
            house.ctx(admin),
            student_id=student.id,
            mentor_id=mentor.mentor_id,
            sessions=1,
            reason="Gift",
            validity_days=days,
        )
    expected = [20, 60, None]
    for days in expected:
        session = house.book(student, mentor)
        pack = next(p for p in my_packs(house.ctx(student)).packs if p.id == session.pack_id)
        assert (pack.expires_at - pack.created_at).days == days if days else pack.expires_at is None


def test_a_repeated_request_key_books_once(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    at = free(house, mentor)[0]
    key = "double-click"
    first = book_session(house.ctx(student), mentor_id=mentor.mentor_id, starts_at=at, request_key=key)
    again = book_session(house.ctx(student), mentor_id=mentor.mentor_id, starts_at=at, request_key=key)
    assert first.id == again.id
    assert pack_of(house, student).reserved == 1


def test_moving_twice_is_allowed_in_time_and_touches_no_credit(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    session = house.book(student, mentor, 50)
    ledger = entries(house, student, session.pack_id)
    for nth in (60, 70):
        at = free(house, mentor)[nth]
        session = reschedule_session(house.ctx(student), session_id=session.id, starts_at=at)
        assert session.starts_at == at
    with pytest.raises(TooManyReschedules):
        reschedule_session(house.ctx(student), session_id=session.id, starts_at=free(house, mentor)[80])
    assert entries(house, student, session.pack_id) == ledger
    by_mentor = reschedule_session(house.ctx(mentor), session_id=session.id, starts_at=free(house, mentor)[90])
    assert by_mentor.moves == 2, "the mentor's moves are not the student's"


def test_a_session_may_move_onto_its_own_time(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    session = house.book(student, mentor, 12)
    later = session.starts_at + timedelta(minutes=30)
    assert reschedule_session(house.ctx(student), session_id=session.id, starts_at=later).starts_at == later


def test_inside_the_notice_a_student_cannot_move_and_a_cancel_costs_the_credit(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    session = house.book(student, mentor, 5)
    shown = get_session(house.ctx(student), session_id=session.id)
    assert shown.cancel_returns_credit
    assert shown.can_reschedule
    house.clock.advance(session.starts_at - house.clock.now() - timedelta(hours=23))
    shown = get_session(house.ctx(student), session_id=session.id)
    assert not shown.cancel_returns_credit, "what is shown is what will happen"
    assert not shown.can_reschedule
    with pytest.raises(TooLateToReschedule):
        reschedule_session(house.ctx(student), session_id=session.id, starts_at=free(house, mentor)[10])
    cancel_session(house.ctx(student), session_id=session.id, reason="Ill")
    pack = pack_of(house, student)
    assert (pack.remaining_sessions, pack.reserved, pack.consumed) == (3, 0, 1)


def test_a_mentors_cancel_always_gives_the_credit_back(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    session = house.book(student, mentor)
    house.clock.advance(session.starts_at - house.clock.now() + timedelta(minutes=5))
    with pytest.raises(SessionNotOpen):
        cancel_session(house.ctx(student), session_id=session.id)
    canceled = cancel_session(house.ctx(mentor), session_id=session.id, reason="Power cut")
    assert (canceled.status, canceled.reason) == ("canceled", "Power cut")
    assert pack_of(house, student).remaining_sessions == 4
    with pytest.raises(SessionNotOpen):
        cancel_session(house.ctx(mentor), session_id=session.id)


def test_strangers_find_nothing(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    session = house.book(student, mentor)
    for stranger in (house.student(), house.mentor()):
        for attempt in (
            lambda s: get_session(house.ctx(s), session_id=session.id),
            lambda s: cancel_session(house.ctx(s), session_id=session.id),
            lambda s: reschedule_session(house.ctx(s), session_id=session.id, starts_at=session.starts_at),
            lambda s: pack_statement(house.ctx(s), pack_id=session.pack_id),
        ):
            with pytest.raises(NotFound):
                attempt(stranger)


def test_without_hours_nothing_is_free(house: House) -> None:
    mentor = house.mentor()
    set_hours(house.ctx(mentor), mentor.mentor_id, rules=())
    assert free(house, mentor) == []
