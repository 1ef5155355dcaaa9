"""The sandbox's file under several processes, what it forgets, and that the sandbox needs nothing of the app."""

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from mentorship.sandbox.store import Mail, Store

WORK = """
import sys
from pathlib import Path
from mentorship.sandbox.store import Store
store = Store(Path(sys.argv[1]))
for number in range(25):
    with store.write() as tx:
        counter = tx.find_object("counter", "c") or {"id": "c", "object": "counter", "value": 0}
        tx.put_object(counter | {"value": counter["value"] + 1})
        tx.queue_delivery("stripe", "evt")
"""


def test_processes_that_start_together_lose_nothing(tmp_path):
    path = tmp_path / "deep" / "sandbox.db"
    workers = [subprocess.Popen([sys.executable, "-c", WORK, str(path)]) for _ in range(4)]
    assert [worker.wait(60) for worker in workers] == [0, 0, 0, 0]
    store = Store(path)
    with store.read() as tx:
        assert tx.find_object("counter", "c")["value"] == 100
        assert len(tx.list_deliveries(1_000)) == 100
    store.close()


def test_a_failing_transaction_leaves_nothing(tmp_path):
    store = Store(tmp_path / "sandbox.db")
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        tx.queue_delivery("stripe", "evt")
        raise ZeroDivisionError
    with store.read() as tx:
        assert tx.list_deliveries(10) == []
    store.close()


def test_the_newest_two_thousand_mails_are_kept(tmp_path):
    store = Store(tmp_path / "sandbox.db")
    with store.write() as tx:
        for number in range(2_003):
            tx.add_mail(Mail(0, "2026-11-23T10:00:00+00:00", "a@b", "c@d", str(number), b""))
    with store.read() as tx:
        kept = tx.list_mails("", 5_000)
    assert (len(kept), kept[0].subject, kept[-1].subject) == (2_000, "2002", "3")
    store.close()


def test_the_sandbox_stands_alone():
    code = "import sys, mentorship.sandbox.app; print(*(m for m in sys.modules if m.split('.')[0] in sys.argv[1:]))"
    loaded = subprocess.run(
        [sys.executable, "-c", code, "mentorship", "stripe", "reflex", "sqlmodel"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "mentorship.sandbox.stripe_api" in loaded
    assert all(name == "mentorship" or name.startswith("mentorship.sandbox") for name in loaded)


OLD_FILE = """
CREATE TABLE stripe_objects (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    parent TEXT, due_at INTEGER, body TEXT NOT NULL);
CREATE TABLE deliveries (id INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, state TEXT NOT NULL,
    forged INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, next_try_at REAL NOT NULL,
    outcome TEXT NOT NULL DEFAULT '');
INSERT INTO stripe_objects (id, kind, body) VALUES ('cs_1', 'checkout.session', '{"id": "cs_1"}');
INSERT INTO deliveries (event_id, state, forged, next_try_at) VALUES
    ('evt_1', 'waiting', 0, 0), ('evt_2', 'failed', 1, 0);
"""


def test_a_file_from_before_paypal_is_brought_forward(tmp_path):
    path = tmp_path / "sandbox.db"
    with closing(sqlite3.connect(path)) as file:
        file.executescript(OLD_FILE)
    for _ in range(2):
        store = Store(path)
        with store.read() as tx:
            assert tx.find_object("checkout.session", "cs_1") == {"id": "cs_1"}
            found = [(d.provider, d.event_id, d.damage) for d in tx.list_deliveries(10)]
        store.close()
        assert found == [("stripe", "evt_2", "forged"), ("stripe", "evt_1", "")]
