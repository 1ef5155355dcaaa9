"""The pages people click, the mail server, and the clock."""

import re
import smtplib
from datetime import timedelta
from email.message import EmailMessage

import pytest
import requests


def page(running, path):
    return requests.get(running.url + path, timeout=10)


def test_the_payment_page_says_what_how_much_and_how_long(running, client):
    made = client.v1.checkout.sessions.create(running.params())
    text = requests.get(made.url, timeout=5).text
    assert re.search(r"closes in <span[^>]*>3[01] min", text)
    for words in (
        "Mentorship with Ada: 4 sessions",
        "€480.00",
        "Decline card",
        "/checkout/cancel",
        "Sandbox",
    ):
        assert words in text


def test_a_name_is_text_on_the_page_never_markup(running, client):
    lines = running.params()["line_items"]
    lines[0]["price_data"]["product_data"]["name"] = "<script>alert(1)</script>"
    made = client.v1.checkout.sessions.create(running.params(line_items=lines))
    assert "<script>alert(1)" not in requests.get(made.url, timeout=5).text
    running.press(made.url, action="pay")
    assert "<script>alert(1)" not in page(running, "/stripe").text


def test_a_declined_card_leaves_the_checkout_open(running, client):
    made = client.v1.checkout.sessions.create(running.params())
    assert running.press(made.url, action="decline").headers["Location"].endswith(made.id)
    assert "declined" in requests.get(made.url, timeout=5).text
    assert client.v1.checkout.sessions.retrieve(made.id).status == "open"
    assert running.press(made.url, action="pay").status_code == 303
    assert client.v1.checkout.sessions.retrieve(made.id).payment_status == "paid"


def test_paying_twice_and_paying_too_late_are_told_kindly(running, client):
    made = client.v1.checkout.sessions.create(running.params())
    running.press(made.url, action="pay")
    again = running.press(made.url, action="pay")
    assert (again.status_code, "already paid" in again.text) == (200, True)
    assert len(client.v1.events.list().data) == 1
    late = client.v1.checkout.sessions.create(running.params())
    running.clock.advance(timedelta(minutes=32))
    refused = running.press(late.url, action="pay")
    assert (refused.status_code, "expired" in refused.text) == (200, True)
    assert client.v1.checkout.sessions.retrieve(late.id).payment_status == "unpaid"


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:9"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:3000"}, True),
        ({"Origin": "http://127.0.0.1:3000"}, True),
        ({}, True),
    ],
)
def test_forms_of_other_sites_are_refused(running, client, headers, allowed):
    made = client.v1.checkout.sessions.create(running.params())
    for address, form in ((made.url, {"action": "pay"}), (f"{running.url}/clock", {"step": "1h"})):
        answer = requests.post(address, data=form, headers=headers, allow_redirects=False, timeout=5)
        assert answer.status_code == (303 if allowed else 403)
    assert (client.v1.checkout.sessions.retrieve(made.id).payment_status == "paid") is allowed
    assert bool(running.clock.moves) is allowed


def test_a_refused_refund_says_why_on_the_console(running, client):
    made = client.v1.checkout.sessions.create(running.params())
    running.press(made.url, action="pay")
    intent = client.v1.checkout.sessions.retrieve(made.id).payment_intent
    refused = running.press("/stripe", action="refund", id=intent, amount="48001")
    assert (refused.status_code, "greater than unrefunded amount" in refused.text) == (400, True)


def test_the_clock_moves_forward_only_and_shows_what_ran(running):
    assert "has not been moved" in page(running, "/clock").text
    assert running.press("/clock", step="72h").status_code == 303
    assert running.clock.moves == [timedelta(hours=72)]
    assert "moved by 3 days" in page(running, "/clock").text
    target = (running.clock.now() + timedelta(days=2)).replace(second=0, microsecond=0, tzinfo=None)
    assert running.press("/clock", to=target.isoformat()).status_code == 303
    assert abs(running.clock.now().replace(tzinfo=None) - target) < timedelta(seconds=10)
    for to in ("", "soon", "2001-01-01T00:00", "9999-12-31T23:59"):
        assert running.press("/clock", to=to).status_code == 400
    assert len(running.clock.moves) == 2


