"""Inserts past the ORM's unit of work: with a statement built once, each costs little more than the driver's.

Rows that nobody reads or changes again in the same session are plain dictionaries; others are models.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, insert
from sqlalchemy import Table as StoredTable
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session, make_transient_to_detached

from mentorship.db.models import Table
from mentorship.db.types import new_id

Row = dict[str, Any]


def row(table: type[Table], **values: Any) -> Row:
    """A row to insert: these values over the model's defaults, with a new id."""
    return {"id": new_id(), **_defaults(table), **values}


def store(session: Session, stored: Table) -> None:
    """Insert a row now, so that the database's refusals come here; the session knows it as if it had read it.

    A flush would do the same after looking through everything else that the session has.
    """
    table = type(stored)
    session.connection().execute(
        _insert(table), {column.key: getattr(stored, column.key) for column in _stored(table).c}
    )
    make_transient_to_detached(stored)
    session.add(stored)


def insert_all(session: Session, table: type[Table], rows: Sequence[Row]) -> None:
    """Insert rows of one table in one statement."""
    if rows:
        session.connection().execute(_insert(table), rows)


def insert_once(session: Session, table: type[Table], rows: Sequence[Row]) -> set[UUID]:
    """Insert rows of one table, each unless a unique rule already has it; returns the ids of those that are new."""
    connection = session.connection()
    return set(connection.scalars(_insert_once(table, connection.dialect.name), rows))


@cache
def _defaults(table: type[Table]) -> Row:
    fields = table.model_fields.items()
    return {name: f.default for name, f in fields if not f.is_required() and f.default_factory is None}


@cache
def _insert(table: type[Table]) -> Insert:
    return insert(_stored(table))


@cache
def _insert_once(table: type[Table], dialect: str) -> Insert:
    make = postgresql_insert if dialect == "postgresql" else sqlite_insert
    return make(_stored(table)).on_conflict_do_nothing().returning(_stored(table).c.id)


def _stored(table: type[Table]) -> StoredTable:
    return table.metadata.tables[str(table.__tablename__)]
