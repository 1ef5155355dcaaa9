"""Live pages: a tab re-reads as its own reader, never as whoever caused the change."""

import asyncio
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any

from mentorship.state.live import PAUSE_SECONDS, Watchers

who: ContextVar[str] = ContextVar("who", default="nobody")


class Processor:
    """Notes for which tab, and in whose context, an event was put in the queue."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, str]] = []
        self.free = asyncio.Event()
        self.free.set()

    async def enqueue(self, token: str, event: Any) -> Any:
        self.seen.append((token, event.name, who.get()))
        return SimpleNamespace(txid="1", wait_all=self.free.wait, add_done_callback=lambda _: None)


def tab(token: str) -> Any:
    return SimpleNamespace(router=SimpleNamespace(session=SimpleNamespace(client_token=token)))


def test_a_change_reaches_only_the_tabs_that_watch_it_in_the_apps_own_context(monkeypatch: Any) -> None:
    monkeypatch.setattr("mentorship.state.live.format_event_handler", lambda refresh: refresh)

    async def scene() -> list[tuple[str, str, str]]:
        processor, watchers = Processor(), Watchers()
        app: Any = SimpleNamespace(
            event_processor=processor, event_namespace=SimpleNamespace(token_to_sid={"mentor": 1, "student": 2})
        )
        watchers.attach(app, asyncio.get_running_loop())
        watchers.watch(tab("mentor"), "desk.load", "mentor:1")
        watchers.watch(tab("student"), "home.load", "student:1")
        watchers.watch(tab("gone"), "desk.load", "mentor:1")

        def commit() -> None:
            who.set("the student")
            for _ in range(5):
                watchers.changed("mentor:1")

        await asyncio.to_thread(commit)
        await asyncio.sleep(PAUSE_SECONDS * 4)
        return processor.seen

    assert asyncio.run(scene()) == [("mentor", "desk.load", "nobody")]


def test_tabs_take_turns_and_a_waiting_tab_is_refreshed_once(monkeypatch: Any) -> None:
    monkeypatch.setattr("mentorship.state.live.format_event_handler", lambda refresh: refresh)

    async def scene() -> tuple[list[str], list[str]]:
        processor, watchers = Processor(), Watchers()
        processor.free.clear()
        names = {"first": 1, "second": 2, "third": 3}
        app: Any = SimpleNamespace(event_processor=processor, event_namespace=SimpleNamespace(token_to_sid=names))
        watchers.attach(app, asyncio.get_running_loop())
        for name in names:
            watchers.watch(tab(name), "desk.load", "mentor:1")
        for _ in range(3):
            watchers.changed("mentor:1")
            await asyncio.sleep(PAUSE_SECONDS * 2)
        while_busy = [token for token, _, _ in processor.seen]
        processor.free.set()
        await asyncio.sleep(PAUSE_SECONDS)
        return while_busy, [token for token, _, _ in processor.seen]

    while_busy, seen = asyncio.run(scene())
    assert while_busy == ["first"]
    assert seen == ["first", "second", "third", "first"]


def test_a_lighter_refresh_runs_only_where_nothing_else_has_changed(monkeypatch: Any) -> None:
    monkeypatch.setattr("mentorship.state.live.format_event_handler", lambda refresh: refresh)

    async def scene() -> list[str]:
        processor, watchers = Processor(), Watchers()
        app: Any = SimpleNamespace(
            event_processor=processor, event_namespace=SimpleNamespace(token_to_sid={"student": 1})
        )
        watchers.attach(app, asyncio.get_running_loop())
        watchers.watch(tab("student"), "calendar.load", "student:1", lighter={"mentor:1": "calendar.refresh"})
        for topics in (["mentor:1"], ["mentor:1", "student:1"], ["student:1"], ["mentor:2"]):
            for topic in topics:
                watchers.changed(topic)
            await asyncio.sleep(PAUSE_SECONDS * 2)
        return [name for _, name, _ in processor.seen]

    assert asyncio.run(scene()) == ["calendar.refresh", "calendar.load", "calendar.load"]
