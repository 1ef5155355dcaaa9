"""Every notice as the mail a person gets, from states that the use cases have made."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from uuid import UUID, uuid4

import pytest
from icalendar import Calendar, Event

from mentorship.db.engine import Database
from mentorship.db.models import CalendarConnection, Notification, User
from mentorship.domain.notices import NoticeKind
from mentorship.domain.orders import OrderStatus
from mentorship.domain.settle import ProviderState, Step
from mentorship.gateways.ports import Mail
from mentorship.services.bookings import reschedule_session
from mentorship.services.calendar_access import lose_access
from mentorship.services.lockouts import report_lockout
from mentorship.services.mails import LETTERS
from mentorship.services.notifications import notify
from mentorship.services.outcomes import complete_session, waive_session
from mentorship.services.packs import grant_pack
from mentorship.services.receipts import issue_receipt
from mentorship.services.reconciliation import reconcile
from mentorship.services.seats import release_seat
from tests.services.mail_world import World
from tests.services.refund_mails import REFUND_STATES
from tests.services.waitlist_mails import WAITLIST_STATES


@pytest.fixture
def dialect() -> str:
    """What a mail says does not depend on the database's make."""
    return "sqlite"


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def bought(world: World) -> User:
    world.buy()
    return world.student


def sold(world: World) -> User:
    world.buy()
    return world.mentor_user


def granted(world: World) -> User:
    grant_pack(
        world.as_admin(), student_id=world.student.id, mentor_id=world.mentor.id, sessions=2, reason="A warm welcome"
    )
    return world.student


def failed(world: World) -> User:
    world.settle(world.attempt()[1], ProviderState.FAILED)
    return world.student


def sold_out(world: World) -> User:
    with world.deps.system().begin() as uow:
        uow.catalog.mentor(world.mentor.id).max_active_students = 1
    _, attempt = world.attempt()
    world.later(minutes=32)
    world.buy(world.other_student)
    world.settle(attempt)
    return world.student


def paid_twice(world: World) -> User:
    order, first = world.attempt()
    world.later(minutes=32)
    again, second = world.attempt()
    assert (order, first) != (again, second)
    assert order == again
    world.settle(first)
    assert world.settle(second) is Step.REFUND_DUPLICATE
    return world.student


def receipted(world: World) -> User:
    issue_receipt(world.deps.system(), order_id=world.buy())
    return world.student


def booked(world: World) -> User:
    world.buy()
    world.book()
    return world.student


def booked_mentor(world: World) -> User:
    booked(world)
    return world.mentor_user


def moved(world: World) -> User:
    world.buy()
    world.move(world.book(), days=1)
    return world.student


def moved_mentor(world: World) -> User:
    moved(world)
    return world.mentor_user


def canceled(world: World) -> User:
    world.buy()
    world.cancel(world.as_student(), world.book(), "I am ill")
    return world.student


def canceled_mentor(world: World) -> User:
    canceled(world)
    return world.mentor_user


def reminded(world: World) -> User:
    world.buy()
    world.book(days=3)
    world.later(days=2)
    assert world.sweep()["session reminders"] == 1
    return world.student


def reminded_mentor(world: World) -> User:
    reminded(world)
    return world.mentor_user


def waived(world: World) -> User:
    world.buy()
    session = world.hold(1)
    waive_session(world.as_mentor(), session_id=session, reason="The line was bad")
    return world.student


def one_left(world: World) -> User:
    world.buy()
    world.hold(3)
    return world.student


def in_grace(world: World) -> User:
    world.buy()
    world.hold(4)
    return world.student


def warned(world: World) -> User:
    in_grace(world)
    world.later(hours=72 - 23 - 12)
    assert world.sweep()["warnings"] == 1
    return world.student


def released(world: World) -> User:
    warned(world)
    world.later(hours=12)
    assert world.sweep()["seats released"] == 1
    return world.student


def calendar_lost(world: World) -> User:
    connection = CalendarConnection(
        mentor_id=world.mentor.id,
        user_id=world.mentor_user.id,
        account="mei@calendar.example",
        sealed_token=b"sealed",
        connected_at=world.now,
        next_read_at=world.now,
        next_check_at=world.now,
    )
    with world.deps.system().begin() as uow:
        uow.calendars.add(connection)
    lose_access(world.deps.system(), world.mentor.id, world.now)
    return world.mentor_user


