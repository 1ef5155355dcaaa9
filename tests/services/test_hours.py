"""A mentor's hours: every setting counts in the list and in the booking, and nothing booked is changed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from support.hours import set_hours
from support.house import EVERY_DAY, House, MentorPerson, Person

from mentorship.db.models import AuditRow, AvailabilityOverride, AvailabilityRule, Mentor
from mentorship.db.models import Holiday as HolidayRow
from mentorship.domain.errors import DomainError, HoursChanged, InvalidInput, NotAllowed, NotFound, SessionNotOpen
from mentorship.schemas.bookings import HoursRule
from mentorship.schemas.hours import BookingRules, HolidayDays, HoursPlan, OverrideDay
from mentorship.services.availability import list_slots
from mentorship.services.bookings import book_session, cancel_session, my_sessions, reschedule_session
from mentorship.services.hours import hours_desk, save_hours
from mentorship.services.hours_preview import preview_hours
from mentorship.services.packs import grant_pack
from mentorship.services.seats import mentor_topic

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
NARROW = tuple(HoursRule(weekday, 600, 720) for weekday in range(7))


def at(house: House, days: int, hour: int, minute: int = 0) -> datetime:
    """A time of a day from today on, in UTC."""
    return house.clock.now().replace(hour=hour, minute=minute, second=0, microsecond=0) + days * DAY


def day_of(house: House, days: int) -> date:
    return at(house, days, 0).date()


def stored(house: House, table: Any) -> list[Any]:
    with house.deps.database.session(read_only=True) as session:
        return list(session.scalars(select(table)).all())


def grant(house: House, student: Person, mentor: MentorPerson, *, minutes: int = 60, days: int | None = None) -> None:
    grant_pack(
        house.system(),
        student_id=student.id,
        mentor_id=mentor.mentor_id,
        sessions=20,
        session_minutes=minutes,
        validity_days=days,
        reason="Test",
    )


@pytest.fixture
def mentor(house: House) -> MentorPerson:
    return house.mentor()


@pytest.fixture
def student(house: House, mentor: MentorPerson) -> Person:
    student = house.student()
    grant(house, student, mentor)
    return student


def is_listed(house: House, mentor: MentorPerson, start: datetime, student: Person | None = None) -> bool:
    return start in [s.starts_at for s in list_slots(house.ctx(student), mentor_id=mentor.mentor_id).slots]


def books(house: House, student: Person, mentor: MentorPerson, start: datetime) -> str:
    """Book a time and give it back; the refusal's code where it cannot be booked."""
    try:
        session = book_session(house.ctx(student), mentor_id=mentor.mentor_id, starts_at=start)
    except DomainError as refusal:
        return refusal.code
    cancel_session(house.ctx(mentor), session_id=session.id)
    return "booked"


def weekly(house: House, mentor: MentorPerson) -> None:
    set_hours(house.ctx(mentor), mentor.mentor_id, rules=NARROW)


def override(house: House, mentor: MentorPerson) -> None:
    set_hours(house.ctx(mentor), mentor.mentor_id, overrides=(OverrideDay(day_of(house, 3), ((600, 720),)),))


def closed(house: House, mentor: MentorPerson) -> None:
    set_hours(house.ctx(mentor), mentor.mentor_id, overrides=(OverrideDay(day_of(house, 3)),))


def holiday(house: House, mentor: MentorPerson) -> None:
    days = HolidayDays(day_of(house, 2), day_of(house, 4), "Away")
    set_hours(house.ctx(mentor), mentor.mentor_id, holidays=(days,))


def zone(house: House, mentor: MentorPerson) -> None:
    set_hours(house.ctx(mentor), mentor.mentor_id, time_zone="Asia/Tokyo")


def numbers(**own: int) -> Callable[[House, MentorPerson], None]:
    def change(house: House, mentor: MentorPerson) -> None:
        set_hours(house.ctx(mentor), mentor.mentor_id, booking=BookingRules(**own))

    return change


