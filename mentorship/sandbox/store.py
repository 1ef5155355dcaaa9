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

# Each entry brings a file one version further; `PRAGMA user_version` counts how many a file has had.
VERSIONS = (
    """
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
""",
    """
ALTER TABLE stripe_objects RENAME TO objects;
ALTER TABLE deliveries ADD COLUMN provider TEXT NOT NULL DEFAULT 'stripe';
ALTER TABLE deliveries ADD COLUMN damage TEXT NOT NULL DEFAULT '';
UPDATE deliveries SET damage = 'forged' WHERE forged;
ALTER TABLE deliveries DROP COLUMN forged;
CREATE TABLE switches (
    name TEXT PRIMARY KEY,
    body TEXT NOT NULL
);
""",
)
BUSY_SECONDS = 30.0
MAILS_KEPT = 2_000
CLOCK_MOVES_KEPT = 20
STALE_CLAIM_SECONDS = 60.0

Json = dict[str, Any]


@dataclass(frozen=True)
class Delivery:
    """One webhook of a provider that is to reach the app.

    `state` is waiting, held, delivered, failed or lost; `damage` is empty, "forged" or "corrupt"; `next_try_at` is real
    time in seconds, not the sandbox clock.
    """

    id: int
    provider: str
    event_id: str
    state: str
    damage: str
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

    def put_object(
        self, body: Json, *, kind: str | None = None, parent: str | None = None, due_at: int | None = None
    ) -> None:
        """Insert or replace an object; its kind is what Stripe calls it (`object`) unless another one is given.

        `due_at` is the sandbox second at which something must happen to it.
        """
        self._sql(
            "INSERT INTO objects (id, kind, parent, due_at, body) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, due_at = excluded.due_at, body = excluded.body",
            (body["id"], kind or body["object"], parent, due_at, json.dumps(body)),
        )

    def find_object(self, kind: str, object_id: str) -> Json | None:
        """The object of that kind with that id, or None."""
        row = self._sql("SELECT body FROM objects WHERE id = ? AND kind = ?", (object_id, kind)).fetchone()
        return json.loads(row[0]) if row else None

    def list_objects(
        self,
        kind: str,
        *,
        parent: str | None = None,
        after: str | None = None,
        created: tuple[int, int] | None = None,
        limit: int = 100,
    ) -> list[Json]:
        """Objects of one kind, newest first.

        Optionally below one parent, older than the object `after`, and created between two sandbox seconds (both
        included).
        """
        first, last = created or (None, None)
        rows = self._sql(
            "SELECT body FROM objects WHERE kind = ?1 AND (?2 IS NULL OR parent = ?2) "
            "AND (?3 IS NULL OR seq < (SELECT seq FROM objects WHERE id = ?3)) "
            "AND (?4 IS NULL OR json_extract(body, '$.created') BETWEEN ?4 AND ?5) ORDER BY seq DESC LIMIT ?6",
            (kind, parent, after, first, last, limit),
        )
        return [json.loads(row[0]) for row in rows]

    def due_objects(self, kind: str, now: int) -> list[Json]:
        """Objects whose `due_at` has come."""
        rows = self._sql("SELECT body FROM objects WHERE due_at <= ? AND kind = ? ORDER BY seq", (now, kind))
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
        self, provider: str, event_id: str, *, state: str = "waiting", delay: float = 0.0, damage: str = ""
    ) -> None:
        """Queue one delivery of an event, due `delay` real seconds from now."""
        self._sql(
            "INSERT INTO deliveries (provider, event_id, state, damage, next_try_at) VALUES (?, ?, ?, ?, ?)",
            (provider, event_id, state, damage, time.time() + delay),
        )

    def claim_delivery(self, lease: float) -> Delivery | None:
        """Take the delivery that is due first; no other sender gets it for `lease` real seconds."""
        now = time.time()
        row = self._sql(
            "UPDATE deliveries SET tries = tries + 1, next_try_at = ? WHERE id = (SELECT id FROM deliveries "
            "WHERE state = 'waiting' AND next_try_at <= ? ORDER BY next_try_at, id LIMIT 1) "
            "RETURNING id, provider, event_id, state, damage, tries, next_try_at, outcome",
            (now + lease, now),
        ).fetchone()
        return Delivery(*row) if row else None

    def finish_try(self, delivery: Delivery, *, state: str, outcome: str, delay: float = 0.0) -> None:
        """Record what a try led to, unless somebody dropped the delivery or took it over in the meantime."""
        self._sql(
            "UPDATE deliveries SET state = ?, outcome = ?, next_try_at = ? "
            "WHERE id = ? AND tries = ? AND state = 'waiting'",
            (state, outcome, time.time() + delay, delivery.id, delivery.tries),
        )

    def hold_delivery(self, delivery_id: int, delay: float) -> bool:
        """Put off a waiting or held delivery until `delay` real seconds from now; False when it is neither any more."""
        return bool(
            self._sql(
                "UPDATE deliveries SET state = 'waiting', next_try_at = ? "
                "WHERE id = ? AND state IN ('waiting', 'held')",
                (time.time() + delay, delivery_id),
            ).rowcount
        )

    def drop_delivery(self, delivery_id: int) -> bool:
        """Lose a waiting or held delivery; False when it is neither any more."""
        return bool(
            self._sql(
                "UPDATE deliveries SET state = 'lost' WHERE id = ? AND state IN ('waiting', 'held')", (delivery_id,)
            ).rowcount
        )

    def release_deliveries(self, provider: str, *, reverse: bool) -> int:
        """Let the held deliveries of a provider go, in the order of their events or in the opposite one; how many."""
        # The queue is taken by `next_try_at` first: long ago, and in this order.
        return self._sql(
            "UPDATE deliveries SET state = 'waiting', next_try_at = iif(?, -id, id) "
            "WHERE provider = ? AND state = 'held'",
            (reverse, provider),
        ).rowcount

    def list_deliveries(self, limit: int, provider: str | None = None) -> list[Delivery]:
        """The newest deliveries first, of one provider or of all."""
        rows = self._sql(
            "SELECT id, provider, event_id, state, damage, tries, next_try_at, outcome FROM deliveries "
            "WHERE ?1 IS NULL OR provider = ?1 ORDER BY id DESC LIMIT ?2",
            (provider, limit),
        )
        return [Delivery(*row) for row in rows]

    def set_switch(self, name: str, body: Json | None) -> None:
        """Remember how a switch of the console stands; None forgets it."""
        if body is None:
            self._sql("DELETE FROM switches WHERE name = ?", (name,))
        else:
            self._sql(
                "INSERT INTO switches (name, body) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body",
                (name, json.dumps(body)),
            )

    def find_switch(self, name: str) -> Json | None:
        """How a switch stands, or None when nobody has touched it."""
        row = self._sql("SELECT body FROM switches WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

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
            (done,) = connection.execute("PRAGMA user_version").fetchone()
            for statements in VERSIONS[done:]:
                for statement in statements.split(";\n"):
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {len(VERSIONS)}")

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