def send(running, message, to="ada@example.com"):
    with smtplib.SMTP("127.0.0.1", running.sandbox.smtp_port, timeout=10) as server:
        server.send_message(message, "hello@mentorship.example", [to])


def booking_mail():
    message = EmailMessage()
    message["Subject"] = "Your session on Tuesday: Zoë & Ada"
    message["From"] = "Mentorship <hello@mentorship.example>"
    message["To"] = "ada@example.com"
    message.set_content("Join here: https://example.com/room/1?a=b&c=d. <b>See you</b>")
    message.add_alternative("<h1>Join</h1><script>parent.x = 1</script>", subtype="html")
    message.add_attachment(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text", "calendar", filename="session.ics")
    return message


def test_a_message_is_kept_shown_and_taken_apart(running):
    assert "No messages yet" in page(running, "/mailbox").text
    send(running, booking_mail())
    listed = page(running, "/mailbox").text
    assert "Your session on Tuesday: Zoë &amp; Ada" in listed
    shown = page(running, "/mailbox/1").text
    assert '<a href="https://example.com/room/1?a=b&amp;c=d"' in shown
    assert "&lt;b&gt;See you" in shown
    assert "session.ics" in shown
    html = page(running, "/mailbox/1/html")
    assert "<h1>Join</h1>" in html.text
    assert html.headers["Content-Security-Policy"].startswith("sandbox allow-popups ")
    assert "default-src 'none'" in html.headers["Content-Security-Policy"]
    attachment = page(running, "/mailbox/1/attachments/4")
    assert attachment.content == b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    assert "session.ics" in attachment.headers["Content-Disposition"]
    assert page(running, "/mailbox/1/raw").text.startswith("Subject: ")
    for missing in ("/mailbox/2", f"/mailbox/{10**30}", "/mailbox/1/attachments/1", "/mailbox/x"):
        assert page(running, missing).status_code == 404


def test_mail_is_filtered_by_address(running):
    send(running, booking_mail(), to="ada@example.com")
    send(running, booking_mail(), to="Grace@Example.com")
    found = page(running, "/mailbox?address=grace@").text
    assert "Grace@Example.com" in found
    assert "ada@example.com" not in found
    assert "No message from or to" in page(running, "/mailbox?address=nobody").text


def test_a_message_over_five_megabytes_is_refused(running):
    message = EmailMessage()
    message.set_content("x\n" * 3_000_000)
    with pytest.raises((smtplib.SMTPException, ConnectionError)):
        send(running, message)
    assert "No messages yet" in page(running, "/mailbox").text


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: =?utf-8?q?=ff=fe?=\r\n\r\n\xff\xfe",
        b"Subject: \xff\xfe\r\nFrom: <<<>>>\r\nTo: a@[\r\nDate: never\r\n\r\n",
        b'Content-Type: text/html; charset="no-such"\r\n\r\n<p>\xe9',
        b"Content-Type: image/png\r\nContent-Disposition: attachment; filename*=a'b\r\n\r\n",
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!",
        b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nhello",
    ],
)
def test_a_broken_message_is_shown_as_well_as_it_can_be(running, raw):
    with smtplib.SMTP("127.0.0.1", running.sandbox.smtp_port, timeout=10) as server:
        server.sendmail("a@example.com", ["b@example.com"], raw)
    for path in ("/mailbox", "/mailbox/1", "/mailbox/1/raw"):
        assert page(running, path).status_code == 200
    assert page(running, "/mailbox/1/html").status_code in (200, 404)


def test_a_stopped_sandbox_can_be_started_again(running):
    running.sandbox.stop()
    running.sandbox.start()
    send(running, booking_mail())
    assert "Zoë" in page(running, "/mailbox").text
