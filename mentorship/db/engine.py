"""The engine: one switch for both databases, with the settings that hold under fire.

SQLite oversells with its defaults, so every write transaction is ``BEGIN IMMEDIATE`` and writers of one process queue
in memory instead of polling the file's lock.
"""

import random
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from functools import lru_cache, partial
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, CursorResult, Dialect, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

_RETRIED_STATES = {"40001", "40P01", "55P03"}
_TRIES = 6
_REST_SECONDS = 1.0
_AUTOCOMMIT: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None}


def make_engine(url: str, *, pool_size: int = 12) -> Engine:
    """An engine for SQLite (WAL) or PostgreSQL; connects on first use only."""
    engine = _connecting(url, pool_size=pool_size)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _connecting(url: str, *, pool_size: int, **options: Any) -> Engine:
    """An engine whose transactions on SQLite somebody begins; ``options`` are PostgreSQL's alone."""
    if make_url(url).get_backend_name() != "sqlite":
        engine = create_engine(url, pool_size=pool_size, max_overflow=8, pool_use_lifo=True, **options)
        event.listen(engine, "connect", _read_utc)
        event.listen(engine, "checkin", _note_rest)
        event.listen(engine, "checkout", partial(_ping_rested, engine.dialect))
        return engine
    if database := make_url(url).database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, pool_size=pool_size, max_overflow=8, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _read_utc(connection: Any, _: object) -> None:
    # Then instants come from the driver in UTC, and none has to be made another one of.
    connection.execute("SET TIME ZONE 'UTC'")
    connection.commit()


def _note_rest(_: object, record: ConnectionPoolEntry) -> None:
    record.info["resting_since"] = time.monotonic()


def _ping_rested(
    dialect: Dialect, connection: DBAPIConnection, record: ConnectionPoolEntry, _: PoolProxiedConnection
) -> None:
    """Ask whether a connection that nobody used for a while is still there; one in steady use costs no round trip."""
    rested_since = record.info.get("resting_since")
    if rested_since is None or time.monotonic() - rested_since < _REST_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as gone:
        raise InvalidatePoolError from gone


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get("read_only") else "BEGIN IMMEDIATE")


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


def send(connection: Connection, statement: str, values: tuple[Any, ...]) -> CursorResult[Any]:
    """Run a statement of many parameters, each marked as the driver has it: with ``?`` or ``%s``.

    PostgreSQL's driver looks through a text of more than 50 for its marks each time, which takes longer than all else
    that it does; so it gets the marks that the server reads.
    """
    if connection.dialect.name == "sqlite":
        return connection.exec_driver_sql(statement, values)
    driver: Any = connection.connection.driver_connection
    driver.cursor_factory = psycopg.RawCursor
    try:
        return connection.exec_driver_sql(_numbered(statement), values)
    finally:
        driver.cursor_factory = psycopg.Cursor


@lru_cache(maxsize=1000)
def _numbered(statement: str) -> str:
    numbers = count(1)
    return re.sub("%s", lambda _: f"${next(numbers)}", statement)


class Database:
    """The process's door to its database."""

    def __init__(self, url: str, *, pool_size: int = 12) -> None:
        self.url = url
        self._writer = threading.Lock() if make_url(url).get_backend_name() == "sqlite" else None
        # One writer at a time needs one connection, which has the pages at hand that it wrote before.
        self.engine = _connecting(url, pool_size=1 if self._writer else pool_size)
        # Each statement of PostgreSQL sees what is committed when it begins, in a transaction or not. So one that is
        # alone or only reads does without, and spares the two round trips. It has connections of its own: to switch
        # one to and fro costs half as much as the statement.
        self._reading = _connecting(url, pool_size=pool_size, **_AUTOCOMMIT)

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    @contextmanager
    def session(self, *, read_only: bool = False) -> Iterator[Session]:
        """A session in one transaction: committed at the end, rolled back when the block raises."""
        engine = self._reading if read_only else self.engine
        queue = nullcontext() if read_only or self._writer is None else self._writer
        with queue, Session(engine, expire_on_commit=False) as session, session.begin():
            connection = session.connection()
            if self._writer is not None:
                # With events of the engine, each statement would ask whether somebody listens.
                connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
            yield session

    def run_alone(self, statement: str, values: Sequence[Any]) -> list[Any]:
        """The rows of one statement that commits itself, straight from the driver; a session would take thrice as long.

        Raises:
            DBAPIError: as in a session.
        """
        engine, queue = (self._reading, nullcontext()) if self._writer is None else (self.engine, self._writer)
        broken = engine.dialect.loaded_dbapi.Error
        try:
            with queue, closing(engine.raw_connection()) as connection:
                try:
                    cursor = connection.cursor()
                    cursor.execute(statement, values)
                    return list(cursor.fetchall())
                except broken:
                    connection.invalidate()
                    raise
        except broken as error:
            raise DBAPIError.instance(statement, values, error, broken, True, dialect=engine.dialect) from error

    def close(self) -> None:
        """Give every pooled connection back."""
        self.engine.dispose()
        self._reading.dispose()
