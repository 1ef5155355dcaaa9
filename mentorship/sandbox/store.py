"""What the sandbox remembers: one SQLite file that several threads and processes may use at the same time."""

import json
import queue
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS stripe_objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    parent TEXT,
    due_at INTEGER,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS stripe_objects_by_kind ON stripe_objects (kind, parent, seq);
CREATE INDEX IF NOT EXISTS stripe_objects_due ON stripe_objects (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS idempotency_keys (
    key TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    claimed_at REAL NOT NULL,
    status INTEGER,
    body TEXT
);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL,
    state TEXT NOT NULL,
    forged INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    next_try_at REAL NOT NULL,
    outcome TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS deliveries_waiting ON deliveries (next_try_at, id) WHERE state = 'waiting';
CREATE TABLE IF NOT EXISTS mails (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipients TEXT NOT NULL,
    subject TEXT NOT NULL,
    raw BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS clock_moves (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    moved_to TEXT NOT NULL,
    lines TEXT NOT NULL
);
"""
BUSY_SECONDS = 30.0
MAILS_KEPT = 2_000
CLOCK_MOVES_KEPT = 20
STALE_CLAIM_SECONDS = 60.0

Json = dict[str, Any]


@dataclass(frozen=True)
class Delivery:
    """One webhook that is to reach the app. `next_try_at` is real time in seconds, not the sandbox clock."""

    id: int
    event_id: str
    state: str
    forged: bool
    tries: int
    next_try_at: float
    outcome: str


@dataclass(frozen=True)
class Mail:
    """One message the sandbox's mail server took in; `raw` is empty in lists."""

    id: int
    received_at: str
    sender: str
    recipients: str
    subject: str
    raw: bytes


@dataclass(frozen=True)
class KeyClaim:
    """What an idempotency key already stands for; `status` is None while its first request is running."""

    fingerprint: str
    status: int | None
    body: str | None


class Tx:
    """The questions and changes of one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection.execute

    def put_object(self, body: Json, *, parent: str | None = None, due_at: int | None = None) -> None:
        """Insert or replace a Stripe object. `due_at` is the sandbox second at which something must happen to it."""
        self._sql(
            "INSERT INTO stripe_objects (id, kind, parent, due_at, body) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, due_at = excluded.due_at, body = excluded.body",
            (body["id"], body["object"], parent, due_at, json.dumps(body)),
        )

    def find_object(self, kind: str, object_id: str) -> Json | None:
        """The object of that kind with that id, or None."""
        row = self._sql("SELECT body FROM stripe_objects WHERE id = ? AND kind = ?", (object_id, kind)).fetchone()
        return json.loads(row[0]) if row else None

    def list_objects(
        self, kind: str, *, parent: str | None = None, after: str | None = None, limit: int = 100
    ) -> list[Json]:
        """Objects of one kind, newest first, optionally below one parent and older than the object `after`."""
        rows = self._sql(
            "SELECT body FROM stripe_objects WHERE kind = ?1 AND (?2 IS NULL OR parent = ?2) "
            "AND (?3 IS NULL OR seq < (SELECT seq FROM stripe_objects WHERE id = ?3)) ORDER BY seq DESC LIMIT ?4",
            (kind, parent, after, limit),
        )
        return [json.loads(row[0]) for row in rows]

    def due_objects(self, kind: str, now: int) -> list[Json]:
        """Objects whose `due_at` has come."""
        rows = self._sql("SELECT body FROM stripe_objects WHERE due_at <= ? AND kind = ? ORDER BY seq", (now, kind))
        return [json.loads(row[0]) for row in rows]

    def claim_key(self, key: str, fingerprint: str) -> KeyClaim | None:
        """Take an idempotency key for a request that starts now; None when it is ours, else what it stands for.

        A claim whose request never finished (the process died) is given away after a minute.
        """
        now = time.time()
        self._sql(
            "DELETE FROM idempotency_keys WHERE key = ? AND status IS NULL AND claimed_at < ?",
            (key, now - STALE_CLAIM_SECONDS),
        )
        taken = self._sql(
            "INSERT INTO idempotency_keys (key, fingerprint, claimed_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (key, fingerprint, now),
        ).rowcount
        if taken:
            return None
        row = self._sql("SELECT fingerprint, status, body FROM idempotency_keys WHERE key = ?", (key,)).fetchone()
        return KeyClaim(*row)

    def keep_answer(self, key: str, status: int, body: str) -> None:
        """Remember the answer that later requests with this key get."""
        self._sql("UPDATE idempotency_keys SET status = ?, body = ? WHERE key = ?", (status, body, key))

    def release_key(self, key: str) -> None:
        """Give back a key whose request was refused before it did anything."""
        self._sql("DELETE FROM idempotency_keys WHERE key = ? AND status IS NULL", (key,))

    def queue_delivery(
        self, event_id: str, *, state: str = "waiting", delay: float = 0.0, forged: bool = False
    ) -> None:
        """Queue one delivery of an event, due `delay` real seconds from now."""
        self._sql(
            "INSERT INTO deliveries (event_id, state, forged, next_try_at) VALUES (?, ?, ?, ?)",
            (event_id, state, forged, time.time() + delay),
        )

    def claim_delivery(self, lease: float) -> Delivery | None:
        """Take the delivery that is due first; no other sender gets it for `lease` real seconds."""
        now = time.time()
        row = self._sql(
            "UPDATE deliveries SET tries = tries + 1, next_try_at = ? WHERE id = (SELECT id FROM deliveries "
            "WHERE state = 'waiting' AND next_try_at <= ? ORDER BY next_try_at, id LIMIT 1) "
            "RETURNING id, event_id, state, forged, tries, next_try_at, outcome",
            (now + lease, now),
        ).fetchone()
        return _delivery(row) if row else None

    def finish_try(self, delivery: Delivery, *, state: str, outcome: str, delay: float = 0.0) -> None:
        """Record what a try led to, unless somebody dropped the delivery or took it over in the meantime."""
        self._sql(
            "UPDATE deliveries SET state = ?, outcome = ?, next_try_at = ? "
            "WHERE id = ? AND tries = ? AND state = 'waiting'",
            (state, outcome, time.time() + delay, delivery.id, delivery.tries),
        )

    def hold_delivery(self, delivery_id: int, delay: float) -> bool:
        """Put off a waiting delivery by `delay` real seconds; False when it is not waiting any more."""
        return bool(
            self._sql(
                "UPDATE deliveries SET next_try_at = ? WHERE id = ? AND state = 'waiting'",
                (time.time() + delay, delivery_id),
            ).rowcount
        )

    def drop_delivery(self, delivery_id: int) -> bool:
        """Lose a waiting delivery; False when it is not waiting any more."""
        return bool(
            self._sql(
                "UPDATE deliveries SET state = 'lost' WHERE id = ? AND state = 'waiting'", (delivery_id,)
            ).rowcount
        )

    def list_deliveries(self, limit: int) -> list[Delivery]:
        """The newest deliveries first."""
        rows = self._sql(
            "SELECT id, event_id, state, forged, tries, next_try_at, outcome FROM deliveries ORDER BY id DESC LIMIT ?",
            (limit,),
        )
        return [_delivery(row) for row in rows]

    def add_mail(self, mail: Mail) -> None:
        """Keep a message (its `id` is ignored) and forget all but the newest 2,000."""
        self._sql(
            "INSERT INTO mails (received_at, sender, recipients, subject, raw) VALUES (?, ?, ?, ?, ?)",
            (mail.received_at, mail.sender, mail.recipients, mail.subject, mail.raw),
        )
        self._sql("DELETE FROM mails WHERE id <= (SELECT max(id) FROM mails) - ?", (MAILS_KEPT,))

    def list_mails(self, address: str, limit: int) -> list[Mail]:
        """Messages from or to an address containing `address`, newest first, without their raw source."""
        rows = self._sql(
            "SELECT id, received_at, sender, recipients, subject, x'' FROM mails "
            "WHERE instr(lower(sender || ' ' || recipients), lower(?)) ORDER BY id DESC LIMIT ?",
            (address, limit),
        )
        return [Mail(*row) for row in rows]

    def find_mail(self, mail_id: int) -> Mail | None:
        """One message with its raw source, or None."""
        row = self._sql(
            "SELECT id, received_at, sender, recipients, subject, raw FROM mails WHERE id = ?", (mail_id,)
        ).fetchone()
        return Mail(*row) if row else None

    def add_clock_move(self, moved_to: str, lines: list[str]) -> None:
        """Remember what ran when the clock was moved."""
        self._sql("INSERT INTO clock_moves (moved_to, lines) VALUES (?, ?)", (moved_to, json.dumps(lines)))
        self._sql("DELETE FROM clock_moves WHERE id <= (SELECT max(id) FROM clock_moves) - ?", (CLOCK_MOVES_KEPT,))

    def list_clock_moves(self) -> list[tuple[str, list[str]]]:
        """(instant moved to, what ran), newest first."""
        rows = self._sql("SELECT moved_to, lines FROM clock_moves ORDER BY id DESC")
        return [(moved_to, json.loads(lines)) for moved_to, lines in rows]


class Store:
    """The sandbox's file. Connections are pooled: each transaction has one to itself, in whatever thread it runs."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._idle: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        with self._transaction("BEGIN IMMEDIATE") as connection:
            for statement in SCHEMA.split(";\n"):
                connection.execute(statement)

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A consistent view; writers do not wait for it."""
        with self._transaction("BEGIN") as connection:
            yield Tx(connection)

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """A transaction that has the file's only write lock from its first statement."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield Tx(connection)

    def close(self) -> None:
        """Close the idle connections; the store opens new ones if it is used again."""
        while not self._idle.empty():
            self._idle.get_nowait().close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._idle.get_nowait()
        except queue.Empty:
            connection = self._open()
        try:
            connection.execute(begin)
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        finally:
            self._idle.put(connection)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        # Processes that switch a new file to WAL at the same moment get "busy" at once instead of waiting.
        give_up_at = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError:
                if time.monotonic() > give_up_at:
                    connection.close()
                    raise
                time.sleep(0.01)
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection


def _delivery(row: tuple[Any, ...]) -> Delivery:
    delivery_id, event_id, state, forged, tries, next_try_at, outcome = row
    return Delivery(delivery_id, event_id, state, bool(forged), tries, next_try_at, outcome)
