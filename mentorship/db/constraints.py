"""Rules that need more than one row, guarded by the database itself on both engines.

Alembic's autogenerate sees none of these, so they are declared here once, applied by the migrations through
:func:`install` and compared with the live catalogue by a test. A batch rebuild on SQLite drops a table's triggers: the
migration that does one calls :func:`install` again for that table.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mentorship.domain.credits import MOVES, Part


@dataclass(frozen=True, slots=True)
class Rule:
    """One guarded rule: its name, its table, and the statements that make and unmake it."""

    name: str
    table: str
    create: tuple[str, ...]
    drop: tuple[str, ...]


def _no_overlap_sqlite(person: str) -> Iterator[Rule]:
    name = f"sessions_no_{person}_overlap"
    for verb in ("INSERT", "UPDATE"):
        trigger = f"{name}_{verb.lower()}"
        yield Rule(
            trigger,
            "sessions",
            (
                f"""CREATE TRIGGER {trigger} BEFORE {verb} ON sessions
                WHEN NEW.status = 'scheduled' AND EXISTS (
                    SELECT 1 FROM sessions WHERE {person}_id = NEW.{person}_id AND status = 'scheduled'
                    AND id <> NEW.id AND starts_at < NEW.ends_at AND ends_at > NEW.starts_at
                    AND starts_at > strftime('%Y-%m-%dT%H:%M:%S', NEW.starts_at, '-1 day'))
                BEGIN SELECT RAISE(ABORT, '{name}'); END""",
            ),
            (f"DROP TRIGGER IF EXISTS {trigger}",),
        )


def _no_overlap_postgresql(person: str) -> Rule:
    name = f"sessions_no_{person}_overlap"
    return Rule(
        name,
        "sessions",
        (
            f"""ALTER TABLE sessions ADD CONSTRAINT {name} EXCLUDE USING gist
            ({person}_id WITH =, tstzrange(starts_at, ends_at, '[)') WITH &&) WHERE (status = 'scheduled')""",
        ),
        (f"ALTER TABLE sessions DROP CONSTRAINT IF EXISTS {name}",),
    )


def _ledger_sums(row: str) -> str:
    """The SET clause that applies one ledger row to the pack's parts, straight from the domain's table of moves."""
    assignments = [
        f"granted = granted + CASE {row}.entry WHEN 'grant' THEN {row}.credits ELSE 0 END",
    ]
    for part in Part:
        gains = [e.value for e, (_, target) in MOVES.items() if target is part]
        losses = [e.value for e, (source, _) in MOVES.items() if source is part]
        plus = f"CASE WHEN {row}.entry IN ({_quoted(gains)}) THEN {row}.credits ELSE 0 END"
        minus = f"CASE WHEN {row}.entry IN ({_quoted(losses)}) THEN {row}.credits ELSE 0 END" if losses else "0"
        assignments.append(f"{part.value} = {part.value} + {plus} - {minus}")
    return ", ".join(assignments)


def _quoted(values: list[str]) -> str:
    return ", ".join(f"'{v}'" for v in values)


def _seat_counts(alias: str) -> str:
    return f"{alias}.status IN ('active', 'grace')"


_CAPACITY_QUERY = (
    "(SELECT count(*) FROM seats s WHERE s.mentor_id = NEW.mentor_id AND s.id <> NEW.id AND "
    + _seat_counts("s")
    + ") >= (SELECT max_active_students FROM mentors WHERE id = NEW.mentor_id)"
)


def _sqlite_rules() -> Iterator[Rule]:
    for person in ("mentor", "student"):
        yield from _no_overlap_sqlite(person)
    yield _sqlite_trigger(
        "credit_ledger_sums",
        "credit_ledger",
        f"AFTER INSERT ON credit_ledger BEGIN UPDATE packs SET {_ledger_sums('NEW')} WHERE id = NEW.pack_id; END",
    )
    for table in ("credit_ledger", "audit_log"):
        for verb in ("UPDATE", "DELETE"):
            name = f"{table}_no_{verb.lower()}"
            yield _sqlite_trigger(
                name, table, f"BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table}_immutable'); END"
            )
    yield _sqlite_trigger(
        "seats_within_capacity_insert",
        "seats",
        f"BEFORE INSERT ON seats WHEN {_seat_counts('NEW')} AND {_CAPACITY_QUERY} "
        "BEGIN SELECT RAISE(ABORT, 'seats_within_capacity'); END",
    )
    yield _sqlite_trigger(
        "seats_within_capacity_update",
        "seats",
        f"BEFORE UPDATE ON seats WHEN {_seat_counts('NEW')} AND NOT {_seat_counts('OLD')} AND {_CAPACITY_QUERY} "
        "BEGIN SELECT RAISE(ABORT, 'seats_within_capacity'); END",
    )


def _sqlite_trigger(name: str, table: str, body: str) -> Rule:
    return Rule(name, table, (f"CREATE TRIGGER {name} {body}",), (f"DROP TRIGGER IF EXISTS {name}",))


def _postgresql_rules() -> Iterator[Rule]:
    for person in ("mentor", "student"):
        yield _no_overlap_postgresql(person)
    yield _postgresql_trigger(
        "credit_ledger_sums",
        "credit_ledger",
        "AFTER INSERT",
        f"UPDATE packs SET {_ledger_sums('NEW')} WHERE id = NEW.pack_id; RETURN NULL;",
    )
    for table in ("credit_ledger", "audit_log"):
        yield _postgresql_trigger(
            f"{table}_immutable",
            table,
            "BEFORE UPDATE OR DELETE",
            f"RAISE EXCEPTION '{table}_immutable' USING ERRCODE = 'check_violation';",
        )
    yield _postgresql_trigger(
        "seats_within_capacity",
        "seats",
        "BEFORE INSERT OR UPDATE",
        f"""IF {_seat_counts("NEW")} AND (TG_OP = 'INSERT' OR NOT {_seat_counts("OLD")}) THEN
        PERFORM 1 FROM mentors WHERE id = NEW.mentor_id FOR NO KEY UPDATE;
        IF {_CAPACITY_QUERY} THEN
        RAISE EXCEPTION 'seats_within_capacity' USING ERRCODE = 'check_violation', CONSTRAINT = 'seats_within_capacity';
        END IF; END IF; RETURN NEW;""",
    )


def _postgresql_trigger(name: str, table: str, when: str, body: str) -> Rule:
    return Rule(
        name,
        table,
        (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
            f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ),
        (f"DROP TRIGGER IF EXISTS {name} ON {table}", f"DROP FUNCTION IF EXISTS {name}()"),
    )


def rules(dialect: str) -> list[Rule]:
    """Every guarded rule of one engine, ``sqlite`` or ``postgresql``."""
    return list(_sqlite_rules() if dialect == "sqlite" else _postgresql_rules())


def install(execute: Callable[[str], object], dialect: str, table: str | None = None) -> None:
    """Create the rules, all of them or those of one table."""
    if dialect == "postgresql":
        execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    for rule in rules(dialect):
        if table in (None, rule.table):
            for statement in rule.create:
                execute(statement)


def uninstall(execute: Callable[[str], object], dialect: str, table: str | None = None) -> None:
    """Drop the rules, all of them or those of one table."""
    for rule in reversed(rules(dialect)):
        if table in (None, rule.table):
            for statement in rule.drop:
                execute(statement)
