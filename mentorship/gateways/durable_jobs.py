"""Interim: jobs in memory, run after the commit."""

import queue

from sqlalchemy import event
from sqlalchemy.orm import Session

from mentorship.db.engine import Database


class DurableJobs:
    def __init__(self, database: Database) -> None:
        self.queue: "queue.Queue[tuple[str, str]]" = QUEUE

    def enqueue(self, session: Session, job: str, key: str, argument: str) -> None:
        event.listen(session, "after_commit", lambda _: self.queue.put((job, argument)), once=True)


QUEUE: "queue.Queue[tuple[str, str]]" = queue.Queue()
