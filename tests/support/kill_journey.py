"""A student's journey in a process of its own that ends without warning at a chosen moment.

Only what a real outside keeps survives the process: the database, the provider's books, the mails that went out, the
clock, and what the student has done. The process is killed from within, by SIGKILL, just before or after a commit or a
call to the outside.
"""

import json
import os
import pickle
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session
from support.deliveries import receive_event
from support.fakes import FakePayments
from support.house import House, make_house

from mentorship.db.engine import Database
from mentorship.domain.actors import Actor, Role
from mentorship.domain.money import Money
from mentorship.domain.settle import ProviderState
from mentorship.gateways.clocks import SandboxClock
from mentorship.gateways.durable_jobs import DurableJobs
from mentorship.gateways.ports import CheckoutFacts, CheckoutRequest, HostedCheckout, Mail, ProviderEvent, RefundFacts
from mentorship.jobs.clockwork import HandOut
from mentorship.jobs.engine import JobEngine
from mentorship.jobs.work import jobs_for
from mentorship.services.bookings import book_session
from mentorship.services.checkout import get_order, start_checkout
from mentorship.services.refund_requests import refund_order
from mentorship.services.sweeps import sweep

BACK_OFF = [timedelta(milliseconds=200)] * 3
BOOKS = ("checkouts", "refunds", "_references")
PATIENCE = 0.6
"""Seconds without progress after which the recovering process lets the clock run ahead."""


class Moments:
    """Counts what happens and kills the process at the chosen count; each moment is written down first."""

    def __init__(self, folder: Path, kill_at: int | None) -> None:
        self._file = (folder / ("moments" if kill_at else "moments-after")).open("a")
        self._kill_at = kill_at
        self._count = 0
        self._lock = threading.Lock()

    def pass_by(self, what: str) -> None:
        with self._lock:
            self._count += 1
            self._file.write(f"{what}\n")
            self._file.flush()
            if self._count == self._kill_at:
                os.kill(os.getpid(), signal.SIGKILL)


class WatchedDatabase(Database):
    """Passes a moment just before and just after each commit of a use case."""

    def __init__(self, url: str, moments: Moments) -> None:
        super().__init__(url)
        self._moments = moments

    @contextmanager
    def session(self, *, read_only: bool = False) -> Iterator[Session]:
        with super().session(read_only=read_only) as session:
            yield session
            if not read_only:
                self._moments.pass_by("before commit")
        if not read_only:
            self._moments.pass_by("after commit")

    def run_alone(self, statement: str, values: Sequence[Any]) -> list[Any]:
        self._moments.pass_by("before commit")
        done = super().run_alone(statement, values)
        self._moments.pass_by("after commit")
        return done


