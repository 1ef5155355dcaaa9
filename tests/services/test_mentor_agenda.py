"""A mentor's calendar: everything that takes place, what the engine offers, and moving a session from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event
from support.hours import set_hours
from support.house import House, MentorPerson, Person

from mentorship.domain.calendars import merged
from mentorship.domain.errors import InvalidInput, NotFound, SessionNotOpen, SlotNotOffered
from mentorship.domain.slots import Interval
from mentorship.schemas.agenda import MentorAgenda, Period
from mentorship.schemas.bookings import HoursRule, SessionView
from mentorship.schemas.hours import BookingRules, HolidayDays, OverrideDay
from mentorship.services.accounts import change_time_zone
from mentorship.services.availability import list_slots
from mentorship.services.bookings import book_session, cancel_session, reschedule_session
from mentorship.services.mentor_agenda import mentor_agenda
from mentorship.services.outcomes import complete_session, mark_no_show
from mentorship.services.packs import grant_pack, pack_statement

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def today(house: House) -> date:
    return house.clock.now().date()


def agenda(house: House, mentor: Person, **asked: object) -> MentorAgenda:
    return mentor_agenda(house.ctx(mentor), **{"start": today(house), "days": 14} | asked)  # type: ignore[arg-type]


def grant(house: House, student: Person, mentor: MentorPerson, sessions: int = 20, days: int | None = None) -> None:
    grant_pack(
        house.system(),
        student_id=student.id,
        mentor_id=mentor.mentor_id,
        sessions=sessions,
        reason="Test",
        validity_days=days,
    )


def offered(house: House, mentor: MentorPerson, start: datetime, end: datetime) -> list[Period]:
    """The slots that visitors are offered between two instants, put together."""
    slots = list_slots(house.ctx(), mentor_id=mentor.mentor_id).slots
    joined = merged(Interval(s.starts_at, s.ends_at) for s in slots)
    return [Period(max(i.start, start), min(i.end, end)) for i in joined if i.start < end and i.end > start]


def midnight(day: date, zone: str = "UTC") -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_every_session_is_there_whatever_became_of_it(house: House) -> None:
    mentor, other, student = house.mentor(), house.mentor(), house.student()
    for each in (mentor, other):
        grant(house, student, each)
    held, missed, canceled, coming = (house.book(student, mentor, nth) for nth in (0, 3, 6, 40))
    house.book(student, other, 60)
    cancel_session(house.ctx(mentor), session_id=canceled.id)
    start = today(house)
    house.clock.advance(missed.ends_at - house.clock.now())
    complete_session(house.ctx(mentor), session_id=held.id)
    mark_no_show(house.ctx(mentor), session_id=missed.id)
    found = agenda(house, mentor, start=start)
    assert [(s.id, s.status) for s in found.sessions] == [
        (held.id, "completed"),
        (missed.id, "no_show"),
        (canceled.id, "canceled"),
        (coming.id, "scheduled"),
    ]
    assert [s.can_reschedule for s in found.sessions] == [False, False, False, True]
    assert found.sessions[0].student_name == student.me.name


def test_free_is_what_the_engine_offers(house: House) -> None:
    mentor, student = house.mentor(time_zone="America/St_Johns"), house.student()
    grant(house, student, mentor)
    for nth in (4, 30, 31, 70):
        house.book(student, mentor, nth)
    found = agenda(house, mentor)
    begins, ends = (midnight(d, "America/St_Johns") for d in (today(house), today(house) + 14 * DAY))
    assert found.zone == "America/St_Johns"
    assert found.free == offered(house, mentor, begins, ends)
    assert len(found.free) > 10


def test_the_days_are_those_of_the_zone_that_the_mentor_reads_in(house: House) -> None:
    late = [HoursRule(weekday, 22 * 60, 26 * 60) for weekday in range(7)]
    mentor, student = house.mentor(time_zone="Europe/Berlin", hours=late), house.student()
    grant(house, student, mentor)
    change_time_zone(house.ctx(mentor), time_zone="Asia/Tokyo")
    tokyo = ZoneInfo("Asia/Tokyo")
    session = house.book(student, mentor, 3)
    day = session.starts_at.astimezone(tokyo).date()
    assert day != session.starts_at.astimezone(ZoneInfo("Europe/Berlin")).date()
    assert [s.id for s in agenda(house, mentor, start=day, days=1).sessions] == [session.id]
    assert agenda(house, mentor, start=day - DAY, days=1).sessions == []
    found = agenda(house, mentor, start=day, days=1)
    begins, ends = (midnight(d, "Asia/Tokyo") for d in (day, day + DAY))
    assert found.free == offered(house, mentor, begins, ends)


def test_what_reaches_over_midnight_is_on_both_days(house: House) -> None:
    late = [HoursRule(weekday, 23 * 60, 25 * 60) for weekday in range(7)]
    mentor, student = house.mentor(hours=late), house.student()
    grant(house, student, mentor)
    at = midnight(today(house) + 3 * DAY) - timedelta(minutes=30)
    session = book_session(house.ctx(student), mentor_id=mentor.mentor_id, starts_at=at)
    for day in (at.date(), at.date() + DAY):
        assert [s.id for s in agenda(house, mentor, start=day, days=1).sessions] == [session.id]
    one = agenda(house, mentor, start=at.date() + 2 * DAY, days=1)
    assert [p.ends_at - p.starts_at for p in one.free] == [HOUR, HOUR], "the end of one night and the start of the next"


def test_days_without_bookings_say_why(house: House) -> None:
    mentor, student = house.mentor(), house.student()
    grant(house, student, mentor)
    first = today(house)
    closed, own, away = first + 2 * DAY, first + 4 * DAY, first + 3 * DAY
    set_hours(
        house.ctx(mentor),
        mentor.mentor_id,
        overrides=(OverrideDay(closed), OverrideDay(own, ((600, 720),))),
        holidays=(HolidayDays(away, own, "Skiing"),),
        booking=BookingRules(sessions_per_day=1),
    )
    full = house.book(student, mentor, 0).starts_at.date()
    found = agenda(house, mentor, days=7)
    assert [(d.starts_at.date(), d.why, d.is_closed) for d in found.days_off] == [
        (full, "Day is full (1)", False),
        (closed, "Closed", True),
        (away, "Skiing", True),
    ]
    begins, ends = midnight(first), midnight(first + 7 * DAY)
    assert found.free == offered(house, mentor, begins, ends)
    assert [p for p in found.free if p.starts_at.date() == own] == [
        Period(midnight(own) + 10 * HOUR, midnight(own) + 12 * HOUR)
    ]
    set_hours(house.ctx(mentor), mentor.mentor_id, booking=BookingRules(sessions_per_week=1))
    week = [d for d in agenda(house, mentor, days=7).days_off if not d.is_closed]
    assert {d.why for d in week} == {"Week is full (1)"}
    assert full in {d.starts_at.date() for d in week}


def test_the_number_of_queries_does_not_grow(house: House) -> None:
    mentor, student = house.mentor(), house.student()
    grant(house, student, mentor, sessions=40)
    first = house.book(student, mentor, 10)

    def queries() -> int:
        with counted_queries() as sent:
            agenda(house, mentor, moving=first.id)
        return len(sent)

    before = queries()
    for nth in range(20):
        house.book(student, mentor, 20 + nth)
    for _ in range(3):
        someone = house.student()
        grant(house, someone, mentor)
        house.book(someone, mentor, 90)
    assert len(agenda(house, mentor).sessions) > 15
    assert queries() == before < 30


@pytest.mark.parametrize(
    "asked", [{"days": 0}, {"days": 43}, {"start": date(1990, 1, 1)}, {"start": date(9999, 12, 30)}]
)
def test_what_cannot_be_asked_for(house: House, asked: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        agenda(house, house.mentor(), **asked)


def test_only_ones_own_sessions_that_have_not_begun_can_be_moved(house: House) -> None:
    mentor, other, student = house.mentor(), house.mentor(), house.student()
    for each in (mentor, other):
        grant(house, student, each)
    own, foreign = house.book(student, mentor, 0), house.book(student, other, 40)
    with pytest.raises(NotFound):
        agenda(house, mentor, moving=foreign.id)
    house.clock.advance(own.starts_at - house.clock.now())
    with pytest.raises(SessionNotOpen):
        agenda(house, mentor, moving=own.id)


def test_where_a_session_can_go_is_where_it_goes(house: House) -> None:
    """The student's other sessions, their pack's end and the mentor's own are in the way; the session itself is not."""
    mentor, other, student = house.mentor(), house.mentor(), house.student()
    grant(house, student, mentor, days=5)
    grant(house, student, other)
    session, mine = house.book(student, mentor, 8), house.book(student, mentor, 30)
    elsewhere = house.book(student, other, 14)
    found = agenda(house, mentor, moving=session.id).moving
    assert found is not None
    assert session.starts_at + timedelta(minutes=30) in found.starts
    assert session.starts_at not in found.starts
    assert found.next_free == found.starts[:5]
    assert max(found.starts) < house.clock.now() + 5 * DAY
    begins, half = house.clock.now(), timedelta(minutes=30)
    wanted = [begins + n * half for n in range(7 * 48)]
    for at in wanted:
        if at == session.starts_at:
            continue
        if at in found.starts:
            moved = reschedule_session(house.ctx(mentor), session_id=session.id, starts_at=at)
            assert (moved.starts_at, moved.moves) == (at, 0)
            reschedule_session(house.ctx(mentor), session_id=session.id, starts_at=session.starts_at)
        else:
            with pytest.raises(Exception) as refused:
                reschedule_session(house.ctx(mentor), session_id=session.id, starts_at=at)
            assert "free time" in refused.value.fix, refused.value  # type: ignore[attr-defined]
    for taken in (mine, elsewhere):
        assert taken.starts_at not in found.starts


