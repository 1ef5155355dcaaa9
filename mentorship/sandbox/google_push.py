"""Tells the app that a calendar has changed, as Google does: an empty POST whose headers say for which channel."""

import logging
import sqlite3
import threading
from datetime import UTC, datetime
from email.utils import format_datetime

import requests

from .google_store import Channel, GoogleStore

log = logging.getLogger(__name__)
IDLE_SECONDS = 0.25
MAX_TRIES = 5
TIMEOUT = (3.05, 10.0)


class PushSender:
    """A thread that sends what is queued. Several processes may each have one: pushes are claimed first."""

    def __init__(self, store: GoogleStore, base: str) -> None:
        self._store, self._base = store, base
        self._session = requests.Session()
        # A proxy from the environment would swallow calls to this machine.
        self._session.trust_env = False
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start sending; does nothing when it runs already."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name="sandbox-google-push", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop after the try that is under way."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(sum(TIMEOUT) + 1)
            self._thread = None

    def _run(self) -> None:
        while not self._stopping.wait(IDLE_SECONDS):
            try:
                while not self._stopping.is_set() and self._send_next():
                    pass
            except sqlite3.Error:
                log.exception("the sandbox could not read its queue of pushes and tries again")

    def _send_next(self) -> bool:
        with self._store.write() as tx:
            push = tx.take_push(lease=30.0)
        if push is None:
            return False
        push_id, channel, state, number, tries = push
        try:
            answer = self._session.post(
                channel.address, headers=self._headers(channel, state, number), timeout=TIMEOUT, allow_redirects=False
            )
            again = answer.status_code >= 500
        except requests.RequestException:
            again = True
        if not again or tries >= MAX_TRIES:
            with self._store.write() as tx:
                tx.drop_push(push_id)
        return True

    def _headers(self, channel: Channel, state: str, number: int) -> dict[str, str]:
        expires = datetime.fromtimestamp(channel.expires_ms / 1000, UTC)
        return {
            "Content-Length": "0",
            "User-Agent": "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)",
            "X-Goog-Channel-ID": channel.id,
            "X-Goog-Channel-Token": channel.token,
            "X-Goog-Channel-Expiration": format_datetime(expires, usegmt=True),
            "X-Goog-Resource-ID": channel.resource,
            "X-Goog-Resource-URI": f"{self._base}/calendar/v3/calendars/{channel.calendar}/events?alt=json",
            "X-Goog-Resource-State": state,
            "X-Goog-Message-Number": str(number),
        }
