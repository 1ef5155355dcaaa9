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
from mentorship.domain.slots import Interval
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

    def unit(self, currency: str) -> int:
        """The minor units of which every amount in this ISO 4217 currency is a multiple here; 0 where it takes none."""

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


class SecretUnreadable(Exception):
    """A sealed secret cannot be opened: of somebody else, changed, or sealed under a key that is gone."""


class Vault(Protocol):
    """Keeps secrets at rest; each belongs to one person."""

    def seal(self, secret: str, owner: UUID) -> bytes: ...

    def open(self, sealed: bytes, owner: UUID) -> str:
        """The secret. Raises ``SecretUnreadable``."""

    def is_current(self, sealed: bytes) -> bool:
        """Whether it is sealed under the newest key."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody allowed: the token for further access, empty when none came, and the permissions not ticked."""

    refresh_token: str
    missing: tuple[str, ...]


class Consents(Protocol):
    """Asks somebody to let us use their calendar. Each call may raise ``CalendarUnavailable``."""

    def url(self, state: str, account: str) -> tuple[str, str]:
        """Where to send the browser, and the verifier that the answer has to be exchanged with."""

    def exchange(self, code: str, verifier: str) -> Grant:
        """What the answer's code stands for. Raises ``LinkInvalid`` when it stands for nothing."""

    def revoke(self, refresh_token: str) -> None:
        """Give access back; access that is gone already is given back."""


@dataclass(frozen=True, slots=True)
class AccountCalendar:
    calendar_id: str
    name: str
    is_primary: bool
    is_writable: bool


@dataclass(frozen=True, slots=True)
class BusyAnswer:
    """One calendar's busy blocks, or why it cannot be read; a problem never means that it is free."""

    blocks: Sequence[Interval]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class EventText:
    """What a new event says. Its time may change later, its text is the mentor's from then on."""

    session_id: UUID
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class EventFacts:
    """An event as the calendar has it. A deleted one has no times; one of whole days begins at midnight UTC and has no
    ``ends_at``."""

    event_id: str
    etag: str
    starts_at: datetime | None
    ends_at: datetime | None
    is_deleted: bool


@dataclass(frozen=True, slots=True)
class EventChanges:
    """Events that have changed, and the cursor from which the next reading goes on."""

    events: Sequence[EventFacts]
    cursor: str


@dataclass(frozen=True, slots=True)
class WatchedChannel:
    resource_id: str
    expires_at: datetime


class CursorExpired(Exception):
    """Changes since this cursor are not known any more: read everything."""


class EventIdTaken(Exception):
    """There is, or was, an event with this id."""


class EventChanged(Exception):
    """The event is not the one the etag names any more."""


class EventGone(Exception):
    """There is no such event any more."""


class CalendarAccount(Protocol):
    """One person's account. Each call may raise ``CalendarUnavailable`` (try again), ``CalendarRefused`` (final) or
    ``CalendarAccessLost`` (the person has to connect again)."""

    def calendars(self) -> Sequence[AccountCalendar]: ...

    def busy(self, calendar_ids: Sequence[str], period: Interval) -> Mapping[str, BusyAnswer]: ...

    def insert(self, calendar_id: str, event_id: str, period: Interval, text: EventText) -> EventFacts:
        """Raises ``EventIdTaken``."""

    def get(self, calendar_id: str, event_id: str) -> EventFacts:
        """Raises ``EventGone``."""

    def move(self, calendar_id: str, event_id: str, period: Interval, *, etag: str) -> EventFacts:
        """Give the event another time and leave the rest. Raises ``EventChanged`` or ``EventGone``."""

    def delete(self, calendar_id: str, event_id: str) -> None:
        """Delete the event; one that is gone is deleted."""

    def changes(self, calendar_id: str, cursor: str, *, since: datetime) -> EventChanges:
        """What changed since the cursor; with an empty one, every event that ends after ``since``.

        Raises ``CursorExpired``.
        """

    def watch(self, calendar_id: str, channel_id: UUID, token: str, expires_at: datetime) -> WatchedChannel | None:
        """Have changes announced; None where that is not possible."""

    def unwatch(self, channel_id: UUID, resource_id: str) -> None: ...


class Calendars(Protocol):
    def open(self, refresh_token: str) -> CalendarAccount: ...


@dataclass(frozen=True, slots=True)
class CalendarGateways:
    """Everything that connecting people's own calendars takes."""

    consents: Consents
    calendars: Calendars
    vault: Vault
    is_real: bool
