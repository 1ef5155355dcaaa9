"""Session reminders through any history: two processes that sweep, a mail server that fails, an app that is down."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import func, select
from support.fakes import MailBox
from support.house import House, MentorPerson, Person, make_house
from support.races import at_once, crashes, seat_crowd

from mentorship.db.engine import Database
from mentorship.db.models import Delivery, Mentor, Notification
from mentorship.domain.errors import DomainError
from mentorship.gateways.ports import Mail, MailUnavailable
from mentorship.schemas.bookings import HoursRule, SessionView
from mentorship.services.availability import list_slots
from mentorship.services.bookings import book_session, cancel_session, reschedule_session
from mentorship.services.sweeps import next_due, sweep
from mentorship.services.texts import when

LEADS = (timedelta(hours=24), timedelta(hours=1), timedelta(minutes=10))
ALWAYS = [HoursRule(weekday, 0, 1440) for weekday in range(7)]
SLOT = st.sampled_from([0, 1, 2, 3, 46, 47, 48, 49, 60])
"""Which of the free times: within the hour, around a day from now, and later."""

STEPS = st.sampled_from([timedelta(minutes=m) for m in (1, 4, 11, 35, 61, 240, 22 * 60, 24 * 60)])
WHICH = st.integers(0, 3)


@dataclass
class Agreed:
    """The model of one session: what was agreed last, and when."""

    starts_at: datetime
    sequence: int
    agreed_at: datetime
    is_on: bool = True

    def due(self, now: datetime) -> timedelta | None:
        """The reminder that both should have had by now: the tightest whose moment came after the agreement."""
        reached = [lead for lead in LEADS if self.agreed_at < self.starts_at - lead <= now]
        return min(reached, default=None) if self.is_on and now < self.starts_at else None


@dataclass
class WatchedMail(MailBox):
    """Says at the moment of sending that a message goes out."""

    on_sent: Callable[[Mail], None] = field(default=lambda mail: None)

    def send(self, mail: Mail) -> None:
        super().send(mail)
        self.on_sent(mail)


class Reminding(RuleBasedStateMachine):
    """Set ``new_url`` (the address of a fresh migrated database) in a subclass."""

    new_url: ClassVar[Callable[[], str]]

    @initialize()
    def open_house(self) -> None:
        url = type(self).new_url()
        self.databases = [Database(url, pool_size=2) for _ in range(2)]
        self.mail = WatchedMail()
        self.house: House = make_house(self.databases[0], mailer=self.mail)
        jobs, clock = self.house.jobs, self.house.clock
        self.other = make_house(self.databases[1], mailer=self.mail, clock=clock, enqueue=jobs.enqueue)
        self.student: Person = self.house.student()
        self.mentor: MentorPerson = self.house.mentor(hours=ALWAYS)
        seat_crowd(self.house, self.mentor, [self.student], credits=30)
        with self.databases[0].session() as db:
            mentor = db.get_one(Mentor, self.mentor.mentor_id)
            mentor.minimum_notice_minutes = mentor.change_notice_minutes = 0
        self.agreed: dict[UUID, Agreed] = {}
        self.told: Counter[tuple[str, UUID, int, timedelta]] = Counter()
        self.mail.on_sent = self._sent

    def _sent(self, mail: Mail) -> None:
        """Every reminder, at the moment it goes out, against the model."""
        now = self.house.clock.now()
        with self.databases[0].session(read_only=True) as db:
            notice = db.get_one(Notification, UUID(mail.message_id.strip("<>").partition("@")[0]))
            kind, data = notice.kind, notice.data
        if kind != "session_reminder":
            return
        session_id, lead = UUID(data["session_id"]), timedelta(minutes=data["minutes"])
        agreed = self.agreed[session_id]
        assert agreed.is_on, "a reminder of a canceled session"
        assert data["sequence"] == agreed.sequence, "a reminder from before a change"
        assert now < agreed.starts_at, "a reminder of a session that has begun"
        assert lead == agreed.due(now), "not the reminder that is due now"
        assert when(agreed.starts_at, "UTC") in mail.text, "a reminder of another time"
        known = (mail.to_address, session_id, agreed.sequence, lead)
        self.told[known] += 1
        assert self.told[known] == 1, "reminded twice"

    # What people do

    def _free(self, nth: int) -> datetime:
        return list_slots(self.house.ctx(self.student), mentor_id=self.mentor.mentor_id).slots[nth].starts_at

    def _keep(self, session: SessionView, sequence: int) -> None:
        self.agreed[session.id] = Agreed(session.starts_at, sequence, self.house.clock.now())

    @precondition(lambda self: len(self.agreed) < 6)
    @rule(nth=SLOT)
    def books(self, nth: int) -> None:
        ctx = self.house.ctx(self.student)
        with suppress(DomainError):
            self._keep(book_session(ctx, mentor_id=self.mentor.mentor_id, starts_at=self._free(nth)), 0)

    @precondition(lambda self: self.agreed)
    @rule(which=WHICH, nth=SLOT)
    def moves(self, which: int, nth: int) -> None:
        session_id, ctx = self._session(which), self.house.ctx(self.mentor)
        before = self.agreed[session_id]
        with suppress(DomainError):
            moved = reschedule_session(ctx, session_id=session_id, starts_at=self._free(nth))
            if moved.starts_at != before.starts_at:
                self._keep(moved, before.sequence + 1)

    @precondition(lambda self: self.agreed)
    @rule(which=WHICH)
    def cancels(self, which: int) -> None:
        session_id = self._session(which)
        with suppress(DomainError):
            cancel_session(self.house.ctx(self.mentor), session_id=session_id)
            self.agreed[session_id].is_on = False

    def _session(self, which: int) -> UUID:
        return list(self.agreed)[which % len(self.agreed)]

    # What machines do

    @rule(by=STEPS)
    def the_app_is_down(self, by: timedelta) -> None:
        self.house.clock.advance(by)

    @rule(by=STEPS)
    def time_passes(self, by: timedelta) -> None:
        """Stop wherever something is due, as a sweep each minute would find it."""
        clock = self.house.clock
        goal = clock.now() + by
        self.everything_runs()
        while (now := clock.now()) < goal:
            soonest = next_due(self.house.system(), now, goal)
            clock.advance(min(max(self._retry_at() or goal, now + timedelta(minutes=1)), soonest, goal) - now)
            self.everything_runs()

    @rule()
    def two_processes_sweep(self) -> None:
        outcomes = at_once([partial(sweep, self.house.system()), partial(sweep, self.other.system())])
        assert crashes(outcomes) == []
        self.house.hand_out()

    @rule()
    def mails_go_out(self) -> None:
        self.house.drain()

    @rule()
    def the_mail_server_fails_or_recovers(self) -> None:
        self.mail.failure = None if self.mail.failure else MailUnavailable("421 Try again later")

    @rule()
    def a_process_dies_with_its_jobs(self) -> None:
        self.house.jobs.waiting.clear()

    @rule()
    def everything_runs(self) -> None:
        """Afterwards, whoever should have been reminded has been, or will be tried again."""
        self.two_processes_sweep()
        self.mails_go_out()
        now = self.house.clock.now()
        late = self._to_retry(now)
        for session_id, agreed in self.agreed.items():
            if (lead := agreed.due(now)) is None:
                continue
            for person in (self.student, self.mentor):
                about = f"{session_id}:{agreed.sequence}:{int(lead.total_seconds() // 60)}:{person.id}"
                told = self.told[(person.me.email, session_id, agreed.sequence, lead)]
                assert told == 1 or f"session_reminder:{about}" in late, "nobody was reminded"

    def _to_retry(self, now: datetime) -> set[str]:
        """The keys of notices that the mail server or a death has kept, until they are due again or given up."""
        kept = (Delivery.state == "pending") & (Delivery.due_at > now) | (Delivery.state == "failed")
        with self.databases[0].session(read_only=True) as db:
            found = select(Notification.key).join(Delivery, Delivery.notification_id == Notification.id).where(kept)
            return set(db.scalars(found))

    def _retry_at(self) -> datetime | None:
        with self.databases[0].session(read_only=True) as db:
            return db.scalar(select(func.min(Delivery.due_at)).where(Delivery.state == "pending"))

    def teardown(self) -> None:
        for database in getattr(self, "databases", []):
            database.close()
