"""The clockwork: sweeps every few seconds, on any number of processes at once."""

import logging
import random
import threading
from collections.abc import Callable

from mentorship.services.context import Dependencies
from mentorship.services.reconciliation import reconcile_nightly
from mentorship.services.sweeps import sweep

log = logging.getLogger(__name__)

SANDBOX_SECONDS = 20.0
SECONDS = 60.0


class Clockwork:
    """A thread that does what is due, and lets a sandbox do the same. A failure is logged; the next round tries again.

    It asks for the time at each round, so a clock that jumps ahead costs nothing but the wait for the next one.
    """

    def __init__(
        self, deps: Dependencies, tick: Callable[[], None] | None = None, *, every_seconds: float | None = None
    ) -> None:
        self._deps = deps
        self._acts = [self._sweep, self._nightly, *([] if tick is None else [tick])]
        self._every = every_seconds or (SANDBOX_SECONDS if deps.site.is_sandbox else SECONDS)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin with a round now: the process may have been away for long."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="clockwork", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop after the round that runs."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while not self._stopping.is_set():
            for act in self._acts:
                try:
                    act()
                except Exception:
                    log.exception("the clockwork failed and goes on")
            # Processes that started together drift apart, so that not all of them sweep at the same moment.
            self._stopping.wait(self._every * random.uniform(0.9, 1.1))

    def _nightly(self) -> None:
        if reconcile_nightly(self._deps.system()):
            log.info("tonight's reconciliation is promised")

    def _sweep(self) -> None:
        if done := sweep(self._deps.system()).counts:
            log.info("swept: %s", ", ".join(f"{name} {count}" for name, count in done.items()))
