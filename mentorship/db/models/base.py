"""What the tables share: names of constraints, ids, instants, and columns with a known set of values."""

from enum import StrEnum
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
