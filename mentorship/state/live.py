"""Live pages: each open tab watches some topics, and re-reads with its own rights when one changes."""

import asyncio
import logging
from collections.abc import Mapping
from contextvars import Context, copy_context
from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex.event import Event
from reflex_base.event.context import EventContext
from reflex_base.utils.format import format_event_handler

log = logging.getLogger(__name__)
PAUSE_SECONDS = 0.05
"""Changes that come closer together than this reach a tab as one."""

TURN_SECONDS = 2.0
"""How long the next tab waits for one whose refresh does not end."""


@dataclass(frozen=True, slots=True)
class _Watch:
    """One tab's page: the handler that reads all of it, for which topics, and handlers that read a part of it."""

    refresh: str
    topics: frozenset[str]
    lighter: dict[str, str]

    @property
    def names(self) -> set[str]:
        return {self.refresh, *self.lighter.values()}

    def answer(self, changed: set[str]) -> str:
        """The handler to run after these topics have changed; empty when there is none."""
        if self.topics & changed:
            return self.refresh
        light = {name for topic, name in self.lighter.items() if topic in changed}
        return light.pop() if len(light) == 1 else self.refresh if light else ""


class Watchers:
    """Which tab of this process watches what. A tab shows one page, so it has one set of topics."""

    def __init__(self) -> None:
        self._watches: dict[str, _Watch] = {}
        self._pending: set[str] = set()
        self._due: dict[str, str] = {}
        self._refreshes: set[str] = set()
        self._telling: asyncio.Task[None] | None = None
        self._app: rx.App | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._context = Context()

    def attach(self, app: rx.App, loop: asyncio.AbstractEventLoop) -> None:
        """Start telling the tabs of this app, from the context of the app itself."""
        self._app, self._loop = app, loop
        self._context = copy_context()

    def watch(self, state: rx.State, refresh: Any, *topics: str, lighter: Mapping[str, Any] | None = None) -> None:
        """Have ``refresh`` run in this state's tab whenever one of the topics changes, and nothing else any more.

        ``lighter`` names topics for which another handler is enough, as long as none of the first ones changes too.
        A refresh that is still under way when its reader has gone to another page leaves that page's watch alone.
        """
        token = state.router.session.client_token
        if not token:
            return
        light = {topic: format_event_handler(handler) for topic, handler in (lighter or {}).items()}
        watch, shown = _Watch(format_event_handler(refresh), frozenset(topics), light), self._watches.get(token)
        if shown is None or shown.refresh == watch.refresh or EventContext.get().txid not in self._refreshes:
            self._watches[token] = watch

    def again(self, state: rx.State) -> Event | None:
        """The event that reads this tab's page again, for when the reader has changed how they want to see it."""
        watched = self._watches.get(state.router.session.client_token)
        return Event(name=watched.refresh) if watched else None

    def changed(self, topic: str) -> None:
        """A topic has changed; may be called from any thread.

        The thread's context is left behind: it says whose event caused the change, and the tabs that re-read must do
        so as their own readers.
        """
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._note, topic, context=self._context)

    def _note(self, topic: str) -> None:
        if not self._pending:
            asyncio.get_running_loop().call_later(PAUSE_SECONDS, self._tell)
        self._pending.add(topic)

    def _tell(self) -> None:
        changed, self._pending = self._pending, set()
        sockets = self._app.event_namespace.token_to_sid if self._app and self._app.event_namespace else {}
        for token in [t for t in self._watches if t not in sockets]:
            del self._watches[token]
        for token, watch in self._watches.items():
            if (name := watch.answer(changed)) and self._due.get(token) != watch.refresh:
                self._due[token] = name
        if self._telling is None or self._telling.done():
            self._telling = asyncio.ensure_future(self._refresh_due())

    async def _refresh_due(self) -> None:
        """Refresh one tab after the other, so that nobody's own click waits behind everybody's refreshing.

        A tab that is told again while it waits for its turn is refreshed once.
        """
        while self._due and self._app is not None:
            token = next(iter(self._due))
            name = self._due.pop(token)
            if (watch := self._watches.get(token)) is not None:
                # A tab that shows another page by now reads that one.
                await self._refresh(self._app, token, name if name in watch.names else watch.refresh)

    async def _refresh(self, app: rx.App, token: str, name: str) -> None:
        try:
            running = await app.event_processor.enqueue(token, Event(name=name))
            self._refreshes.add(running.txid)
            running.add_done_callback(lambda done: self._refreshes.discard(done.txid))
            await asyncio.wait({asyncio.ensure_future(running.wait_all())}, timeout=TURN_SECONDS)
        except Exception as error:
            log.warning("could not refresh a page: %s", error)


watchers = Watchers()
