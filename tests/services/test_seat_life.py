"""A seat's life after the last session: reminders, grace, the one warning, release, and renewing in time."""

from datetime import timedelta

import pytest
from support.house import House

from mentorship.domain.errors import (
    CorrectionClosed,
    NotAllowed,
    NotFound,
    NothingToWaive,
    NotOverYet,
    SessionNotOpen,
    SoldOut,
)
from mentorship.domain.settle import ProviderState
from mentorship.services.availability import list_slots
from mentorship.services.bookings import book_session, cancel_session
from mentorship.services.checkout import get_order
from mentorship.services.clock import advance_clock
from mentorship.services.instructors import mentor_desk, set_capacity
from mentorship.services.outcomes import complete_session, mark_no_show, update_session, waive_session
from mentorship.services.packs import grant_pack, my_packs
from mentorship.services.seats import release_seat, seat_availability
from mentorship.services.sweeps import sweep


def kinds(house: House, person) -> list[str]:
    """What the person was told, oldest first."""
    with house.system().begin(read_only=True) as uow:
        return [n.kind for n in reversed(uow.notices.of_user(person.id))]


def seat(house: House, student):
    return my_packs(house.ctx(student)).seats[0]


def hold_session(house: House, student, mentor):
    """Book the next free time, wait for it, complete it."""
    session = house.book(student, mentor)
    house.clock.advance(session.ends_at - house.clock.now())
    return complete_session(house.ctx(mentor), session_id=session.id)


def use_up(house: House, student, mentor, sessions: int) -> None:
    for _ in range(sessions):
        hold_session(house, student, mentor)


def test_four_sessions_then_grace_warning_and_release(house: House) -> None:
    student, mentor = house.student(), house.mentor(capacity=1)
    house.buy_pack(student, mentor)
    use_up(house, student, mentor, 3)
    assert kinds(house, student).count("renewal") == 1
    assert seat(house, student).status == "active"
    use_up(house, student, mentor, 1)
    in_grace = seat(house, student)
    assert in_grace.status == "grace"
    assert in_grace.grace_ends_at == house.clock.now() + timedelta(hours=72)
    assert my_packs(house.ctx(student)).packs[0].status == "depleted"
    assert kinds(house, student).count("pack_complete") == 1
    assert seat_availability(house.ctx(), mentor_id=mentor.mentor_id).left == 0
    house.pass_time(hours=59)
    assert sweep(house.system()).counts.get("warnings") is None
    house.pass_time(hours=1)
    assert sweep(house.system()).counts["warnings"] == 1
    assert sweep(house.system()).counts.get("warnings") is None
    house.pass_time(hours=11, minutes=59)
    assert "seats released" not in sweep(house.system()).counts
    house.pass_time(minutes=1)
    assert sweep(house.system()).counts["seats released"] == 1
    assert kinds(house, student)[-2:] == ["grace_warning", "seat_released"]
    assert seat_availability(house.ctx(), mentor_id=mentor.mentor_id).left == 1


def test_after_downtime_the_warning_still_comes_12_hours_before_release(house: House) -> None:
    student, mentor = house.student(), house.mentor(sessions=1)
    house.buy_pack(student, mentor)
    use_up(house, student, mentor, 1)
    house.pass_time(days=10)
    counts = sweep(house.system()).counts
    assert counts["warnings"] == 1
    assert "seats released" not in counts
    house.pass_time(hours=11)
    assert "seats released" not in sweep(house.system()).counts
    house.pass_time(hours=1)
    assert sweep(house.system()).counts["seats released"] == 1


def test_renewing_in_time_keeps_the_same_seat(house: House) -> None:
    student, mentor = house.student(), house.mentor(capacity=1, sessions=1)
    house.buy_pack(student, mentor)
    use_up(house, student, mentor, 1)
    house.pass_time(hours=70)
    sweep(house.system())
    house.buy_pack(student, mentor)
    kept = seat(house, student)
    assert (kept.status, kept.grace_ends_at) == ("active", None)
    house.pass_time(hours=20)
    sweep(house.system())
    assert seat(house, student).status == "active"


