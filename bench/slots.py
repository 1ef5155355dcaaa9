"""Slots of sixty days across both autumn clock changes, beside a sweep that knows no zones."""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy import update
from support.fakes import AdjustableClock
from support.house import make_house

from bench.engines import Engines, connect_postgres, connect_sqlite
from bench.people import FIRST_MENTOR, FIRST_PERSON, MENTOR, PACK, STUDENT, add, add_holdings, add_mentors, an_id
from bench.recording import Statement, record
from bench.table import Line, at_most, interleaved, percentile, ratio_of
from mentorship.db.engine import Database
from mentorship.db.models import AvailabilityRule, Mentor, Session
from mentorship.db.types import new_id
from mentorship.domain import slots
from mentorship.domain.slots import Hours, Interval, SlotPolicy, WeeklyRule
from mentorship.services.availability import list_slots

NOW = datetime(2026, 9, 20, 9, 0, tzinfo=UTC)
WINDOW = Interval(NOW, NOW + timedelta(days=60))
LENGTH, BUFFER, STEP = timedelta(hours=1), timedelta(minutes=10), timedelta(minutes=30)
POLICY = SlotPolicy(minimum_notice=timedelta(hours=24), horizon=timedelta(days=60), buffer=BUFFER, step=STEP)
RULES = tuple(WeeklyRule(day, start * 60, end * 60) for day in range(7) for start, end in ((7, 12), (13, 22)))
ZONES = ("Europe/Berlin", "America/New_York")
BLOCKS = 200
_COMPUTED, _WITH_READS, _P99_SECONDS = 1.5, 3.0, 0.005


