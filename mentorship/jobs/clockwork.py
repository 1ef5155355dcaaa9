"""What runs again and again beside the jobs, on any number of processes at once: sweeps, and the hand-out."""

import logging
import random
import threading
from collections.abc import Callable, Sequence
from uuid import UUID

from mentorship.services.context import Dependencies
from mentorship.services.hand_out import hand_out
from mentorship.services.reconciliation import reconcile_nightly
from mentorship.services.sweeps import sweep

log = logging.getLogger(__name__)

SANDBOX_SECONDS = 20.0
SECONDS = 60.0
HAND_OUT_SECONDS = 0.1


class Rounds:
    """A thread that does its acts again and again. A failure is logged; the next round tries again."""

    def __init__(self, name: str, acts: Sequence[Callable[[], None]], every_seconds: float) -> None:
        self._name, self._acts, self._every = name, acts, every_seconds
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin with a round now: the process may have been away for long."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
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
                    log.exception("the %s failed and goes on", self._name)
            # Processes that started together drift apart, so that not all of them act at the same moment.
            self._stopping.wait(self._every * random.uniform(0.9, 1.1))


class Clockwork(Rounds):
    """Does what is due, and lets a sandbox do the same.

    It asks for the time at each round, so a clock that jumps ahead costs nothing but the wait for the next one.
    """

    def __init__(
        self, deps: Dependencies, tick: Callable[[], None] | None = None, *, every_seconds: float | None = None
    ) -> None:
        self._deps = deps
        every = every_seconds or (SANDBOX_SECONDS if deps.site.is_sandbox else SECONDS)
        super().__init__("clockwork", [self._sweep, self._nightly, *([] if tick is None else [tick])], every)

    def _nightly(self) -> None:
        if reconcile_nightly(self._deps.system()):
            log.info("tonight's reconciliation is promised")

    def _sweep(self) -> None:
        if done := sweep(self._deps.system()).counts:
            log.info("swept: %s", ", ".join(f"{name} {count}" for name, count in done.items()))


class HandOut(Rounds):
    """Promises the jobs of new events and mails, whichever process has stored them: nobody who stores waits for it."""

    def __init__(self, deps: Dependencies, *, every_seconds: float = HAND_OUT_SECONDS) -> None:
        self._deps = deps
        self._waiting: set[UUID] = set()
        super().__init__("hand-out", [self._hand_out], every_seconds)

    def _hand_out(self) -> None:
        self._waiting = hand_out(self._deps.system(), but=self._waiting)
