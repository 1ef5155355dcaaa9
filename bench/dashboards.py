"""The dashboards' time as the table of sessions grows, for people who themselves have the same few sessions."""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from support.fakes import MONDAY
from support.house import House

from bench.engines import Engines, connect_postgres, connect_sqlite, house_on
from bench.people import FIRST_MENTOR, FIRST_PERSON, MENTOR, PACK, STUDENT, add, add_holdings, add_mentors, an_id
from bench.table import Line, at_most
from mentorship.db.engine import Database
from mentorship.db.models import Session
from mentorship.db.types import new_id
from mentorship.domain.actors import Actor, Role
from mentorship.services.bookings import my_sessions
from mentorship.services.instructors import mentor_desk
from mentorship.services.packs import my_packs

_OTHERS = 200
"""Other mentors, each with one student, whose sessions fill the table."""

_TARGET = 1.5
_COLUMNS = (
    "id, pack_id, mentor_id, student_id, starts_at, ends_at, wall_time, time_zone, status, moves, sequence, notes, "
    "recording_url, reason, created_at"
)


def measure(engines: Engines, *, quick: bool) -> Iterator[Line]:
    """One line for each engine and dashboard: the largest table against the smallest."""
    sizes = (1_000, 100_000) if quick else (1_000, 100_000, 1_000_000)
    rounds = 15 if quick else 31
    for dialect in ("postgresql", "sqlite"):
        urls = {size: engines.make(dialect) for size in sizes}
        for size, url in urls.items():
            fill(url, dialect, size)
        houses = {size: house_on(url) for size, url in urls.items()}
        for name, read in _READS.items():
            taken = {size: [_timed(read, houses[size]) for _ in range(3)] and [] for size in sizes}
            for _ in range(rounds):
                for size in sizes:
                    taken[size].append(_timed(read, houses[size]))
            growth = statistics.median(a / b for a, b in zip(taken[sizes[-1]], taken[sizes[0]], strict=True))
            medians = [f"{size:,}: {statistics.median(taken[size]) * 1000:.1f} ms" for size in sizes]
            line = Line(
                f"{name} over {sizes[-1]:,} sessions", dialect, medians[-1], medians[0], note="; ".join(medians)
            )
            yield at_most(line, growth, _TARGET)
        for house in houses.values():
            house.deps.database.close()
        for url in urls.values():
            engines.drop(url)


def _timed(read: Callable[[House], object], house: House) -> float:
    begun = time.perf_counter()
    read(house)
    return time.perf_counter() - begun


def _student(house: House) -> Any:
    return house.deps.context(Actor(an_id(STUDENT, FIRST_PERSON), Role.STUDENT))


_READS: dict[str, Callable[[House], object]] = {
    "my_packs": lambda house: my_packs(_student(house)),
    "my_sessions": lambda house: my_sessions(_student(house)),
    "mentor_desk": lambda house: mentor_desk(
        house.deps.context(Actor(new_id(), Role.MENTOR, an_id(MENTOR, FIRST_MENTOR)))
    ),
}


def fill(url: str, dialect: str, size: int) -> None:
    """A mentor with ten students and sessions of all ages, and other people's sessions up to ``size``."""
    database = Database(url)
    own = range(FIRST_PERSON, FIRST_PERSON + 10)
    others = range(FIRST_PERSON + 1000, FIRST_PERSON + 1000 + _OTHERS)
    mentors = range(FIRST_MENTOR, FIRST_MENTOR + _OTHERS)
    add_mentors(database, mentors, 50)
    add_holdings(database, own, mentors[:1], 50)
    add_holdings(database, others, mentors[1:], 50)
    rows = [
        _session(an_id(PACK, n), an_id(MENTOR, FIRST_MENTOR), an_id(STUDENT, n), hour, hour > 0)
        for k, n in enumerate(own)
        for hour in [*range(-k - 400, 0, 10), *range(1 + k, 31, 10)]
    ]
    add(database, Session, ({**row, "status": row["status"]} for row in rows))
    database.close()
    made = (
        _session(
            an_id(PACK, others[k % _OTHERS]),
            an_id(MENTOR, mentors[1 + k % (_OTHERS - 1)]),
            an_id(STUDENT, others[k % _OTHERS]),
            -1 - k // _OTHERS,
            False,
        )
        for k in range(size - len(rows))
    )
    (_copy_into_postgres if dialect == "postgresql" else _insert_into_sqlite)(url, made)


def _session(pack: UUID, mentor: UUID, student: UUID, hour: int, scheduled: bool) -> dict[str, Any]:
    starts_at = MONDAY + timedelta(hours=hour)
    return {
        "id": new_id(),
        "pack_id": pack,
        "mentor_id": mentor,
        "student_id": student,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=1),
        "wall_time": "",
        "time_zone": "UTC",
        "status": "scheduled" if scheduled else "completed",
        "moves": 0,
        "sequence": 0,
        "notes": "",
        "recording_url": "",
        "reason": "",
        "created_at": MONDAY,
    }


def _copy_into_postgres(url: str, rows: Iterator[dict[str, Any]]) -> None:
    with connect_postgres(url) as connection:
        with connection.cursor().copy(f"COPY sessions ({_COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(list(row.values()))
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def _insert_into_sqlite(url: str, rows: Iterator[dict[str, Any]]) -> None:
    def plain(value: Any) -> Any:
        if isinstance(value, UUID):
            return value.hex
        return value.strftime("%Y-%m-%dT%H:%M:%S.%f+00:00") if hasattr(value, "strftime") else value

    connection = connect_sqlite(url)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("BEGIN IMMEDIATE")
    marks = ", ".join("?" * len(_COLUMNS.split(", ")))
    connection.executemany(
        f"INSERT INTO sessions ({_COLUMNS}) VALUES ({marks})",
        (tuple(plain(v) for v in row.values()) for row in rows),
    )
    connection.execute("COMMIT")
    connection.execute("ANALYZE")
    connection.close()


def plans(url: str) -> list[str]:
    """PostgreSQL's plan of each dashboard's statements, to look for a missing index."""
    from bench.recording import record

    house, found = house_on(url), []
    for read in _READS.values():
        for sent in record(lambda r=read: r(house)):
            with house.deps.database.engine.connect() as connection:
                raw = connection.connection.cursor()
                raw.execute("EXPLAIN " + sent.sql, sent.parameters)
                found.append("\n".join(row[0] for row in raw.fetchall()))
    house.deps.database.close()
    return found
