"""Durable jobs: promised in the caller's own transaction, kept in the same database, run by ``mentorship.jobs.engine``.

DBOS keeps its tables beside ours: in the same file on SQLite, in the schema ``dbos`` on PostgreSQL.
"""

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dbos import DBOS
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from mentorship.gateways.ports import JobHome

_POOL = {"pool_size": 5, "max_overflow": 10}

# What the library's client does to enqueue a workflow, for any number of them. Through the client it is two statements
# a job, each built anew. Columns that are not named have their defaults.
_STATUS = """
    INSERT INTO workflow_status
    (workflow_uuid, name, status, queue_name, application_name, application_version, serialization)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
_INPUT = "INSERT INTO workflow_input (workflow_uuid, inputs) VALUES (?, ?) ON CONFLICT DO NOTHING"
_PROMISE = text("""
    WITH job AS (SELECT * FROM json_to_recordset(CAST(:jobs AS json)) AS job (key text, name text, input text)),
         promised AS (INSERT INTO dbos.workflow_status
                      (workflow_uuid, name, status, queue_name, application_name, application_version, serialization)
                      SELECT key, name, :status, :queue_name, :application_name, :application_version, :serialization
                      FROM job ON CONFLICT DO NOTHING)
    INSERT INTO dbos.workflow_input (workflow_uuid, inputs) SELECT key, input FROM job ON CONFLICT DO NOTHING
""")


class DurableJobs:
    """The jobs of one database. Opens nothing until it is used."""

    def __init__(self, url: str) -> None:
        # The version is constant: work that is stamped with another one is never picked up after a deployment.
        self.home = JobHome(url, _engine(url), application="mentorship", queue="jobs", version="1")

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

    def enqueue(self, session: Session, jobs: Sequence[tuple[str, str, str]]) -> None:
        """Promise jobs, each a name, a key and an argument, in the session's transaction.

        A key that was promised before, in this transaction or in any other, is the same promise: nothing happens.
        """
        connection = session.connection()
        home = {
            "status": "ENQUEUED",
            "queue_name": self.home.queue,
            "application_name": self.home.application,
            "application_version": self.home.version,
            "serialization": "portable_json",
        }
        promised = [
            {"key": key, "name": name, "input": json.dumps({"positionalArgs": [argument], "namedArgs": {}})}
            for name, key, argument in jobs
        ]
        if connection.dialect.name == "postgresql":
            connection.execute(_PROMISE, {"jobs": json.dumps(promised), **home})
            return
        connection.exec_driver_sql(_STATUS, [(job["key"], job["name"], *home.values()) for job in promised])
        connection.exec_driver_sql(_INPUT, [(job["key"], job["input"]) for job in promised])


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
