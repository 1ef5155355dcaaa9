"""What the sandbox's senders share: a thread that works off a queue, and a session that speaks to this machine."""

import logging
import sqlite3
import threading
from abc import ABC, abstractmethod

import requests

IDLE_SECONDS = 0.25
TIMEOUT = (3.05, 10.0)

log = logging.getLogger(__name__)


class Sender(ABC):
    """A thread that sends what is queued. Several processes may each have one: what is due is claimed first."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._session = requests.Session()
        # A proxy from the environment would swallow calls to this machine.
        self._session.trust_env = False
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start sending; does nothing when it runs already."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop after the try that is under way."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(sum(TIMEOUT) + 1)
            self._thread = None

    def deliver_due(self) -> int:
        """Try once whatever is due now; how many tries were made."""
        tried = 0
        while not self._stopping.is_set() and self._send_next():
            tried += 1
        return tried

    @abstractmethod
    def _send_next(self) -> bool:
        """Try once what is due next; False when nothing is."""

    def _run(self) -> None:
        while not self._stopping.wait(IDLE_SECONDS):
            try:
                self.deliver_due()
            except sqlite3.Error:
                log.exception("%s could not read its queue and tries again", self._name)
