"""Promised jobs live and die with the transaction that promised them."""

import json
import threading
from collections import Counter
from collections.abc import Callable

import pytest
from dbos import DBOSClient
from sqlalchemy import text
from support.rows import NOW

from mentorship.db.engine import Database
from mentorship.db.messages import PolicySettings
from mentorship.gateways.durable_jobs import DurableJobs
from mentorship.jobs.engine import JobEngine

THREADS = 16
EACH = 12


class Cancel(Exception):
    pass


def _promised(jobs: DurableJobs) -> list[str]:
    client = DBOSClient(system_database_engine=jobs.home.engine, lazy=True)
    return sorted(job.workflow_id for job in client.list_workflows())


def _settings(database: Database) -> dict[str, str]:
    with database.session(read_only=True) as session:
        return PolicySettings(session).all()


def test_a_job_commits_and_rolls_back_with_the_rows_beside_it(database: Database, jobs: DurableJobs) -> None:
    with database.session() as session:
        PolicySettings(session).set("kept", "1", NOW)
        jobs.enqueue(session, [("note", "note:kept", "kept")])
    with pytest.raises(Cancel), database.session() as session:
        jobs.enqueue(session, [("note", "note:lost", "lost")])
        PolicySettings(session).set("lost", "1", NOW)
        raise Cancel
    assert _settings(database) == {"kept": "1"}
    assert _promised(jobs) == ["note:kept"]


def test_a_repeated_key_is_the_same_promise(database: Database, jobs: DurableJobs) -> None:
    with database.session() as session:
        jobs.enqueue(session, [("note", "note:1", "1")])
        jobs.enqueue(session, [("note", "note:1", "1")])
    with database.session() as session:
        jobs.enqueue(session, [("note", "note:1", "1")])
        PolicySettings(session).set("after", "1", NOW)
    assert _promised(jobs) == ["note:1"]
    assert _settings(database) == {"after": "1"}


def test_a_promise_is_stored_as_the_library_itself_stores_it(database: Database, jobs: DurableJobs) -> None:
    """But for the portable form of its argument, and for a mark that the library leaves on its own inserts."""
    home = jobs.home
    client = DBOSClient(system_database_engine=home.engine, application_name=home.application, lazy=True)
    options = {"workflow_name": "note", "queue_name": home.queue, "app_version": home.version}
    with database.session() as session:
        jobs.enqueue(session, [("note", "ours", "1"), ("note", "ours too", "2")])
        for key, argument in (("theirs", "1"), ("theirs too", "2")):
            wanted = {**options, "workflow_id": key, "serialization_type": "portable"}
            client.enqueue_in_transaction(session, wanted, argument)
    own = {"workflow_uuid", "creator_xid", "attributes", "created_at", "updated_at", "retention_timestamp"}
    for table in ("workflow_status", "workflow_input"):
        with database.session(read_only=True) as session:
            found = session.execute(text(f"SELECT * FROM {'' if database.dialect == 'sqlite' else 'dbos.'}{table}"))
            stored = {row["workflow_uuid"]: dict(row) for row in found.mappings()}
        for ours, theirs in (("ours", "theirs"), ("ours too", "theirs too")):
            differing = {name for name in stored[ours] if stored[ours][name] != stored[theirs][name]} - own
            assert differing <= {"inputs"}
            assert json.loads(stored[ours]["inputs"] or "0") == json.loads(stored[theirs]["inputs"] or "0")


def test_preparing_again_and_at_once_is_harmless(empty_database_url: str) -> None:
    errors: list[BaseException] = []

    def prepare() -> None:
        try:
            DurableJobs(empty_database_url).prepare()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=prepare) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    DurableJobs(empty_database_url).prepare()
    assert errors == []


def test_many_threads_promise_while_the_engine_works(
    database: Database, jobs: DurableJobs, wait: Callable[..., float], caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody sees a locked database, each job runs once, and it sees the rows of its transaction."""
    ran: Counter[str] = Counter()
    errors: list[BaseException] = []

    def run(argument: str) -> None:
        assert _settings(database)[argument] == "promised"
        with database.session() as session:
            PolicySettings(session).set(argument, "done", NOW)
        ran[argument] += 1

    def write(thread: int) -> None:
        for number in range(EACH):
            name = f"{thread}-{number}"
            try:
                with database.session() as session:
                    PolicySettings(session).set(name, "promised", NOW)
                    jobs.enqueue(session, [("run", f"run:{name}", name)])
                with database.session() as session:
                    jobs.enqueue(session, [("run", f"run:{name}", name)])
            except BaseException as error:
                errors.append(error)

    engine = JobEngine(jobs.home, {"run": run}, poll_seconds=0.05)
    engine.start()
    try:
        threads = [threading.Thread(target=write, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wait(lambda: sum(ran.values()) >= THREADS * EACH, 60)
    finally:
        engine.stop()
    assert errors == []
    assert set(ran.values()) == {1}
    assert [record.getMessage() for record in caplog.records if "locked" in record.getMessage()] == []
