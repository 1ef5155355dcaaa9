"""The clockwork goes on, whatever happens in a round."""

import time
from collections.abc import Callable

import pytest
from sqlalchemy import text
from support.deliveries import receive_event
from support.house import House, make_house

from mentorship.db.engine import Database
from mentorship.jobs.clockwork import Clockwork, HandOut


@pytest.fixture
def house(database: Database) -> House:
    return make_house(database)


def test_failures_never_stop_it(
    house: House, wait: Callable[..., float], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[str] = []

    def tick() -> None:
        rounds.append("tick")
        raise ZeroDivisionError("on purpose")

    def broken(_: object) -> None:
        rounds.append("sweep")
        raise ConnectionError("the database is away")

    monkeypatch.setattr("mentorship.jobs.clockwork.sweep", broken)
    clockwork = Clockwork(house.deps, tick, every_seconds=0.01)
    clockwork.start()
    wait(lambda: rounds.count("tick") >= 3 and rounds.count("sweep") >= 3)
    clockwork.stop()
    after = len(rounds)
    assert "on purpose" in caplog.text
    assert "the database is away" in caplog.text
    wait(lambda: len(rounds) == after)


def test_several_at_once_do_what_is_due_once_after_the_clock_jumps(
    house: House, database: Database, wait: Callable[..., float]
) -> None:
    house.buy_pack(house.student(), house.mentor())

    def expired() -> int:
        with database.session(read_only=True) as session:
            query = "SELECT count(*) FROM credit_ledger WHERE entry = 'expire'"
            return int(session.execute(text(query)).scalar_one())

    clockworks = [Clockwork(house.deps, every_seconds=0.02) for _ in range(4)]
    for clockwork in clockworks:
        clockwork.start()
    try:
        assert expired() == 0
        house.pass_time(days=31)
        wait(lambda: expired() > 0)
        time.sleep(0.3)
    finally:
        for clockwork in clockworks:
            clockwork.stop()
    assert expired() == 1
    with database.session(read_only=True) as session:
        assert session.execute(text("SELECT status FROM seats")).scalars().all() == ["grace"]


def test_deliveries_are_handed_out_soon_and_once_by_however_many_processes(
    house: House, wait: Callable[..., float]
) -> None:
    rounds = [HandOut(house.deps, every_seconds=0.01) for _ in range(3)]
    for hand_out in rounds:
        hand_out.start()
    try:
        for number in range(5):
            payload, signature = house.payments.delivery("checkout.session.completed", f"cs_{number}")
            headers = {"stripe-signature": signature}
            receive_event(house.ctx(), provider="stripe", payload=payload, headers=headers)
        wait(lambda: len(house.jobs.waiting) == 5)
        time.sleep(0.2)
    finally:
        for hand_out in rounds:
            hand_out.stop()
    assert {job.name for job in house.jobs.waiting} == {"process_event"}
    assert len(house.jobs.waiting) == 5
