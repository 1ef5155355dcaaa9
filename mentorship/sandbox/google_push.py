"""Tells the app that a calendar has changed, as Google does: an empty POST whose headers say for which channel."""

from datetime import UTC, datetime
from email.utils import format_datetime

import requests

from .google_store import Channel, GoogleStore
from .sender import TIMEOUT, Sender

MAX_TRIES = 5


class PushSender(Sender):
    """Sends the pushes of Google's channels."""

    def __init__(self, store: GoogleStore, base: str) -> None:
        super().__init__("sandbox-google-push")
        self._store, self._base = store, base

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
