"""Handing out: what is stored as its own promise gets its job, soon after the transaction that stored it.

Somebody waits for that transaction, be it a sender or a person; nobody waits for the job to be written down.
"""

from datetime import timedelta
from uuid import UUID

from mentorship.domain.actors import Access
from mentorship.services.context import Context
from mentorship.services.use_case import use_case

LATE = timedelta(minutes=5)
"""How long work may wait for its job before the heal sweep promises it again."""


@use_case(Access.SYSTEM)
def hand_out(ctx: Context, *, but: set[UUID]) -> set[UUID]:
    """Promise the jobs of new events and of new mails, except for those named; returns all that still wait.

    Any number of processes may ask at once: a job is promised once. What is lost or older than ``LATE`` is left to the
    heal sweep.
    """
    with ctx.begin(read_only=True) as uow:
        waiting = {"process_event": uow.inbox.new(ctx.now - LATE), "deliver": uow.notices.new(ctx.now)}
    if any(ids - but for ids in waiting.values()):
        with ctx.begin() as uow:
            for job, ids in waiting.items():
                for row_id in sorted(ids - but):
                    uow.enqueue(job, row_id)
    return set().union(*waiting.values())
