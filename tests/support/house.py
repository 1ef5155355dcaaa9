"""A whole application without its outside: real database and services, and people who do things through use cases."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from support.deliveries import receive_event
from support.fakes import (
    AdjustableClock,
    CountingLimiter,
    FakePayments,
    FastPasswords,
    Job,
    JobQueue,
    MailBox,
    RecordingLive,
)
from support.hours import set_hours

from mentorship.db.engine import Database
from mentorship.domain.actors import Actor
from mentorship.domain.money import Money
from mentorship.domain.settle import ProviderState
from mentorship.gateways.ports import Mail
from mentorship.schemas.accounts import Me
from mentorship.schemas.bookings import HoursRule, SessionView
from mentorship.schemas.checkout import OrderView
from mentorship.schemas.packs import PackView
from mentorship.services.accounts import actor_of, sign_in, sign_up
from mentorship.services.admin import add_admin
from mentorship.services.arguments import ProviderName
from mentorship.services.availability import list_slots
from mentorship.services.bookings import book_session
from mentorship.services.calendar_events import sync_event
from mentorship.services.calendar_sync import read_calendar
from mentorship.services.checkout import get_order, start_checkout
from mentorship.services.context import Context, Dependencies, Site
from mentorship.services.deliveries import process_event
from mentorship.services.hand_out import hand_out
from mentorship.services.instructors import add_mentor, add_product
from mentorship.services.lockouts import watch_providers
from mentorship.services.notifications import deliver
from mentorship.services.packs import my_packs
from mentorship.services.receipts import issue_receipt
from mentorship.services.reconciliation import reconcile
from mentorship.services.refunds import refund_payment
from mentorship.services.settling import sync_attempt

PASSWORD = "correct horse battery"
EVERY_DAY = [HoursRule(weekday, 8 * 60, 20 * 60) for weekday in range(7)]

_JOBS: dict[str, Callable[[Context, str], str]] = {
    "process_event": lambda ctx, argument: process_event(ctx, event_id=argument),
    "refund_payment": lambda ctx, argument: refund_payment(ctx, refund_id=argument),
    "issue_receipt": lambda ctx, argument: issue_receipt(ctx, order_id=argument),
    "check_attempt": lambda ctx, argument: sync_attempt(ctx, attempt_id=argument),
    "reconcile": lambda ctx, _: str(reconcile(ctx).open),
    "deliver": lambda ctx, argument: deliver(ctx, delivery_id=argument),
    "sync_event": lambda ctx, argument: sync_event(ctx, session_id=argument),
    "read_calendar": lambda ctx, argument: read_calendar(ctx, mentor_id=argument),
}


@dataclass(frozen=True)
class Person:
    """Somebody with an account and a live sign-in."""

    me: Me
    token: str

    @property
    def id(self) -> UUID:
        return self.me.user_id

    @property
    def actor(self) -> Actor:
        return actor_of(self.me)


@dataclass(frozen=True)
class MentorPerson(Person):
    """A listed mentor with one product and hours from 8 to 20 every day in their zone."""

    mentor_id: UUID
    slug: str
    product_id: UUID


@dataclass(frozen=True)
class PaidAs:
    """A payment, as the provider and our books have it."""

    payment_ref: str
    amount: Money
    refunded_minor: int


@dataclass
class House:
    deps: Dependencies
    clock: AdjustableClock
    jobs: JobQueue
    payments: FakePayments
    paypal: FakePayments
    mailbox: MailBox
    limiter: CountingLimiter
    live: RecordingLive

    def __post_init__(self) -> None:
        self._numbers = count(1)

    @property
    def mails(self) -> list[Mail]:
        return self.mailbox.messages

    def ctx(self, person: Person | None = None) -> Context:
        """A fresh context for one use case: of somebody, or of a visitor."""
        return self.deps.context(person.actor if person else Actor())

    def system(self) -> Context:
        return self.deps.system()

    def student(self, name: str = "Ada Student", time_zone: str = "UTC") -> Person:
        email = f"student{next(self._numbers)}@example.com"
        signed_in = sign_up(self.ctx(), email=email, name=name, password=PASSWORD, time_zone=time_zone)
        return Person(signed_in.me, signed_in.token)

    def mentor(
        self,
        name: str = "Grace Mentor",
        *,
        capacity: int = 10,
        time_zone: str = "UTC",
        hours: Sequence[HoursRule] = EVERY_DAY,
        **product: Any,
    ) -> MentorPerson:
        """A mentor with one product; ``product`` overrides what :func:`add_product` takes."""
        slug = f"mentor-{next(self._numbers)}"
        mentor_id = add_mentor(
            self.system(),
            slug=slug,
            email=f"{slug}@example.com",
            name=name,
            password=PASSWORD,
            time_zone=time_zone,
            headline="Ships software",
            about="",
            portrait="/portraits/one.svg",
            expertise=["Python"],
            expectations=[],
            testimonials=[],
            max_active_students=capacity,
        )
        offer = {"name": "Four sessions", "price_minor": 48_000, "currency": "EUR", **product}
        product_id = add_product(self.system(), mentor_id=mentor_id, **offer)
        set_hours(self.system(), mentor_id, rules=tuple(hours))
        me, token = self._sign_in(f"{slug}@example.com")
        return MentorPerson(me, token, mentor_id, slug, product_id)

    def admin(self, name: str = "Alan Admin") -> Person:
        email = f"admin{next(self._numbers)}@example.com"
        add_admin(self.system(), email=email, name=name, password=PASSWORD)
        return Person(*self._sign_in(email))

    def _sign_in(self, email: str) -> tuple[Me, str]:
        signed_in = sign_in(self.ctx(), email=email, password=PASSWORD)
        return signed_in.me, signed_in.token

    def checkout(
        self, student: Person, mentor: MentorPerson, *, provider: ProviderName = "stripe"
    ) -> tuple[OrderView, str]:
        """Open a checkout; returns the order and the provider's reference."""
        started = start_checkout(self.ctx(student), product_id=mentor.product_id, provider=provider)
        order = get_order(self.ctx(student), order_id=started.order_id)
        return order, started.url.rpartition("/")[2]

    def tell(self, kind: str, subject: str) -> None:
        """Deliver an event of the provider and do the work it leads to."""
        payload, signature = self.payments.delivery(kind, subject)
        receive_event(self.ctx(), provider="stripe", payload=payload, headers={"stripe-signature": signature})
        self.drain()

    def tell_paypal(self, kind: str, resource: dict[str, Any]) -> None:
        """Deliver an event of PayPal's and do the work it leads to."""
        payload, headers = self.paypal.paypal_delivery(kind, resource)
        receive_event(self.ctx(), provider="paypal", payload=payload, headers=headers)
        self.drain()

    def buy_pack(self, student: Person, mentor: MentorPerson) -> PackView:
        """Buy the mentor's product: checkout, payment, delivery, settled."""
        order, reference = self.checkout(student, mentor)
        self.payments.settle(reference, ProviderState.PAID)
        self.tell("checkout.session.completed", reference)
        bought = get_order(self.ctx(student), order_id=order.id)
        return next(p for p in my_packs(self.ctx(student)).packs if p.id == bought.pack_id)

    def order_of(self, pack: PackView) -> UUID:
        """The order that a bought pack belongs to."""
        with self.system().begin(read_only=True) as uow:
            found = uow.packs.get(pack.id)
            assert found is not None
            assert found.order_id is not None
            return found.order_id

    def payment_of(self, order_id: UUID) -> PaidAs:
        """How an order was paid."""
        with self.system().begin(read_only=True) as uow:
            payment = uow.refunds.kept_payment(order_id)
            assert payment is not None
            return PaidAs(payment.payment_ref, Money(payment.amount_minor, payment.currency), payment.refunded_minor)

    def book(self, student: Person, mentor: MentorPerson, nth: int = 0) -> SessionView:
        """Book the nth free time that the engine lists."""
        slots = list_slots(self.ctx(student), mentor_id=mentor.mentor_id).slots
        return book_session(self.ctx(student), mentor_id=mentor.mentor_id, starts_at=slots[nth].starts_at)

    def pass_time(self, **length: float) -> None:
        """Move the clock, as ``timedelta`` takes it; nothing else happens."""
        self.clock.advance(timedelta(**length))

    def drain(self) -> int:
        """Hand out what waits for its job, run the jobs, and those that they lead to; returns how many ran."""
        self.hand_out()
        done = 0
        while self.jobs.waiting:
            self.run(self.jobs.waiting.pop(0))
            done += 1
            if not self.jobs.waiting:
                self.hand_out()
        return done

    def hand_out(self) -> None:
        """Promise the jobs of new events and mails."""
        hand_out(self.system(), but=set())

    def run(self, job: Job) -> str:
        """Do the work of one job, again if it was done before; says what it says."""
        return _JOBS[job.name](self.system(), job.argument)


def make_house(database: Database, **overrides: Any) -> House:
    """A house on a migrated database; ``overrides`` replace single dependencies by their field name.

    ``payments`` and ``paypal`` replace the two providers.
    """
    clock, jobs = AdjustableClock(), JobQueue()
    payments = overrides.pop("payments", None) or FakePayments()
    paypal = overrides.pop("paypal", None) or FakePayments(name="paypal")
    mailbox, limiter, live = MailBox(), CountingLimiter(), RecordingLive()
    site = Site("http://localhost:3000", "http://localhost:8000", "Mentorship <hello@example.com>", "k" * 48, True)
    deps = Dependencies(
        database=database,
        enqueue=jobs.enqueue,
        clock=clock,
        providers={"stripe": payments, "paypal": paypal},
        mailer=mailbox,
        passwords=FastPasswords(),
        limiter=limiter,
        live=live,
        site=site,
    )
    deps = watch_providers(replace(deps, **overrides))
    payments.now = paypal.now = deps.clock.now
    return House(
        deps,
        overrides.get("clock", clock),
        jobs,
        payments,
        paypal,
        overrides.get("mailer", mailbox),
        overrides.get("limiter", limiter),
        overrides.get("live", live),
    )
