"""Mail over SMTP."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import SplitResult, unquote, urlsplit

from mentorship.domain.text import one_line
from mentorship.gateways.ports import Mail, MailRefused, MailUnavailable

TIMEOUT = 20.0
"""Seconds to wait for the server's answer."""

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class SmtpMailer:
    """Hands messages to the server at ``smtp://`` or ``smtps://user:password@host:port``.

    The connection is encrypted wherever the server offers it, except to this machine itself; a password never goes
    over a network in the clear. ``sender`` is "Name <address>".

    Raises:
        ValueError: the address of the server or the sender is not one.
    """

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("a mail server's address begins with smtp:// or smtps:// and names a host")
        name, address = parseaddr(sender)
        self._server = parts
        self._sender = Address(_name(name), addr_spec=address)

    def send(self, mail: Mail) -> None:
        """Hand one message to the server.

        Raises:
            MailRefused: the recipient's address is none, or the server will never take this message.
            MailUnavailable: the server cannot be reached, does not let us in, or does not take messages now.
        """
        message = self._compose(mail)
        try:
            with self._connected() as server:
                server.send_message(message, self._sender.addr_spec, [mail.to_address])
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = error.recipients[mail.to_address]
            raise _failure(code, answer) from error
        except smtplib.SMTPDataError as error:
            raise _failure(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPResponseException as error:
            raise MailUnavailable(_line(error.smtp_code, error.smtp_error)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailUnavailable(one_line(str(error)) or type(error).__name__) from error

    def _compose(self, mail: Mail) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        try:
            to = Address(_name(mail.to_name), addr_spec=mail.to_address)
            if not mail.to_address.isascii():
                raise ValueError("not an ASCII address")
        except (ValueError, IndexError, MessageError) as error:
            raise MailRefused("The recipient's address is not one.") from error
        message["From"] = self._sender
        message["To"] = to
        message["Subject"] = one_line(mail.subject)
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = one_line(mail.message_id)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text, cte="quoted-printable")
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
        for entry in mail.attachments:
            if entry.method:
                parameters = {"method": entry.method}
                message.add_alternative(entry.content.decode(), subtype="calendar", cte="base64", params=parameters)
        for entry in mail.attachments:
            kind, _, subtype = entry.media_type.partition("/")
            message.add_attachment(entry.content, maintype=kind, subtype=subtype, filename=entry.filename)
        return message

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """A server that has let us in. What it says to our goodbye changes nothing: the message is with it."""
        server = _connect(self._server)
        try:
            _log_in(server, self._server)
            yield server
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
        finally:
            server.close()


def _connect(address: SplitResult) -> smtplib.SMTP:
    host = address.hostname or ""
    if address.scheme == "smtps":
        return smtplib.SMTP_SSL(host, address.port or 465, timeout=TIMEOUT, context=ssl.create_default_context())
    return smtplib.SMTP(host, address.port or 587, timeout=TIMEOUT)


def _log_in(server: smtplib.SMTP, address: SplitResult) -> None:
    server.ehlo_or_helo_if_needed()
    encrypted = address.scheme == "smtps" or address.hostname in _LOOPBACK
    if not encrypted and server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
        server.ehlo()
        encrypted = True
    if address.username is None:
        return
    if not encrypted:
        raise MailUnavailable("The mail server offers no encryption, so the password was not sent.")
    server.login(unquote(address.username), unquote(address.password or ""))


def _name(text: str) -> str:
    """A display name without the characters that mean something between addresses.

    Quoting them is not enough: a long name is folded, and the standard library then drops the quotes.
    """
    return one_line("".join(" " if c in '"(),.:;<>@[\\]' else c for c in text))


def _failure(code: int, answer: bytes | str) -> MailRefused | MailUnavailable:
    kind = MailRefused if 500 <= code < 600 else MailUnavailable
    return kind(_line(code, answer))


def _line(code: int, answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return one_line(f"{code} {text}")
