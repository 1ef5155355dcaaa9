"""Interim clockwork."""

import logging
import threading
from collections.abc import Callable

from mentorship.services.context import Dependencies
from mentorship.services.sweeps import sweep


class Clockwork:
    def __init__(self, deps: Dependencies, tick: Callable[[], None] | None = None) -> None:
        self.deps, self.tick, self.over = deps, tick, threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while not self.over.wait(20):
            try:
                sweep(self.deps.system())
                if self.tick:
                    self.tick()
            except Exception:
                logging.exception("sweep failed")

    def stop(self) -> None:
        self.over.set()
