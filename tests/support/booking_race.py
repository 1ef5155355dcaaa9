"""Eight processes that book, move and cancel at the same moment, round after round, on one database."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any
from uuid import UUID

import pytest
from support.fakes import AdjustableClock
from support.house import House, Person, make_house
from support.processes import CONTEXT
from support.races import everything, take_guards_away

from mentorship.db.bookings import Bookings
from mentorship.db.engine import Database
from mentorship.db.models import Session
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.errors import DomainError
from mentorship.schemas.accounts import Me
from mentorship.services.bookings import book_session, cancel_session, reschedule_session

PROCESSES = 8
DONE = "done"


@dataclass(frozen=True)
class Step:
    """What one process tries in one round: to book (``mentor_id``), to move (``session_id``) or to cancel."""

    person: Me
    starts_at: datetime | None = None
    mentor_id: UUID | None = None
    session_id: UUID | None = None

    def take(self, house: House) -> None:
        ctx = house.ctx(Person(self.person, ""))
        if self.mentor_id is not None:
            book_session(ctx, mentor_id=self.mentor_id, starts_at=self.starts_at)
        elif self.starts_at is not None:
            reschedule_session(ctx, session_id=self.session_id, starts_at=self.starts_at)
        else:
            cancel_session(ctx, session_id=self.session_id)


def race(house: House, rounds: Sequence[Sequence[Step]], *, guarded: bool) -> list[list[str]]:
    """Every round's steps at once, each in a process of its own; what came of each: "done", a refusal's code, a crash.

    Without guards the processes take no locks, and are slow to write what they have decided.
    """
    start, answers = CONTEXT.Barrier(PROCESSES), CONTEXT.Queue()
    url, now = house.deps.database.url, house.clock.now()
    processes = [
        CONTEXT.Process(target=_run, args=(n, url, now, start, [r[n] for r in rounds], guarded, answers), daemon=True)
        for n in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    found: dict[int, list[str]] = dict(answers.get(timeout=120) for _ in processes)
    for process in processes:
        process.join(30)
        assert process.exitcode == 0
    return [list(outcomes) for outcomes in zip(*(found[n] for n in range(PROCESSES)), strict=True)]


def _run(
    number: int,
    url: str,
    now: datetime,
    start: Barrier,
    steps: Sequence[Step],
    guarded: bool,
    answers: "Queue[tuple[int, list[str]]]",
) -> None:
    database = Database(url, pool_size=2)
    house = make_house(database, clock=AdjustableClock(now))
    patch = pytest.MonkeyPatch()
    if not guarded:
        take_guards_away(database, patch)
        for writer, name in ((UnitOfWork, "keep"), (Bookings, "flush")):
            patch.setattr(writer, name, _late(getattr(writer, name)))
    outcomes = []
    for step in steps:
        start.wait(60)
        try:
            step.take(house)
            outcomes.append(DONE)
        except DomainError as refusal:
            outcomes.append(refusal.code)
        except Exception as error:
            outcomes.append(f"crash: {error!r}"[:300])
    answers.put((number, outcomes))
    database.close()


def _late(write: Callable[..., Any]) -> Callable[..., Any]:
    def write_late(self: Any, *args: Any) -> Any:
        time.sleep(0.03)
        return write(self, *args)

    return write_late


def overlaps(house: House) -> int:
    """How many pairs of scheduled sessions claim the same mentor or the same student at the same time."""
    booked = [s for s in everything(house, Session) if s.status == "scheduled"]
    return sum(
        (a.mentor_id == b.mentor_id or a.student_id == b.student_id)
        and a.starts_at < b.ends_at
        and b.starts_at < a.ends_at
        for a, b in combinations(booked, 2)
    )
