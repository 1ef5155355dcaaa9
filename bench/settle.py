"""Purchases settled per second: payment, seat, pack, ledger, notices, audit and promised jobs in one transaction."""

import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count

from sqlalchemy import func, select
from support.house import House

from bench.crowd import Crowd, crowd, pgbench
from bench.engines import THREADS, Engines, connect_postgres, connect_sqlite
from bench.people import ATTEMPT, FIRST_MENTOR, FIRST_PERSON, MENTOR, add_checkouts, add_mentors, an_id, paid
from bench.recording import SqliteScript, pgbench_script, record, sqlite_script
from bench.table import Line, at_least, interleaved, ratio_of
from mentorship.db.engine import Database
from mentorship.db.models import Order, Pack, Refund, SeatRow
from mentorship.services.settling import apply_facts

WORK = "purchases settled"
_HELD_BACK = 20
"""One buyer in so many finds every seat of the hot mentor taken."""


def settle(house: House, number: int) -> str:
    """Settle the nth checkout."""
    return apply_facts(house.system(), an_id(ATTEMPT, number), paid(number)).value


class _Field:
    """One database, and the numbers of people and mentors not used yet."""

    def __init__(self, url: str, each: int) -> None:
        self.url, self.each = url, each
        self.database = Database(url)
        self.people = count(FIRST_PERSON, each)
        self.mentors = count(FIRST_MENTOR, 1000)
        self.sold: list[tuple[int, int]] = []

    def checkouts(self, spread: int, *, scarce: bool) -> tuple[range, int]:
        """New checkouts with this many new mentors; where seats are scarce, some buyers come too late."""
        first = next(self.mentors)
        share = self.each // spread
        capacity = share - share // _HELD_BACK if scarce else self.each
        add_mentors(self.database, range(first, first + spread), capacity)
        begin = next(self.people)
        numbers = range(begin, begin + self.each)
        add_checkouts(self.database, numbers, _turns(first, spread))
        self.sold.append((first, capacity))
        return numbers, first

    def oversold(self) -> int:
        """Seats beyond the capacity, over all mentors used."""
        with self.database.session(read_only=True) as session:
            rows = session.execute(
                select(SeatRow.mentor_id, func.count()).where(SeatRow.status == "active").group_by(SeatRow.mentor_id)
            )
            taken = dict(rows.tuples().all())
        return sum(max(0, taken.get(an_id(MENTOR, m), 0) - capacity) for m, capacity in self.sold)

    def unsettled(self) -> int:
        """Paid orders that have neither a pack nor a refund."""
        with self.database.session(read_only=True) as session:
            orders = session.scalar(select(func.count()).select_from(Order).where(Order.status == "paid")) or 0
            packs = session.scalar(select(func.count()).select_from(Pack)) or 0
            refunds = session.scalar(select(func.count()).select_from(Refund)) or 0
        return orders - packs - refunds


def _turns(first: int, spread: int) -> list[int]:
    """Mentors so that the nth person's is ``first + n % spread``."""
    return list(range(first, first + spread))


def measure(engines: Engines, *, quick: bool) -> Iterator[Line]:
    """One line for each engine, number of processes and spread of mentors."""
    each, rounds = (THREADS * 12, 1) if quick else (THREADS * 25, 3)
    for dialect in ("postgresql", "sqlite"):
        url = engines.make(dialect)
        field = _Field(url, each)
        with crowd(url) as people:
            _ours(field, people, 1, 2)
            for spread, name in ((1, "one hot mentor"), (200, "200 mentors")):
                limit = _Limit(field, dialect, spread)
                for processes, target in ((1, 0.15), (2, 0.25)):
                    ours, bare = interleaved(
                        rounds, lambda p=processes, s=spread: _ours(field, people, s, p), limit.measure
                    )
                    oversold, unsettled = field.oversold(), field.unsettled()
                    line = Line(
                        f"{WORK}, {name}, {processes} process{'es' * (processes > 1)}",
                        dialect,
                        f"{sorted(ours)[rounds // 2]:.0f}/s",
                        f"{sorted(bare)[rounds // 2]:.0f}/s",
                        note=f"{limit.statements} statements, {oversold} oversold, {unsettled} unsettled",
                    )
                    yield at_least(line, ratio_of(ours, bare), target, also=oversold == 0 and unsettled == 0)
        field.database.close()
        engines.drop(url)


def _ours(field: _Field, people: Crowd, spread: int, processes: int) -> float:
    numbers, _ = field.checkouts(spread, scarce=spread == 1)
    seconds, outcomes = people.do(settle, numbers, processes)
    if outcomes != Counter(pay=len(numbers)):
        raise RuntimeError(f"not every purchase was settled: {outcomes}")
    return len(numbers) / seconds


class _Limit:
    """The same statements without the product around them."""

    def __init__(self, field: _Field, dialect: str, spread: int) -> None:
        from bench.engines import house_on

        self._field, self._dialect, self._spread = field, dialect, spread
        numbers, first = field.checkouts(spread, scarce=False)
        number = numbers[0]
        mentor = first + number % spread
        house = house_on(field.url)
        recorded = record(lambda: settle(house, number))
        self.statements = len(recorded)
        if dialect == "postgresql":
            with connect_postgres(field.url) as connection:
                self._script = pgbench_script(connection, recorded, number, mentor)
        else:
            self._bare: SqliteScript = sqlite_script(recorded, number, mentor)

    def measure(self) -> float:
        """Purchases per second."""
        numbers, first = self._field.checkouts(self._spread, scarce=False)
        if self._dialect == "postgresql":
            return pgbench(
                self._field.url,
                self._script,
                per_client=len(numbers) // THREADS,
                base=numbers[0],
                first_mentor=first,
                mentors=self._spread,
            )
        return run_sqlite(self._field.url, [self._bare.for_row(n, first + n % self._spread) for n in numbers])


def run_sqlite(url: str, transactions: list[list[tuple[str, tuple[object, ...]]]]) -> float:
    """Transactions per second of one bare connection, refused ones too: more would only wait for each other."""
    connection = connect_sqlite(url)
    begun = time.monotonic()
    for statements in transactions:
        connection.execute("BEGIN IMMEDIATE")
        try:
            for sql, parameters in statements:
                connection.execute(sql, parameters).fetchall()
        except sqlite3.IntegrityError:
            connection.execute("ROLLBACK")
        else:
            connection.execute("COMMIT")
    seconds = time.monotonic() - begun
    connection.close()
    return len(transactions) / seconds
