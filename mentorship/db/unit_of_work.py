"""The unit of work: one transaction, every repository, and what is to happen once it has committed."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from mentorship.db.accounting import Accounts, Receipts
from mentorship.db.agenda import Agendas
from mentorship.db.bookings import Bookings
from mentorship.db.calendars import Calendars
from mentorship.db.engine import Database, is_transient
from mentorship.db.feeds import Feeds
from mentorship.db.inserts import Batch, Row, insert_all
from mentorship.db.messages import Audit, Inbox, Notices, PolicySettings
from mentorship.db.models import AuditRow, Delivery, Notification
from mentorship.db.money import Orders
from mentorship.db.oversight import Oversight
from mentorship.db.packs import Packs, Seats
from mentorship.db.people import Catalog, People
from mentorship.db.prices import Promotions
from mentorship.db.reconciliation import Reconciliation
from mentorship.db.refunds import Disputes, Refunds
from mentorship.db.waitlist import Waitlist
from mentorship.db.zones import Zones
from mentorship.domain.errors import (
    CodeTaken,
    DomainError,
    EmailTaken,
    SlotNotOffered,
    SoldOut,
    StorageDown,
    StudentBusy,
)

log = logging.getLogger(__name__)

Job = tuple[str, str, str]
"""A job's name, its unique key and its argument."""

Enqueue = Callable[[Session, Sequence[Job]], None]
"""Stores jobs beside the business rows, in the session's transaction."""


class TransientConflict(Exception):
    """The database asks to try the whole transaction again."""


def _slot_taken() -> DomainError:
    return SlotNotOffered("taken", "Somebody else has just taken this time.", fix="Please choose another time.")


_REFUSALS: dict[str, Callable[[], DomainError]] = {
    "sessions_no_mentor_overlap": _slot_taken,
    "sessions_no_student_overlap": StudentBusy,
    "seats_within_capacity": SoldOut,
    "uq_users_email": EmailTaken,
    "users.email": EmailTaken,
    "uq_promotions_code": CodeTaken,
    "promotions.code": CodeTaken,
}


Repo = TypeVar("Repo")


class _Repository(Generic[Repo]):
    """An attribute with a repository on the unit of work's session, made when it is first asked for."""

    def __init__(self, make: Callable[[Session], Repo]) -> None:
        self._make = make

    def __set_name__(self, _: type, name: str) -> None:
        self._name = name

    def __get__(self, uow: "UnitOfWork", _: type) -> Repo:
        made = uow.__dict__[self._name] = self._make(uow._session)
        return made


class UnitOfWork:
    """Everything one transaction may read and write."""

    people = _Repository(People)
    catalog = _Repository(Catalog)
    orders = _Repository(Orders)
    refunds = _Repository(Refunds)
    disputes = _Repository(Disputes)
    promotions = _Repository(Promotions)
    receipts = _Repository(Receipts)
    accounts = _Repository(Accounts)
    packs = _Repository(Packs)
    seats = _Repository(Seats)
    waitlist = _Repository(Waitlist)
    bookings = _Repository(Bookings)
    calendars = _Repository(Calendars)
    agendas = _Repository(Agendas)
    feeds = _Repository(Feeds)
    zones = _Repository(Zones)
    inbox = _Repository(Inbox)
    notices = _Repository(Notices)
    audit = _Repository(Audit)
    policy = _Repository(PolicySettings)
    reconciliation = _Repository(Reconciliation)
    oversight = _Repository(Oversight)

    def __init__(self, session: Session, dialect: str, enqueue: Enqueue) -> None:
        self._session = session
        self._dialect = dialect
        self._enqueue = enqueue
        self.topics: set[str] = set()
        self._kept: list[Batch] = []
        self._notices: list[Row] = []
        self._deliveries: list[Row] = []
        self._jobs: list[Job] = []

    def lock(self, *ids: UUID) -> None:
        """Wait for, and keep until the end, the right to change what belongs to these ids.

        Always taken in one order, so two transactions never wait for each other. SQLite has one writer anyway. Rows
        read before are read again on their next use: somebody may have changed them while this one waited.
        """
        if self._dialect == "postgresql":
            keys = sorted(_lock_key(i) for i in set(ids))
            locks = ", ".join(["pg_advisory_xact_lock(%s::bigint)"] * len(keys))
            self._session.connection().exec_driver_sql(f"SELECT {locks}", tuple(keys))
        self._session.flush()
        self._session.expire_all()

    def enqueue(self, job: str, argument: UUID | str, *, key: str | None = None) -> None:
        """Promise a job in this transaction, at whose end it is written; a repeated key is the same promise."""
        self._jobs.append((job, key or f"{job}:{argument}", str(argument)))

    def keep(self, *batches: Batch) -> None:
        """Keep inserts for the end of the transaction, in their order; whoever reads on calls :meth:`write` before."""
        self._kept.extend(batches)

    def promise(self, notice: Row, delivery: Row) -> None:
        """Promise a notice with its delivery; a repeated key promises nothing.

        All of a transaction's notices are written at its end. The stored delivery gets its job from the hand-out; its
        due time is when the sweep looks after it if that was lost.
        """
        self._notices.append(notice)
        self._deliveries.append(delivery)

    def write(self) -> None:
        """Write the kept inserts now, so that whatever is read next sees them."""
        insert_all(self._session, *self._kept)
        self._kept.clear()

    def finish(self) -> None:
        """Write what waits for the end of the transaction: kept inserts, audit rows, notices with deliveries, jobs."""
        insert_all(
            self._session,
            *self._kept,
            Batch(AuditRow, self.audit.written),
            # In one order everywhere, so that two transactions with the same notices never wait for each other.
            Batch(Notification, sorted(self._notices, key=lambda notice: notice["key"]), once=True),
            Batch(Delivery, self._deliveries, child="notification_id"),
        )
        if self._jobs:
            self._enqueue(self._session, self._jobs)

    def touch(self, *topics: str) -> None:
        """Tell the pages that watch these topics, once this has committed."""
        self.topics.update(topics)


def _lock_key(value: UUID) -> int:
    return int.from_bytes(value.bytes[8:], "big", signed=True)


@contextmanager
def begin(database: Database, enqueue: Enqueue, *, read_only: bool = False) -> Iterator[UnitOfWork]:
    """One transaction. Refusals that the database itself makes come out as the domain's.

    Raises:
        TransientConflict: the transaction lost against another and may be run again.
        StorageDown: the database does not answer.
    """
    with domain_refusals(), database.session(read_only=read_only) as session:
        uow = UnitOfWork(session, database.dialect, enqueue)
        yield uow
        uow.finish()


@contextmanager
def domain_refusals() -> Iterator[None]:
    """Turn what the database refuses inside the block into what :func:`begin` raises."""
    try:
        yield
    except DBAPIError as error:
        if is_transient(error):
            raise TransientConflict from error
        if (refusal := _refusal(error)) is not None:
            raise refusal from error
        if error.connection_invalidated or isinstance(error, OperationalError):
            log.error("the database does not do its work: %s", error.orig)
            raise StorageDown from error
        raise


def _refusal(error: DBAPIError) -> DomainError | None:
    if not isinstance(error, IntegrityError):
        return None
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or str(error.orig)
    return next((make() for key, make in _REFUSALS.items() if key in name), None)
