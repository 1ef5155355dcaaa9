"""What a student is told before and after a change: moves left, until when it is free, why not, and who can waive."""

from datetime import timedelta

from support.house import House

from mentorship.schemas.bookings import SessionView
from mentorship.services.bookings import cancel_session, get_session, my_sessions, reschedule_session
from mentorship.services.outcomes import waive_session
from mentorship.state.session_faces import consequence_of_moving, own_session

ZONE = "Asia/Tokyo"


def seen(house: House, student, session: SessionView) -> SessionView:
    return get_session(house.ctx(student), session_id=session.id)


def face(house: House, view: SessionView):
    return own_session(view, "", ZONE, house.clock.now())


def test_moves_are_counted_down_and_the_last_refusal_says_the_way_out(house: House) -> None:
    student, mentor = house.student(time_zone=ZONE), house.mentor()
    house.buy_pack(student, mentor)
    session = house.book(student, mentor, 60)
    said = []
    for days in (1, 2):
        said.append((session.moves_left, consequence_of_moving(session), face(house, session).rule.split(". ")[1]))
        at = session.starts_at + timedelta(days=days)
        session = reschedule_session(house.ctx(student), session_id=session.id, starts_at=at)
    assert said == [
        (2, "Moving costs nothing. You can move it once more after that.", "You can move it twice."),
        (1, "Moving costs nothing. It cannot be moved again after that.", "You can move it once."),
    ]
    assert (session.moves_left, session.can_reschedule, session.can_cancel) == (0, False, True)
    assert "moved as often" in session.why_not_reschedule
    assert "Cancel it and book a new time" in session.why_not_reschedule
    assert session.why_not_cancel == ""
    assert "Asia/Tokyo" in face(house, session).face.when
    assert "(UTC)" in face(house, session).face.other_when, "the mentor's clock beside the student's"


def test_a_late_cancel_keeps_its_reason_for_both_and_says_who_can_waive_it(house: House) -> None:
    student, mentor = house.student(), house.mentor("Grace Mentor")
    house.buy_pack(student, mentor)
    session = house.book(student, mentor, 5)
    house.clock.advance(session.starts_at - house.clock.now() - timedelta(hours=3))
    before = seen(house, student, session)
    assert "24 hours" in before.why_not_reschedule
    assert not before.used_credit

    cancel_session(house.ctx(student), session_id=session.id, reason="I am ill")

    for reader in (student, mentor):
        after = seen(house, reader, session)
        assert (after.reason, after.used_credit) == ("I am ill", True)
    (past,) = my_sessions(house.ctx(student)).past
    assert face(house, past).cost.startswith("It used one credit. Was there a good reason? Ask Grace to waive it")
    assert house.ctx().now < past.waive_until == session.ends_at + timedelta(days=7)
    late = own_session(past, "", ZONE, past.waive_until + timedelta(seconds=1))
    assert late.cost == "It used one credit."

    waive_session(house.ctx(mentor), session_id=session.id, reason="Get well soon")
    assert not seen(house, student, session).used_credit
    assert face(house, seen(house, student, session)).cost == ""


def test_a_cancel_in_time_costs_nothing_and_a_session_that_has_begun_says_why_not(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    free, begun = house.book(student, mentor, 5), house.book(student, mentor, 0)
    assert not cancel_session(house.ctx(student), session_id=free.id).used_credit
    house.clock.advance(begun.starts_at - house.clock.now() + timedelta(minutes=1))
    shown = face(house, seen(house, student, begun))
    assert (shown.can_move, shown.can_cancel) == (False, False)
    assert shown.why_not_move == "This session has begun."
    assert shown.why_not_cancel == "This session has begun. Your mentor can still cancel it."
