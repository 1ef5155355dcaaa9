"""Live pages: each open tab watches some topics, and re-reads with its own rights when one changes."""

import asyncio
import logging
from contextvars import Context, copy_context
from typing import Any

import reflex as rx
from reflex.event import Event
from reflex_base.utils.format import format_event_handler

log = logging.getLogger(__name__)
PAUSE_SECONDS = 0.05
"""Changes that come closer together than this reach a tab as one."""


class Watchers:
    """Which tab of this process watches what. A tab shows one page, so it has one set of topics."""

    def __init__(self) -> None:
        self._topics: dict[str, tuple[frozenset[str], str]] = {}
        self._pending: set[str] = set()
        self._app: rx.App | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._context = Context()

    def attach(self, app: rx.App, loop: asyncio.AbstractEventLoop) -> None:
        """Start telling the tabs of this app, from the context of the app itself."""
        self._app, self._loop = app, loop
        self._context = copy_context()

    def watch(self, state: rx.State, refresh: Any, *topics: str) -> None:
        """Have ``refresh`` run in this state's tab whenever one of the topics changes, and nothing else any more."""
        token = state.router.session.client_token
        if token:
            self._topics[token] = (frozenset(topics), format_event_handler(refresh))

    def again(self, state: rx.State) -> Event | None:
        """The event that reads this tab's page again, for when the reader has changed how they want to see it."""
        watched = self._topics.get(state.router.session.client_token)
        return Event(name=watched[1]) if watched else None

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
        for token in [t for t in self._topics if t not in sockets]:
            del self._topics[token]
        for token, (topics, refresh) in self._topics.items():
            if topics & changed and self._app is not None:
                task = asyncio.ensure_future(self._app.event_processor.enqueue(token, Event(name=refresh)))
                task.add_done_callback(_report)


def _report(task: "asyncio.Task[Any]") -> None:
    if not task.cancelled() and task.exception() is not None:
        log.warning("could not refresh a page: %s", task.exception())


watchers = Watchers()