def measure(engines: Engines, *, quick: bool) -> Iterator[Line]:
    """One line for each zone computed, and one for each engine with its reads."""
    rounds = 200 if quick else 1000
    for zone in ZONES:
        yield _computed(zone, rounds)
    for dialect in ("postgresql", "sqlite"):
        yield _with_reads(engines, dialect, rounds // 5)


def _computed(zone: str, rounds: int) -> Line:
    hours, busy, openings = Hours(zone, RULES, ()), _blocks(zone), _openings(zone)

    def ours() -> list[Interval]:
        return slots.list_slots(hours, busy, POLICY, LENGTH, now=NOW, window=WINDOW)

    def bare() -> list[Interval]:
        return _sweep(openings, busy)

    if ours() != bare():
        raise RuntimeError("the sweep and the engine differ")
    # Processor time: nothing here waits, and others on the machine are not the engine's fault.
    found, limit = interleaved(rounds, _timed(ours, time.thread_time), _timed(bare, time.thread_time))
    p99 = percentile(found, 0.99)
    line = Line(
        f"slots of 60 days, {BLOCKS} busy blocks, {zone}",
        "–",
        _ms(statistics.median(found)),
        _ms(statistics.median(limit)),
        note=f"{len(ours())} slots, p99 {_ms(p99)} (≤ 5 ms)",
    )
    return at_most(line, ratio_of(found, limit), _COMPUTED, also=p99 <= _P99_SECONDS)


def _with_reads(engines: Engines, dialect: str, rounds: int) -> Line:
    url, zone = engines.make(dialect), ZONES[0]
    database = Database(url)
    _fill(database, zone)
    house = make_house(database, clock=AdjustableClock(NOW))
    mentor_id = an_id(MENTOR, FIRST_MENTOR)

    def ours() -> object:
        return list_slots(house.ctx(), mentor_id=mentor_id, start=WINDOW.start, end=WINDOW.end)

    ours()
    reads = record(ours)
    busy, openings = _blocks(zone), _openings(zone)
    bare, close = _bare_reads(url, dialect, reads)
    found, limit, with_bare_reads = interleaved(
        rounds, _timed(ours), _timed(lambda: _sweep(openings, busy)), _timed(lambda: (bare(), _sweep(openings, busy)))
    )
    close()
    database.close()
    engines.drop(url)
    line = Line(
        f"the same with its reads, {zone}",
        dialect,
        _ms(statistics.median(found)),
        _ms(statistics.median(limit)),
        note=f"p99 {_ms(percentile(found, 0.99))}, {len(reads)} reads; "
        f"{ratio_of(found, with_bare_reads):.2f} × the sweep with the same reads by a bare driver",
    )
    return at_most(line, ratio_of(found, limit), _WITH_READS)


def _fill(database: Database, zone: str) -> None:
    mentor, student = FIRST_MENTOR, FIRST_PERSON
    add_mentors(database, [mentor], 10)
    add_holdings(database, [student], [mentor], 4)
    book_blocks(database, zone)


def book_blocks(database: Database, zone: str) -> None:
    """Give the first mentor the bench's hours, and the booked sessions that fill part of them."""
    mentor, student = FIRST_MENTOR, FIRST_PERSON
    with database.session() as session:
        session.execute(update(Mentor).values(time_zone=zone))
        session.query(AvailabilityRule).delete()
    rules = ({"id": new_id(), "mentor_id": an_id(MENTOR, mentor), **_columns(rule)} for rule in RULES)
    add(database, AvailabilityRule, rules)
    add(
        database,
        Session,
        (
            {
                "id": new_id(),
                "pack_id": an_id(PACK, student),
                "mentor_id": an_id(MENTOR, mentor),
                "student_id": an_id(STUDENT, student),
                "starts_at": block.start,
                "ends_at": block.end,
                "wall_time": "",
                "time_zone": zone,
                "created_at": NOW,
            }
            for block in _blocks(zone)
        ),
    )


def _columns(rule: WeeklyRule) -> dict[str, int]:
    return {"weekday": rule.weekday, "start_minute": rule.start_minute, "end_minute": rule.end_minute}


def _bare_reads(url: str, dialect: str, reads: list[Statement]) -> tuple[Callable[[], object], Callable[[], None]]:
    connection = connect_postgres(url) if dialect == "postgresql" else connect_sqlite(url)

    def run() -> None:
        connection.execute("BEGIN")
        for read in reads:
            connection.execute(read.sql, read.parameters).fetchall()
        connection.execute("COMMIT")

    return run, connection.close


def _blocks(zone: str) -> list[Interval]:
    """Booked hours, spread over the openings, none over another."""
    chance = random.Random(zone)
    starts = [start + k * LENGTH for start, end in _openings(zone) for k in range((end - start) // LENGTH)]
    return [Interval(start, start + LENGTH) for start in sorted(chance.sample(starts, BLOCKS))]


def _openings(zone: str) -> list[tuple[datetime, datetime]]:
    """When the mentor is at work, as instants."""
    found = []
    for n in count(-2):
        day = (NOW + timedelta(days=n)).replace(hour=0, minute=0, tzinfo=None)
        for rule in RULES:
            if rule.weekday == day.weekday():
                start, end = (
                    (day + timedelta(minutes=m)).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
                    for m in (rule.start_minute, rule.end_minute)
                )
                found.append((start, end))
        if found and found[-1][0] > WINDOW.end:
            return sorted(found)
    raise AssertionError


def _sweep(openings: list[tuple[datetime, datetime]], busy: list[Interval]) -> list[Interval]:
    """Walk openings and blocks side by side, both sorted instants."""
    earliest, latest = NOW + POLICY.minimum_notice, min(WINDOW.end - datetime.resolution, NOW + POLICY.horizon)
    found, k = [], 0
    for opens, closes in openings:
        start, end = opens, opens + LENGTH
        while end <= closes:
            while k < len(busy) and busy[k].end + BUFFER <= start:
                k += 1
            if earliest <= start <= latest and (k == len(busy) or busy[k].start - BUFFER >= end):
                found.append(Interval(start, end))
            start, end = start + STEP, end + STEP
    return found


def _timed(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> Callable[[], float]:
    def run() -> float:
        begun = clock()
        work()
        return clock() - begun

    return run


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"
