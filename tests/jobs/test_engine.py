"""Jobs are tried again, taken over from dead processes, and never run by two at once."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dbos import DBOSClient

from mentorship.domain.errors import ConflictInStorage, NotFound, ProviderUnavailable
from mentorship.gateways.durable_jobs import DurableJobs
from mentorship.jobs.engine import Job, JobEngine, forget_finished

SOON = (timedelta(milliseconds=50), timedelta(milliseconds=50), timedelta(milliseconds=50))


@contextmanager
def _running(jobs: DurableJobs, table: Mapping[str, Job], **options: Any) -> Iterator[JobEngine]:
    engine = JobEngine(jobs.home, table, **{"back_off": SOON, "poll_seconds": 0.05, **options})
    engine.start()
    try:
        yield engine
    finally:
        engine.stop()


def _states(jobs: DurableJobs) -> dict[str, str]:
    client = DBOSClient(system_database_engine=jobs.home.engine, lazy=True)
    return {job.workflow_id: job.status for job in client.list_workflows()}


def test_failures_are_tried_again_and_refusals_are_not(
    jobs: DurableJobs, promise: Callable[[str, str], None], wait: Callable[..., float]
) -> None:
    ran: Counter[str] = Counter()
    fails = {
        "provider": (ProviderUnavailable, 2),
        "storage": (ConflictInStorage, 1),
        "bug": (ZeroDivisionError, 3),
        "never": (ProviderUnavailable, 99),
        "refused": (NotFound, 99),
    }

    def work(argument: str) -> None:
        ran[argument] += 1
        error, times = fails[argument]
        if ran[argument] <= times:
            raise error("on purpose")

    for argument in fails:
        promise("work", argument)
    with _running(jobs, {"work": work}) as engine:
        wait(lambda: sum(ran.values()) >= 3 + 2 + 4 + 4 + 1 and "PENDING" not in _states(jobs).values(), 40)
        assert engine.healthy
    assert not engine.healthy
    assert ran == {"provider": 3, "storage": 2, "bug": 4, "never": 4, "refused": 1}
    failed = {key for key, state in _states(jobs).items() if state == "ERROR"}
    assert failed == {"work:never#3", "work:refused"}
    assert set(_states(jobs).values()) == {"SUCCESS", "ERROR"}


def test_a_job_that_waits_for_its_next_try_holds_nobody_up(
    jobs: DurableJobs, promise: Callable[[str, str], None], wait: Callable[..., float]
) -> None:
    ran: list[str] = []

    def work(argument: str) -> None:
        ran.append(argument)
        if argument.startswith("bad"):
            raise ProviderUnavailable

    for argument in ("bad1", "bad2", "bad3", "bad4", "bad5", "good"):
        promise("work", argument)
    with _running(jobs, {"work": work}, workers=1, back_off=[timedelta(hours=1)]):
        wait(lambda: "good" in ran, 10)
        begun = time.monotonic()
    assert time.monotonic() - begun < 3, "stopping waits for nobody either"
    assert list(_states(jobs).values()).count("DELAYED") == 5


def test_what_was_left_at_a_stop_is_done_after_the_next_start(
    jobs: DurableJobs, promise: Callable[[str, str], None], wait: Callable[..., float]
) -> None:
    ran: list[str] = []
    promise("work", "1")
    with _running(jobs, {"work": ran.append}):
        wait(lambda: ran == ["1"])
    promise("work", "2")
    with _running(jobs, {"work": ran.append}):
        wait(lambda: ran == ["1", "2"])


def test_old_records_are_forgotten_and_open_ones_kept(
    jobs: DurableJobs, promise: Callable[[str, str], None], wait: Callable[..., float]
) -> None:
    gate = threading.Event()
    with _running(jobs, {"work": lambda _: None, "open": lambda _: gate.wait(20)}):
        promise("work", "1")
        promise("open", "2")
        wait(lambda: _states(jobs) == {"work:1": "SUCCESS", "open:2": "PENDING"})
        assert forget_finished(datetime.now(UTC) - timedelta(hours=1)) == 0
        assert forget_finished(datetime.now(UTC) + timedelta(seconds=1)) == 1
        assert _states(jobs) == {"open:2": "PENDING"}
        gate.set()


def _lines(log: Path) -> list[tuple[int, str]]:
    if not log.exists():
        return []
    return [(int(pid), what) for pid, what in (line.split(" ", 1) for line in log.read_text().splitlines())]


def test_the_work_of_a_killed_process_is_taken_over(
    promise: Callable[[str, str], None],
    start_worker: Callable[[], Any],
    wait: Callable[..., float],
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    first, second = start_worker(), start_worker()
    first.wait_until_ready()
    second.wait_until_ready()
    promise("long", "x")
    wait(lambda: bool(_lines(log)))
    ((owner, _),) = _lines(log)
    victim, heir = (first, second) if owner == first.pid else (second, first)
    victim.kill()
    wait(lambda: (heir.pid, "begin x") in _lines(log), 8)
    wait(lambda: (heir.pid, "end x") in _lines(log))
    time.sleep(1)
    assert _lines(log) == [(victim.pid, "begin x"), (heir.pid, "begin x"), (heir.pid, "end x")]


def test_two_processes_share_the_work_and_never_run_the_same(
    promise: Callable[[str, str], None], start_worker: Callable[[], Any], wait: Callable[..., float], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    wanted = {str(number) for number in range(150)}
    workers = [start_worker(), start_worker()]
    for worker in workers:
        worker.wait_until_ready()
    for number in sorted(wanted):
        promise("note", number)
    wait(lambda: len(_lines(log)) >= len(wanted), 40)
    time.sleep(3)
    ran = Counter(what for _, what in _lines(log))
    assert ran == dict.fromkeys(wanted, 1)
    assert {pid for pid, _ in _lines(log)} == {worker.pid for worker in workers}
