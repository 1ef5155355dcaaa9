"""Gathering: requests that come at the same time are worked off together, in one thread and one transaction."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from mentorship.domain.errors import DomainError

Item = TypeVar("Item")
Answer = TypeVar("Answer")

_MOST = 64
"""How many are worked off at once, so that nobody waits long for others."""


class Gathering(Generic[Item, Answer]):
    """Does one batch at a time; what comes meanwhile goes together in the next. ``work`` answers in the items' order.

    A lonely item waits for nobody.
    """

    def __init__(self, work: Callable[[list[Item]], list[Answer]]) -> None:
        self._work = work
        self._waiting: list[tuple[Item, asyncio.Future[Answer]]] = []
        self._worker: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "gathering")

    async def do(self, item: Item) -> Answer:
        """The item's own answer; raises what the work raised for it, which is done even if nobody waits any more."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if self._worker is None:
            self._worker = asyncio.create_task(self._work_off())
        return await answer

    async def _work_off(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
                await self._do(batch)
        finally:
            self._worker = None

    async def _do(self, batch: list[tuple[Item, asyncio.Future[Answer]]]) -> None:
        answers: list[Answer] | Exception
        try:
            items = [item for item, _ in batch]
            answers = await asyncio.get_running_loop().run_in_executor(self._thread, self._work, items)
        except Exception as error:
            if len(batch) > 1 and not isinstance(error, DomainError):
                # One of them has broken the work: the others shall not pay for it.
                for one in batch:
                    await self._do([one])
                return
            answers = error
        for nth, (_, future) in enumerate(batch):
            if future.done():
                continue
            if isinstance(answers, Exception):
                future.set_exception(answers)
            else:
                future.set_result(answers[nth])
