"""Interim mailer."""

import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from urllib.parse import urlsplit

from mentorship.gateways.ports import Mail


class SmtpMailer:
    def __init__(self, url: Callable[[], str], sender: str) -> None:
        self._url, self._sender = url, sender

    def send(self, mail: Mail) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, mail.to_address, mail.subject
        message["Message-ID"] = mail.message_id
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        parts = urlsplit(self._url())
        with smtplib.SMTP(parts.hostname or "", parts.port or 25, timeout=10) as server:
            server.send_message(message)
