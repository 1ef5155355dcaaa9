"""Interim engine."""

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from mentorship.db.engine import Database
from mentorship.gateways.durable_jobs import QUEUE


class JobEngine:
    def __init__(self, database: Database, jobs: Mapping[str, Callable[[str], object]], data_dir: Path) -> None:
        self.jobs = jobs

    def prepare(self) -> None: ...

    def start(self) -> None:
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            job, argument = QUEUE.get()
            try:
                self.jobs[job](argument)
            except Exception:
                logging.exception("job failed")

    def stop(self) -> None: ...
