"""What the tables share: names of constraints, ids, instants, and columns with a known set of values."""

from collections.abc import Callable
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from mentorship.db.types import TZDateTime, new_id

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel):
    """Common base; validates nothing, the use cases have parsed what comes here."""

    def __init__(self, **values: Any) -> None:
        # What the base class does besides is for validation, and takes ten times as long.
        constants, factories = defaults(type(self))
        made = {name: make() for name, make in factories if name not in values}
        for name, value in {**constants, **made, **values}.items():
            object.__setattr__(self, name, value)


@cache
def defaults(table: type[Table]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """The fields that need not be given: with a constant, and with what makes a value for each row."""
    optional = {name: field for name, field in table.model_fields.items() if not field.is_required()}
    constants = {name: field.default for name, field in optional.items() if field.default_factory is None}
    return constants, [(name, optional[name].default_factory) for name in optional if name not in constants]  # type: ignore[misc]


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """The check that a column has one of an enum's values."""
    listed = ", ".join(f"'{v.value}'" for v in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def id_column() -> Any:
    """A primary key that the process makes itself."""
    return Field(default_factory=new_id, primary_key=True)


def instant(**kwargs: Any) -> Any:
    """An aware UTC instant."""
    return Field(sa_type=TZDateTime, **kwargs)
