"""A database with the tables of the jobs, and processes that run them."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.job_worker import Worker

from mentorship.db.engine import Database
from mentorship.gateways.durable_jobs import DurableJobs


@pytest.fixture
def jobs(database: Database) -> Iterator[DurableJobs]:
    """The jobs of the test's database."""
    jobs = DurableJobs(database.url)
    jobs.prepare()
    yield jobs
    jobs.home.engine.dispose()


@pytest.fixture
def promise(database: Database, jobs: DurableJobs) -> Callable[[str, str], None]:
    """Promise a job in a transaction of its own, under the key that its name and argument make."""

    def promise(job: str, argument: str) -> None:
        with database.session() as session:
            jobs.enqueue(session, [(job, f"{job}:{argument}", argument)])

    return promise


@pytest.fixture
def start_worker(jobs: DurableJobs, tmp_path: Path) -> Iterator[Callable[[], Worker]]:
    """Start a process that runs jobs; all of them write to ``tmp_path / "log"``."""
    workers: list[Worker] = []

    def start() -> Worker:
        workers.append(Worker(jobs.home.url, tmp_path / "log"))
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> float:
    """Wait until something holds; returns how many seconds that took."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, "waited in vain"
        time.sleep(0.02)
    return time.monotonic() - begun


@pytest.fixture
def wait() -> Callable[..., float]:
    """See :func:`wait_for`."""
    return wait_for
