"""Durable databases to measure on, and the bare ways to reach them."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy.engine import make_url
from support import postgres
from support.house import House, make_house

from mentorship.db.engine import Database
from mentorship.db.migrate import upgrade
from mentorship.gateways.durable_jobs import DurableJobs

THREADS = 16


class Engines:
    """Makes migrated databases on both engines. PostgreSQL waits for the disk at each commit, and so does SQLite."""

    def __init__(self, server_url: str, folder: Path) -> None:
        self._server_url = server_url
        self.folder = folder

    def make(self, dialect: str) -> str:
        """The address of a new database with every table of the product and of its jobs."""
        name = f"bench_{uuid4().hex[:12]}"
        if dialect == "postgresql":
            url = postgres.create_database(self._server_url, name)
        else:
            url = f"sqlite:///{self.folder / name}.db"
        upgrade(url)
        DurableJobs(url).prepare()
        return url

    def drop(self, url: str) -> None:
        """Give the room of a database back."""
        parsed = make_url(url)
        if parsed.get_backend_name() == "postgresql":
            postgres.drop_database(self._server_url, str(parsed.database))
        else:
            for file in self.folder.glob(f"{Path(str(parsed.database)).name}*"):
                file.unlink()


@contextmanager
def engines() -> Iterator[Engines]:
    """A PostgreSQL server and a folder for SQLite files, both on disk, for the length of the block."""
    folder = Path(tempfile.mkdtemp(prefix="mentorship-bench-"))
    try:
        with postgres.server(durable=True) as server_url:
            yield Engines(server_url, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def house_on(url: str) -> House:
    """The product on a database, with its durable jobs and nothing else of the outside."""
    return make_house(Database(url, pool_size=THREADS), enqueue=DurableJobs(url).enqueue)


def connect_sqlite(url: str) -> sqlite3.Connection:
    """A bare connection with the product's own settings."""
    connection = sqlite3.connect(str(make_url(url).database), isolation_level=None, check_same_thread=False)
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def connect_postgres(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    """A bare connection."""
    return psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