CHANGES: dict[str, tuple[Callable[[House, MentorPerson], None], tuple[int, int], str]] = {
    "weekly hours": (weekly, (3, 14), "outside_hours"),
    "override": (override, (3, 14), "outside_hours"),
    "closed day": (closed, (3, 14), "outside_hours"),
    "holiday": (holiday, (3, 14), "outside_hours"),
    "zone": (zone, (3, 14), "outside_hours"),
    "buffer": (numbers(buffer_minutes=60), (3, 17), "taken"),
    "notice": (numbers(minimum_notice_minutes=4 * 24 * 60), (3, 14), "too_soon"),
    "horizon": (numbers(horizon_minutes=2 * 24 * 60), (3, 14), "too_far"),
    "daily cap": (numbers(sessions_per_day=1), (3, 14), "day_full"),
    "weekly cap": (numbers(sessions_per_week=1), (3, 14), "week_full"),
}


@pytest.mark.parametrize("name", list(CHANGES))
def test_each_setting_counts_in_the_list_the_booking_and_the_preview(
    house: House, mentor: MentorPerson, student: Person, name: str
) -> None:
    change, (days, hour), code = CHANGES[name]
    wanted = at(house, days, hour)
    other = house.student()
    grant(house, other, mentor)
    book_session(house.ctx(other), mentor_id=mentor.mentor_id, starts_at=at(house, 3, 18, 30))
    assert is_listed(house, mentor, wanted, student)
    assert books(house, student, mentor, wanted) == "booked"
    change(house, mentor)
    assert not is_listed(house, mentor, wanted, student)
    assert books(house, student, mentor, wanted) == code
    plan = hours_desk(house.ctx(mentor), mentor_id=mentor.mentor_id).plan
    shown = preview_hours(house.ctx(mentor), mentor_id=mentor.mentor_id, plan=plan, day=wanted.date())
    offered = [s.starts_at for s in list_slots(house.ctx(), mentor_id=mentor.mentor_id).slots]
    within = [start for day in shown.days for start in day.starts]
    week = {day.day for day in shown.days}
    assert within == [s for s in offered if s.astimezone(ZoneInfo(plan.time_zone)).date() in week]
    assert wanted not in within


def test_a_caps_count_is_of_all_that_is_not_canceled_on_the_mentors_calendar(house: House) -> None:
    mentor, student = house.mentor(time_zone="Pacific/Auckland"), house.student()
    grant(house, student, mentor)
    numbers(sessions_per_day=1, minimum_notice_minutes=0)(house, mentor)
    first = list_slots(house.ctx(), mentor_id=mentor.mentor_id).slots[0].starts_at
    session = book_session(house.ctx(student), mentor_id=mentor.mentor_id, starts_at=first)
    assert not is_listed(house, mentor, first + 2 * HOUR)
    moved = reschedule_session(house.ctx(mentor), session_id=session.id, starts_at=first + 2 * HOUR)
    assert moved.starts_at == first + 2 * HOUR, "a session that moves does not count itself"
    cancel_session(house.ctx(mentor), session_id=session.id)
    assert is_listed(house, mentor, first + 2 * HOUR)


def test_booked_sessions_stay_and_are_named_when_they_are_left_outside(
    house: House, mentor: MentorPerson, student: Person
) -> None:
    inside = book_session(house.ctx(student), mentor_id=mentor.mentor_id, starts_at=at(house, 3, 10))
    outside = book_session(house.ctx(student), mentor_id=mentor.mentor_id, starts_at=at(house, 4, 15))
    named = set_hours(house.ctx(mentor), mentor.mentor_id, rules=NARROW)
    assert [(s.id, s.student_name, s.starts_at) for s in named] == [(outside.id, student.me.name, outside.starts_at)]
    assert {s.id for s in my_sessions(house.ctx(student)).upcoming} == {inside.id, outside.id}
    assert hours_desk(house.ctx(mentor), mentor_id=mentor.mentor_id).outside == named

    def left_outside(**parts: Any) -> list[UUID]:
        return [s.id for s in set_hours(house.ctx(mentor), mentor.mentor_id, **parts)]

    assert left_outside(overrides=(OverrideDay(day_of(house, 4), ((840, 960),)),)) == []
    assert left_outside(holidays=(HolidayDays(day_of(house, 3), day_of(house, 4)),)) == [inside.id]
    assert left_outside(holidays=()) == []
    assert left_outside(overrides=()) == [outside.id]


