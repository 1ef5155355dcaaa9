"""The API over HTTP in this process, asked by visitors and by people with a cookie."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp
from support.house import House, Person, make_house

from mentorship.api.actor import COOKIE
from mentorship.api.app import create_api
from mentorship.db.engine import Database

Browser = Callable[..., TestClient]


@pytest.fixture
def house(database: Database) -> House:
    return make_house(database)


@pytest.fixture
def api(house: House) -> ASGIApp:
    return create_api(house.deps)


@pytest.fixture
def browser(api: ASGIApp) -> Browser:
    """``browser(person)`` is a client with that person's cookie, ``browser()`` one without; it follows no redirects."""

    def open_browser(person: Person | None = None) -> TestClient:
        client = TestClient(
            api, base_url="http://localhost:8000", follow_redirects=False, raise_server_exceptions=False
        )
        if person is not None:
            client.cookies.set(COOKIE, person.token)
        return client

    return open_browser
