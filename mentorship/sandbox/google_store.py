"""What the stand-in for Google remembers: accounts, calendars, events, tokens and channels, in a file of its own."""

import json
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (email TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS calendars (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (email),
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    position INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS events (
    calendar TEXT NOT NULL REFERENCES calendars (id),
    id TEXT NOT NULL,
    change INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (calendar, id)
);
CREATE INDEX IF NOT EXISTS events_changed ON events (calendar, change);
CREATE TABLE IF NOT EXISTS codes (code TEXT PRIMARY KEY, body TEXT NOT NULL, expires_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    account TEXT NOT NULL,
    scopes TEXT NOT NULL,
    expires_at REAL
);
CREATE TABLE IF NOT EXISTS channels (
    id TEXT PRIMARY KEY,
    calendar TEXT NOT NULL,
    resource TEXT NOT NULL,
    token TEXT NOT NULL,
    address TEXT NOT NULL,
    expires_ms INTEGER NOT NULL,
    messages INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS pushes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    state TEXT NOT NULL,
    number INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    next_try_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS numbers (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS faults (kind TEXT PRIMARY KEY, times INTEGER NOT NULL)
"""
BUSY_SECONDS = 30.0
ACCESS_SECONDS = 3600
CODE_SECONDS = 600
OWNER = "owner"

Json = dict[str, Any]


@dataclass(frozen=True)
class Calendar:
    """A calendar as one account sees it; `role` is what that account may do with it."""

    id: str
    account: str
    name: str
    role: str
    position: int

    @property
    def is_primary(self) -> bool:
        return self.id == self.account


@dataclass(frozen=True)
class Token:
    """Who a token speaks for, and the scopes that were ticked."""

    account: str
    scopes: frozenset[str]


@dataclass(frozen=True)
class Channel:
    id: str
    calendar: str
    resource: str
    token: str
    address: str
    expires_ms: int
    messages: int


class GoogleTx:
    """The questions and changes of one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection.execute

    def open_account(self, email: str) -> None:
        """An account with four calendars, as it is the first time somebody uses it."""
        if self._sql("INSERT INTO accounts VALUES (?) ON CONFLICT DO NOTHING", (email,)).rowcount:
            calendars = (
                (email, email, OWNER),
                (f"family.{email}", "Family", OWNER),
                (f"team.{email}", "Team holidays", "reader"),
                (f"room.{email}", "Meeting room", "freeBusyReader"),
            )
            for position, (calendar_id, name, role) in enumerate(calendars):
                self._sql("INSERT INTO calendars VALUES (?, ?, ?, ?, ?)", (calendar_id, email, name, role, position))

    def accounts(self) -> list[str]:
        return [email for (email,) in self._sql("SELECT email FROM accounts ORDER BY rowid")]

    def calendars(self, account: str) -> list[Calendar]:
        rows = self._sql("SELECT * FROM calendars WHERE account = ? ORDER BY position", (account,))
        return [Calendar(*row) for row in rows]

    def calendar(self, account: str, calendar_id: str) -> Calendar | None:
        wanted = account if calendar_id == "primary" else calendar_id
        row = self._sql("SELECT * FROM calendars WHERE account = ? AND id = ?", (account, wanted)).fetchone()
        return Calendar(*row) if row else None

    def next_number(self, name: str) -> int:
        """1, 2, 3, … for each name."""
        row = self._sql(
            "INSERT INTO numbers VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
            (name,),
        ).fetchone()
        return int(row[0])

    def number(self, name: str) -> int:
        row = self._sql("SELECT value FROM numbers WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else 0

    def set_number(self, name: str, value: int) -> None:
        self._sql("INSERT OR REPLACE INTO numbers VALUES (?, ?)", (name, value))

    def event(self, calendar_id: str, event_id: str) -> Json | None:
        row = self._sql("SELECT body FROM events WHERE calendar = ? AND id = ?", (calendar_id, event_id)).fetchone()
        return json.loads(row[0]) if row else None

    def put_event(self, calendar_id: str, body: Json, change: int) -> None:
        self._sql(
            "INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?)", (calendar_id, body["id"], change, json.dumps(body))
        )

    def events(self, calendar_id: str, *, since: int = 0) -> list[tuple[int, Json]]:
        """Events with the number of their last change, in that order, changed after `since`; deleted ones too."""
        rows = self._sql(
            "SELECT change, body FROM events WHERE calendar = ? AND change > ? ORDER BY change", (calendar_id, since)
        )
        return [(change, json.loads(body)) for change, body in rows]

    def keep_code(self, body: Json) -> str:
        """A code that can be exchanged once."""
        code = f"4/{secrets.token_urlsafe(32)}"
        self._sql("INSERT INTO codes VALUES (?, ?, ?)", (code, json.dumps(body), time.time() + CODE_SECONDS))
        return code

    def take_code(self, code: str) -> Json | None:
        row = self._sql("DELETE FROM codes WHERE code = ? RETURNING body, expires_at", (code,)).fetchone()
        return json.loads(row[0]) if row and row[1] > time.time() else None

    def make_token(self, kind: str, account: str, scopes: list[str]) -> str:
        prefix, expires_at = ("ya29.", time.time() + ACCESS_SECONDS) if kind == "access" else ("1//0", None)
        token = prefix + secrets.token_urlsafe(40)
        self._sql("INSERT INTO tokens VALUES (?, ?, ?, ?, ?)", (token, kind, account, " ".join(scopes), expires_at))
        return token

    def token(self, token: str, kind: str | None = None) -> Token | None:
        row = self._sql("SELECT account, scopes, kind, expires_at FROM tokens WHERE token = ?", (token,)).fetchone()
        if row is None or (kind and row[2] != kind) or (row[3] is not None and row[3] < time.time()):
            return None
        return Token(row[0], frozenset(row[1].split()))

    def revoke(self, account: str) -> None:
        """End every access to an account, as its owner can at any time."""
        self._sql("DELETE FROM tokens WHERE account = ?", (account,))

    def connected(self, account: str) -> bool:
        return bool(self._sql("SELECT 1 FROM tokens WHERE account = ? AND kind = 'refresh'", (account,)).fetchone())

    def add_channel(self, channel: Channel) -> bool:
        """Keep a channel; False when its id is taken."""
        return bool(
            self._sql(
                "INSERT INTO channels VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (*channel.__dict__.values(),),
            ).rowcount
        )

    def drop_channel(self, channel_id: str, resource: str) -> bool:
        return bool(self._sql("DELETE FROM channels WHERE id = ? AND resource = ?", (channel_id, resource)).rowcount)

    def channels(self, calendar_id: str, now_ms: int) -> list[Channel]:
        rows = self._sql("SELECT * FROM channels WHERE calendar = ? AND expires_ms > ?", (calendar_id, now_ms))
        return [Channel(*row) for row in rows]

    def queue_push(self, channel_id: str, state: str) -> None:
        row = self._sql(
            "UPDATE channels SET messages = messages + 1 WHERE id = ? RETURNING messages", (channel_id,)
        ).fetchone()
        self._sql(
            "INSERT INTO pushes (channel, state, number, next_try_at) VALUES (?, ?, ?, ?)",
            (channel_id, state, row[0], time.time()),
        )

    def take_push(self, lease: float) -> tuple[int, Channel, str, int, int] | None:
        """The push that is due first, put off by `lease`: its id, channel, state, number and tries."""
        row = self._sql(
            "UPDATE pushes SET tries = tries + 1, next_try_at = ?1 + ?2 WHERE id = "
            "(SELECT id FROM pushes WHERE next_try_at <= ?1 ORDER BY id LIMIT 1) RETURNING id, channel, state, number, "
            "tries",
            (time.time(), lease),
        ).fetchone()
        if row is None:
            return None
        channel = self._sql("SELECT * FROM channels WHERE id = ?", (row[1],)).fetchone()
        if channel is None:
            self.drop_push(row[0])
            return None
        return row[0], Channel(*channel), row[2], row[3], row[4]

    def drop_push(self, push_id: int) -> None:
        self._sql("DELETE FROM pushes WHERE id = ?", (push_id,))

    def set_fault(self, kind: str, times: int) -> None:
        """Let the next calls fail in this way."""
        self._sql("INSERT OR REPLACE INTO faults VALUES (?, ?)", (kind, times))

    def faults(self) -> dict[str, int]:
        return dict(self._sql("SELECT kind, times FROM faults WHERE times > 0").fetchall())

    def use_fault(self, kind: str) -> bool:
        """Whether this call fails in this way; counts down."""
        return bool(self._sql("UPDATE faults SET times = times - 1 WHERE kind = ? AND times > 0", (kind,)).rowcount)


class GoogleStore:
    """The file. Each transaction has a connection of its own, in whatever thread or process it runs."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        with self.write() as tx:
            for statement in SCHEMA.split(";\n"):
                tx._sql(statement)

    @contextmanager
    def write(self) -> Iterator[GoogleTx]:
        """A transaction that has the file's only write lock from its first statement."""
        connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield GoogleTx(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        finally:
            connection.close()
