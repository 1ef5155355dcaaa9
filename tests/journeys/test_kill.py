"""Killing the process anywhere in the journey loses nothing and does nothing twice."""

import json
import pickle
import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from dbos import DBOSClient
from sqlalchemy import text
from support import postgres
from support.house import make_house
from support.kill_journey import run
from support.processes import CONTEXT

from mentorship.db import migrate
from mentorship.db.engine import Database
from mentorship.gateways.clocks import SandboxClock
from mentorship.gateways.durable_jobs import DurableJobs
from mentorship.services.availability import list_slots

AT_ONCE = 3
KILLED = -9

END_STATE = {
    "orders that are refunded in part": (
        "SELECT count(*) FROM orders WHERE status = 'partially_refunded' AND review = ''",
        1,
    ),
    "orders": ("SELECT count(*) FROM orders", 1),
    "payment attempts": ("SELECT count(*) FROM payment_attempts WHERE status = 'paid'", 1),
    "live attempts": ("SELECT count(*) FROM payment_attempts WHERE status IN ('created', 'open', 'processing')", 0),
    "payments": ("SELECT count(*) FROM payments", 1),
    "refunds": ("SELECT count(*) FROM refunds", 1),
    "settled refunds": ("SELECT count(*) FROM refunds WHERE status = 'succeeded' AND credits = 3", 1),
    "money back": ("SELECT count(*) FROM payments WHERE refunded_minor * 4 = amount_minor * 3", 1),
    "packs": ("SELECT count(*) FROM packs WHERE granted = 4 AND refunded = 3 AND reserved = 1", 1),
    "all packs": ("SELECT count(*) FROM packs", 1),
    "grants": ("SELECT count(*) FROM credit_ledger WHERE entry = 'grant'", 1),
    "reserves": ("SELECT count(*) FROM credit_ledger WHERE entry = 'reserve'", 1),
    "ledger rows": ("SELECT count(*) FROM credit_ledger", 5),
    "seats": ("SELECT count(*) FROM seats", 1),
    "active seats without a hold": (
        "SELECT count(*) FROM seats WHERE status = 'active' AND hold_expires_at IS NULL",
        1,
    ),
    "sessions": ("SELECT count(*) FROM sessions WHERE status = 'scheduled'", 1),
    "processed events": ("SELECT count(*) FROM inbox_events WHERE state = 'processed'", 1),
    "deliveries": ("SELECT count(*) FROM deliveries", 7),
    "undone deliveries": (
        "SELECT count(*) FROM deliveries d JOIN notices n ON n.id = d.notification_id WHERE NOT (d.state = 'sent' "
        "OR (d.state = 'skipped' AND n.kind = 'refund_promised'))",
        0,
    ),
}


class Stage:
    """One engine's database as it stands before the journey, to be copied for each run."""

    def __init__(self, folder: Path, server: str | None) -> None:
        self._folder, self._server = folder, server
        self._numbers = count(1)
        self._template = f"stage_{uuid4().hex}"
        url = postgres.create_database(server, self._template) if server else f"sqlite:///{folder / 'template.db'}"
        migrate.upgrade(url)
        jobs = DurableJobs(url)
        jobs.prepare()
        # A queue that is there before the first start is looked at without the second's delay.
        DBOSClient(system_database_engine=jobs.home.engine, lazy=True).register_queue(jobs.home.queue)
        jobs.home.engine.dispose()
        database = Database(url)
        house = make_house(database, clock=SandboxClock(folder / "clock"))
        mentor, student, admin = house.mentor(), house.student(), house.admin()
        slots = list_slots(house.ctx(student), mentor_id=mentor.mentor_id).slots
        database.close()
        self._people = {
            "student": str(student.id),
            "admin": str(admin.id),
            "mentor": str(mentor.mentor_id),
            "product": str(mentor.product_id),
            "starts_at": slots[20].starts_at.isoformat(),
        }

    def copy(self) -> tuple[str, Path]:
        """The address of a fresh database and a folder for what outlives a process."""
        folder = self._folder / f"run{next(self._numbers)}"
        folder.mkdir()
        (folder / "people").write_text(json.dumps(self._people))
        if self._server is None:
            shutil.copy(self._folder / "template.db", folder / "run.db")
            return f"sqlite:///{folder / 'run.db'}", folder
        name = f"{self._template}_{folder.name}"
        return postgres.create_database(self._server, name, template=self._template), folder


@pytest.fixture
def stage(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    yield Stage(tmp_path, request.getfixturevalue("postgres_server") if dialect == "postgresql" else None)


def _exit_code(url: str, folder: Path, kill_at: int | None) -> int | None:
    process = CONTEXT.Process(target=run, args=(url, folder, kill_at), daemon=True)
    process.start()
    process.join(40)
    if process.exitcode is None:
        process.kill()
        process.join()
        return None
    return process.exitcode


def _wrong(url: str, folder: Path) -> dict[str, object]:
    """What is not as it must be when all is over.

    A mail may go out twice, as the same message. The one that says that money is on its way need not go out, or be
    known to have gone, once the money has arrived.
    """
    database = Database(url)
    with database.session(read_only=True) as session:
        found = {name: session.execute(text(query)).scalar_one() for name, (query, _) in END_STATE.items()}
        told = session.execute(text("SELECT count(*) FROM deliveries WHERE state = 'sent'")).scalar_one()
    database.close()
    paid_back = len(pickle.loads((folder / "provider").read_bytes())["refunds"])
    if paid_back != 1:
        found["refunds"] = f"{paid_back} at the provider"
    sent = Counter((folder / "mails").read_text().split("\n")[:-1])
    wrong: dict[str, object] = {name: found[name] for name, (_, right) in END_STATE.items() if found[name] != right}
    if not told <= len(sent) <= found["deliveries"] or max(sent.values()) > 2:
        wrong["mails"] = sent
    return wrong


def _moments(folder: Path) -> list[str]:
    return (folder / "moments").read_text().split("\n")[:-1]


def test_killing_the_process_anywhere_loses_nothing(stage: Stage, dialect: str) -> None:
    def kill_and_recover(kill_at: int) -> tuple[str, object] | None:
        url, folder = stage.copy()
        if (code := _exit_code(url, folder, kill_at)) != KILLED:
            # Two runs do not have quite as many moments: a mail may be sent by its job or by a sweep. One that is over
            # sooner was not killed, and has to be right by itself.
            if code != 0 or not kill_at > len(_moments(folder)) >= len(passed) - 4:
                return f"moment {kill_at}", f"was not reached: {code}"
            return (f"moment {kill_at}, over before", wrong) if (wrong := _wrong(url, folder)) else None
        what = f"moment {kill_at}, {_moments(folder)[-1]}"
        if (code := _exit_code(url, folder, None)) != 0:
            return what, f"no recovery: {code}"
        return (what, wrong) if (wrong := _wrong(url, folder)) else None

    url, folder = stage.copy()
    assert _exit_code(url, folder, 10_000) == 0
    assert _wrong(url, folder) == {}
    passed = _moments(folder)
    assert {"before create_checkout", "after read_checkout", "before commit", "after send", "after refund"} <= set(
        passed
    )
    assert len(passed) > 30

    # Moments come in pairs: just after one thing is just before the next, so every second one is each state between.
    chosen = range(1, len(passed) + 1, 2 if dialect == "sqlite" else 6)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        problems = [problem for problem in pool.map(kill_and_recover, chosen) if problem]
    assert problems == []
