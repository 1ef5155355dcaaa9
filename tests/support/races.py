"""Many people at the same moment: threads that start together, a crowd to race with, and a house without its locks."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

import pytest
from sqlalchemy import Connection, create_engine, event, func, select, text
from support import rows
from support.house import House, MentorPerson, Person

from mentorship.db import constraints
from mentorship.db.bookings import Bookings
from mentorship.db.engine import Database
from mentorship.db.models import LedgerRow, Pack, SeatRow, Table
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.credits import Entry
from mentorship.domain.errors import DomainError
from mentorship.domain.seats import SeatStatus
from mentorship.schemas.accounts import Me

Result = TypeVar("Result")
Row = TypeVar("Row", bound=Table)


def at_once(works: Sequence[Callable[[], Result]]) -> list[Result | Exception]:
    """Run every work in a thread of its own, all started together; each gives its result or what it raised."""
    start = threading.Barrier(len(works))

    def run(work: Callable[[], Result]) -> Result | Exception:
        start.wait(60)
        try:
            return work()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def refusals(outcomes: Sequence[object]) -> list[str]:
    """The codes of the rules' refusals among outcomes."""
    return [o.code for o in outcomes if isinstance(o, DomainError)]


def crashes(outcomes: Sequence[object]) -> list[Exception]:
    """What nobody should ever see: errors that are no refusals."""
    return [o for o in outcomes if isinstance(o, Exception) and not isinstance(o, DomainError)]


def results(outcomes: Sequence[Result | Exception]) -> list[Result]:
    return [o for o in outcomes if not isinstance(o, Exception)]


def crowd(house: House, size: int) -> list[Person]:
    """Students with accounts, made in one transaction."""
    with house.deps.database.session() as db:
        users = [rows.user(db) for _ in range(size)]
    return [Person(Me(u.id, u.email, u.name, u.role, u.time_zone, None), "") for u in users]


def seat_crowd(house: House, mentor: MentorPerson, students: Sequence[Person], credits: int = 4) -> list[Pack]:
    """Give each student an active seat and a pack, made in one transaction."""
    now = house.clock.now()
    with house.deps.database.session() as db:
        packs = []
        for student in students:
            seat = SeatRow(
                mentor_id=mentor.mentor_id, student_id=student.id, status=SeatStatus.ACTIVE.value, changed_at=now
            )
            rows.add(db, seat)
            pack = rows.pack(db, mentor.mentor_id, student.id)
            pack.created_at, pack.expires_at = now, now + timedelta(days=30)
            db.flush()
            rows.add(db, rows.ledger(pack.id, Entry.GRANT, credits))
            packs.append(pack)
    return packs


def everything(house: House, table: type[Row]) -> list[Row]:
    """Every row of a table as it is stored now."""
    with house.deps.database.session(read_only=True) as db:
        return list(db.scalars(select(table)))


def tally(house: House, table: type[Table], column: str) -> dict[str, int]:
    """How many rows there are of each value of a column."""
    with house.deps.database.session(read_only=True) as db:
        key = getattr(table, column)
        return dict(iter(db.execute(select(key, func.count()).group_by(key))))


def ledger_of(house: House, entry: Entry) -> int:
    """How many ledger rows of one kind there are."""
    return tally(house, LedgerRow, "entry").get(entry.value, 0)


def take_guards_away(database: Database, monkeypatch: pytest.MonkeyPatch, *tables: str) -> None:
    """The control of a race: no locks, the drivers' own transactions, and no guard of the database on ``tables``."""
    monkeypatch.setattr(UnitOfWork, "lock", lambda self, *ids: None)
    monkeypatch.setattr(Bookings, "claim", lambda self, row: None)
    with database.engine.begin() as connection:
        _uninstall(connection, tables)
    if database.dialect == "sqlite":
        database.close()
        monkeypatch.setattr(database, "_writer", None)
        engine = create_engine(database.url, pool_size=40, connect_args={"check_same_thread": False, "timeout": 30})
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA journal_mode=WAL"))
        monkeypatch.setattr(database, "engine", engine)


def _uninstall(connection: Connection, tables: Sequence[str]) -> None:
    for rule in constraints.rules(connection.dialect.name):
        if rule.table in tables:
            for statement in rule.drop:
                connection.execute(text(statement))
