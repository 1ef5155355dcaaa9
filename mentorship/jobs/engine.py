"""The job engine: runs promised jobs, tries them again, and takes over the work of processes that died.

Each try of a job is one durable workflow. A job that fails for a passing reason is promised again for later, so no
thread waits; a job that is interrupted by the end of its process runs again elsewhere. Jobs must bear running twice.
"""

import logging
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

from mentorship.domain.errors import ConflictInStorage, DomainError, ProviderUnavailable
from mentorship.gateways.ports import JobHome
from mentorship.jobs.slots import Slots

log = logging.getLogger(__name__)

Job = Callable[[str], object]

BACK_OFF = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=8))
"""How long a failed job waits before each of its further tries."""

WORKERS = 3
"""How many jobs a process runs at once.

A click goes to and fro between threads and waits for each of them in turn: with eight, the slowest clicks took half as
long again. Whoever wants more done at once starts another process.
"""

DRAIN_SECONDS = 5
"""How long running jobs may take to end when the engine stops; after that somebody else repeats them."""

_CLAIMED_AHEAD = 4
"""How many jobs a process claims at once for each of its workers, so that they need not wait for the next look."""

KEEP_FINISHED = timedelta(days=30)
"""How long the records of jobs that have ended are kept."""

_UNHEALTHY_AFTER = 15
_TIDY_EVERY = 24 * 3600
_FINISHED = ["SUCCESS", "ERROR", "CANCELLED"]
_BATCH = 500


class JobFailed(Exception):
    """A job that was refused for good, or failed on each of its tries."""


class JobEngine:
    """Runs jobs by name. There is one in a process; it touches nothing until it is started."""

    def __init__(
        self,
        home: JobHome,
        jobs: Mapping[str, Job],
        *,
        back_off: Sequence[timedelta] = BACK_OFF,
        workers: int = WORKERS,
        poll_seconds: float = 0.25,
        reap_seconds: float = 2.0,
    ) -> None:
        self._home = home
        self._jobs = jobs
        self._back_off = back_off
        self._workers = workers
        self._poll_seconds = poll_seconds
        self._reap_seconds = reap_seconds
        self._slots = Slots(home.url)
        self._reaper: threading.Thread | None = None
        self._stopping = threading.Event()
        self._alive_at = 0.0

    def start(self) -> None:
        """Take a slot, run what waits, and watch for the dead. Blocks until the engine runs; not for an event loop.

        The tables of the jobs must be there.

        Raises:
            NoFreeSlot: too many processes share this database.
        """
        name = self._slots.take()
        DBOS(
            config={
                "name": self._home.application,
                "system_database_engine": self._home.engine,
                "application_version": self._home.version,
                "executor_id": name,
                "log_level": "WARNING",
                "run_migrations": False,
                "max_executor_threads": self._workers,
            }
        )
        for job in self._jobs:
            self._register(job)
        DBOS.launch()
        DBOS.register_queue(
            self._home.queue,
            worker_concurrency=self._workers * _CLAIMED_AHEAD,
            polling_interval_sec=self._poll_seconds,
            on_conflict="always_update",
        )
        self._stopping.clear()
        self._alive_at = time.monotonic()
        self._reaper = threading.Thread(target=self._reap, name="job-reaper", daemon=True)
        self._reaper.start()
        log.info("jobs run as %s", name)

    def stop(self) -> None:
        """Let running jobs end for a few seconds, then stop; what is left is repeated by the next process."""
        if self._reaper is None:
            return
        self._stopping.set()
        self._reaper.join()
        self._reaper = None
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=DRAIN_SECONDS)
        self._home.engine.dispose()
        self._slots.give_back()

    @property
    def healthy(self) -> bool:
        """Whether it runs, holds its slot and reaches its database."""
        return self._reaper is not None and time.monotonic() - self._alive_at < _UNHEALTHY_AFTER

    def _register(self, job: str) -> None:
        def run(argument: str, tries: int = 0) -> str:
            reason, is_final = DBOS.run_step({"name": job}, self._attempt, job, argument)
            if not reason:
                return "done"
            if is_final or tries >= len(self._back_off):
                raise JobFailed(reason)
            wait = self._back_off[tries].total_seconds()
            key = f"{str(DBOS.workflow_id).partition('#')[0]}#{tries + 1}"
            with SetWorkflowID(key), SetEnqueueOptions(delay_seconds=wait, app_version=self._home.version):
                DBOS.enqueue_workflow(self._home.queue, workflow, argument, tries + 1)
            return f"put off: {reason}"

        workflow = DBOS.workflow(name=job)(run)

    def _attempt(self, job: str, argument: str) -> tuple[str, bool]:
        """Why the job failed, empty when it did not, and whether trying again is useless. Stored, so plain values."""
        try:
            self._jobs[job](argument)
        except (ProviderUnavailable, ConflictInStorage) as error:
            log.warning("job %s(%s) is put off: %s", job, argument, error)
            return f"{type(error).__name__}: {error}", False
        except DomainError as error:
            log.error("job %s(%s) was refused: %s", job, argument, error)
            return f"{type(error).__name__}: {error}", True
        except Exception as error:
            log.exception("job %s(%s) failed", job, argument)
            return f"{type(error).__name__}: {error}", False
        return "", False

    def _reap(self) -> None:
        tidied_at = -math.inf
        while not self._stopping.wait(self._reap_seconds):
            try:
                if not self._slots.keep():
                    log.error("another process took this one's executor slot")
                    continue
                self._take_over()
                if time.monotonic() - tidied_at > _TIDY_EVERY:
                    forget_finished(datetime.now(UTC) - KEEP_FINISHED)
                    tidied_at = time.monotonic()
                self._alive_at = time.monotonic()
            except Exception:
                log.exception("looking after the jobs failed")

    def _take_over(self) -> None:
        """Hand out again what dead processes left.

        The list is read while the dead slot is held: until then another process may have taken the same work over.
        """
        mine = DBOS.executor_id
        for name in sorted({owner for owner, _ in _pending() if owner not in (None, mine)}):
            with self._slots.holding_dead(name) as is_dead:
                if is_dead and (left := [job for owner, job in _pending(name) if owner == name]):
                    log.warning("taking over %d jobs of %s", len(left), name)
                    DBOS.resume_workflows(left, queue_name=self._home.queue)


def forget_finished(before: datetime) -> int:
    """Delete the records of jobs that ended before an instant of the wall clock; says how many there were."""
    forgotten = 0
    while found := DBOS.list_workflows(
        status=_FINISHED, completed_before=before.isoformat(), limit=_BATCH, load_input=False, load_output=False
    ):
        DBOS.delete_workflows([job.workflow_id for job in found])
        forgotten += len(found)
    return forgotten


def _pending(executor_id: str | None = None) -> list[tuple[str, str]]:
    found = DBOS.list_workflows(status="PENDING", executor_id=executor_id, load_input=False, load_output=False)
    return [(job.executor_id, job.workflow_id) for job in found if job.executor_id]
