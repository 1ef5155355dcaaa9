"""A mail server that keeps every message, whoever it is for."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from .store import Mail, Store

MAX_MESSAGE = 5 * 1024 * 1024
LOOPBACK = "127.0.0.1"
_HEADERS = BytesHeaderParser(policy=policy.default)


def read_message(raw: bytes) -> EmailMessage:
    """The message behind its raw source; one whose headers cannot be read is empty."""
    return message_from_bytes(raw, policy=policy.default)


def header(message: EmailMessage, name: str) -> str:
    """A header as people read it, or an empty text; headers that break the parser are said to be unreadable."""
    try:
        return " ".join(str(message.get(name, "")).split())
    except Exception:
        # The parser of the standard library raises a dozen kinds of errors on malformed headers.
        return "(unreadable)"


def text_of(part: EmailMessage) -> str:
    """The text of a part, whatever its charset says."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    try:
        return content.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


class _Inbox:
    """Writes what arrives into the store."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        await asyncio.to_thread(self._keep, envelope.mail_from or "", envelope.rcpt_tos, raw)
        return "250 Kept"

    def _keep(self, sender: str, recipients: list[str], raw: bytes) -> None:
        mail = Mail(
            id=0,
            received_at=self._now().isoformat(timespec="seconds"),
            sender=_clean(sender),
            recipients=_clean(", ".join(recipients)),
            subject=_clean(header(_HEADERS.parsebytes(raw), "subject")),
            raw=raw,
        )
        with self._store.write() as tx:
            tx.add_mail(mail)


class MailServer(Controller):
    """The server in a thread of its own, on this machine only. With port 0 the system picks a free one at start."""

    def __init__(self, store: Store, now: Callable[[], datetime], port: int) -> None:
        super().__init__(
            _Inbox(store, now), hostname=LOOPBACK, port=port, data_size_limit=MAX_MESSAGE, enable_SMTPUTF8=True
        )

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        # The socket is bound here because the controller connects to `port` itself and would try port 0.
        listener = socket.create_server((LOOPBACK, self.port))
        self.port = listener.getsockname()[1]
        creating: Awaitable[Any] = self.loop.create_server(self._factory_invoker, sock=listener)
        return creating


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