def test_a_renewal_that_is_being_paid_is_not_released_under_the_buyer(house: House) -> None:
    student, mentor = house.student(), house.mentor(capacity=1, sessions=1)
    house.buy_pack(student, mentor)
    use_up(house, student, mentor, 1)
    house.pass_time(hours=60)
    sweep(house.system())
    house.pass_time(hours=11, minutes=50)
    house.checkout(student, mentor)
    house.pass_time(minutes=20)
    assert "seats released" not in sweep(house.system()).counts
    house.pass_time(minutes=20)
    assert sweep(house.system()).counts["seats released"] == 1, "an abandoned checkout does not block the seat"


def test_an_expired_pack_sends_the_seat_into_grace_but_booked_sessions_take_place(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    slots = list_slots(house.ctx(student), mentor_id=mentor.mentor_id).slots
    last = [s for s in slots if s.starts_at < house.clock.now() + timedelta(days=30)][-1]
    session = book_session(house.ctx(student), mentor_id=mentor.mentor_id, starts_at=last.starts_at)
    house.pass_time(days=30)
    assert sweep(house.system()).counts["packs expired"] == 1
    pack = my_packs(house.ctx(student)).packs[0]
    assert (pack.expired, pack.reserved, pack.status) == (3, 1, "expired")
    assert seat(house, student).status == "active"
    house.clock.advance(max(session.ends_at - house.clock.now(), timedelta(0)))
    complete_session(house.ctx(mentor), session_id=session.id)
    assert seat(house, student).status == "grace"


def test_a_mentors_cancel_after_expiry_leaves_the_credit_usable(house: House) -> None:
    student, mentor = house.student(), house.mentor(sessions=1)
    house.buy_pack(student, mentor)
    slots = list_slots(house.ctx(student), mentor_id=mentor.mentor_id).slots
    last = [s for s in slots if s.starts_at < house.clock.now() + timedelta(days=30)][-1]
    session = book_session(house.ctx(student), mentor_id=mentor.mentor_id, starts_at=last.starts_at)
    house.pass_time(days=30)
    cancel_session(house.ctx(mentor), session_id=session.id)
    sweep(house.system())
    pack = my_packs(house.ctx(student)).packs[0]
    assert (pack.remaining_sessions, pack.status) == (1, "active")
    assert pack.expires_at == house.clock.now() + timedelta(days=14)


def test_no_show_uses_the_credit_and_a_waiver_gives_it_back_once(house: House) -> None:
    student, mentor = house.student(), house.mentor(sessions=1)
    house.buy_pack(student, mentor)
    session = house.book(student, mentor)
    with pytest.raises(NotOverYet):
        mark_no_show(house.ctx(mentor), session_id=session.id)
    house.clock.advance(session.ends_at - house.clock.now())
    mark_no_show(house.ctx(mentor), session_id=session.id)
    assert seat(house, student).status == "grace"
    waived = waive_session(house.ctx(mentor), session_id=session.id, reason="First time")
    assert not waived.can_waive
    assert seat(house, student).status == "active"
    assert my_packs(house.ctx(student)).packs[0].remaining_sessions == 1
    with pytest.raises(NothingToWaive):
        waive_session(house.ctx(mentor), session_id=session.id, reason="Twice")


def test_corrections_close_after_seven_days(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    session = hold_session(house, student, mentor)
    corrected = update_session(house.ctx(mentor), session_id=session.id, status="no_show", notes="Late")
    assert (corrected.status, corrected.notes) == ("no_show", "Late")
    assert my_packs(house.ctx(student)).packs[0].consumed == 1
    with pytest.raises(SessionNotOpen):
        complete_session(house.ctx(mentor), session_id=session.id)
    house.pass_time(days=8)
    with pytest.raises(CorrectionClosed):
        update_session(house.ctx(mentor), session_id=session.id, status="completed")
    with pytest.raises(CorrectionClosed):
        waive_session(house.ctx(mentor), session_id=session.id, reason="Too late")
    assert update_session(house.ctx(mentor), session_id=session.id, notes="Still mine").notes == "Still mine"


def test_students_do_not_decide_outcomes_and_other_mentors_find_nothing(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    session = house.book(student, mentor)
    house.clock.advance(session.ends_at - house.clock.now())
    for decide in (complete_session, mark_no_show):
        with pytest.raises(NotAllowed):
            decide(house.ctx(student), session_id=session.id)
        with pytest.raises(NotFound):
            decide(house.ctx(house.mentor()), session_id=session.id)


def test_release_by_the_mentor_needs_a_reason_and_ends_the_seat(house: House) -> None:
    student, mentor = house.student(), house.mentor(capacity=1)
    house.buy_pack(student, mentor)
    with pytest.raises(NotAllowed):
        release_seat(house.ctx(house.mentor()), mentor_id=mentor.mentor_id, student_id=student.id, reason="Not mine")
    release_seat(house.ctx(mentor), mentor_id=mentor.mentor_id, student_id=student.id, reason="Agreed to stop")
    assert seat_availability(house.ctx(), mentor_id=mentor.mentor_id).left == 1
    with pytest.raises(NotFound):
        release_seat(house.ctx(mentor), mentor_id=mentor.mentor_id, student_id=student.id, reason="Again")


def test_a_grant_needs_a_seat_and_repeats_once(house: House) -> None:
    admin, mentor, student = house.admin(), house.mentor(capacity=1), house.student()
    grant = {"mentor_id": mentor.mentor_id, "sessions": 2, "reason": "Scholarship"}
    first = grant_pack(house.ctx(admin), student_id=student.id, request_key="scholarship", **grant)
    again = grant_pack(house.ctx(admin), student_id=student.id, request_key="scholarship", **grant)
    assert first.id == again.id
    with pytest.raises(SoldOut):
        grant_pack(house.ctx(admin), student_id=house.student().id, **grant)
    set_capacity(house.ctx(admin), mentor_id=mentor.mentor_id, max_active_students=0)
    assert seat_availability(house.ctx(), mentor_id=mentor.mentor_id).left == 0
    grant_pack(house.ctx(admin), student_id=student.id, **grant)


def test_session_reminders_come_once_each_and_never_in_a_heap(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    session = house.book(student, mentor, 60)

    def told() -> int:
        sweep(house.system())
        return kinds(house, student).count("session_reminder")

    def until(**before: int) -> None:
        house.clock.advance(session.starts_at - timedelta(**before) - house.clock.now())

    until(hours=25)
    assert told() == 0
    until(hours=24)
    assert (told(), told()) == (1, 1)
    until(minutes=9)
    assert (told(), told()) == (2, 2), "the hour's reminder was missed and is not sent late"
    house.clock.advance(session.ends_at - house.clock.now())
    assert told() == 2


def test_the_sandbox_clock_stops_at_everything_that_is_due(house: House) -> None:
    student, mentor = house.student(), house.mentor(sessions=1)
    house.buy_pack(student, mentor)
    use_up(house, student, mentor, 1)
    lines = advance_clock(house.system(), by=timedelta(hours=72))
    assert [line.partition(" · ")[2] for line in lines] == ["warnings: 1", "seats released: 1"]
    assert seat(house, student).status == "released"
    subjects = [m.subject for m in house.mails if m.to_address == student.me.email]
    assert subjects[-2].startswith("Last reminder"), "the warning went out at its time, while it was true"
    assert "released" in subjects[-1]


def test_the_sandbox_clock_closes_an_abandoned_checkout_on_its_way(house: House) -> None:
    student, mentor = house.student(), house.mentor(capacity=1)
    order, reference = house.checkout(student, mentor)
    lines = advance_clock(house.system(), by=timedelta(days=3))
    assert len(lines) < 20
    assert get_order(house.ctx(student), order_id=order.id).status == "expired"
    assert house.payments.checkouts[reference].state is ProviderState.EXPIRED


def test_the_mentors_desk_shows_who_and_what_waits(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    session = house.book(student, mentor)
    desk = mentor_desk(house.ctx(mentor))
    assert [s.student_id for s in desk.students] == [student.id]
    assert [s.id for s in desk.upcoming] == [session.id]
    house.clock.advance(session.ends_at - house.clock.now())
    desk = mentor_desk(house.ctx(mentor))
    assert [s.id for s in desk.to_close] == [session.id]
    assert desk.to_close[0].can_close
