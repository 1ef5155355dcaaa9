"""Browser tabs without a browser or a server: events go through Reflex's own queue, middleware and state."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import uuid4

import reflex as rx
from reflex.event import Event
from reflex_base.event.processor import BaseStateEventProcessor
from reflex_base.registry import RegistrationContext
from reflex_base.utils.format import format_event_handler

from mentorship.schemas.pages import NoticeText
from mentorship.state.calls import COOKIE, DefaultDeny, Notice, connect
from mentorship.state.live import watchers

S = TypeVar("S", bound=rx.State)
ORIGIN = "http://localhost:3000"


@dataclass
class Updates:
    """What the server sent to the tabs; it stands in for the socket."""

    sent: list[tuple[str, Any]] = field(default_factory=list)
    token_to_sid: dict[str, str] = field(default_factory=dict)

    async def emit_update(self, update: Any, token: str) -> None:
        self.sent.append((token, update))


@dataclass
class Tab:
    """One tab of one browser: the sign-in of whoever uses it, the address it shows, and its socket.

    Loading a page anew, as on the way back from a provider, opens another socket.
    """

    tabs: "Tabs"
    cookie: str = ""
    path: str = "/"
    socket: str = "1"
    token: str = field(default_factory=lambda: str(uuid4()))

    async def send(self, handler: Any, /, **payload: Any) -> None:
        """Have the browser send an event, and wait until all that follows from it is done."""
        await self.send_named(format_event_handler(handler), **payload)

    async def send_named(self, name: str, /, **payload: Any) -> None:
        """The same for any handler's full name."""
        self.tabs.updates.token_to_sid[self.token] = "connected"
        headers = {"origin": ORIGIN, "cookie": f"{COOKIE}={self.cookie}" if self.cookie else ""}
        address = {"pathname": self.path.partition("?")[0], "asPath": self.path, "query": {}}
        router_data = {"token": self.token, "sid": self.socket, "headers": headers, **address}
        event = Event(name=name, payload=payload, router_data=router_data)
        await (await self.tabs.processor.enqueue(self.token, event)).wait_all()

    async def see(self, state: type[S]) -> S:
        """The tab's state as the server has it."""
        root = await self.tabs.processor._root_context.state_manager.get_state(
            rx.BaseStateToken(ident=self.token, cls=state)
        )
        return await root.get_state(state)

    async def notice(self) -> NoticeText:
        """What the page last had to say."""
        return (await self.see(Notice)).message

    @property
    def redirects(self) -> list[str]:
        """Where the tab was sent, in order."""
        events = [event for token, update in self.tabs.updates.sent if token == self.token for event in update.events]
        return [event.payload["path"] for event in events if event.name == "_redirect"]


@dataclass
class Tabs:
    """All open tabs of one process."""

    processor: BaseStateEventProcessor
    updates: Updates

    def open(self, person: Any = None, path: str = "/") -> Tab:
        """A new tab, of somebody signed in or of a visitor."""
        return Tab(self, person.token if person else "", path)


@asynccontextmanager
async def open_tabs(deps: Any) -> AsyncIterator[Tabs]:
    """The machinery between tabs and these dependencies, with the app's own guard."""
    connect(deps)
    with RegistrationContext.get().fork():
        app, updates = rx.App(enable_state=True), Updates()
        app.add_middleware(DefaultDeny())
        processor = BaseStateEventProcessor(middleware=app, backend_exception_handler=_fail)
        async with processor.configure(event_namespace=updates):
            app._event_processor, app._event_namespace = processor, updates
            watchers.attach(app, asyncio.get_running_loop())
            yield Tabs(processor, updates)
    watchers._watches.clear()
    watchers._pending.clear()


def _fail(error: Exception) -> None:
    raise AssertionError("an event failed") from error
