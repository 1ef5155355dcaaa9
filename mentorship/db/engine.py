"""The engine: one switch for both databases, with the settings that hold under fire.

SQLite oversells with its defaults, so every write transaction is ``BEGIN IMMEDIATE`` and writers of one process queue
in memory instead of polling the file's lock.
"""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

_RETRIED_STATES = {"40001", "40P01", "55P03"}
_TRIES = 6


def make_engine(url: str, *, pool_size: int = 12) -> Engine:
    """An engine for SQLite (WAL) or PostgreSQL; connects on first use only."""
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_size=pool_size, max_overflow=8, pool_pre_ping=True)
    if database := make_url(url).database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, pool_size=pool_size, max_overflow=8, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def is_transient(error: BaseException) -> bool:
    """Whether trying the whole transaction again may help: deadlock, serialisation, lock time-out."""
    if not isinstance(error, DBAPIError):
        return False
    if getattr(error.orig, "sqlstate", None) in _RETRIED_STATES:
        return True
    return isinstance(error, OperationalError) and "database is locked" in str(error.orig)


def tries() -> Iterator[int]:
    """Count the tries of a transaction, sleeping a random and growing moment between them."""
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(random.uniform(0.005, 0.02) * 2**attempt)
        yield attempt


class Database:
    """The process's door to its database."""

    def __init__(self, url: str, *, pool_size: int = 12) -> None:
        self.url = url
        self.engine = make_engine(url, pool_size=pool_size)
        self._writer = threading.Lock() if self.dialect == "sqlite" else None

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    @contextmanager
    def session(self, *, read_only: bool = False) -> Iterator[Session]:
        """A session in one transaction: committed at the end, rolled back when the block raises."""
        queue = nullcontext() if read_only or self._writer is None else self._writer
        with queue, Session(self.engine, expire_on_commit=False) as session, session.begin():
            session.connection(execution_options={"read_only": read_only})
            yield session

    def close(self) -> None:
        """Give every pooled connection back."""
        self.engine.dispose()
