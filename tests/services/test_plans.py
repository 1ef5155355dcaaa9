"""Plans: what is proposed can be booked; all of it or nothing is."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.house import EVERY_DAY, House, MentorPerson, Person

from mentorship.domain.errors import InvalidInput, NoCredit, NoSeat, PlanRefused
from mentorship.schemas.bookings import HoursRule
from mentorship.schemas.plans import PlanProposal
from mentorship.services.availability import list_slots
from mentorship.services.bookings import my_sessions
from mentorship.services.packs import grant_pack, my_packs
from mentorship.services.plans import book_plan, propose_plan

BERLIN = ZoneInfo("Europe/Berlin")
ALL_DAY = [HoursRule(weekday, 0, 1440) for weekday in range(7)]


def give(house: House, student: Person, mentor: MentorPerson, sessions: int, days: int | None = None) -> None:
    grant_pack(
        house.ctx(house.admin()),
        student_id=student.id,
        mentor_id=mentor.mentor_id,
        sessions=sessions,
        reason="For the test",
        validity_days=days,
    )


def propose(house: House, student: Person, mentor: MentorPerson, first: datetime, count: int, weeks: int = 1):
    return propose_plan(house.ctx(student), mentor_id=mentor.mentor_id, first=first, weeks=weeks, count=count)


def book(house: House, student: Person, mentor: MentorPerson, starts: list[datetime], key: str | None = None):
    return book_plan(house.ctx(student), mentor_id=mentor.mentor_id, starts=starts, request_key=key)


def starts_of(plan: PlanProposal) -> list[datetime]:
    return [step.starts_at for step in plan.steps if step.starts_at and not step.code]


def set_time(house: House, at: datetime) -> None:
    house.clock.advance(at - house.clock.now())


def parts(house: House, student: Person) -> list[tuple[int, int]]:
    return [(p.remaining_sessions, p.reserved) for p in my_packs(house.ctx(student)).packs]


def first_free(house: House, mentor: MentorPerson) -> datetime:
    return list_slots(house.ctx(), mentor_id=mentor.mentor_id).slots[0].starts_at


def test_a_whole_pack_is_booked_and_told_like_single_sessions(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    house.mails.clear()
    plan = propose(house, student, mentor, first_free(house, mentor), 4)
    assert [step.code for step in plan.steps] == [""] * 4
    assert parts(house, student) == [(4, 0)], "a proposal books nothing"
    assert my_sessions(house.ctx(student)).upcoming == []

    booked = book(house, student, mentor, starts_of(plan), "one-plan-only")

    assert [s.starts_at for s in booked] == starts_of(plan)
    assert parts(house, student) == [(0, 4)]
    house.drain()
    assert len([m for m in house.mails if m.to_address == student.me.email]) == 4
    again = book(house, student, mentor, starts_of(plan), "one-plan-only")
    assert [s.id for s in again] == [s.id for s in booked]
    assert parts(house, student) == [(0, 4)]


def test_what_is_in_the_way_is_named_and_something_near_is_offered(house: House) -> None:
    student, mentor, rival = house.student(), house.mentor(), house.student()
    house.buy_pack(student, mentor)
    house.buy_pack(rival, mentor)
    first = first_free(house, mentor)
    book(house, rival, mentor, [first + timedelta(weeks=1)])
    plan = propose(house, student, mentor, first, 4)
    assert [step.code for step in plan.steps] == ["", "taken", "", ""]
    taken = plan.steps[1]
    assert taken.reason == "This time is taken."
    near = [slot.starts_at for slot in taken.alternatives]
    assert len(near) == 3
    assert all(at.date() == (first + timedelta(weeks=1)).date() for at in near), "on that day as long as it has any"

    with pytest.raises(PlanRefused) as refused:
        book(house, student, mentor, [s.starts_at for s in plan.steps if s.starts_at])
    assert refused.value.code == "taken"
    assert refused.value.starts_at == (first + timedelta(weeks=1)).isoformat()
    assert f"{first + timedelta(weeks=1):%H:%M}" in str(refused.value)
    assert parts(house, student) == [(4, 0)], "all or nothing"
    assert my_sessions(house.ctx(student)).upcoming == []

    replaced = [near[0] if s.code else s.starts_at for s in plan.steps]
    assert len(book(house, student, mentor, replaced)) == 4


def test_each_session_is_checked_with_those_before_it(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    first = first_free(house, mentor)
    with pytest.raises(PlanRefused) as refused:
        book(house, student, mentor, [first, first + timedelta(minutes=30)])
    assert refused.value.code in ("taken", "student_busy")
    assert parts(house, student) == [(4, 0)]


def test_the_packs_that_expire_first_pay_and_none_is_used_after_its_end(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    give(house, student, mentor, 2, days=10)
    give(house, student, mentor, 1, days=None)
    first = first_free(house, mentor)
    plan = propose(house, student, mentor, first, 3)
    assert [step.code for step in plan.steps] == ["", "", ""]
    book(house, student, mentor, starts_of(plan))
    assert sorted(parts(house, student)) == [(0, 1), (0, 2)]

    other = house.student()
    give(house, other, mentor, 4, days=10)
    late = propose(house, other, mentor, first + timedelta(hours=3), 4)
    assert [step.code for step in late.steps] == ["", "", "pack_ends_before", "pack_ends_before"]
    assert late.steps[3].alternatives == []


def test_no_more_is_planned_than_there_are_credits(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    with pytest.raises(NoSeat):
        propose(house, student, mentor, first_free(house, mentor), 1)
    house.buy_pack(student, mentor)
    with pytest.raises(NoCredit) as refused:
        propose(house, student, mentor, first_free(house, mentor), 5)
    assert refused.value.fix == "Plan 4 at most."
    with pytest.raises(InvalidInput):
        book(house, student, mentor, [])


@pytest.mark.parametrize(
    ("now", "first", "hours"),
    [
        (datetime(2026, 10, 10, 8, tzinfo=UTC), datetime(2026, 10, 20, 9, tzinfo=BERLIN), [7, 8, 8]),
        (datetime(2027, 3, 10, 8, tzinfo=UTC), datetime(2027, 3, 23, 9, tzinfo=BERLIN), [8, 7, 7]),
    ],
    ids=["back", "forward"],
)
def test_a_plan_keeps_the_mentors_wall_time_over_a_clock_change(
    house: House, now: datetime, first: datetime, hours: list[int]
) -> None:
    set_time(house, now)
    student, mentor = house.student(time_zone="Asia/Tokyo"), house.mentor(time_zone="Europe/Berlin")
    give(house, student, mentor, 3)
    plan = propose(house, student, mentor, first, 3)
    assert [step.wall_time[11:] for step in plan.steps] == ["09:00"] * 3
    booked = book(house, student, mentor, starts_of(plan))
    assert [s.starts_at.hour for s in booked] == hours


def test_a_time_that_the_clock_skips_is_said_and_replaced(house: House) -> None:
    set_time(house, datetime(2027, 3, 10, 8, tzinfo=UTC))
    student, mentor = house.student(), house.mentor(time_zone="Europe/Berlin", hours=ALL_DAY)
    give(house, student, mentor, 3)
    plan = propose(house, student, mentor, datetime(2027, 3, 21, 2, 30, tzinfo=BERLIN), 3)
    assert [step.code for step in plan.steps] == ["", "no_such_time", ""]
    skipped = plan.steps[1]
    assert skipped.starts_at is None
    assert skipped.reason == "The clock in Europe/Berlin goes forward on this day and skips 02:30."
    assert datetime(2027, 3, 28, 3, 30, tzinfo=BERLIN) in [s.starts_at for s in skipped.alternatives]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo"]),
    st.sampled_from([datetime(2026, 10, 12, tzinfo=UTC), datetime(2027, 3, 2, tzinfo=UTC)]),
    st.integers(2, 14),
    st.integers(0, 47),
    st.sampled_from([1, 2]),
)
def test_whatever_is_proposed_can_be_booked_at_once(
    house: House, zone: str, now: datetime, days: int, half_hours: int, weeks: int
) -> None:
    if house.clock.now() < now:
        set_time(house, now)
    student, mentor = house.student(), house.mentor(time_zone=zone, hours=EVERY_DAY)
    give(house, student, mentor, 5)
    today = house.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    first = today + timedelta(days=days, minutes=30 * half_hours)
    plan = propose(house, student, mentor, first, 5, weeks)
    walls = {step.wall_time[11:] for step in plan.steps}
    assert len(walls) == 1
    chosen = [
        step.starts_at if not step.code else step.alternatives[0].starts_at
        for step in plan.steps
        if not step.code or step.alternatives
    ]
    if chosen:
        assert [s.starts_at for s in book(house, student, mentor, [at for at in chosen if at])] == sorted(chosen)
