"""The real backend in a process of its own, and browser tabs that speak to it over the websocket."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import socketio

ROOT = Path(__file__).parents[2]
NAMESPACE = "/_event"
START_SECONDS = 90
QUIET_SECONDS = 0.8
LONGEST_SECONDS = 60


@dataclass(frozen=True)
class RunningApp:
    """Where the app answers and what it has logged."""

    url: str
    log: Path
    pid: int = 0

    @property
    def resident_bytes(self) -> int:
        """The memory that the server and its workers have in use."""
        return sum(_resident_bytes(pid) for pid in _with_children(self.pid))

    def logged(self, since: int = 0) -> str:
        """What was logged after a position."""
        return self.log.read_text(encoding="utf-8", errors="replace")[since:]


@contextmanager
def running_app(data_dir: Path) -> Iterator[RunningApp]:
    """Start the backend alone, without the frontend's build, on the database in a folder."""
    port = _free_port()
    app = RunningApp(f"http://127.0.0.1:{port}", data_dir / "app.log")
    settings = {
        "APP_ENV": "sandbox",
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "PORT": str(port),
        "API_URL": app.url,
        "JOBS": "false",
        "REFLEX_ENV_MODE": "prod",
        "REFLEX_STATES_WORKDIR": str(data_dir / "states"),
        "__REFLEX_SKIP_COMPILE": "true",
    }
    command = ["-m", "granian", "--interface", "asgi", "--factory", "mentorship.mentorship:app"]
    with app.log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command, "--host", "127.0.0.1", "--port", str(port)],
            cwd=ROOT,
            env=os.environ | settings,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_it_answers(app, process)
        yield replace(app, pid=process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()


@dataclass
class Tab:
    """One browser tab; ``cookie`` is the sign-in token it brings."""

    client: socketio.AsyncClient
    token: str
    received: list[Any] = field(default_factory=list)
    last: float = 0.0

    async def send(self, handler: str, payload: Any = None, path: str = "/") -> None:
        """Send one event and do not wait for what comes of it."""
        router = {"pathname": path, "query": {}, "asPath": path}
        event = {"token": self.token, "name": handler, "payload": payload or {}, "router_data": router}
        await self.client.emit("event", event, namespace=NAMESPACE)
        self.last = time.monotonic()

    def text(self) -> str:
        """Everything the tab was sent, as text."""
        return json.dumps(self.received, ensure_ascii=False)

    def delta(self) -> dict[str, dict[str, Any]]:
        """The state that the tab was sent, later values over earlier ones."""
        merged: dict[str, dict[str, Any]] = {}
        for update in self.received:
            for state, values in (update.get("delta") or {}).items():
                merged.setdefault(state, {}).update(values)
        return merged

    def events(self) -> list[dict[str, Any]]:
        """The events that the tab was sent, such as redirects."""
        return [event for update in self.received for event in update.get("events") or []]


async def open_tab(app: RunningApp, cookie: str | None) -> Tab:
    """Connect a tab as a browser does."""
    # The encoder is shared by all sockets of a process, and Reflex's own cannot write half a character.
    tab = Tab(socketio.AsyncClient(json=json), str(uuid4()))

    async def receive(_: str, *messages: Any) -> None:
        tab.received += [message for message in messages if isinstance(message, dict)]
        tab.last = time.monotonic()

    tab.client.on("*", receive, namespace=NAMESPACE)
    await tab.client.connect(
        f"{app.url}?token={tab.token}",
        socketio_path=NAMESPACE,
        namespaces=[NAMESPACE],
        transports=["websocket"],
        headers={"Cookie": f"mentorship_session={cookie}"} if cookie else {},
        wait_timeout=30,
    )
    return tab


async def settle(tabs: Sequence[Tab]) -> None:
    """Wait until nothing has come for a while."""
    end = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < end:
        if time.monotonic() - max(tab.last for tab in tabs) > QUIET_SECONDS:
            return
        await asyncio.sleep(0.05)
    raise TimeoutError("the app does not come to rest")


async def close(tabs: Sequence[Tab]) -> None:
    """Disconnect."""
    await asyncio.gather(*(tab.client.disconnect() for tab in tabs))


def _with_children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(below for child in children for below in _with_children(int(child)))]


def _resident_bytes(pid: int) -> int:
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_answers(app: RunningApp, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{app.url}/ping", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"the app did not start:\n{app.logged()}")
