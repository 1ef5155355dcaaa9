"""Whatever a mentor has set: what is listed can be booked, and what is refused says why and names a time that can."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from support.hours import set_hours
from support.house import House, MentorPerson, Person

from mentorship.domain.errors import DomainError
from mentorship.schemas.bookings import HoursRule
from mentorship.schemas.hours import BookingRules, HolidayDays, HoursPlan, OverrideDay
from mentorship.services.availability import list_slots, list_starts
from mentorship.services.bookings import book_session, cancel_session, reschedule_session
from mentorship.services.hours import hours_desk, save_hours
from mentorship.services.packs import grant_pack

DAY = timedelta(days=1)
NAMED = re.compile(r"free time is \w{3} (\d+ \w{3} \d{4}, \d\d:\d\d) \((.+)\)\.$")
ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham", "UTC"]
MOMENTS = [
    datetime(2026, 3, 2, 9, 7, tzinfo=UTC),
    datetime(2026, 3, 26, 22, 1, tzinfo=UTC),  # before clocks change in Europe
    datetime(2026, 10, 30, 12, 31, tzinfo=UTC),  # before they change in America
]
"""None is a slot's start: what begins this instant can be booked without notice, and has begun when it is canceled."""


@dataclass(frozen=True)
class Example:
    zone: str
    rules: list[tuple[int, int, int]]
    overrides: dict[int, list[tuple[int, int]]]
    holidays: list[tuple[int, int]]
    booking: BookingRules
    packs: list[tuple[int, int | None]]
    booked: list[int]
    elsewhere: int | None
    picked: list[int]
    probed: list[int]

    def plan(self, today: datetime) -> HoursPlan:
        first = today.astimezone(ZoneInfo(self.zone)).date()
        return HoursPlan(
            self.zone,
            tuple(HoursRule(*rule) for rule in self.rules),
            tuple(OverrideDay(first + n * DAY, tuple(some)) for n, some in self.overrides.items()),
            tuple(HolidayDays(first + n * DAY, first + (n + more) * DAY) for n, more in self.holidays),
            self.booking,
        )


INTERVALS = st.tuples(st.integers(0, 47), st.integers(2, 20)).map(
    lambda p: (p[0] * 30, min(p[0] * 30 + p[1] * 30, 2880))
)
EXAMPLES = st.builds(
    Example,
    zone=st.sampled_from(ZONES),
    rules=st.lists(
        st.tuples(st.integers(0, 6), INTERVALS).map(lambda p: (p[0], *p[1])), min_size=2, max_size=8, unique=True
    ),
    overrides=st.dictionaries(st.integers(0, 8), st.lists(INTERVALS, max_size=2, unique=True), max_size=2),
    holidays=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 2)), max_size=1),
    booking=st.builds(
        BookingRules,
        buffer_minutes=st.sampled_from([0, 5, 10, 45, 60]),
        minimum_notice_minutes=st.sampled_from([0, 30, 60 * 24, 60 * 30]),
        horizon_minutes=st.sampled_from([3, 8, 12]).map(lambda days: days * 24 * 60),
        change_notice_minutes=st.just(0),
        sessions_per_day=st.none() | st.integers(1, 3),
        sessions_per_week=st.none() | st.integers(1, 5),
    ),
    packs=st.lists(
        st.tuples(st.sampled_from([30, 60, 90]), st.none() | st.integers(2, 10)), min_size=1, max_size=2, unique=True
    ),
    booked=st.lists(st.integers(0, 500), max_size=4),
    elsewhere=st.none() | st.integers(0, 500),
    picked=st.lists(st.integers(0, 500), min_size=1, max_size=4),
    probed=st.lists(st.integers(-4, 14 * 48), min_size=4, max_size=8),
)


def listed(house: House, student: Person, mentor: MentorPerson) -> list[tuple[datetime, datetime]]:
    found = list_slots(house.ctx(student), mentor_id=mentor.mentor_id).slots
    return [(slot.starts_at, slot.ends_at) for slot in found]


def grant(house: House, student: Person, mentor: MentorPerson, minutes: int, days: int | None) -> None:
    grant_pack(
        house.system(),
        student_id=student.id,
        mentor_id=mentor.mentor_id,
        sessions=4,
        session_minutes=minutes,
        validity_days=days,
        reason="Example",
    )


def named_time(fix: str | None) -> datetime | None:
    """The instant that a fix names, read as a person would: a wall time in a zone."""
    found = NAMED.search(fix or "")
    if found is None:
        return None
    wall = datetime.strptime(found[1], "%d %b %Y, %H:%M")
    return wall.replace(tzinfo=ZoneInfo(found[2])).astimezone(UTC)


