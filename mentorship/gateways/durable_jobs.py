"""Durable jobs: promised in the caller's own transaction, kept in the same database, run by ``mentorship.jobs.engine``.

DBOS keeps its tables beside ours: in the same file on SQLite, in the schema ``dbos`` on PostgreSQL.
"""

import logging
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSClient
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from mentorship.gateways.ports import JobHome

_POOL = {"pool_size": 5, "max_overflow": 10}


class DurableJobs:
    """The jobs of one database. Opens nothing until it is used."""

    def __init__(self, url: str) -> None:
        # The version is constant: work that is stamped with another one is never picked up after a deployment.
        self.home = JobHome(url, _engine(url), application="mentorship", queue="jobs", version="1")
        self._clients: dict[Engine | Connection, DBOSClient] = {}

    def prepare(self) -> None:
        """Create the tables of the jobs, or bring them up to date. Any number of processes may call it at once."""
        parsed = make_url(self.home.url)
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        # Without a handler of its own the library adds one that writes past the app's logging.
        logger = logging.getLogger("dbos")
        logger.addHandler(logging.NullHandler())
        logger.setLevel(logging.WARNING)
        DBOS.migrate(self.home.url)

    def enqueue(self, session: Session, job: str, key: str, argument: str) -> None:
        """Promise a job in the session's transaction.

        A key that was promised before, in this transaction or in any other, is the same promise: nothing happens.
        """
        self._client_on(session.get_bind()).enqueue_in_transaction(
            session,
            {
                "workflow_name": job,
                "queue_name": self.home.queue,
                "workflow_id": key,
                "app_version": self.home.version,
            },
            argument,
        )

    def _client_on(self, bind: Engine | Connection) -> DBOSClient:
        """The client for one engine's sessions: it compiles its statements once, and only for this engine."""
        if bind not in self._clients:
            self._clients[bind] = DBOSClient(
                system_database_engine=bind.engine, application_name=self.home.application, lazy=True
            )
        return self._clients[bind]


def _engine(url: str) -> Engine:
    """The engine for the bookkeeping of jobs.

    On SQLite it is not the engine of the business rows: there every transaction is a writer, and looking for work many
    times a second would stand in the way of everybody else.
    """
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, **_POOL)
    engine = create_engine(url, connect_args={"check_same_thread": False}, **_POOL)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    # The driver begins before the first write only, and then at once with the write lock: no read can go stale on the
    # way. Without a sync at each commit a power cut may forget that a step was done; then it runs again.
    connection.isolation_level = "IMMEDIATE"
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
