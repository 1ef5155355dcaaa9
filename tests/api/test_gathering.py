"""Gathering: one batch at a time, everybody gets their own answer, and nobody pays for a neighbour."""

import asyncio
import threading

import pytest

from mentorship.api.gathering import Gathering
from mentorship.domain.errors import StorageDown


class _Slow:
    """Work whose first batch waits until it is let go; notes the batches."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.go = threading.Event()

    def __call__(self, items: list[int]) -> list[int]:
        self.batches.append(items)
        assert self.go.wait(10)
        if 13 in items:
            raise ZeroDivisionError("on purpose")
        if 99 in items:
            raise StorageDown()
        return [item * 2 for item in items]


async def _all(gathering: Gathering[int, int], work: _Slow, items: list[int]) -> list[int | BaseException]:
    asked = [asyncio.create_task(gathering.do(item)) for item in items]
    await asyncio.sleep(0.05)
    work.go.set()
    return await asyncio.gather(*asked, return_exceptions=True)


def test_what_comes_at_once_is_done_together_and_each_gets_its_own_answer() -> None:
    work = _Slow()
    answers = asyncio.run(_all(Gathering(work), work, list(range(100, 240))))
    assert answers == [item * 2 for item in range(100, 240)]
    assert len(work.batches) <= 4
    assert sorted(item for batch in work.batches for item in batch) == list(range(100, 240))


def test_what_breaks_the_work_breaks_it_for_itself_only() -> None:
    work = _Slow()
    answers = asyncio.run(_all(Gathering(work), work, [7, 1, 13, 2]))
    assert [answers[0], answers[1], answers[3]] == [14, 2, 4]
    assert isinstance(answers[2], ZeroDivisionError)
    assert work.batches == [[7], [1, 13, 2], [1], [13], [2]]


def test_a_refusal_is_everybodys_and_the_work_is_not_tried_again() -> None:
    work = _Slow()
    answers = asyncio.run(_all(Gathering(work), work, [7, 1, 99, 2]))
    assert [type(answer) for answer in answers] == [int, StorageDown, StorageDown, StorageDown]
    assert work.batches == [[7], [1, 99, 2]], "the first waits for nobody"


def test_who_does_not_wait_any_more_spoils_nothing() -> None:
    work = _Slow()
    gathering = Gathering(work)

    async def leave() -> int:
        gone = asyncio.create_task(gathering.do(1))
        await asyncio.sleep(0.05)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        staying = asyncio.create_task(gathering.do(2))
        await asyncio.sleep(0.05)
        work.go.set()
        return await staying

    assert asyncio.run(leave()) == 4
    assert work.batches == [[1], [2]]


def test_another_event_loop_may_ask_next() -> None:
    work = _Slow()
    work.go.set()
    gathering = Gathering(work)
    assert [asyncio.run(gathering.do(item)) for item in (1, 2)] == [2, 4]