def unequal(world: World) -> User:
    order_id = world.buy()
    with world.deps.system().begin() as uow:
        uow.orders.get(order_id).status = OrderStatus.REFUNDED.value
    reconcile(replace(world.deps, providers={}).system())
    return world.admin


def keyless(world: World) -> User:
    report_lockout(world.deps.system(), provider="paypal")
    return world.admin


STATES: list[tuple[NoticeKind, Callable[[World], User]]] = [
    (NoticeKind.PURCHASE, bought),
    (NoticeKind.RECEIPT, receipted),
    (NoticeKind.SOLD, sold),
    (NoticeKind.PACK_GRANTED, granted),
    (NoticeKind.PAYMENT_FAILED, failed),
    (NoticeKind.REFUND_SOLD_OUT, sold_out),
    (NoticeKind.REFUND_DUPLICATE_PAYMENT, paid_twice),
    (NoticeKind.SESSION_BOOKED, booked),
    (NoticeKind.SESSION_BOOKED, booked_mentor),
    (NoticeKind.SESSION_MOVED, moved),
    (NoticeKind.SESSION_MOVED, moved_mentor),
    (NoticeKind.SESSION_CANCELED, canceled),
    (NoticeKind.SESSION_CANCELED, canceled_mentor),
    (NoticeKind.SESSION_REMINDER, reminded),
    (NoticeKind.SESSION_REMINDER, reminded_mentor),
    (NoticeKind.CREDIT_RETURNED, waived),
    (NoticeKind.RENEWAL, one_left),
    (NoticeKind.PACK_COMPLETE, in_grace),
    (NoticeKind.GRACE_WARNING, warned),
    (NoticeKind.SEAT_RELEASED, released),
    (NoticeKind.CALENDAR_LOST, calendar_lost),
    *REFUND_STATES,
    *WAITLIST_STATES,
    (NoticeKind.BOOKS_DIFFER, unequal),
    (NoticeKind.PROVIDER_LOCKED_OUT, keyless),
]
EVERY_STATE = pytest.mark.parametrize(("kind", "state"), STATES, ids=[s.__name__ for _, s in STATES])