def book_and_cancel(house: House, student: Person, mentor: MentorPerson, at: datetime) -> datetime:
    """Book a time and leave everything as it was; returns when the session would have ended."""
    session = book_session(house.ctx(student), mentor_id=mentor.mentor_id, starts_at=at)
    cancel_session(house.ctx(student), session_id=session.id)
    return session.ends_at


def refusal_of(house: House, student: Person, mentor: MentorPerson, at: datetime) -> DomainError | None:
    try:
        book_and_cancel(house, student, mentor, at)
    except DomainError as refusal:
        return refusal
    return None


def save_numbers(house: House, mentor: MentorPerson, booking: BookingRules) -> None:
    set_hours(house.ctx(mentor), mentor.mentor_id, booking=booking)


def set_up(house: House, example: Example) -> tuple[Person, MentorPerson, list[datetime]]:
    """A student with packs, their mentor, and when the mentor or the student has sessions."""
    mentor = house.mentor(time_zone=example.zone)
    desk = hours_desk(house.ctx(mentor), mentor_id=mentor.mentor_id)
    save_hours(house.ctx(mentor), mentor_id=mentor.mentor_id, was=desk.plan, plan=example.plan(house.clock.now()))
    student, other = house.student(time_zone="America/St_Johns"), house.student()
    for minutes, days in example.packs:
        grant(house, student, mentor, minutes, days)
    grant(house, other, mentor, 60, None)
    taken = []
    for nth in example.booked:
        if free := listed(house, other, mentor):
            taken.append(free[nth % len(free)][0])
            book_session(house.ctx(other), mentor_id=mentor.mentor_id, starts_at=taken[-1])
    if example.elsewhere is not None and (free := listed(house, student, mentor)):
        second = house.mentor(hours=[HoursRule(day, 0, 2880) for day in range(7)])
        save_numbers(house, second, BookingRules(minimum_notice_minutes=0, horizon_minutes=30 * 24 * 60))
        grant(house, student, second, 60, None)
        at = free[example.elsewhere % len(free)][0].replace(minute=0)
        if at in dict(listed(house, student, second)):
            taken.append(book_session(house.ctx(student), mentor_id=second.mentor_id, starts_at=at).starts_at)
    return student, mentor, taken


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EXAMPLES, st.sampled_from(MOMENTS))
def test_listed_means_bookable_and_refused_means_a_fix_that_works(
    house: House, example: Example, moment: datetime
) -> None:
    house.clock.advance(moment - house.clock.now())
    student, mentor, taken = set_up(house, example)
    free = dict(listed(house, student, mentor))
    starts = list(free)
    event("nothing is free" if not free else "some times are free")
    for nth in example.picked:
        if starts:
            at = starts[nth % len(starts)]
            assert book_and_cancel(house, student, mentor, at) == free[at], "as long as listed"
    begin = moment.replace(minute=0)
    probes = [begin + n * timedelta(minutes=30) for n in example.probed]
    probes += [at + n * timedelta(minutes=30) for at in taken for n in (-4, 0, 1, 4)]
    probes += [at + n * DAY for at in taken for n in (-1, 1)]
    for at in [*probes, *(start + timedelta(minutes=15) for start in starts[:1])]:
        refusal = refusal_of(house, student, mentor, at)
        assert (refusal is None) == (at in free)
        if refusal is None:
            continue
        event(refusal.code)
        assert refusal.code
        assert str(refusal)
        assert refusal.fix
        instead = named_time(refusal.fix)
        assert (instead is None) == (not free), refusal.fix
        if instead is not None:
            assert instead in free
            book_and_cancel(house, student, mentor, instead)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EXAMPLES, st.integers(0, 500))
def test_a_session_moves_to_what_is_listed_for_it_and_is_not_in_its_own_way(
    house: House, example: Example, nth: int
) -> None:
    student, mentor, _ = set_up(house, example)
    free = listed(house, student, mentor)
    assume(free)
    session = book_session(house.ctx(student), mentor_id=mentor.mentor_id, starts_at=free[nth % len(free)][0])

    def movable() -> Sequence[datetime]:
        return list_starts(house.ctx(student), mentor_id=mentor.mentor_id, session_id=session.id).starts

    before = movable()
    alone = len(example.packs) == 1
    if alone:
        assert [*sorted([*before, session.starts_at])] == [start for start, _ in free]
    assume(before)
    moved = reschedule_session(house.ctx(student), session_id=session.id, starts_at=before[nth % len(before)])
    assert moved.ends_at - moved.starts_at == session.ends_at - session.starts_at
    assert set(movable()) == {*before, session.starts_at} - {moved.starts_at}
