"""What a use case gets: who asks, when, one way to a transaction, and the gateways."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from mentorship.db.engine import Database
from mentorship.db.inserts import Row, insert_alone
from mentorship.db.models import Table
from mentorship.db.unit_of_work import Enqueue, UnitOfWork, begin, domain_refusals
from mentorship.domain.actors import SYSTEM, Actor
from mentorship.domain.errors import CalendarNotOffered, ProviderNotOffered
from mentorship.domain.receipts import Seller
from mentorship.gateways.ports import CalendarGateways, Clock, Limiter, Live, Mailer, Passwords, PaymentProvider
from mentorship.services.texts import LOCALE

NO_SELLER = Seller()


@dataclass(frozen=True, slots=True)
class Site:
    """Where the app lives and what mode it is in."""

    public_url: str
    api_url: str
    mail_from: str
    signing_key: str
    is_sandbox: bool
    seller: Seller = NO_SELLER


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Everything the process was put together from; built once by ``mentorship.bootstrap``."""

    database: Database
    enqueue: Enqueue
    clock: Clock
    providers: Mapping[str, PaymentProvider]
    mailer: Mailer
    passwords: Passwords
    limiter: Limiter
    live: Live
    site: Site
    calendar: CalendarGateways | None = None

    def context(self, actor: Actor, locale: str = LOCALE) -> "Context":
        """A context for somebody who reads amounts in ``locale``."""
        return Context(actor, self, locale)

    def system(self) -> "Context":
        """A context for sweeps and jobs."""
        return Context(SYSTEM, self)


@dataclass(slots=True)
class Context:
    """One use case's run. ``now`` does not move while it runs."""

    actor: Actor
    deps: Dependencies
    locale: str = LOCALE
    now: datetime = field(init=False)
    commits: int = field(default=0, init=False)
    actions: list[str] = field(default_factory=list, init=False)
    """What was written into the audit log on the way."""
    _open: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.now = self.deps.clock.now()

    @contextmanager
    def begin(self, *, read_only: bool = False) -> Iterator[UnitOfWork]:
        """The only way to a transaction; it commits when the block ends and rolls back when it raises.

        Raises:
            RuntimeError: another one is open.
        """
        if self._open:
            raise RuntimeError("a transaction is open already")
        self._open = True
        try:
            with begin(self.deps.database, self.deps.enqueue, read_only=read_only) as uow:
                yield uow
        finally:
            self._open = False
        if not read_only:
            self.commits += 1
            if uow.topics:
                self.deps.live.publish(sorted(uow.topics))

    def insert_alone(self, table: type[Table], rows: Sequence[Row]) -> set[UUID]:
        """Insert rows past any transaction, each unless a unique rule already has it; returns the ids of the new ones.

        For what comes in bursts and promises nothing else.
        """
        self._outside_transaction()
        with domain_refusals():
            new = insert_alone(self.deps.database, table, rows)
        self.commits += 1
        return new

    def provider(self, name: str) -> PaymentProvider:
        """The payment provider of this name.

        Raises:
            ProviderNotOffered: this installation has no such provider.
        """
        self._outside_transaction()
        if name not in self.deps.providers:
            raise ProviderNotOffered()
        return self.deps.providers[name]

    @property
    def calendar(self) -> CalendarGateways:
        """What connecting a mentor's own calendar takes.

        Raises:
            CalendarNotOffered: this installation has not set it up.
        """
        self._outside_transaction()
        if self.deps.calendar is None:
            raise CalendarNotOffered()
        return self.deps.calendar

    @property
    def mailer(self) -> Mailer:
        self._outside_transaction()
        return self.deps.mailer

    @property
    def site(self) -> Site:
        return self.deps.site

    @property
    def user_id(self) -> UUID:
        """The signed-in person's id, in use cases that nobody else may call."""
        if self.actor.user_id is None:
            raise RuntimeError("this use case has no signed-in actor")
        return self.actor.user_id

    def _outside_transaction(self) -> None:
        if self._open:
            raise RuntimeError("what is done outside a transaction waits until there is none")
