"""What the engine promises: durable settings, a write lock from the start, retries that end, and instants in order."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, String, Table, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from support import rows

from mentorship.db import engine
from mentorship.db.engine import Database, is_transient, tries
from mentorship.db.inserts import Row, insert_alone, row, store
from mentorship.db.models import InboxEvent, PolicySetting, User
from mentorship.db.types import TZDateTime, new_id
from mentorship.db.unit_of_work import TransientConflict, UnitOfWork, begin, domain_refusals
from mentorship.domain.errors import StorageDown

only_sqlite = pytest.mark.parametrize("dialect", ["sqlite"], indirect=False)
only_postgresql = pytest.mark.parametrize("dialect", ["postgresql"], indirect=False)

INSTANTS = st.datetimes(
    min_value=datetime(2000, 1, 1),
    max_value=datetime(2200, 1, 1),
    timezones=st.sampled_from(
        [UTC, timezone(timedelta(hours=5, minutes=45)), timezone(-timedelta(hours=9, minutes=30))]
    ),
)


def no_jobs(*_: object) -> None:
    """Nothing here promises a job."""


@only_sqlite
def test_sqlite_is_durable_and_keeps_its_references(database: Database) -> None:
    with database.engine.connect() as connection:
        asked = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000}


@only_sqlite
def test_a_sqlite_transaction_holds_the_write_lock_from_its_first_moment(database: Database) -> None:
    other = Database(database.url)
    try:
        with database.session():
            with other.engine.connect() as connection:
                connection.connection.cursor().execute("PRAGMA busy_timeout=0")
            with pytest.raises(OperationalError, match="database is locked") as refused, other.session():
                pytest.fail("two writers at once")
            assert is_transient(refused.value)
            with other.session(read_only=True) as reader:
                assert reader.scalar(text("SELECT count(*) FROM users")) == 0
        with other.session() as db:
            rows.user(db)
    finally:
        other.close()


def test_a_session_commits_at_its_end_and_forgets_what_raised(database: Database) -> None:
    with database.session() as db:
        rows.user(db)
    with pytest.raises(LookupError), database.session() as db:
        rows.user(db)
        raise LookupError
    with database.session(read_only=True) as db:
        assert db.scalar(text("SELECT count(*) FROM users")) == 1


def test_writers_of_one_process_all_get_through(database: Database) -> None:
    def write() -> None:
        with database.session() as db:
            rows.user(db)

    threads = [threading.Thread(target=write) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.session(read_only=True) as db:
        assert db.scalar(text("SELECT count(*) FROM users")) == 24


def _until_it_holds(database: Database, work: Callable[[UnitOfWork], None]) -> int:
    """Run a transaction as a use case does; returns how many tries it took."""
    for attempt in tries():
        try:
            with begin(database, no_jobs) as uow:
                work(uow)
            return attempt + 1
        except TransientConflict:
            continue
    raise AssertionError("every try lost")


@only_postgresql
def test_a_deadlock_is_tried_again_and_both_get_through(database: Database) -> None:
    with database.session() as db:
        one, two = rows.user(db).id, rows.user(db).id
    both_hold_one, one_is_through = threading.Barrier(2), threading.Event()
    taken: list[int] = []

    def rename(order: tuple[object, object]) -> None:
        first_try = True

        def work(uow: UnitOfWork) -> None:
            nonlocal first_try
            # The two would meet again if the one that lost came back while the other is still at work.
            assert first_try or one_is_through.wait(10)
            for place, user_id in enumerate(order):
                uow._session.execute(update(User).where(User.id == user_id).values(name=str(order)[:100]))
                if first_try and place == 0:
                    first_try = False
                    both_hold_one.wait(10)

        taken.append(_until_it_holds(database, work))
        one_is_through.set()

    threads = [threading.Thread(target=rename, args=(order,)) for order in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [1, 2]
    with database.session(read_only=True) as db:
        assert len(set(db.scalars(select(User.name)))) == 1


@only_postgresql
def test_the_order_in_which_ids_are_named_never_deadlocks(database: Database) -> None:
    one, two = new_id(), new_id()
    taken: list[int] = []

    def visit(order: tuple[object, object]) -> None:
        taken.extend(_until_it_holds(database, lambda uow: uow.lock(*order)) for _ in range(20))

    threads = [threading.Thread(target=visit, args=(order,)) for order in ((one, two), (two, one)) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == [1] * 80


def test_a_lock_keeps_the_others_out_until_the_end(database: Database) -> None:
    key, inside, seen = new_id(), threading.Event(), []

    def second() -> None:
        inside.wait(10)
        with begin(database, no_jobs) as uow:
            uow.lock(key)
            seen.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with begin(database, no_jobs) as uow:
        uow.lock(key)
        inside.set()
        thread.join(0.2)
        seen.append("first")
    thread.join(10)
    assert seen == ["first", "second"]


def test_a_refusal_is_not_tried_again() -> None:
    assert not is_transient(ValueError())
    assert not is_transient(IntegrityError("", {}, Exception("database is locked")))
    assert is_transient(OperationalError("", {}, Exception("database is locked")))
    assert len(list(zip(tries(), range(2), strict=False))) == 2


# Instants


def _instants(database: Database) -> Table:
    table = Table("instants", MetaData(), Column("id", String(40), primary_key=True), Column("at", TZDateTime))
    with database.engine.begin() as connection:
        table.create(connection, checkfirst=True)
    return table


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(INSTANTS, min_size=2, max_size=8))
def test_instants_come_back_as_they_were_and_in_order(database: Database, instants: list[datetime]) -> None:
    table = _instants(database)
    with database.engine.begin() as connection:
        connection.execute(table.delete())
        connection.execute(insert(table), [{"id": str(new_id()), "at": instant} for instant in instants])
    with database.engine.connect() as connection:
        found = list(connection.scalars(select(table.c.at).order_by(table.c.at)))
        later = list(connection.scalars(select(table.c.at).where(table.c.at > instants[0])))
    assert found == sorted(instants)
    assert all(instant.tzinfo is UTC for instant in found)
    assert sorted(later) == sorted(instant for instant in instants if instant > instants[0])


def test_a_naive_datetime_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="naive"), database.session() as db:
        rows.add(
            db, User(email="a@example.com", name="A", role="student", time_zone="UTC", created_at=datetime(2026, 1, 1))
        )


def test_new_ids_are_in_the_order_of_their_making() -> None:
    ids = [new_id() for _ in range(1000)]
    assert ids == sorted(ids)
    assert {i.version for i in ids} == {7}


def _drop_connections(database: Database) -> None:
    other = Database(database.url)
    with other.session() as db:
        own = "datname = current_database() AND pid <> pg_backend_pid()"
        db.execute(text(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {own}"))
    other.close()


@only_postgresql
def test_a_connection_that_was_dropped_while_it_rested_is_replaced(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_REST_SECONDS", 0)
    with database.session() as db:
        db.execute(text("SELECT 1"))
    _drop_connections(database)
    with begin(database, no_jobs) as uow:
        assert uow.policy.all() == {}


@only_postgresql
def test_a_connection_dropped_in_steady_use_is_one_refusal_and_then_replaced(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_REST_SECONDS", 60)
    with database.session() as db:
        db.execute(text("SELECT 1"))
    _drop_connections(database)
    with pytest.raises(StorageDown), begin(database, no_jobs) as uow:
        uow.policy.all()
    with begin(database, no_jobs) as uow:
        assert uow.policy.all() == {}


def _event(event_id: str) -> Row:
    return row(
        InboxEvent, provider="stripe", event_id=event_id, type="x", topic="other", raw="{}", received_at=rows.NOW
    )


def test_what_is_inserted_alone_commits_itself_and_comes_once(database: Database) -> None:
    events = [_event("evt_1"), _event("evt_2")]
    assert insert_alone(database, InboxEvent, events) == {events[0]["id"], events[1]["id"]}
    again = [_event("evt_2"), _event("evt_3")]
    assert insert_alone(database, InboxEvent, again) == {again[1]["id"]}
    with database.session() as db:
        db.execute(insert(PolicySetting).values(name="after", value="1", changed_at=rows.NOW))
        db.rollback()
    with database.session(read_only=True) as db:
        assert set(db.scalars(select(InboxEvent.event_id))) == {"evt_1", "evt_2", "evt_3"}
        assert db.scalars(select(PolicySetting.name)).all() == []


def test_what_is_inserted_alone_and_refused_leaves_a_connection_that_works(database: Database) -> None:
    for _ in range(30):
        with pytest.raises(IntegrityError), domain_refusals():
            insert_alone(database, InboxEvent, [_event("evt_1") | {"state": "unheard of"}])
    assert len(insert_alone(database, InboxEvent, [_event("evt_1")])) == 1


@only_postgresql
def test_a_connection_dropped_before_an_insert_alone_is_one_refusal_and_then_replaced(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_REST_SECONDS", 60)
    insert_alone(database, InboxEvent, [_event("evt_1")])
    _drop_connections(database)
    with pytest.raises(StorageDown), domain_refusals():
        insert_alone(database, InboxEvent, [_event("evt_2")])
    assert len(insert_alone(database, InboxEvent, [_event("evt_2")])) == 1


def test_a_stored_row_is_known_to_the_session(database: Database) -> None:
    with database.session() as db:
        twin = User(email="twin@example.com", name="One", role="student", time_zone="UTC", created_at=rows.NOW)
        store(db, twin)
        assert db.get(User, twin.id) is twin
        twin.name = "Two"
    with database.session(read_only=True) as db:
        assert db.get_one(User, twin.id).name == "Two"
    with pytest.raises(IntegrityError), database.session() as db:
        store(
            db, User(id=twin.id, email="x@example.com", name="", role="student", time_zone="UTC", created_at=rows.NOW)
        )


def test_a_connection_takes_statements_of_either_kind_after_a_refused_one(database: Database) -> None:
    values = {"email": "one@example.com", "name": "One", "role": "student", "time_zone": "UTC", "created_at": rows.NOW}
    with database.session() as db:
        store(db, User(**values))
    for _ in range(8):
        with pytest.raises(IntegrityError), database.session() as db:
            store(db, User(**values))
        with database.session() as db:
            assert db.scalar(select(User.name).where(User.email == "one@example.com")) == "One"