def test_a_change_is_audited_by_its_parts_and_told_and_no_change_is_neither(house: House, mentor: MentorPerson) -> None:
    holiday(house, mentor)
    house.live.topics.clear()
    before = len(stored(house, AuditRow))
    holiday(house, mentor)
    assert (len(stored(house, AuditRow)), house.live.topics) == (before, [])
    booking = BookingRules(sessions_per_day=2)
    set_hours(house.ctx(mentor), mentor.mentor_id, time_zone="Europe/Rome", booking=booking)
    assert mentor_topic(mentor.mentor_id) in house.live.topics
    written = max(stored(house, AuditRow), key=lambda row: (row.at, row.id))
    assert written.action == "hours_changed"
    assert (written.before["time_zone"], written.after["time_zone"]) == ("UTC", "Europe/Rome")
    assert written.after["booking"]["sessions_per_day"] == 2
    assert "rules" not in written.after


def test_a_whole_plan_is_stored_at_once_and_not_over_somebody_elses(house: House, mentor: MentorPerson) -> None:
    was = hours_desk(house.ctx(mentor), mentor_id=mentor.mentor_id).plan
    plan = HoursPlan(
        "Asia/Kathmandu",
        (HoursRule(0, 1320, 1560), HoursRule(0, 600, 720)),
        (OverrideDay(day_of(house, 5), ((60, 120), (0, 60))), OverrideDay(day_of(house, 3))),
        (HolidayDays(day_of(house, 7), day_of(house, 9), "Dashain"),),
        BookingRules(5, 120, 20 * 1440, 60, 3, 9),
    )
    save_hours(house.ctx(mentor), mentor_id=mentor.mentor_id, was=was, plan=plan)
    now_stored = hours_desk(house.ctx(mentor), mentor_id=mentor.mentor_id).plan
    assert now_stored == replace(
        plan,
        rules=(HoursRule(0, 600, 720), HoursRule(0, 1320, 1560)),
        overrides=(OverrideDay(day_of(house, 3)), OverrideDay(day_of(house, 5), ((0, 60), (60, 120)))),
    )
    with pytest.raises(HoursChanged) as refused:
        save_hours(house.ctx(house.admin()), mentor_id=mentor.mentor_id, was=was, plan=was)
    assert refused.value.fix
    house.pass_time(days=4)
    save_hours(house.ctx(mentor), mentor_id=mentor.mentor_id, was=now_stored, plan=replace(now_stored, rules=()))
    assert [len(stored(house, table)) for table in (AvailabilityRule, AvailabilityOverride, HolidayRow)] == [0, 3, 1], (
        "what is over is kept as it was"
    )


