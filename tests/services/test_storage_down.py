"""A database that does not answer is said in one sentence, at every door."""

import pytest
from starlette.testclient import TestClient
from support.house import House, make_house

from mentorship.api.app import create_api
from mentorship.db.engine import Database
from mentorship.domain.errors import StorageDown
from mentorship.gateways.ports import EventTopic, ProviderEvent
from mentorship.services.inbox import store_events
from mentorship.services.instructors import list_mentors

EVENT = ProviderEvent("evt_1", "checkout.session.completed", EventTopic.CHECKOUT, "cs_1", "{}")


@pytest.fixture
def homeless() -> House:
    return make_house(Database("postgresql+psycopg://nobody@127.0.0.1:9/nothing?connect_timeout=2"))


def test_a_use_case_refuses(homeless: House) -> None:
    with pytest.raises(StorageDown):
        list_mentors(homeless.ctx())


def test_the_api_answers_503_as_a_problem(homeless: House) -> None:
    with TestClient(create_api(homeless.deps), base_url="http://localhost:8000") as client:
        answer = client.get("/api/seats/availability/01a20642-51a2-75c1-8d6c-94140de07277")
        assert (answer.status_code, answer.json()["code"]) == (503, "storage_down")
        assert client.get("/api/health").status_code == 503


def test_a_provider_that_delivers_is_asked_to_deliver_again(homeless: House) -> None:
    with pytest.raises(StorageDown):
        store_events(homeless.deps.system(), provider="stripe", events=[EVENT])