def moved_by_mentor(house: House) -> tuple[Person, MentorPerson, SessionView, SessionView]:
    mentor, student = house.mentor(), house.student()
    house.buy_pack(student, mentor)
    session = house.book(student, mentor, 8)
    house.clock.advance(session.starts_at - timedelta(minutes=10) - house.clock.now())
    house.drain()
    house.mails.clear()
    move = agenda(house, mentor, moving=session.id).moving
    assert move is not None
    return (
        student,
        mentor,
        session,
        reschedule_session(house.ctx(mentor), session_id=session.id, starts_at=move.next_free[2]),
    )


def test_a_move_by_the_mentor_costs_the_student_nothing(house: House) -> None:
    student, mentor, session, moved = moved_by_mentor(house)
    entries = pack_statement(house.ctx(student), pack_id=session.pack_id).entries
    assert [e.entry for e in entries] == ["grant", "reserve"]
    assert moved.moves == 0
    house.drain()
    assert {m.to_address for m in house.mails} == {student.me.email, mentor.me.email}
    assert all(a.filename == "session.ics" for m in house.mails for a in m.attachments)
    again = reschedule_session(house.ctx(student), session_id=session.id, starts_at=moved.starts_at + 2 * HOUR)
    assert again.moves == 1, "the student's own moves are all still there"


def test_a_refused_move_says_why_and_where_it_can_go(house: House) -> None:
    _, mentor, session, moved = moved_by_mentor(house)
    with pytest.raises(SlotNotOffered) as refused:
        reschedule_session(
            house.ctx(mentor), session_id=session.id, starts_at=moved.starts_at.replace(hour=3) + 3 * DAY
        )
    assert str(refused.value) == "The mentor does not work at this time."
    assert "free time is" in str(refused.value.fix)
