"""Bringing a database to the newest revision, from any process, at start-up."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

import mentorship
from mentorship.db.engine import make_engine

_LOCK_KEY = 0x6D656E746F72


class MigrationsMissing(Exception):
    """The folder of migration scripts is not beside the package."""


def upgrade(url: str) -> None:
    """Bring the database to the newest revision; does nothing when it is there already.

    Processes that start together wait for each other: the first one migrates.

    Raises:
        MigrationsMissing: the scripts are not where the package expects them.
    """
    config = _config(url)
    with _one_at_a_time(url):
        command.upgrade(config, "head")


def head_revision() -> str:
    """The newest revision that the scripts know.

    Raises:
        MigrationsMissing: the scripts are not where the package expects them.
    """
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise MigrationsMissing("The folder of migrations is empty.")
    return head


def current_revision(url: str) -> str | None:
    """The revision this database is at; None when it has never been migrated."""
    with _engine(url) as engine, engine.connect() as connection:
        return MigrationContext.configure(connection.execution_options(read_only=True)).get_current_revision()


def _config(url: str | None = None) -> Config:
    scripts = Path(mentorship.__file__).parents[1] / "alembic"
    if not (scripts / "env.py").exists():
        raise MigrationsMissing(f"The migrations are missing: expected them in {scripts}. Run from the source tree.")
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    if url is not None:
        config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


@contextmanager
def _one_at_a_time(url: str) -> Iterator[None]:
    """Hold the right to migrate this database; it falls with the process that holds it."""
    if (parsed := make_url(url)).get_backend_name() == "sqlite":
        database = Path(str(parsed.database))
        database.parent.mkdir(parents=True, exist_ok=True)
        with database.with_name(f"{database.name}.migrate").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    else:
        # The lock belongs to the connection, so closing it gives the lock back; autocommit keeps no transaction open.
        with _engine(url) as engine, engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK_KEY})
            yield


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url, pool_size=1)
    try:
        yield engine
    finally:
        engine.dispose()
