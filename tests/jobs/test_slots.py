"""Executor slots: one name for each live process, free again when it dies."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from mentorship.db.engine import Database
from mentorship.jobs.slots import Slots


def test_each_holder_has_a_name_of_its_own(database_url: str) -> None:
    first, second = Slots(database_url), Slots(database_url)
    assert [first.take(), second.take()] == ["slot-0", "slot-1"]
    with second.holding_dead("slot-0") as is_dead:
        assert not is_dead
    first.give_back()
    with second.holding_dead("slot-0") as is_dead, Slots(database_url).holding_dead("slot-0") as seen_by_others:
        assert is_dead
        assert not seen_by_others
    assert first.take() == "slot-0"
    first.give_back()
    second.give_back()


def test_a_killed_process_leaves_its_slot(
    database_url: str, start_worker: Callable[[], Any], wait: Callable[..., float]
) -> None:
    worker, slots = start_worker(), Slots(database_url)
    worker.wait_until_ready()

    def is_dead() -> bool:
        with slots.holding_dead("slot-0") as dead:
            return dead

    assert not is_dead()
    worker.kill()
    wait(is_dead, 5)


def test_a_lost_connection_is_noticed_and_the_slot_taken_again(database: Database) -> None:
    slots = Slots(database.url)
    slots.take()
    assert slots.keep()
    if database.dialect == "postgresql":
        with database.session() as session:
            kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
            assert session.execute(text(kill)).scalar_one() == 1
        assert slots.keep()
    other = Slots(database.url)
    assert other.take() == "slot-1"
    other.give_back()
    slots.give_back()
