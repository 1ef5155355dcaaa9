"""Tabs on a house. The state does not depend on the database's make, so one is enough here."""

import pytest
from support.house import House, make_house

from mentorship.db.engine import Database
from mentorship.gateways.live import InProcessLive
from mentorship.state.live import watchers


@pytest.fixture
def dialect() -> str:
    return "sqlite"


@pytest.fixture
def house(database: Database) -> House:
    return make_house(database)


@pytest.fixture
def live_house(database: Database) -> House:
    """A house whose changes reach the open tabs."""
    live = InProcessLive()
    live.subscribe(watchers.changed)
    return make_house(database, live=live)
