"""What the services ask of the world outside: protocols and the messages they carry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from sqlalchemy import Engine

from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.money import Money
from mentorship.domain.orders import RefundStatus
from mentorship.domain.settle import ProviderFacts
from mentorship.domain.statements import Statement


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware UTC. Sandbox mode may run ahead of the wall clock."""

    def advance(self, by: timedelta) -> None:
        """Move sandbox time forward for every process; refused outside sandbox mode."""


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """One hosted checkout. The same request under the same key is the same checkout at the provider."""

    attempt_id: UUID
    order_id: UUID
    amount: Money
    description: str
    email: str
    expires_at: datetime
    success_url: str
    cancel_url: str


@dataclass(frozen=True, slots=True)
class HostedCheckout:
    reference: str
    url: str


@dataclass(frozen=True, slots=True)
class CheckoutFacts:
    """What the provider says about a checkout, with the attempt it was made for when it names one."""

    facts: ProviderFacts
    attempt_id: UUID | None


@dataclass(frozen=True, slots=True)
class RefundFacts:
    reference: str
    status: RefundStatus
    amount: Money
    payment_reference: str | None = None


@dataclass(frozen=True, slots=True)
class DisputeFacts:
    """``due_at`` is until when the provider takes evidence, aware UTC."""

    reference: str
    payment_reference: str
    status: DisputeStatus
    amount: Money
    reason: str
    due_at: datetime | None


class EventTopic(StrEnum):
    """Which object a delivery is about, and so where to look."""

    CHECKOUT = "checkout"
    PAYMENT = "payment"
    REFUND = "refund"
    DISPUTE = "dispute"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """A verified delivery: a hint to look again, never a fact. ``object_id`` is the provider's id of its topic."""

    event_id: str
    type: str
    topic: EventTopic
    object_id: str
    raw: str


class PaymentProvider(Protocol):
    """Each call may raise ``ProviderUnavailable`` (try again) or ``ProviderRefused`` (final).

    Keys that are not accepted decide nothing: that is ``ProviderLockedOut``, an unavailable provider.
    """

    name: str
    live: bool
    verifies_alone: bool
    """Whether deliveries are verified by what is known already, so that it takes no time to speak of."""

    def accepts(self, currency: str) -> bool:
        """Whether the provider takes this ISO 4217 currency."""

    def create_checkout(self, request: CheckoutRequest) -> HostedCheckout: ...

    def read_checkout(self, reference: str) -> CheckoutFacts: ...

    def capture(self, reference: str, *, key: str) -> CheckoutFacts:
        """Take the money of an approved checkout; the same key takes it once. Says how the checkout stands then."""

    def expire_checkout(self, reference: str) -> CheckoutFacts:
        """Close a checkout and say how it stands; one that is paid or closed already stays as it is."""

    def checkout_of(self, payment_reference: str) -> str | None:
        """The reference of the checkout by which a payment was made."""

    def refund(self, payment_reference: str, amount: Money, *, key: str) -> RefundFacts: ...

    def read_refund(self, reference: str) -> RefundFacts: ...

    def refunds_of(self, payment_reference: str) -> Sequence[RefundFacts]:
        """Every refund of a payment that the provider can list."""

    def read_dispute(self, reference: str) -> DisputeFacts: ...

    def statement(self, since: datetime, until: datetime) -> Statement:
        """Every payment, refund and dispute that began in ``[since, until)``, as the provider lists them."""

    def verify_event(self, payload: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """Check a delivery's signature over its raw bytes; header names are lower case.

        Raises:
            BadSignature: it is not from the provider, or too old.
            ProviderUnavailable: it cannot be decided now.
        """


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message. With a ``method`` it is an invitation that calendars take in."""

    filename: str
    content: bytes
    media_type: str
    method: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """One message to one person; ``message_id`` stays the same when it is sent again."""

    to_name: str
    to_address: str
    subject: str
    text: str
    html: str
    message_id: str
    attachments: tuple[Attachment, ...] = ()


class MailRefused(Exception):
    """The server will never take this message."""


class MailUnavailable(Exception):
    """The server does not take messages now."""


class Mailer(Protocol):
    def send(self, mail: Mail) -> None:
        """Hand one message over. Raises ``MailRefused`` (final) or ``MailUnavailable`` (try again)."""


class Passwords(Protocol):
    def hash(self, password: str) -> str: ...

    def verify(self, password: str, hashed: str | None) -> bool:
        """Whether the password matches; takes as long when there is nothing to match."""


class Limiter(Protocol):
    def allow(self, action: str, *who: str) -> bool:
        """Count one try and say whether it is within the action's limit."""


@dataclass(frozen=True, slots=True)
class JobHome:
    """Where promised jobs are kept, and the names under which they are found. The engine connects on first use."""

    url: str
    engine: Engine
    application: str
    queue: str
    version: str


class Live(Protocol):
    """Tells open pages that what they show has changed."""

    def publish(self, topics: Sequence[str]) -> None: ...

    def subscribe(self, listener: Callable[[str], None]) -> None:
        """Call ``listener`` with each topic published anywhere, from any thread."""
