"""Executor slots: a lock that falls with its process gives each live process a name, and tells who is dead.

Beside a SQLite file the lock is a lock on a small file; on PostgreSQL it is an advisory lock of a session, so the
database must be reached directly or through a pooler in session mode.
"""

import fcntl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

SLOTS = 64
_LOCK_SPACE = 0x4D454E54
_PREFIX = "slot-"


class NoFreeSlot(Exception):
    """More processes than there are slots."""


class Lock(Protocol):
    def is_held(self) -> bool: ...

    def close(self) -> None: ...


class Slots:
    """The slots of one database. A process takes one and keeps it until it ends."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._number = -1
        self._lock: Lock | None = None

    def take(self) -> str:
        """Take the first free slot and return the name that goes with it.

        Raises:
            NoFreeSlot: every one is taken.
        """
        for number in range(SLOTS):
            if (lock := _try_lock(self._url, number)) is not None:
                self._number, self._lock = number, lock
                return f"{_PREFIX}{number}"
        raise NoFreeSlot(f"All {SLOTS} executor slots are taken.")

    def keep(self) -> bool:
        """Whether the slot is still ours; after a lost connection it is taken again when nobody else has it."""
        if self._lock is not None and self._lock.is_held():
            return True
        self._lock = _try_lock(self._url, self._number)
        return self._lock is not None

    def give_back(self) -> None:
        """Free the slot."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def holding_dead(self, name: str) -> AbstractContextManager[bool]:
        """Whether the slot's process is dead. While the block runs, nobody else can take the slot or ask the same."""
        return _holding(self._url, int(name.removeprefix(_PREFIX)))


@contextmanager
def _holding(url: str, number: int) -> Iterator[bool]:
    lock = _try_lock(url, number)
    try:
        yield lock is not None
    finally:
        if lock is not None:
            lock.close()


def _try_lock(url: str, number: int) -> Lock | None:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _FileLock.attempt(Path(f"{parsed.database}.{_PREFIX}{number}"))
    return _SessionLock.attempt(url, number)


class _FileLock:
    def __init__(self, path: Path) -> None:
        self._file = path.open("a")

    @classmethod
    def attempt(cls, path: Path) -> "_FileLock | None":
        lock = cls(path)
        try:
            fcntl.flock(lock._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return None
        return lock

    def is_held(self) -> bool:
        return not self._file.closed

    def close(self) -> None:
        self._file.close()


class _SessionLock:
    def __init__(self, url: str) -> None:
        engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._connection: Connection = engine.connect()

    @classmethod
    def attempt(cls, url: str, number: int) -> "_SessionLock | None":
        lock = cls(url)
        taken = lock._connection.execute(
            text("SELECT pg_try_advisory_lock(:space, :number)"), {"space": _LOCK_SPACE, "number": number}
        )
        if taken.scalar_one():
            return lock
        lock.close()
        return None

    def is_held(self) -> bool:
        try:
            self._connection.execute(text("SELECT 1"))
        except DBAPIError:
            self.close()
            return False
        return True

    def close(self) -> None:
        # Closing would free it too, but only once the server has noticed.
        if not self._connection.invalidated:
            with suppress(DBAPIError):
                self._connection.execute(text("SELECT pg_advisory_unlock_all()"))
        self._connection.close()
