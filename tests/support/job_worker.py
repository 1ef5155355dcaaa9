"""A process that runs jobs until it is killed. Each job writes lines to a file that all such processes share."""

import os
import time
from multiprocessing.synchronize import Event
from pathlib import Path

from support.processes import CONTEXT

from mentorship.gateways.durable_jobs import DurableJobs
from mentorship.jobs.engine import JobEngine

LONG = 1.0


class Worker:
    """The process, seen from the test."""

    def __init__(self, url: str, log: Path) -> None:
        self._ready = CONTEXT.Event()
        self._process = CONTEXT.Process(target=_work, args=(url, log, self._ready), daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def wait_until_ready(self) -> None:
        assert self._ready.wait(30)

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.join()


def _work(url: str, log: Path, ready: Event) -> None:
    def note(line: str) -> None:
        file = os.open(log, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
        os.write(file, f"{os.getpid()} {line}\n".encode())
        os.close(file)

    def long(argument: str) -> None:
        note(f"begin {argument}")
        time.sleep(LONG)
        note(f"end {argument}")

    engine = JobEngine(DurableJobs(url).home, {"note": note, "long": long}, workers=4, poll_seconds=0.1)
    engine.start()
    ready.set()
    time.sleep(600)
