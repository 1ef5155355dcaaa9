"""The live catalogue of a migrated database against what the models and the rules declare: the same, and no more."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import CheckConstraint, Connection, inspect, text

from mentorship.db import constraints
from mentorship.db.engine import Database
from mentorship.db.models import Table

# Kind, table, name and definition of everything in the public schema that guards or speeds up rows. The names of
# extension members and of what belongs to Alembic are left out; PostgreSQL 18 lists NOT NULL as constraints of its own.
_POSTGRESQL_CATALOGUE = """
SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'x', 'u', 'p', 'f')
UNION ALL
SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'function', '', proname, prosrc FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'column', table_name, column_name,
    concat_ws(' ', udt_name, character_maximum_length, is_nullable, column_default)
FROM information_schema.columns WHERE table_schema = 'public'
"""


def _catalogue(connection: Connection) -> set[tuple[str, str, str, str]]:
    if connection.dialect.name == "postgresql":
        found = {
            (kind, table, name, what) for kind, table, name, what in connection.execute(text(_POSTGRESQL_CATALOGUE))
        }
    else:
        found = set(_sqlite_catalogue(connection))
    return {(kind, table, name, _plain(what)) for kind, table, name, what in found if table != "alembic_version"}


def _sqlite_catalogue(connection: Connection) -> Iterator[tuple[str, str, str, str]]:
    rows = connection.execute(text("SELECT type, tbl_name, name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    yield from ((kind, table, name, sql) for kind, table, name, sql in rows if kind != "table")
    looking = inspect(connection)
    for table in looking.get_table_names():
        for column in looking.get_columns(table):
            yield "column", table, column["name"], f"{column['type']} {column['nullable']} {column['default']}"
        for check in looking.get_check_constraints(table):
            yield "constraint", table, str(check["name"]), check["sqltext"]
        for unique in looking.get_unique_constraints(table):
            yield "constraint", table, str(unique["name"]), str(unique["column_names"])
        for key in looking.get_foreign_keys(table):
            yield "constraint", table, str(key["name"]), f"{key['constrained_columns']} {key['referred_table']}"
        primary = looking.get_pk_constraint(table)
        yield "constraint", table, str(primary["name"]), str(primary["constrained_columns"])


def _plain(definition: str) -> str:
    return re.sub(r"\s+", " ", definition).strip()


def _declare(database: Database) -> None:
    """Make everything the code declares, without any migration."""
    with database.engine.begin() as connection:
        Table.metadata.create_all(connection)
        constraints.install(connection.exec_driver_sql, database.dialect)


def test_a_migrated_database_is_what_the_code_declares(database: Database, empty_database_url: str) -> None:
    if database.dialect == "sqlite":
        empty_database_url = empty_database_url.replace("test.db", "declared.db")
    declared = Database(empty_database_url)
    try:
        _declare(declared)
        with declared.engine.connect() as wanted, database.engine.connect() as live:
            assert _catalogue(live) == _catalogue(wanted)
    finally:
        declared.close()


def test_every_declared_rule_is_in_the_catalogue_and_no_other(database: Database) -> None:
    with database.engine.connect() as connection:
        catalogue = _catalogue(connection)
    triggers = {(table, name) for kind, table, name, _ in catalogue if kind == "trigger"}
    exclusions = {(table, name) for kind, table, name, what in catalogue if kind == "constraint" and "EXCLUDE" in what}
    assert triggers | exclusions == {(rule.table, rule.name) for rule in constraints.rules(database.dialect)}

    checks = {
        (table.name, str(rule.name).removeprefix(f"ck_{table.name}_"))
        for table in Table.metadata.tables.values()
        for rule in table.constraints
        if isinstance(rule, CheckConstraint)
    }
    with database.engine.connect() as connection:
        looking = inspect(connection)
        live = {(t, str(c["name"])) for t in looking.get_table_names() for c in looking.get_check_constraints(t)}
    assert live == {(table, f"ck_{table}_{name}") for table, name in checks}
    assert len(live) > 20


@pytest.mark.parametrize("table", ["sessions", "credit_ledger"])
def test_rules_of_one_table_can_be_taken_off_and_put_back(database: Database, table: str) -> None:
    with database.engine.begin() as connection:
        before = _catalogue(connection)
        constraints.uninstall(connection.exec_driver_sql, database.dialect, table)
        without = _catalogue(connection)
        assert without < before
        assert {lost[1] for lost in before - without if lost[0] == "trigger"} <= {table}
        constraints.install(connection.exec_driver_sql, database.dialect, table)
        assert _catalogue(connection) == before
