"""Stand-ins for what surrounds the services: each keeps the port's promises and lets a test play the other side."""

import hashlib
import hmac
import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import event
from sqlalchemy.orm import Session
from support import paypal_signing

from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.errors import CheckoutGone, ProviderLockedOut, ProviderRefused, ProviderUnavailable
from mentorship.domain.money import Money, paypal_unit, stripe_unit
from mentorship.domain.orders import RefundStatus
from mentorship.domain.settle import ProviderFacts, ProviderState
from mentorship.domain.statements import StatedDispute, StatedPayment, StatedRefund, Statement
from mentorship.gateways.paypal_webhooks import WebhookVerifier
from mentorship.gateways.ports import (
    CheckoutFacts,
    CheckoutRequest,
    DisputeFacts,
    HostedCheckout,
    Mail,
    ProviderEvent,
    RefundFacts,
)
from mentorship.gateways.stripe_checkout import StripeCheckout

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class AdjustableClock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by


@dataclass(frozen=True)
class Job:
    name: str
    key: str
    argument: str


@dataclass
class JobQueue:
    """Keeps the jobs of committed transactions, each key once."""

    waiting: list[Job] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def enqueue(self, session: Session, jobs: Sequence[tuple[str, str, str]]) -> None:
        def keep(_: Session) -> None:
            with self._lock:
                for job in (Job(*promised) for promised in jobs):
                    if job.key not in self.seen:
                        self.seen.add(job.key)
                        self.waiting.append(job)

        event.listen(session, "after_commit", keep, once=True)


@dataclass
class _Checkout:
    request: CheckoutRequest
    hosted: HostedCheckout
    state: ProviderState = ProviderState.OPEN
    payment_reference: str | None = None


