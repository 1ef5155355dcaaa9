"""Inserts past the ORM's unit of work: with a statement built once, each costs little more than the driver's.

Rows that nobody reads or changes again in the same session are plain dictionaries; others are models.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, make_transient_to_detached

from mentorship.db.engine import Database, send
from mentorship.db.models import Table
from mentorship.db.models.base import defaults
from mentorship.db.types import new_id

Row = dict[str, Any]

_DIALECTS = {
    "sqlite": make_url("sqlite://").get_dialect()(),
    "postgresql": make_url("postgresql+psycopg://").get_dialect()(paramstyle="format"),  # type: ignore[call-arg]
}
_UNLESS_THERE = "ON CONFLICT DO NOTHING RETURNING id"
_MOST = 500
"""Rows in one statement; each driver takes as many parameters."""


def row(table: type[Table], **values: Any) -> Row:
    """A row to insert: these values over the model's defaults, with a new id."""
    constants, _ = defaults(table)
    return {"id": new_id(), **constants, **values}


def row_of(model: Table) -> Row:
    """The row that a model is."""
    return {key: getattr(model, key) for key in type(model).model_fields}


def store(session: Session, stored: Table) -> None:
    """Insert a model now, so that the database's refusals come here; the session knows it as if it had read it.

    A flush would do the same after looking through everything else that the session has.
    """
    connection = session.connection()
    form = _form(type(stored), connection.dialect.name)
    send(connection, form.insert(1), form.values([row_of(stored)]))
    adopt(session, stored)


def adopt(session: Session, stored: Table) -> None:
    """Let the session know a model with the values that are in the database, as if it had read it."""
    make_transient_to_detached(stored)
    session.add(stored)


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one table to insert."""

    table: type[Table]
    rows: Sequence[Row]
    once: bool = False
    """Each unless a unique rule already has it."""
    child: str = ""
    """The column that names a row of the batch before; those whose row is not new are left out."""


def insert_all(session: Session, *batches: Batch) -> None:
    """Insert rows of one table or of several; on PostgreSQL a few go in one statement."""
    filled = [batch for batch in batches if batch.rows]
    connection = session.connection()
    if connection.dialect.name == "postgresql" and 0 < sum(len(batch.rows) for batch in filled) <= _MOST:
        parts = [(_form(batch.table, "postgresql"), batch) for batch in filled]
        sql = _together(tuple((form, len(batch.rows), batch.once, batch.child) for form, batch in parts))
        send(connection, sql, tuple(value for form, batch in parts for value in form.values(batch.rows)))
        return
    new: set[UUID] = set()
    for batch in filled:
        form, rows = _form(batch.table, connection.dialect.name), batch.rows
        if batch.child:
            rows = [row for row in rows if row[batch.child] in new]
        if batch.once:
            new = insert_once(session, batch.table, rows)
            continue
        for part in _parts(rows):
            send(connection, form.insert(len(part)), form.values(part))


def insert_once(session: Session, table: type[Table], rows: Sequence[Row]) -> set[UUID]:
    """Insert rows of one table, each unless a unique rule already has it; returns the ids of those that are new."""
    connection = session.connection()
    return _insert_once(partial(send, connection), _form(table, connection.dialect.name), rows)


def insert_alone(database: Database, table: type[Table], rows: Sequence[Row]) -> set[UUID]:
    """The same past any transaction: the insert commits itself."""
    return _insert_once(database.run_alone, _form(table, database.dialect), rows)


def _insert_once(run: Callable[[str, tuple[Any, ...]], Iterable[Any]], form: "_Form", rows: Sequence[Row]) -> set[UUID]:
    new: set[UUID] = set()
    for part in _parts(rows):
        found = run(f"{form.insert(len(part))} {_UNLESS_THERE}", form.values(part))
        new.update(value if isinstance(value, UUID) else UUID(value) for (value,) in found)
    return new


@dataclass(frozen=True, eq=False)
class _Form:
    """How one table's rows are inserted through one driver."""

    head: str
    marks: str
    keys: Sequence[str]
    binds: Sequence[Callable[[Any], Any] | None]

    def insert(self, rows: int) -> str:
        """The statement for so many rows."""
        return f"{self.head} VALUES {', '.join([self.marks] * rows)}"

    def values(self, rows: Iterable[Row]) -> tuple[Any, ...]:
        """The rows' values as the driver takes them, one row after the other."""
        fields = list(zip(self.keys, self.binds, strict=True))
        return tuple(row[key] if bind is None else bind(row[key]) for row in rows for key, bind in fields)


@cache
def _form(table: type[Table], dialect_name: str) -> _Form:
    dialect, stored = _DIALECTS[dialect_name], table.metadata.tables[str(table.__tablename__)]
    head, _, marks = str(insert(stored).compile(dialect=dialect)).partition(" VALUES ")
    binds = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in stored.c]
    return _Form(head, marks, stored.c.keys(), binds)


@lru_cache(maxsize=1000)
def _together(parts: tuple[tuple[_Form, int, bool, str], ...]) -> str:
    """One statement of PostgreSQL for several inserts; rules between the rows are looked at when it ends."""
    inserts = []
    for n, (form, rows, once, child) in enumerate(parts):
        if child:
            _, _, columns = form.head.partition(" (")
            given = f"(VALUES {', '.join([form.marks] * rows)}) AS given ({columns}"
            is_new = f"given.{child} IN (SELECT id FROM part_{n - 1})"  # noqa: S608 - names of ours
            inserts.append(" ".join((form.head, "SELECT * FROM", given, "WHERE", is_new)))
        else:
            inserts.append(f"{form.insert(rows)} {_UNLESS_THERE}" if once else form.insert(rows))
    named = ", ".join(f"part_{n} AS ({insert})" for n, insert in enumerate(inserts[:-1]))
    return f"WITH {named} {inserts[-1]}" if named else inserts[-1]


def _parts(rows: Sequence[Row]) -> list[Sequence[Row]]:
    return [rows[start : start + _MOST] for start in range(0, len(rows), _MOST)]
