"""The use cases' promises and the jobs that keep them."""

import re
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text
from support.house import make_house

import mentorship.services
from mentorship.db.engine import Database
from mentorship.domain.settle import ProviderState
from mentorship.gateways.durable_jobs import DurableJobs
from mentorship.jobs.clockwork import HandOut
from mentorship.jobs.engine import JobEngine
from mentorship.jobs.work import jobs_for
from mentorship.services.packs import my_packs
from mentorship.services.sweeps import sweep


def test_every_promised_job_is_known() -> None:
    source = "".join(path.read_text() for path in Path(mentorship.services.__path__[0]).glob("*.py"))
    promised = set(re.findall(r'uow\.enqueue\(\s*"(\w+)"', source))
    promised |= set(re.findall(r'\("(\w+)", (?:events|deliveries|refunds)\)', source))
    house = object()
    assert promised == set(jobs_for(house)) != set()  # type: ignore[arg-type]


def test_a_lost_job_is_promised_again_and_done(
    database: Database, jobs: DurableJobs, wait: Callable[..., float]
) -> None:
    """A delivery whose job is gone, as after a restored backup, goes out once the heal sweep has found it."""
    house = make_house(database)
    house.buy_pack(house.student(), house.mentor())
    with database.session() as session:
        waiting = session.execute(text("UPDATE deliveries SET state = 'pending', claimed_until = NULL")).rowcount
    house.mailbox.messages.clear()
    assert waiting == 3

    healed = make_house(database, enqueue=jobs.enqueue, clock=house.clock, mailer=house.mailbox)
    house.pass_time(minutes=30)
    engine = JobEngine(jobs.home, jobs_for(healed.deps), poll_seconds=0.05)
    engine.start()
    try:
        assert sweep(healed.system()).counts["work healed"] == waiting
        sweep(healed.system())
        wait(lambda: len(house.mails) >= waiting)
    finally:
        engine.stop()
    assert len({mail.message_id for mail in house.mails}) == len(house.mails) == waiting
    house.pass_time(minutes=30)
    assert "work healed" not in sweep(healed.system()).counts


def test_buying_runs_through_the_engine(database: Database, jobs: DurableJobs, wait: Callable[..., float]) -> None:
    house = make_house(database, enqueue=jobs.enqueue)
    engine = JobEngine(jobs.home, jobs_for(house.deps), poll_seconds=0.05)
    rounds = HandOut(house.deps, every_seconds=0.05)
    engine.start()
    rounds.start()
    try:
        student, mentor = house.student(), house.mentor()
        _, reference = house.checkout(student, mentor)
        house.payments.settle(reference, ProviderState.PAID)
        house.tell("checkout.session.completed", reference)
        wait(lambda: len(house.mails) == 3)
    finally:
        rounds.stop()
        engine.stop()
    assert len(my_packs(house.ctx(student)).packs) == 1
