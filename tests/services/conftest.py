"""A house on each engine, and databases for state machines: their cast is stored once and copied for every run."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import event
from support import postgres
from support.house import House, make_house
from support.lifecycle import Cast, Lifecycle, make_cast
from support.refund_lifecycle import RefundLifecycle

from mentorship.db.engine import Database


@pytest.fixture
def house(database: Database) -> House:
    return make_house(database)


def _machine(cast: Cast, open_database: Callable[[], Database]) -> type[Lifecycle]:
    return type("Run", (Lifecycle,), {"cast": cast, "open_database": staticmethod(open_database)})


@pytest.fixture(scope="session")
def sqlite_machine(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> type[Lifecycle]:
    """The machine on SQLite; its files need not survive a crash, so nothing waits for the disk."""
    folder = tmp_path_factory.mktemp("machine")
    stored = folder / "cast.db"
    shutil.copy(sqlite_template, stored)
    database = Database(f"sqlite:///{stored}")
    cast = make_cast(database)
    database.close()

    def open_database() -> Database:
        path = folder / "run.db"
        for leftover in folder.glob("run.db*"):
            leftover.unlink()
        shutil.copy(stored, path)
        copy = Database(f"sqlite:///{path}")
        event.listen(copy.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        return copy

    return _machine(cast, open_database)


@pytest.fixture(scope="session")
def refund_machine(sqlite_machine: type[Lifecycle]) -> type[RefundLifecycle]:
    """The machine on SQLite, with refunds and disputes."""
    return type(
        "Refunds",
        (RefundLifecycle,),
        {"cast": sqlite_machine.cast, "open_database": staticmethod(sqlite_machine.open_database)},
    )


@pytest.fixture(scope="session")
def postgres_machine(postgres_server: str, postgres_template: str) -> Iterator[type[Lifecycle]]:
    """The machine on PostgreSQL."""
    stored = f"cast_{uuid4().hex}"
    database = Database(postgres.create_database(postgres_server, stored, template=postgres_template))
    cast = make_cast(database)
    database.close()
    names: list[str] = []

    def open_database() -> Database:
        name = f"run_{uuid4().hex}"
        names.append(name)
        return Database(postgres.create_database(postgres_server, name, template=stored))

    yield _machine(cast, open_database)
    for name in [*names, stored]:
        postgres.drop_database(postgres_server, name)
