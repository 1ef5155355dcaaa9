"""A small world for the mails' tests: a mentor, a student and a database, moved by the use cases themselves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

from mentorship.db.engine import Database
from mentorship.db.models import AvailabilityRule, Mentor, Notification, Product, Session, User
from mentorship.domain.actors import Actor, Role
from mentorship.domain.money import Money
from mentorship.domain.notices import NoticeKind
from mentorship.domain.settle import ProviderFacts, ProviderState, Step
from mentorship.gateways.ports import HostedCheckout, Mail
from mentorship.services.bookings import book_session, cancel_session, reschedule_session
from mentorship.services.checkout import start_checkout
from mentorship.services.context import Context, Dependencies, Site
from mentorship.services.mails import render_mail
from mentorship.services.outcomes import complete_session
from mentorship.services.settling import apply_facts
from mentorship.services.sweeps import sweep

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday."""

SITE = Site("https://mentors.example", "https://mentors.example", "Mentorship <hello@mentors.example>", "k" * 32, True)


class World:
    """One mentor in Tokyo's zone, one student in New York's, four sessions for €480."""

    def __init__(
        self, database: Database, *, student: str = "Anna Lee", mentor: str = "Mei Tanaka", seats: int = 10
    ) -> None:
        self.now = START
        self.database = database
        self.deps = Dependencies(
            database=self.database,
            enqueue=lambda *_: None,
            clock=cast(Any, SimpleNamespace(now=lambda: self.now)),
            providers=cast(
                Any,
                {
                    "stripe": SimpleNamespace(
                        name="stripe",
                        live=False,
                        accepts=lambda currency: True,
                        unit=lambda currency: 1,
                        create_checkout=lambda request: HostedCheckout(
                            f"cs_{request.attempt_id}", "https://pay.example/c"
                        ),
                    )
                },
            ),
            mailer=cast(Any, None),
            passwords=cast(Any, None),
            limiter=cast(Any, None),
            live=cast(Any, SimpleNamespace(publish=lambda topics: None)),
            site=SITE,
        )
        with self.deps.system().begin() as uow:
            self.student = self._user(uow, student, Role.STUDENT, "America/New_York")
            self.other_student = self._user(uow, "Omar Haddad", Role.STUDENT, "Asia/Tokyo")
            self.admin = self._user(uow, "Ines Admin", Role.ADMIN, "UTC")
            self.mentor_user = self._user(uow, mentor, Role.MENTOR, "Asia/Tokyo")
            row = Mentor(
                user_id=self.mentor_user.id,
                slug="mei-tanaka",
                name=mentor,
                headline="Product design",
                about="",
                portrait="/p.svg",
                time_zone="Asia/Tokyo",
                max_active_students=seats,
                created_at=self.now,
            )
            uow.catalog.add(row)
            self.mentor = row
            self.product = Product(
                mentor_id=row.id,
                name="Four sessions",
                sessions=4,
                session_minutes=60,
                validity_days=30,
                price_minor=48000,
                currency="EUR",
                created_at=self.now,
            )
            uow.catalog.add(self.product)
            hours = [AvailabilityRule(mentor_id=row.id, weekday=d, start_minute=0, end_minute=1440) for d in range(7)]
            uow.catalog.replace_rules(row.id, hours)

    def _user(self, uow: Any, name: str, role: Role, zone: str) -> User:
        user = User(
            email=f"{role.value}.{uuid4().hex[:6]}@people.example",
            name=name,
            role=role.value,
            time_zone=zone,
            created_at=self.now,
        )
        uow.people.add(user)
        return user

    def as_student(self, user: User | None = None) -> Context:
        return self.deps.context(Actor((user or self.student).id, Role.STUDENT))

    def as_mentor(self) -> Context:
        return self.deps.context(Actor(self.mentor_user.id, Role.MENTOR, self.mentor.id))

    def as_admin(self) -> Context:
        return self.deps.context(Actor(self.admin.id, Role.ADMIN))

    def later(self, **length: float) -> "World":
        self.now += timedelta(**length)
        return self

    def attempt(self, user: User | None = None) -> tuple[UUID, UUID]:
        """A checkout that has been opened: its order and attempt."""
        order_id = start_checkout(self.as_student(user), product_id=self.product.id).order_id
        with self.deps.system().begin(read_only=True) as uow:
            return order_id, uow.orders.attempts(order_id)[0].id

    def settle(self, attempt_id: UUID, state: ProviderState = ProviderState.PAID) -> Step:
        facts = ProviderFacts(f"cs_{attempt_id}", state, Money(48000, "EUR"), False, f"pi_{attempt_id}")
        return apply_facts(self.deps.system(), attempt_id, facts)

    def buy(self, user: User | None = None) -> UUID:
        order_id, attempt_id = self.attempt(user)
        assert self.settle(attempt_id) is Step.PAY
        return order_id

    def book(self, *, days: float = 3) -> UUID:
        return book_session(self.as_student(), mentor_id=self.mentor.id, starts_at=self.now + timedelta(days=days)).id

    def move(self, session_id: UUID, *, days: float) -> None:
        starts_at = self.session(session_id).starts_at + timedelta(days=days)
        reschedule_session(self.as_student(), session_id=session_id, starts_at=starts_at)

    def cancel(self, ctx: Context, session_id: UUID, reason: str = "") -> None:
        cancel_session(ctx, session_id=session_id, reason=reason)

    def hold(self, count: int) -> UUID:
        """Book and complete so many sessions, one a day; returns the last one."""
        for _ in range(count):
            session_id = self.book(days=2)
            self.later(days=2, hours=1)
            complete_session(self.as_mentor(), session_id=session_id)
            self.later(hours=23)
        return session_id

    def sweep(self) -> dict[str, int]:
        return dict(sweep(self.deps.system()).counts)

    def session(self, session_id: UUID) -> Session:
        with self.deps.system().begin(read_only=True) as uow:
            found = uow.bookings.get(session_id)
            assert found is not None
            return found

    def notices(self, kind: NoticeKind, user: User | None = None) -> list[Notification]:
        """What one person was promised of a kind, oldest first."""
        with self.deps.system().begin(read_only=True) as uow:
            found = uow.notices.of_user((user or self.student).id)
        return [n for n in reversed(found) if n.kind == kind]

    def render(self, notification: Notification) -> Mail | None:
        ctx = self.deps.system()
        with ctx.begin(read_only=True) as uow:
            return render_mail(ctx, uow, notification)

    def mail(self, kind: NoticeKind, user: User | None = None) -> Mail:
        """The latest mail of a kind to one person; it must be there and have something to say."""
        mail = self.render(self.notices(kind, user)[-1])
        assert mail is not None
        return mail

    def public_url(self, url: str) -> None:
        self.deps = replace(self.deps, site=replace(SITE, public_url=url))
