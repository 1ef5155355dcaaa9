"""The mailer against a real SMTP server: what arrives is what was meant, and refusals mean what they should."""

import socket
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from mentorship.gateways.mail import SmtpMailer
from mentorship.gateways.ports import Attachment, Mail, MailRefused, MailUnavailable

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

SENDER = "Mentorship <hello@mentors.example>"
ICS = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1\r\n"
    b"DTSTAMP:20261123T090000Z\r\nDTSTART:20261126T090000Z\r\nSUMMARY:Mentorship \xe2\x80\x94 session\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n"
)


class Post:
    """The server's side: keeps what it took, and answers as the test says."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.answers = {"rcpt": "250 OK", "data": "250 OK", "quit": "221 Bye"}

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answers["rcpt"].startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.answers["rcpt"]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answers["data"].startswith("2"):
            self.taken.append(envelope)
        return self.answers["data"]

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return self.answers["quit"]

    def message(self) -> EmailMessage:
        content: Any = self.taken[-1].content
        return BytesParser(policy=policy.default).parsebytes(content)  # type: ignore[return-value]


def _serve(post: Post, **options: Any) -> Iterator[str]:
    controller = Controller(post, hostname="127.0.0.1", port=_free_port(), **options)
    controller.start()
    yield f"127.0.0.1:{controller.port}"
    controller.stop()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def server(post: Post) -> Iterator[str]:
    yield from _serve(post)


@pytest.fixture
def mailer(server: str) -> SmtpMailer:
    return SmtpMailer(f"smtp://{server}", SENDER)


def a_mail(**changes: Any) -> Mail:
    values: dict[str, Any] = {
        "to_name": "Anna Lée",
        "to_address": "anna@people.example",
        "subject": "Booked with Zoë: Thu 26 Nov 2026, 04:00",
        "text": "Hello Anna Lée,\n\n.a line that begins with a dot\n",
        "html": "<p>Hello Anna Lée</p>" + "x" * 3000,
        "message_id": "<0193@mentors.example>",
    }
    return Mail(**(values | changes))


def test_what_arrives_is_what_was_meant(mailer: SmtpMailer, post: Post) -> None:
    mailer.send(a_mail())
    (envelope,), message = post.taken, post.message()
    assert (envelope.mail_from, envelope.rcpt_tos) == ("hello@mentors.example", ["anna@people.example"])
    assert message["From"] == SENDER
    assert message["To"].addresses[0].display_name == "Anna Lée"
    assert message["Subject"] == "Booked with Zoë: Thu 26 Nov 2026, 04:00"
    assert message["Message-ID"] == "<0193@mentors.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime.tzinfo is not None
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    plain, html = message.iter_parts()
    assert plain.get_content().replace("\r\n", "\n") == a_mail().text
    assert html.get_content().strip() == a_mail().html
    content = envelope.content
    assert isinstance(content, bytes)
    assert max(map(len, content.splitlines())) <= 998
    assert content.isascii()


def test_an_invitation_comes_in_the_order_mail_clients_expect(mailer: SmtpMailer, post: Post) -> None:
    mailer.send(a_mail(attachments=(Attachment("session.ics", ICS, "application/ics", "REQUEST"),)))
    message = post.message()
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    *_, inline, attached = message.walk()
    assert inline["Content-Type"].params["method"] == "REQUEST"
    assert inline["Content-Type"].params["charset"] == "utf-8"
    assert attached.get_filename() == "session.ics"
    for part in (inline, attached):
        calendar = Calendar.from_ical(part.get_payload(decode=True))
        assert calendar["METHOD"] == "REQUEST"
        assert calendar.walk("VEVENT")[0]["SUMMARY"] == "Mentorship — session"


@pytest.mark.parametrize(
    ("step", "answer", "expected"),
    [
        ("rcpt", "550 no such mailbox", MailRefused),
        ("rcpt", "451 try later", MailUnavailable),
        ("rcpt", "421 too busy", MailUnavailable),
        ("data", "554 looks like spam", MailRefused),
        ("data", "452 disk full", MailUnavailable),
    ],
)
def test_an_answer_is_final_or_not(
    mailer: SmtpMailer, post: Post, step: str, answer: str, expected: type[Exception]
) -> None:
    post.answers[step] = answer
    with pytest.raises(expected, match=answer):
        mailer.send(a_mail())
    assert post.taken == []


def test_a_rude_goodbye_after_the_message_was_taken_is_no_failure(mailer: SmtpMailer, post: Post) -> None:
    post.answers["quit"] = "500 what?"
    mailer.send(a_mail())
    assert len(post.taken) == 1


def test_nobody_listens() -> None:
    with pytest.raises(MailUnavailable):
        SmtpMailer(f"smtp://127.0.0.1:{_free_port()}", SENDER).send(a_mail())


def test_a_server_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mentorship.gateways.mail.TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(MailUnavailable):
        SmtpMailer(f"smtp://127.0.0.1:{silent.getsockname()[1]}", SENDER).send(a_mail())


def test_a_server_that_does_not_speak_tls(server: str) -> None:
    with pytest.raises(MailUnavailable):
        SmtpMailer(f"smtps://{server}", SENDER).send(a_mail())


def _check_password(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    assert isinstance(data, LoginPassword)
    return AuthResult(success=(data.login, data.password) == (b"me@host", b"p:/@s"), handled=False)


@pytest.fixture
def guarded(post: Post) -> Iterator[str]:
    yield from _serve(post, authenticator=_check_password, auth_required=True, auth_require_tls=False)


def test_name_and_password_are_decoded_from_the_address(guarded: str, post: Post) -> None:
    SmtpMailer(f"smtp://me%40host:p%3A%2F%40s@{guarded}", SENDER).send(a_mail())
    assert len(post.taken) == 1


@pytest.mark.parametrize("who", ["", "me%40host:wrong@"])
def test_a_server_that_does_not_let_us_in_is_tried_again(guarded: str, post: Post, who: str) -> None:
    with pytest.raises(MailUnavailable, match="53"):
        SmtpMailer(f"smtp://{who}{guarded}", SENDER).send(a_mail())
    assert post.taken == []


def test_a_password_never_goes_over_a_network_in_the_clear(
    guarded: str, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mentorship.gateways.mail._LOOPBACK", set())
    with pytest.raises(MailUnavailable, match="no encryption"):
        SmtpMailer(f"smtp://me%40host:p%3A%2F%40s@{guarded}", SENDER).send(a_mail())
    assert post.taken == []


@pytest.mark.parametrize(
    "address",
    ["", "anna", "anna@", "a b@people.example", "anna@people.example\r\nBcc: x@y.example", "änna@people.example"],
)
def test_an_address_that_is_none_is_refused_before_connecting(address: str) -> None:
    with pytest.raises(MailRefused):
        SmtpMailer("smtp://127.0.0.1:1", SENDER).send(a_mail(to_address=address))


@settings(max_examples=150, deadline=None)
@given(name=st.text(max_size=60), subject=st.text(max_size=120))
def test_no_name_or_subject_adds_a_header(name: str, subject: str) -> None:
    inject = "\r\nBcc: all@people.example\r\n\r\n"
    mail = a_mail(to_name=name + inject + name, subject=inject + subject)
    message = SmtpMailer("smtp://127.0.0.1:1", SENDER)._compose(mail)
    parsed = BytesParser(policy=policy.default).parsebytes(message.as_bytes())
    assert parsed.keys().count("Bcc") == 0
    assert [a.addr_spec for a in parsed["To"].addresses] == ["anna@people.example"]
    assert parsed.keys() == [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
    ]


@pytest.mark.parametrize(
    ("url", "sender"), [("http://host", SENDER), ("smtp://", SENDER), ("smtp://host", "nobody"), ("", SENDER)]
)
def test_settings_that_cannot_work_are_refused_at_once(url: str, sender: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        SmtpMailer(url, sender)
