"""Every use case, tried by every kind of person: who gets in, and that a refusal leaves no trace."""

from pathlib import Path

import pytest
from support.access import EXPECTED, OK, PEOPLE, World, arguments, make_world, use_cases

from mentorship.db.engine import Database
from mentorship.domain.errors import DomainError
from mentorship.services.use_case import REGISTRY


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    path = tmp_path_factory.mktemp("world") / "world.db"
    path.write_bytes(sqlite_template.read_bytes())
    return make_world(Database(f"sqlite:///{path}"))


@pytest.fixture(scope="module")
def before(world: World) -> str:
    return world.contents()


def test_every_use_case_says_who_may_call_it():
    assert set(use_cases()) == set(EXPECTED)


@pytest.mark.parametrize("name", use_cases())
def test_who_may_call(name: str, world: World, before: str, tmp_path: Path):
    for kind, expected in zip(PEOPLE, EXPECTED[name], strict=True):
        copy = world.copied(tmp_path)
        house, asked = copy.house, arguments(name, copy)
        try:
            REGISTRY[name].function(house.ctx(copy.person(kind)), **asked)
            outcome = OK
        except DomainError as refusal:
            outcome = refusal.code
        house.deps.database.close()
        assert (kind, outcome) == (kind, expected)
        if outcome != OK:
            assert copy.contents() == before
            assert house.jobs.waiting == []
            assert house.payments.calls == world.house.payments.calls