@dataclass
class FakePayments:
    """A provider in memory: Stripe, or PayPal by its name. Deliveries are signed as theirs and verified for real."""

    name: str = "stripe"
    live: bool = False
    secrets: list[str] = field(default_factory=lambda: ["whsec_house"])
    webhook_ids: list[str] = field(default_factory=lambda: ["WEBHOOKOFTHEHOUSE"])
    down: bool = False
    refusing: bool = False
    locked_out: bool = False
    amount_off: int = 0
    checkouts: dict[str, _Checkout] = field(default_factory=dict)
    refunds: dict[str, RefundFacts] = field(default_factory=dict)
    disputes: dict[str, DisputeFacts] = field(default_factory=dict)
    captures_as: ProviderState = ProviderState.PAID
    at: dict[str, datetime] = field(default_factory=dict)
    """When each payment, refund and dispute began; what is not here, began when the tests begin."""
    now: Callable[[], datetime] = lambda: MONDAY
    captured: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    _references: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def verifies_alone(self) -> bool:
        return self.name == "stripe"

    def copy(self) -> "FakePayments":
        """The same provider with books of its own from now on."""
        kept = {f.name: deepcopy(getattr(self, f.name)) for f in fields(self) if f.name != "_lock"}
        return FakePayments(**kept)

    def create_checkout(self, request: CheckoutRequest) -> HostedCheckout:
        self._called("create_checkout")
        key = f"create:{request.attempt_id}"
        with self._lock:
            if key not in self._references:
                reference = self._references[key] = self._new_id("cs_test_")
                hosted = HostedCheckout(reference, f"https://checkout.example/{reference}")
                self.checkouts[reference] = _Checkout(request, hosted)
            kept = self.checkouts[self._references[key]]
        if kept.request != request:
            raise ProviderRefused("The same key with other words.")
        return kept.hosted

    def read_checkout(self, reference: str) -> CheckoutFacts:
        self._called("read_checkout")
        return self._facts(reference)

    def expire_checkout(self, reference: str) -> CheckoutFacts:
        self._called("expire_checkout")
        found = self._facts(reference)
        if self.name == "paypal" and found.facts.state in (ProviderState.OPEN, ProviderState.APPROVED):
            return replace(found, facts=replace(found.facts, state=ProviderState.EXPIRED))
        if found.facts.state is ProviderState.OPEN:
            self.checkouts[reference].state = ProviderState.EXPIRED
        return self._facts(reference)

    def unit(self, currency: str) -> int:
        return (paypal_unit if self.name == "paypal" else stripe_unit)(currency)

    def capture(self, reference: str, *, key: str) -> CheckoutFacts:
        self._called("capture")
        found, checkout = self._facts(reference), self.checkouts[reference]
        with self._lock:
            if checkout.state is not ProviderState.APPROVED:
                return self._facts(reference)
            if self.captures_as is ProviderState.DECLINED:
                return replace(found, facts=replace(found.facts, state=ProviderState.DECLINED))
            self.captured.append(key)
            self.settle(reference, self.captures_as)
        return self._facts(reference)

    def checkout_of(self, payment_reference: str) -> str | None:
        self._called("checkout_of")
        return next((r for r, c in self.checkouts.items() if c.payment_reference == payment_reference), None)

    def refunds_of(self, payment_reference: str) -> Sequence[RefundFacts]:
        self._called("refunds_of")
        return [r for r in self.refunds.values() if r.payment_reference == payment_reference]

    def read_dispute(self, reference: str) -> DisputeFacts:
        self._called("read_dispute")
        if reference not in self.disputes:
            raise ProviderRefused()
        return self.disputes[reference]

    def refund(self, payment_reference: str, amount: Money, *, key: str) -> RefundFacts:
        self._called("refund")
        with self._lock:
            if key not in self._references:
                reference = self._references[key] = self._new_id("re_")
                self.refunds[reference] = RefundFacts(reference, RefundStatus.SUCCEEDED, amount, payment_reference)
                self.at[reference] = self.now()
            return self.refunds[self._references[key]]

    def read_refund(self, reference: str) -> RefundFacts:
        self._called("read_refund")
        if reference not in self.refunds:
            raise ProviderRefused()
        return self.refunds[reference]

    def verify_event(self, payload: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        if self.name == "paypal":
            paypal = paypal_signing.signer()
            trust = paypal.trust(*self.webhook_ids)
            return WebhookVerifier(trust, lambda _: paypal.chain, self._refuse_to_say).verify(payload, headers)
        return StripeCheckout("sk_test_house", self.secrets).verify_event(payload, headers)

    def statement(self, since: datetime, until: datetime) -> Statement:
        self._called("statement")

        def began(reference: str | None) -> datetime:
            return self.at.get(reference or "", MONDAY)

        payments = [
            StatedPayment(
                checkout.payment_reference or "",
                reference,
                checkout.request.attempt_id,
                self._facts(reference).facts.amount,
                None,
                began(checkout.payment_reference),
            )
            for reference, checkout in self.checkouts.items()
            if checkout.state is ProviderState.PAID
        ]
        refunds = [
            StatedRefund(r.reference, r.payment_reference or "", r.amount, r.status, began(r.reference))
            for r in self.refunds.values()
        ]
        disputes = [
            StatedDispute(d.reference, d.payment_reference, d.amount, d.status, began(d.reference))
            for d in self.disputes.values()
        ]
        return Statement(
            self.name,
            since,
            until,
            [p for p in payments if since <= p.paid_at < until],
            [r for r in refunds if since <= r.created_at < until],
            [d for d in disputes if since <= d.opened_at < until],
        )

    def settle(self, reference: str, state: ProviderState) -> None:
        """Play the buyer: what happens on the hosted page."""
        checkout = self.checkouts[reference]
        checkout.state = state
        if state in (ProviderState.PAID, ProviderState.PROCESSING):
            checkout.payment_reference = checkout.payment_reference or self._new_id("pi_")
            self.at.setdefault(checkout.payment_reference, self.now())

    def fail_refund(self, reference: str) -> None:
        """Play the bank: a refund that bounces."""
        self.refunds[reference] = replace(self.refunds[reference], status=RefundStatus.FAILED)

    def refund_at_console(self, payment_reference: str, amount: Money) -> str:
        """Play somebody at the provider's own console, who pays back without us; returns the reference."""
        reference = f"re_{uuid4().hex}"
        self.refunds[reference] = RefundFacts(reference, RefundStatus.SUCCEEDED, amount, payment_reference)
        self.at[reference] = self.now()
        return reference

    def dispute(
        self,
        payment_reference: str,
        amount: Money,
        status: DisputeStatus = DisputeStatus.OPEN,
        reference: str | None = None,
    ) -> str:
        """Play the buyer's bank: open a dispute, or move the one with this reference on; returns the reference."""
        reference = reference or f"dp_{uuid4().hex}"
        due = MONDAY + timedelta(days=10)
        self.disputes[reference] = DisputeFacts(reference, payment_reference, status, amount, "fraudulent", due)
        self.at.setdefault(reference, self.now())
        return reference

    def delivery(
        self,
        kind: str,
        subject: str,
        *,
        event_id: str | None = None,
        age: int = 0,
        secret: str | None = None,
        **names: str,
    ) -> tuple[bytes, str]:
        """A delivery as the provider would post it: raw body and signature header.

        ``age`` is in seconds; ``names`` are more fields of its object. ``charge.refunded`` is about a payment.
        """
        about = {"id": subject, "object": kind.rpartition(".")[0], **names}
        if kind == "charge.refunded":
            about["payment_intent"] = subject
        event = {
            "id": event_id or f"evt_{uuid4().hex}",
            "object": "event",
            "type": kind,
            "data": {"object": about},
        }
        payload = json.dumps(event).encode()
        return payload, self.signature(payload, age=age, secret=secret)

    def paypal_delivery(
        self, kind: str, resource: dict[str, Any], *, event_id: str | None = None
    ) -> tuple[bytes, dict[str, str]]:
        """A delivery as PayPal would post it: raw body, and headers with lower case names."""
        payload = paypal_signing.body(kind, resource, event_id=event_id)
        return payload, paypal_signing.signer().headers(payload, self.webhook_ids[0])

    def signature(self, payload: bytes, *, age: int = 0, secret: str | None = None) -> str:
        """The signature header for a raw body, made ``age`` seconds ago."""
        at = int(time.time()) - age
        mac = hmac.new((secret or self.secrets[0]).encode(), f"{at}.".encode() + payload, hashlib.sha256).hexdigest()
        return f"t={at},v1={mac}"

    def _new_id(self, prefix: str) -> str:
        return uuid4().hex[:17].upper() if self.name == "paypal" else f"{prefix}{uuid4().hex}"

    def _refuse_to_say(self, _: bytes) -> bool:
        raise ProviderUnavailable()

    def _facts(self, reference: str) -> CheckoutFacts:
        if reference not in self.checkouts:
            raise CheckoutGone() if self.name == "paypal" else ProviderRefused()
        checkout = self.checkouts[reference]
        asked = checkout.request.amount
        facts = ProviderFacts(
            reference=reference,
            state=checkout.state,
            amount=Money(asked.minor - self.amount_off, asked.currency),
            live=self.live,
            payment_reference=checkout.payment_reference,
        )
        return CheckoutFacts(facts, checkout.request.attempt_id)

    def _called(self, what: str) -> None:
        self.calls.append(what)
        if self.down:
            raise ProviderUnavailable()
        if self.locked_out:
            raise ProviderLockedOut()
        if self.refusing:
            raise ProviderRefused()


@dataclass
class MailBox:
    """Every message handed over; ``failure`` is raised instead while it is set."""

    messages: list[Mail] = field(default_factory=list)
    failure: Exception | None = None

    def send(self, mail: Mail) -> None:
        if self.failure is not None:
            raise self.failure
        self.messages.append(mail)


class FastPasswords:
    """Salted hashes, quick enough for tests."""

    def hash(self, password: str) -> str:
        salt = secrets.token_hex(8)
        return f"{salt}${hashlib.sha256((salt + password).encode()).hexdigest()}"

    def verify(self, password: str, hashed: str | None) -> bool:
        salt, _, digest = (hashed or "$").partition("$")
        return hmac.compare_digest(hashlib.sha256((salt + password).encode()).hexdigest(), digest)


@dataclass
class CountingLimiter:
    """Counts every try; with a limit, refuses what is over it."""

    limit: int | None = None
    tries: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def allow(self, action: str, *who: str) -> bool:
        self.tries[(action, *who)] += 1
        return self.limit is None or self.tries[(action, *who)] <= self.limit


@dataclass
class RecordingLive:
    """Every topic published, in order."""

    topics: list[str] = field(default_factory=list)
    listeners: list[Callable[[str], None]] = field(default_factory=list)

    def publish(self, topics: Sequence[str]) -> None:
        self.topics.extend(topics)
        for listener in self.listeners:
            for topic in topics:
                listener(topic)

    def subscribe(self, listener: Callable[[str], None]) -> None:
        self.listeners.append(listener)