MONDAY = date(2030, 1, 7)
BAD: dict[str, HoursPlan] = {
    "zone": HoursPlan("Nowhere/Land"),
    "weekday": HoursPlan("UTC", (HoursRule(7, 0, 60),)),
    "backwards": HoursPlan("UTC", (HoursRule(0, 60, 60),)),
    "too long": HoursPlan("UTC", (HoursRule(0, 0, 2881),)),
    "too many": HoursPlan("UTC", tuple(HoursRule(0, n, n + 5) for n in range(11))),
    "override": HoursPlan("UTC", overrides=(OverrideDay(MONDAY, ((-5, 60),)),)),
    "twice": HoursPlan("UTC", overrides=(OverrideDay(MONDAY), OverrideDay(MONDAY, ((0, 60),)))),
    "too far": HoursPlan("UTC", holidays=(HolidayDays(MONDAY, date(9999, 12, 31)),)),
    "disorder": HoursPlan("UTC", holidays=(HolidayDays(MONDAY, MONDAY - DAY),)),
    "name": HoursPlan("UTC", holidays=(HolidayDays(date(2026, 12, 1), date(2026, 12, 1), "a\nb"),)),
    "buffer": HoursPlan("UTC", booking=BookingRules(buffer_minutes=61)),
    "notice": HoursPlan("UTC", booking=BookingRules(minimum_notice_minutes=-1)),
    "cap": HoursPlan("UTC", booking=BookingRules(sessions_per_day=0)),
    "horizon": HoursPlan("UTC", booking=BookingRules(minimum_notice_minutes=2880, horizon_minutes=1440)),
}


@pytest.mark.parametrize("name", list(BAD))
def test_impossible_plans_are_refused_with_what_to_do(house: House, mentor: MentorPerson, name: str) -> None:
    was = hours_desk(house.ctx(mentor), mentor_id=mentor.mentor_id).plan
    for attempt in (
        lambda: save_hours(house.ctx(mentor), mentor_id=mentor.mentor_id, was=was, plan=BAD[name]),
        lambda: preview_hours(house.ctx(mentor), mentor_id=mentor.mentor_id, plan=BAD[name], day=MONDAY),
    ):
        with pytest.raises(InvalidInput) as refused:
            attempt()
        assert refused.value.fix
    assert hours_desk(house.ctx(mentor), mentor_id=mentor.mentor_id).plan == was


def test_days_that_are_over_are_not_stored(house: House, mentor: MentorPerson) -> None:
    over = day_of(house, -1)
    audited = len(stored(house, AuditRow))
    set_hours(
        house.ctx(mentor), mentor.mentor_id, overrides=(OverrideDay(over),), holidays=(HolidayDays(over - DAY, over),)
    )
    assert [len(stored(house, table)) for table in (AvailabilityOverride, HolidayRow)] == [0, 0]
    assert len(stored(house, AuditRow)) == audited


def test_nothing_of_a_preview_is_stored_and_it_says_what_is_special(
    house: House, mentor: MentorPerson, student: Person
) -> None:
    book_session(house.ctx(student), mentor_id=mentor.mentor_id, starts_at=at(house, 3, 15))
    desk = hours_desk(house.ctx(mentor), mentor_id=mentor.mentor_id)
    plan = replace(
        desk.plan,
        rules=NARROW,
        holidays=(HolidayDays(day_of(house, 4), day_of(house, 4), "Feast"),),
    )
    shown = preview_hours(
        house.ctx(mentor), mentor_id=mentor.mentor_id, plan=plan, day=day_of(house, 3), session_minutes=30
    )
    days = {day.day: day for day in shown.days}
    assert len(days) == 7
    third = days[day_of(house, 3)]
    assert third.starts == [at(house, 3, 10), at(house, 3, 10, 30), at(house, 3, 11), at(house, 3, 11, 30)]
    assert [s.student_name for s in third.sessions] == [student.me.name]
    assert [s.starts_at for s in shown.outside] == [at(house, 3, 15)]
    fourth = days[day_of(house, 4)]
    assert (fourth.note, fourth.starts) == ("Feast", [])
    assert hours_desk(house.ctx(mentor), mentor_id=mentor.mentor_id) == desk