class KeptPayments:
    """The provider with its books on disk, so that they outlive us; passes a moment around each call."""

    name = "stripe"
    live = False

    def __init__(self, folder: Path, moments: Moments) -> None:
        self._books = folder / "provider"
        self._moments = moments
        self._lock = threading.Lock()

    def ask(self, method: str, *arguments: Any, **named: Any) -> Any:
        """Do something at the provider and keep it."""
        with self._lock:
            provider = FakePayments()
            if self._books.exists():
                vars(provider).update(pickle.loads(self._books.read_bytes()))
            answer = getattr(provider, method)(*arguments, **named)
            part = self._books.with_suffix(".part")
            part.write_bytes(pickle.dumps({name: vars(provider)[name] for name in BOOKS}))
            part.replace(self._books)
        return answer

    def _call(self, method: str, *arguments: Any, **named: Any) -> Any:
        self._moments.pass_by(f"before {method}")
        answer = self.ask(method, *arguments, **named)
        self._moments.pass_by(f"after {method}")
        return answer

    def create_checkout(self, request: CheckoutRequest) -> HostedCheckout:
        return self._call("create_checkout", request)

    def read_checkout(self, reference: str) -> CheckoutFacts:
        return self._call("read_checkout", reference)

    def unit(self, currency: str) -> int:
        return FakePayments().unit(currency)

    def expire_checkout(self, reference: str) -> CheckoutFacts:
        return self._call("expire_checkout", reference)

    def refund(self, payment_reference: str, amount: Money, *, key: str) -> RefundFacts:
        return self._call("refund", payment_reference, amount, key=key)

    def read_refund(self, reference: str) -> RefundFacts:
        return self._call("read_refund", reference)

    def verify_event(self, payload: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        return FakePayments().verify_event(payload, headers)


class KeptMails:
    """A mail server that notes the Message-ID of what it took."""

    def __init__(self, folder: Path, moments: Moments) -> None:
        self._file = folder / "mails"
        self._moments = moments

    def send(self, mail: Mail) -> None:
        self._moments.pass_by("before send")
        with self._file.open("a") as file:
            file.write(f"{mail.message_id} {mail.to_address}\n")
        self._moments.pass_by("after send")


def run(url: str, folder: Path, kill_at: int | None) -> None:
    """The process: recover, go on with the journey where it stands, and leave when all is quiet.

    Without ``kill_at`` the clock runs ahead when nothing moves, as it would while everybody waits.
    """
    moments = Moments(folder, kill_at)
    jobs, clock = DurableJobs(url), SandboxClock(folder / "clock")
    payments = KeptPayments(folder, moments)
    database = WatchedDatabase(url, moments)
    mails = KeptMails(folder, moments)
    house = make_house(database, enqueue=jobs.enqueue, clock=clock, payments=payments, mailer=mails)
    engine = JobEngine(jobs.home, jobs_for(house.deps), back_off=BACK_OFF, poll_seconds=0.05, reap_seconds=0.2)
    engine.start()
    HandOut(house.deps, every_seconds=0.02).start()
    sweep(house.system())
    _journey(house, payments, folder)
    _settle_down(house, url, may_jump=kill_at is None)
    os._exit(0)


def _journey(house: House, payments: KeptPayments, folder: Path) -> None:
    people = json.loads((folder / "people").read_text())
    student = Actor(UUID(people["student"]), Role.STUDENT)
    order, paid, acknowledged = folder / "order", folder / "paid", folder / "acknowledged"

    if not paid.exists():
        started = start_checkout(
            house.deps.context(student), product_id=UUID(people["product"]), request_key="buying-once"
        )
        order.write_text(str(started.order_id))
        reference = started.url.rpartition("/")[2]
        payments.ask("settle", reference, ProviderState.PAID)
        paid.write_text(reference)
    if not acknowledged.exists():
        payload, signature = payments.ask(
            "delivery", "checkout.session.completed", paid.read_text(), event_id="evt_paid"
        )
        receive_event(
            house.deps.context(Actor()), provider="stripe", payload=payload, headers={"stripe-signature": signature}
        )
        acknowledged.touch()

    has_money = {"paid", "partially_refunded"}
    _wait(lambda: get_order(house.deps.context(student), order_id=UUID(order.read_text())).status in has_money)
    book_session(
        house.deps.context(student),
        mentor_id=UUID(people["mentor"]),
        starts_at=datetime.fromisoformat(people["starts_at"]),
        request_key="booking-once",
    )
    refund_order(
        house.deps.context(Actor(UUID(people["admin"]), Role.ADMIN)),
        order_id=UUID(order.read_text()),
        reason="unused",
        note="The rest is not wanted",
        request_key="refunding-once",
    )


def _wait(condition: Any, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)


def _settle_down(house: House, url: str, *, may_jump: bool) -> None:
    """Wait until nothing is promised that is not done."""
    table = "workflow_status" if house.deps.database.dialect == "sqlite" else "dbos.workflow_status"
    open_work = f"""SELECT (SELECT count(*) FROM deliveries WHERE state = 'pending')
        + (SELECT count(*) FROM inbox_events WHERE state = 'received')
        + (SELECT count(*) FROM refunds WHERE status = 'pending')
        + (SELECT count(*) FROM {table} WHERE status IN ('ENQUEUED', 'PENDING', 'DELAYED'))"""
    moved_at, before = time.monotonic(), -1

    def quiet() -> bool:
        nonlocal moved_at, before
        with house.deps.database.session(read_only=True) as session:
            left = session.execute(text(open_work)).scalar_one()
        if left != before:
            moved_at, before = time.monotonic(), left
        elif may_jump and time.monotonic() - moved_at > PATIENCE:
            house.deps.clock.advance(timedelta(minutes=6))
            sweep(house.system())
            moved_at = time.monotonic()
        return left == 0

    _wait(quiet)