class Page(HTMLParser):
    """The visible words, the links and the tags of a mail's HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self._skipped = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._skipped += tag in ("style", "title")
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_endtag(self, tag: str) -> None:
        self._skipped -= tag in ("style", "title")

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def test_every_kind_has_a_letter_and_a_state_that_is_tested() -> None:
    assert set(LETTERS) == set(NoticeKind) == {kind for kind, _ in STATES}


def test_a_kind_that_is_not_known_cannot_be_promised() -> None:
    with pytest.raises(ValueError, match="birthday"):
        NoticeKind("birthday")
    assert notify.__annotations__["kind"] is NoticeKind


@EVERY_STATE
def test_every_kind_says_the_same_in_text_and_html(
    world: World, kind: NoticeKind, state: Callable[[World], User]
) -> None:
    reader = state(world)
    mail = world.mail(kind, reader)
    page = Page(mail.html)
    assert (mail.to_address, mail.to_name) == (reader.email, reader.name)
    assert mail.subject
    assert not re.search(r"[\x00-\x1f]", mail.subject)
    for line in filter(None, (" ".join(line.split()) for line in mail.text.splitlines())):
        for part in re.split(r": |^--$", line):
            assert part in page.text or part in page.links
    assert any(link.startswith("https://mentors.example/") for link in page.links)
    assert not page.tags & {"script", "img", "link", "iframe", "form"}
    assert "\n\n\n" not in mail.text


@EVERY_STATE
def test_a_mail_sent_again_has_the_same_message_id(
    world: World, kind: NoticeKind, state: Callable[[World], User]
) -> None:
    notice = world.notices(kind, state(world))[-1]
    first, second = world.render(notice), world.render(notice)
    assert first is not None
    assert second is not None
    assert first.message_id == second.message_id == f"<{notice.id}@mentors.example>"


HOSTILE = '<script>alert(1)</script> {{ 7*7 }} & "O\'Hara"\r\nBcc: all@people.example'


@pytest.mark.parametrize(("kind", "state"), [s for s in STATES if s[0] is not NoticeKind.PROVIDER_LOCKED_OUT])
def test_hostile_names_stay_text(database: Database, kind: NoticeKind, state: Callable[[World], User]) -> None:
    world = World(database, student=HOSTILE, mentor=HOSTILE)
    mail = world.mail(kind, state(world))
    page = Page(mail.html)
    assert "script" not in page.tags
    assert '<script>alert(1)</script> {{ 7*7 }} & "O\'Hara"' in page.text
    assert not re.search(r"[\r\n]", mail.subject + mail.to_name)
    for attachment in mail.attachments:
        assert not re.search(rb"^Bcc", attachment.content, re.MULTILINE)


def facts(mail: Mail) -> str:
    return " ".join(mail.text.split())


def test_both_read_a_booking_in_their_own_zone_with_the_others_beside_it(world: World) -> None:
    student = booked(world)
    assert (
        "When: Thu 26 Nov 2026, 04:00 (America/New_York) For Mei Tanaka: Thu 26 Nov 2026, 18:00 (Asia/Tokyo)"
    ) in facts(world.mail(NoticeKind.SESSION_BOOKED, student))
    assert (
        "When: Thu 26 Nov 2026, 18:00 (Asia/Tokyo) For Anna Lee: Thu 26 Nov 2026, 04:00 (America/New_York)"
    ) in facts(world.mail(NoticeKind.SESSION_BOOKED, world.mentor_user))


def test_the_others_time_is_left_out_when_the_clock_shows_the_same(world: World) -> None:
    with world.deps.system().begin() as uow:
        uow.people.user(world.student.id).time_zone = "Asia/Seoul"
    mail = world.mail(NoticeKind.SESSION_BOOKED, booked(world))
    assert "18:00 (Asia/Seoul)" in mail.text
    assert "For Mei Tanaka" not in mail.text


def test_a_booking_says_until_when_canceling_is_free(world: World) -> None:
    mail = world.mail(NoticeKind.SESSION_BOOKED, booked(world))
    assert "Cancel by Wed 25 Nov 2026, 04:00 (America/New_York) and your credit comes back." in mail.text
    assert "You have 3 sessions left to book." in mail.text


@pytest.mark.parametrize(
    ("hours", "by_mentor", "student_reads", "mentor_reads"),
    [
        (0, False, "Your credit has come back.", "Anna Lee's credit has come back."),
        (60, False, "less than 24 hours before it began, so the credit is used.", "so the credit is used."),
        (60, True, "Your credit has come back.", "Anna Lee's credit has come back."),
    ],
)
def test_a_cancel_says_who_and_what_became_of_the_credit(
    world: World, hours: int, by_mentor: bool, student_reads: str, mentor_reads: str
) -> None:
    world.buy()
    session = world.book()
    world.later(hours=hours)
    world.cancel(world.as_mentor() if by_mentor else world.as_student(), session)
    student = world.mail(NoticeKind.SESSION_CANCELED)
    mentor = world.mail(NoticeKind.SESSION_CANCELED, world.mentor_user)
    assert student_reads in student.text
    assert mentor_reads in mentor.text
    assert ("Mei Tanaka canceled your session." in student.text) is by_mentor
    assert ("You canceled your session with Anna Lee." in mentor.text) is by_mentor
    assert ("You canceled your session with Mei Tanaka." in student.text) is not by_mentor


def test_a_cancel_by_an_admin_is_ours(world: World) -> None:
    world.buy()
    world.cancel(world.as_admin(), world.book(), "The mentor is ill")
    mail = world.mail(NoticeKind.SESSION_CANCELED)
    assert "We canceled your session with Mei Tanaka." in mail.text
    assert "Reason: The mentor is ill" in mail.text


def test_a_credit_that_came_back_to_an_expired_pack_is_not_promised(world: World) -> None:
    world.buy()
    world.later(days=27)
    session = world.book(days=2.5)
    with world.deps.system().begin() as uow:
        pack = uow.packs.get(world.session(session).pack_id)
        pack.expires_at = world.now + timedelta(hours=1)
    world.later(hours=2)
    world.cancel(world.as_student(), session)
    assert "so it has expired" in world.mail(NoticeKind.SESSION_CANCELED).text


@pytest.mark.parametrize("hours", [72, 36, 1])
def test_the_length_of_grace_comes_from_the_policy(world: World, hours: int) -> None:
    with world.deps.system().begin() as uow:
        uow.catalog.mentor(world.mentor.id).grace_minutes = hours * 60
    length = "1 hour" if hours == 1 else f"{hours} hours"
    world.buy()
    world.hold(3)
    assert f"After the last session the seat is kept for {length}, then" in world.mail(NoticeKind.RENEWAL).text
    session = world.book(days=2)
    world.later(days=2, hours=1)
    complete_session(world.as_mentor(), session_id=session)
    assert f"Your seat is kept for {length}." in world.mail(NoticeKind.PACK_COMPLETE).text


def test_a_late_reminder_says_how_long_is_really_left(world: World) -> None:
    reminded(world)
    assert world.mail(NoticeKind.SESSION_REMINDER).subject == "In 24 hours: your session with Mei Tanaka"
    world.later(hours=21, minutes=30)
    assert world.mail(NoticeKind.SESSION_REMINDER).subject == "In 2 hours: your session with Mei Tanaka"
    world.later(hours=1, minutes=45)
    assert world.render(world.notices(NoticeKind.SESSION_REMINDER)[-1]) is None
    world.sweep()
    assert world.mail(NoticeKind.SESSION_REMINDER).subject == "In 45 minutes: your session with Mei Tanaka"


class TestSilence:
    """What is not true any more is not said."""

    def test_booked_then_canceled(self, world: World) -> None:
        canceled(world)
        assert world.render(world.notices(NoticeKind.SESSION_BOOKED)[0]) is None

    def test_moved_twice_tells_the_second_time_only(self, world: World) -> None:
        world.buy()
        session = world.book()
        world.move(session, days=1)
        world.move(session, days=1)
        first, second = world.notices(NoticeKind.SESSION_MOVED)
        assert world.render(first) is None
        assert world.render(second) is not None

    @pytest.mark.parametrize("change", ["moved", "canceled", "begun"])
    def test_a_reminder_of_a_session_that_has_changed(self, world: World, change: str) -> None:
        reminded(world)
        notice = world.notices(NoticeKind.SESSION_REMINDER)[0]
        assert world.render(notice) is not None
        session = UUID(notice.data["session_id"])
        if change == "moved":
            reschedule_session(world.as_mentor(), session_id=session, starts_at=world.now + timedelta(days=2))
        elif change == "canceled":
            world.cancel(world.as_student(), session)
        else:
            world.later(hours=24)
        assert world.render(notice) is None

    def test_an_early_reminder_once_a_later_one_is_promised(self, world: World) -> None:
        reminded(world)
        world.later(hours=23)
        assert world.sweep()["session reminders"] == 1
        first, second = world.notices(NoticeKind.SESSION_REMINDER)
        assert world.render(first) is None
        assert world.render(second) is not None

    def test_a_lost_calendar_that_is_connected_again(self, world: World) -> None:
        calendar_lost(world)
        (notice,) = world.notices(NoticeKind.CALENDAR_LOST, world.mentor_user)
        assert world.render(notice) is not None
        with world.deps.system().begin() as uow:
            uow.calendars.connection(world.mentor.id).state = "connected"
        assert world.render(notice) is None

    @pytest.mark.parametrize(
        ("kind", "state"),
        [
            (NoticeKind.RENEWAL, one_left),
            (NoticeKind.PACK_COMPLETE, in_grace),
            (NoticeKind.GRACE_WARNING, warned),
            (NoticeKind.SEAT_RELEASED, released),
            (NoticeKind.PAYMENT_FAILED, failed),
        ],
    )
    def test_renewed_in_the_meantime(self, world: World, kind: NoticeKind, state: Callable[[World], User]) -> None:
        state(world)
        notice = world.notices(kind)[0]
        assert world.render(notice) is not None
        if kind is NoticeKind.PAYMENT_FAILED:
            with world.deps.system().begin() as uow:
                order = uow.orders.of_student(world.student.id)[0]
                attempt = uow.orders.attempts(order.id)[0].id
            world.settle(attempt)
        else:
            world.buy()
        assert world.render(notice) is None

    def test_a_warning_when_grace_is_over(self, world: World) -> None:
        warned(world)
        world.later(hours=13)
        assert world.render(world.notices(NoticeKind.GRACE_WARNING)[0]) is None

    def test_nobody_to_tell(self, world: World) -> None:
        booked(world)
        notice = world.notices(NoticeKind.SESSION_BOOKED)[0]
        stranger = Notification(user_id=uuid4(), kind=notice.kind, key="x", data=notice.data, created_at=world.now)
        assert world.render(stranger) is None


def test_a_seat_released_with_a_reason_says_it(world: World) -> None:
    world.buy()
    release_seat(world.as_mentor(), mentor_id=world.mentor.id, student_id=world.student.id, reason="Asked to stop")
    mail = world.mail(NoticeKind.SEAT_RELEASED)
    assert "Reason: Asked to stop" in mail.text
    assert "The time to renew is over" not in mail.text
    assert "10 of 10 left" in mail.text


def test_a_failed_renewal_says_that_the_seat_is_still_there(world: World) -> None:
    world.buy()
    world.hold(4)
    world.settle(world.attempt()[1], ProviderState.FAILED)
    text = world.mail(NoticeKind.PAYMENT_FAILED).text
    assert "Your seat with Mei Tanaka is still yours until Mon 7 Dec 2026, 05:00 (America/New_York)." in text
    assert "not held for you" not in text


def test_a_second_pack_is_a_renewal(world: World) -> None:
    world.buy()
    assert world.mail(NoticeKind.PURCHASE).subject == "Your seat with Mei Tanaka is yours"
    world.later(days=1)
    world.buy()
    assert world.mail(NoticeKind.PURCHASE).subject == "You keep your seat with Mei Tanaka"


def test_a_pack_that_ran_out_of_time_is_not_called_complete(world: World) -> None:
    world.buy()
    world.later(days=31)
    world.sweep()
    mail = world.mail(NoticeKind.PACK_COMPLETE)
    assert "The time of your pack with Mei Tanaka is over." in mail.text
    assert "every session" not in mail.text


def event(mail: Mail) -> tuple[Calendar, Event]:
    (invitation,) = mail.attachments
    calendar = Calendar.from_ical(invitation.content)
    (entry,) = calendar.walk("VEVENT")
    assert str(calendar["METHOD"]) == invitation.method
    return calendar, entry


def test_the_calendar_entry_stays_one_through_its_life(world: World) -> None:
    world.buy()
    session = world.book()
    _, booked_entry = event(world.mail(NoticeKind.SESSION_BOOKED))
    world.move(session, days=1)
    moved_calendar, moved_entry = event(world.mail(NoticeKind.SESSION_MOVED))
    world.cancel(world.as_mentor(), session)
    calendar, canceled_entry = event(world.mail(NoticeKind.SESSION_CANCELED))
    mentors_calendar, mentors_entry = event(world.mail(NoticeKind.SESSION_CANCELED, world.mentor_user))
    entries = [booked_entry, moved_entry, canceled_entry]
    assert len({str(e["UID"]) for e in [*entries, mentors_entry]}) == 1
    assert [int(e["SEQUENCE"]) for e in entries] == [0, 1, 2]
    assert [str(e["STATUS"]) for e in entries] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [str(c["METHOD"]) for c in (moved_calendar, calendar, mentors_calendar)] == ["REQUEST", "CANCEL", "CANCEL"]


def test_the_calendar_entry_is_in_utc_with_both_people_and_no_alarm(world: World) -> None:
    mail = world.mail(NoticeKind.SESSION_BOOKED, booked(world))
    raw = mail.attachments[0].content.decode()
    assert "DTSTART:20261126T090000Z" in raw
    assert "DTEND:20261126T100000Z" in raw
    assert "VTIMEZONE" not in raw
    assert "VALARM" not in raw
    calendar, entry = event(mail)
    assert str(entry["ORGANIZER"]) == "mailto:hello@mentors.example"
    assert {str(a) for a in entry["ATTENDEE"]} == {
        f"mailto:{world.student.email}",
        f"mailto:{world.mentor_user.email}",
    }
    assert "Mei Tanaka" in str(entry["SUMMARY"])
    assert "https://mentors.example/sessions" in str(entry["DESCRIPTION"])
    assert calendar["VERSION"] == "2.0"
