"""The migrations, from an empty database and back, and from several processes at once."""

import multiprocessing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect

import mentorship
from mentorship.db import migrate


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(mentorship.__file__).parents[1] / "alembic"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def _tables(url: str) -> set[str]:
    engine = create_engine(url)
    try:
        return set(inspect(engine).get_table_names()) - {"alembic_version"}
    finally:
        engine.dispose()


def test_every_migration_goes_up_down_and_up_again(empty_database_url: str) -> None:
    config = _config(empty_database_url)
    assert migrate.current_revision(empty_database_url) is None

    migrate.upgrade(empty_database_url)
    assert migrate.current_revision(empty_database_url) == migrate.head_revision()
    tables = _tables(empty_database_url)
    assert {"users", "packs", "credit_ledger", "seats", "sessions"} <= tables

    command.downgrade(config, "-1")
    command.upgrade(config, "head")
    assert _tables(empty_database_url) == tables

    command.downgrade(config, "base")
    assert _tables(empty_database_url) == set()
    assert migrate.current_revision(empty_database_url) is None

    migrate.upgrade(empty_database_url)
    migrate.upgrade(empty_database_url)
    assert _tables(empty_database_url) == tables


def test_the_migrations_lead_to_the_models(database_url: str) -> None:
    command.check(_config(database_url))


def test_processes_that_start_together_migrate_once(empty_database_url: str) -> None:
    forked = multiprocessing.get_context("fork")
    processes = [forked.Process(target=migrate.upgrade, args=(empty_database_url,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 4
    assert migrate.current_revision(empty_database_url) == migrate.head_revision()


def test_missing_scripts_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(mentorship, "__file__", str(tmp_path / "mentorship" / "__init__.py"))
    with pytest.raises(migrate.MigrationsMissing, match=str(tmp_path / "alembic")):
        migrate.upgrade(f"sqlite:///{tmp_path / 'a.db'}")
