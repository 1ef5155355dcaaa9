"""Bookings asked for per second, beside one bare insert of a session with the constraint against overlaps.

Where several people want one hour, all but one are refused: here with the next free time, there by the constraint.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count, pairwise

from sqlalchemy import select
from support.fakes import MONDAY
from support.house import House

from bench.crowd import Crowd, crowd, pgbench
from bench.engines import THREADS, Engines, connect_postgres, house_on
from bench.people import FIRST_MENTOR, FIRST_PERSON, MENTOR, PACK, STUDENT, add_holdings, add_mentors, an_id
from bench.recording import pgbench_script, record, sqlite_script
from bench.settle import run_sqlite
from bench.table import Line, at_least, interleaved, ratio_of
from mentorship.db.engine import Database
from mentorship.db.inserts import store
from mentorship.db.models import Session
from mentorship.domain.actors import Actor, Role
from mentorship.domain.errors import SlotNotOffered
from mentorship.services.bookings import book_session

FIRST_SLOT = MONDAY.replace(hour=0) + timedelta(days=1)
_HOUR = timedelta(hours=1)
_TARGET = 0.12
_ISO = "%Y-%m-%dT%H:%M:%S.%f+00:00"


def book(house: House, number: int, *, base: int, first: int, mentors: int, rivals: int) -> str:
    """Book for the nth student; so many rivals want the same hour."""
    hour = (number - base) // (mentors * rivals)
    ctx = house.deps.context(Actor(an_id(STUDENT, number), Role.STUDENT))
    try:
        book_session(ctx, mentor_id=an_id(MENTOR, first + number % mentors), starts_at=FIRST_SLOT + hour * _HOUR)
    except SlotNotOffered as refusal:
        return refusal.code
    return "booked"


class _Field:
    """One database, and the numbers of people and mentors not used yet."""

    def __init__(self, url: str, each: int) -> None:
        self.url, self.each = url, each
        self.database = Database(url)
        self._people = count(FIRST_PERSON, each * 2)
        self._mentors = count(FIRST_MENTOR, 1000)

    def students(self, spread: int, rivals: int = 1) -> tuple[range, int]:
        """New students with an active seat and one credit, and the first of their new mentors."""
        first, begin = next(self._mentors), next(self._people)
        policy = {"minimum_notice_minutes": 0, "buffer_minutes": 0}
        add_mentors(self.database, range(first, first + spread), self.each * rivals, **policy)
        numbers = range(begin, begin + self.each * rivals)
        add_holdings(self.database, numbers, range(first, first + spread), 1)
        return numbers, first

    def doubles(self) -> int:
        """Sessions that overlap the one before with the same mentor or the same student."""
        found = 0
        for person in (Session.mentor_id, Session.student_id):
            with self.database.session(read_only=True) as session:
                rows = session.execute(
                    select(person, Session.starts_at, Session.ends_at).order_by(person, Session.starts_at)
                ).all()
            found += sum(a[0] == b[0] and b[1] < a[2] for a, b in pairwise(rows))
        return found


def measure(engines: Engines, *, quick: bool) -> Iterator[Line]:
    """One line for each engine and spread of mentors."""
    each, rounds = (THREADS * 12, 1) if quick else (THREADS * 25, 3)
    for dialect in ("postgresql", "sqlite"):
        url = engines.make(dialect)
        field = _Field(url, each)
        with crowd(url) as people:
            _ours(field, people, 200, 1)
            for spread, rivals, name in (
                (200, 1, "200 mentors"),
                (1, 1, "one hot mentor"),
                (1, 2, "one hot mentor, two rivals for each hour"),
            ):
                limit = _Limit(field, dialect, spread, rivals)
                ours, bare = interleaved(rounds, partial(_ours, field, people, spread, rivals), limit.measure)
                doubles = field.doubles()
                line = Line(
                    f"bookings, {name}, 1 process",
                    dialect,
                    f"{sorted(ours)[rounds // 2]:.0f}/s",
                    f"{sorted(bare)[rounds // 2]:.0f}/s",
                    note=f"{limit.statements} statements against 1, {doubles} double",
                )
                ratio = ratio_of(ours, bare)
                # The constraint alone does not tell anybody what else is free: with rivals there is nothing to reach.
                yield at_least(line, ratio, _TARGET, also=doubles == 0) if rivals == 1 else replace(line, ratio=ratio)
        field.database.close()
        engines.drop(url)


def _ours(field: _Field, people: Crowd, spread: int, rivals: int) -> float:
    numbers, first = field.students(spread, rivals)
    work = partial(book, base=numbers[0], first=first, mentors=spread, rivals=rivals)
    seconds, outcomes = people.do(work, numbers, 1)
    if outcomes != Counter(booked=field.each, taken=field.each * (rivals - 1)):
        raise RuntimeError(f"not one booking for each hour: {outcomes}")
    return field.each * rivals / seconds


def _insert_alone(database: Database, number: int, mentor: int) -> None:
    """Insert the nth student's session at the first hour, and take it back."""
    booked = Session(
        pack_id=an_id(PACK, number),
        mentor_id=an_id(MENTOR, mentor),
        student_id=an_id(STUDENT, number),
        starts_at=FIRST_SLOT,
        ends_at=FIRST_SLOT + _HOUR,
        wall_time=f"{FIRST_SLOT:%Y-%m-%dT%H:%M}",
        time_zone="UTC",
        created_at=MONDAY,
    )
    with suppress(_TakenBack), database.session() as session:
        store(session, booked)
        raise _TakenBack


