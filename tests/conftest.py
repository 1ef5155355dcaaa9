"""Databases for every test: SQLite and PostgreSQL, migrated once, copied for each test."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings
from support import dialects, postgres
from support.site import build_site

from mentorship.db import migrate
from mentorship.db.engine import Database

# How long one example takes says more about the machine than about the code.
settings.register_profile("any machine", settings(), deadline=None)
settings.load_profile("any machine")

dialects.register()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server; started when the first test asks for it."""
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "migrated.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a migrated PostgreSQL database to copy."""
    name = f"template_{uuid4().hex}"
    try:
        migrate.upgrade(postgres.create_database(postgres_server, name))
        yield name
    finally:
        postgres.drop_database(postgres_server, name)


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """The engine a test runs on; a test that asks for a database runs once on each."""
    return str(request.param)


@pytest.fixture
def empty_database_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    yield from _database_url(dialect, request, tmp_path, migrated=False)


@pytest.fixture
def database_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated database that belongs to this test."""
    yield from _database_url(dialect, request, tmp_path, migrated=True)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database that belongs to this test."""
    database = Database(database_url)
    yield database
    database.close()


def _database_url(dialect: str, request: pytest.FixtureRequest, folder: Path, *, migrated: bool) -> Iterator[str]:
    if dialect == "sqlite":
        path = folder / "test.db"
        if migrated:
            shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgres_server")
    template = request.getfixturevalue("postgres_template") if migrated else None
    name = f"test_{uuid4().hex}"
    yield postgres.create_database(server, name, template=template)
    postgres.drop_database(server, name)


@pytest.fixture(scope="session")
def site_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The production build, made once for all workers of this run; ``FRONTEND_BUILD`` names a ready one."""
    if given := os.environ.get("FRONTEND_BUILD"):
        return Path(given)
    shared = tmp_path_factory.getbasetemp()
    return build_site((shared.parent if os.environ.get("PYTEST_XDIST_WORKER") else shared) / "site-build")
