"""A house on each engine."""

import pytest
from support.house import House, make_house

from mentorship.db.engine import Database


@pytest.fixture
def house(database: Database) -> House:
    return make_house(database)
