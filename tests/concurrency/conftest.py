"""A house with connections for a crowd."""

from collections.abc import Iterator

import pytest
from support.house import House, make_house

from mentorship.db.engine import Database


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """A house whose pool lets 48 transactions be open at once."""
    database = Database(database_url, pool_size=40)
    yield make_house(database)
    database.close()
