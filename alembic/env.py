"""How Alembic reaches the database: the app's own engine, one transaction for each migration."""

from logging.config import fileConfig
from typing import Any, Literal

from alembic import context
from sqlmodel.sql.sqltypes import AutoString

from mentorship.config import load_settings
from mentorship.db.engine import make_engine
from mentorship.db.models import Table
from mentorship.db.types import TZDateTime

JOB_TABLES = {
    "application_versions",
    "dbos_migrations",
    "notifications",
    "operation_outputs",
    "queues",
    "streams",
    "workflow_events",
    "workflow_events_history",
    "workflow_input",
    "workflow_output",
    "workflow_schedules",
    "workflow_status",
}


def render_item(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """Write our column types so that a migration imports nothing but what it needs."""
    if kind == "type" and isinstance(item, TZDateTime):
        autogen_context.imports.add("import mentorship.db.types")
        return "mentorship.db.types.TZDateTime()"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String({item.length or ''})"
    return False


def include_name(name: str | None, kind: str, _: Any) -> bool:
    """Leave out the job engine's tables: on SQLite they share our file, and they are not ours to migrate."""
    return kind != "table" or name not in JOB_TABLES


def check_foreign_keys(ctx: Any, **_: Any) -> None:
    """Refuse a migration that leaves a dangling row on SQLite, before it commits."""
    if ctx.connection.dialect.name == "sqlite" and ctx.connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise RuntimeError("the migration leaves rows whose foreign key points nowhere")


def run() -> None:
    url = context.config.get_main_option("sqlalchemy.url") or load_settings().database
    engine = make_engine(url, pool_size=1)
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                # A batch rebuild drops the old table, and with foreign keys on that would empty it first.
                connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
            context.configure(
                connection=connection,
                target_metadata=Table.metadata,
                render_as_batch=True,
                render_item=render_item,
                include_name=include_name,
                compare_type=True,
                transaction_per_migration=True,
                transactional_ddl=True,
                on_version_apply=check_foreign_keys,
            )
            with context.begin_transaction():
                context.run_migrations()
    finally:
        engine.dispose()


if context.config.config_file_name:
    fileConfig(context.config.config_file_name, disable_existing_loggers=False)
run()