class _TakenBack(Exception):
    """Ends a transaction that leaves nothing."""


class _Limit:
    """One insert, with the rule against overlaps and nothing else."""

    def __init__(self, field: _Field, dialect: str, spread: int, rivals: int) -> None:
        self._field, self._dialect, self._spread, self._rivals = field, dialect, spread, rivals
        numbers, first = field.students(spread)
        number, mentor = numbers[0], first + numbers[0] % spread
        work = partial(book, house_on(field.url), number, base=number, first=first, mentors=spread, rivals=1)
        inserts = record(partial(_insert_alone, field.database, number, mentor))
        self.statements = len(record(work))
        if dialect == "postgresql":
            moving = {
                at: f"(timestamptz '{at:%Y%m%dT%H%M%SZ}' + :h::int * interval '1 hour')"
                for at in (FIRST_SLOT, FIRST_SLOT + _HOUR)
            }
            with connect_postgres(field.url) as connection:
                script = pgbench_script(connection, inserts, number, mentor, moving)
            # The script counts the hours by mentors alone, and ends when an insert is refused.
            each_hour = script.replace("/ :mentors", f"/ (:mentors * {rivals})")
            self._script = each_hour.replace(";\nCOMMIT", " ON CONFLICT DO NOTHING;\nCOMMIT")
        else:
            self._bare = sqlite_script(inserts, number, mentor)

    def measure(self) -> float:
        """Inserts per second, those counted that are refused."""
        numbers, first = self._field.students(self._spread, self._rivals)
        if self._dialect == "postgresql":
            per_client = len(numbers) // THREADS
            rows = {"base": numbers[0], "first_mentor": first, "mentors": self._spread}
            return pgbench(self._field.url, self._script, per_client=per_client, **rows)
        transactions = []
        for n in numbers:
            hour = (n - numbers[0]) // (self._spread * self._rivals)
            times = {(FIRST_SLOT + k * _HOUR).strftime(_ISO): FIRST_SLOT + (k + hour) * _HOUR for k in (0, 1)}
            transactions.append(
                [
                    (sql, tuple(times[v].strftime(_ISO) if v in times else v for v in values))
                    for sql, values in self._bare.for_row(n, first + n % self._spread)
                ]
            )
        return run_sqlite(self._field.url, transactions)