def test_only_the_mentor_and_admins_see_and_change_hours(house: House, mentor: MentorPerson) -> None:
    other = house.mentor()
    with pytest.raises(NotAllowed):
        hours_desk(house.ctx(other), mentor_id=mentor.mentor_id)
    plan = hours_desk(house.ctx(mentor), mentor_id=mentor.mentor_id).plan
    with pytest.raises(NotAllowed):
        save_hours(house.ctx(other), mentor_id=mentor.mentor_id, was=plan, plan=replace(plan, rules=()))
    assert hours_desk(house.ctx(house.admin()), mentor_id=mentor.mentor_id).plan == plan
    assert plan.rules == tuple(EVERY_DAY)


def test_a_mentor_whose_zone_is_gone_can_choose_another(house: House, mentor: MentorPerson) -> None:
    with house.deps.database.session() as session:
        session.get_one(Mentor, mentor.mentor_id).time_zone = "Gone/Zone"
    plan = hours_desk(house.ctx(mentor), mentor_id=mentor.mentor_id).plan
    assert plan.time_zone == "UTC"
    save_hours(house.ctx(mentor), mentor_id=mentor.mentor_id, was=plan, plan=plan)
    assert is_listed(house, mentor, at(house, 3, 10))


# Lengths


def test_slots_are_as_long_as_the_sessions_of_the_pack_that_pays(house: House, mentor: MentorPerson) -> None:
    student = house.student()
    grant(house, student, mentor, minutes=30, days=5)
    grant(house, student, mentor, minutes=90, days=10)
    now = house.clock.now()
    found = list_slots(house.ctx(student), mentor_id=mentor.mentor_id)
    lengths = {
        (slot.starts_at >= now + 5 * DAY, int((slot.ends_at - slot.starts_at) / timedelta(minutes=1)))
        for slot in found.slots
    }
    assert lengths == {(False, 30), (True, 90)}
    assert found.session_minutes == 30
    assert max(slot.starts_at for slot in found.slots) < now + 10 * DAY, "nothing pays for later ones"
    for start in (at(house, 3, 10), at(house, 7, 10)):
        slot = next(s for s in found.slots if s.starts_at == start)
        session = book_session(house.ctx(student), mentor_id=mentor.mentor_id, starts_at=start)
        assert session.ends_at == slot.ends_at
    visitor = list_slots(house.ctx(), mentor_id=mentor.mentor_id)
    assert visitor.session_minutes == 60


def test_a_length_is_asked_for_by_minutes_product_or_session_and_only_once(
    house: House, mentor: MentorPerson, student: Person
) -> None:
    def length(**asked: Any) -> int:
        return list_slots(house.ctx(student), mentor_id=mentor.mentor_id, **asked).session_minutes

    session = book_session(house.ctx(student), mentor_id=mentor.mentor_id, starts_at=at(house, 3, 10))
    assert length(session_minutes=45) == 45
    assert length(product_id=mentor.product_id) == 60
    assert length(session_id=session.id) == 60
    with pytest.raises(InvalidInput):
        length(session_minutes=45, product_id=mentor.product_id)
    with pytest.raises(NotFound):
        length(product_id=house.mentor().product_id)
    with pytest.raises(NotFound):
        list_slots(house.ctx(house.student()), mentor_id=mentor.mentor_id, session_id=session.id)
    cancel_session(house.ctx(mentor), session_id=session.id)
    with pytest.raises(SessionNotOpen, match="canceled"):
        length(session_id=session.id)


def test_clocks_that_change_leave_what_was_agreed_as_an_instant(house: House) -> None:
    mentor, student = house.mentor(time_zone="Europe/Berlin"), house.student()
    grant(house, student, mentor)
    house.clock.advance(datetime(2027, 3, 25, 9, tzinfo=UTC) - house.clock.now())
    before, after = datetime(2027, 3, 27, 7, tzinfo=UTC), datetime(2027, 3, 29, 6, tzinfo=UTC)
    assert is_listed(house, mentor, before)
    assert is_listed(house, mentor, after), "eight o'clock in Berlin on both days"
    assert not is_listed(house, mentor, after - HOUR)
