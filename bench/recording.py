"""The very statements of one piece of work, to be run again by a bare client on other rows.

Ids of the seeded rows hold a counter's twelve digits. A recorded statement therefore fits the nth row once the digits
in its parameters are those of the nth row, and new ids are ids of the same form.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Engine, event

from bench.people import NEW, an_id
from mentorship.db.unit_of_work import _lock_key

_DASHED = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_HEX = re.compile(r"\b[0-9a-f]{12}[47][0-9a-f]{19}\b")
_LITERAL = re.compile(r"( E)?'((?:[^']|'')*)'")
_NUMBERED = re.compile(r"\$\d+")
_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")


@dataclass(frozen=True, slots=True)
class Statement:
    sql: str
    parameters: Any


def record(work: Callable[[], object]) -> list[Statement]:
    """Do a piece of work and return what this process sent meanwhile, without what begins and ends transactions."""
    sent: list[Statement] = []

    def keep(_c: object, _cursor: object, sql: str, parameters: Any, _context: object, many: bool) -> None:
        if not sql.startswith(_CONTROL):
            rows = parameters if many and isinstance(parameters, list) else [parameters]
            sent.extend(Statement(_NUMBERED.sub("%s", sql), p) for p in rows)

    event.listen(Engine, "before_cursor_execute", keep)
    try:
        work()
    finally:
        event.remove(Engine, "before_cursor_execute", keep)
    return sent


class _NewIds:
    """Gives every id that the work made up itself the form of a seeded row's."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._given: dict[str, int] = {}

    def put_into(self, text: str) -> str:
        """The text with such ids, whether they are written with dashes or without."""
        text = _DASHED.sub(lambda m: self._id(m[0]), text)
        return _HEX.sub(lambda m: self._id(str(UUID(m[0]))).replace("-", ""), text)

    def _id(self, found: str) -> str:
        if found[9:24] == "0000-7000-8000-":
            return found
        return str(an_id(NEW + self._given.setdefault(found, len(self._given)), self._number))


@dataclass(frozen=True, slots=True)
class SqliteScript:
    """Recorded statements with their parameters as templates."""

    statements: list[Statement]
    number: str
    mentor: str

    def for_row(self, number: int, mentor: int) -> list[tuple[str, tuple[Any, ...]]]:
        """The statements for the nth row."""
        return [(s.sql, tuple(self._fit(v, str(number), str(mentor)) for v in s.parameters)) for s in self.statements]

    def _fit(self, value: Any, number: str, mentor: str) -> Any:
        if not isinstance(value, str):
            return value
        return value.replace(self.number, number).replace(self.mentor, mentor)


def sqlite_script(statements: list[Statement], number: int, mentor: int) -> SqliteScript:
    """Recorded statements of SQLite, to be run for other rows."""
    ids = _NewIds(number)

    def template(value: Any) -> Any:
        return ids.put_into(value) if isinstance(value, str) else value

    fitted = [Statement(s.sql, tuple(template(v) for v in s.parameters)) for s in statements]
    return SqliteScript(fitted, str(number), str(mentor))


def pgbench_script(
    connection: "psycopg.Connection[Any]",
    statements: list[Statement],
    number: int,
    mentor: int,
    moving: dict[datetime, str] | None = None,
) -> str:
    """Recorded statements of PostgreSQL as a script for pgbench: client c runs rows ``base + c * per`` and following.

    ``moving`` names instants that move with the row: each is written as the expression given for it, in which ``:h``
    counts the rows of the same mentor.
    """
    ids, cursor = _NewIds(number), psycopg.ClientCursor(connection)
    instants = {str(at).replace("+00:00", ""): expression for at, expression in (moving or {}).items()}
    keys = {str(_lock_key(an_id(0, number))): str(number), str(_lock_key(an_id(0, mentor))): str(mentor)}

    def literal(match: re.Match[str]) -> str:
        text = match[2].replace("\\\\", "\\") if match[1] else match[2]
        for instant, expression in instants.items():
            if text.startswith(instant):
                return expression
        # Inside quotes, a colon would be the start of a variable.
        quoted = text.replace("\\", "\\\\").replace(":", "\\x3a")
        parts = quoted.replace(str(number), "\0:n\0").replace(str(mentor), "\0:m\0").split("\0")
        written = [p if p in (":n", ":m") else f"E'{p}'" for p in parts if p or len(parts) == 1]
        return written[0] if len(written) == 1 and written[0][0] == "E" else f"({' || '.join(_texts(written))})"

    lines = [
        "\\set i :i + 1",
        "\\set n :base + :client_id * :per + :i",
        "\\set m :first_mentor + :n % :mentors",
        "\\set h (:n - :base) / :mentors",
        "BEGIN;",
    ]
    for statement in statements:
        sql = ids.put_into(cursor.mogrify(statement.sql, statement.parameters))
        for key, digits in keys.items():
            sql = sql.replace(key, digits)
        lines.append(" ".join(_LITERAL.sub(literal, sql).split()) + ";")
    return "\n".join([*lines, "COMMIT;", ""])


def _texts(parts: list[str]) -> list[str]:
    return [f"{p}::text" if p[0] == ":" else p for p in parts]
