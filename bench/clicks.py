"""A click's round trip over the websocket: booking a session, beside a blank app's counter."""

import asyncio
import hashlib
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psutil
import socketio
from support.site import serve_site

from bench.apps import blank_app, product_build
from bench.engines import Engines
from bench.people import FIRST_MENTOR, FIRST_PERSON, STUDENT, add, add_holdings, add_mentors, an_id
from bench.table import Line, at_most, percentile
from mentorship.db.engine import Database
from mentorship.db.models import SignIn
from mentorship.db.types import new_id

COOKIE = "mentorship_session"
_STATE = "reflex___state____state"
_CALENDAR = f"{_STATE}.mentorship___state___calendar____calendar"
_COUNTER = f"{_STATE}.blank___blank____counter"
_MENTORS, _PEOPLE, _CREDITS = 10, 50, 40
_P95_SECONDS, _MEMORY_MB = 0.15, 300
_THINKING = (6.0, 14.0)
"""Seconds that somebody looks at the page between two clicks."""


def measure(engines: Engines, *, quick: bool) -> Iterator[Line]:
    """Lines for one client and for fifty, and one for the memory of the process that serves the fifty."""
    clicks = 2 if quick else 4
    for dialect in ("postgresql", "sqlite"):
        url = engines.make(dialect)
        _fill(url)
        folder = engines.folder / f"clicks-{dialect}"
        with (
            serve_site(product_build(engines.folder), folder, DATABASE_URL=url) as site,
            blank_app(engines.folder) as (blank, _),
        ):
            for people in (1, _PEOPLE):
                ours = asyncio.run(_crowd(site.url, people, clicks * (4 if people == 1 else 1), _book))
                memory = max(ours.memory, default=0)
                limit = asyncio.run(_crowd(blank, people, clicks * (4 if people == 1 else 1), _count))
                p95 = percentile(ours.waits, 0.95)
                line = Line(
                    f"booking click, {people} client{'s' * (people > 1)}",
                    dialect,
                    f"p50 {_ms(statistics.median(ours.waits))}, p95 {_ms(p95)}",
                    f"p50 {_ms(statistics.median(limit.waits))}, p95 {_ms(percentile(limit.waits, 0.95))}",
                    statistics.median(ours.waits) / statistics.median(limit.waits),
                    "p95 < 150 ms",
                    p95 < _P95_SECONDS,
                    f"{len(ours.waits)} bookings",
                )
                yield line
            yield at_most(
                Line(f"memory with {_PEOPLE} clients", dialect, f"{memory:.0f} MB", f"{_MEMORY_MB} MB"),
                memory / _MEMORY_MB,
                1.0,
            )
        engines.drop(url)


class _Seen:
    def __init__(self) -> None:
        self.waits: list[float] = []
        self.memory: list[float] = []


class _Tab:
    """A browser's tab without the browser."""

    def __init__(self, path: str) -> None:
        self._path, self._token = path, str(uuid4())
        self._socket = socketio.AsyncClient(reconnection=False)
        self._socket.on("event", self._take, namespace="/_event")
        self._updates: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def open(self, url: str, cookie: str) -> None:
        """Connect, and load the page."""
        await self._socket.connect(
            f"{url}?token={self._token}",
            headers={"Cookie": cookie, "Origin": url},
            transports=["websocket"],
            namespaces=["/_event"],
            socketio_path="/_event",
            wait_timeout=30,
        )
        await self.send(f"{_STATE}.hydrate_and_load", vars={}, hashes=[])

    async def _take(self, update: dict[str, Any]) -> None:
        await self._updates.put(update)

    async def send(self, event: str, **payload: Any) -> None:
        """Send an event, as a click does; what came before it is forgotten."""
        while not self._updates.empty():
            self._updates.get_nowait()
        router = {"pathname": urlsplit(self._path).path, "asPath": self._path}
        data = {"name": event, "payload": payload, "router_data": router, "token": self._token}
        await self._socket.emit("event", data, namespace="/_event")

    async def until(self, seen: Callable[[dict[str, Any]], bool]) -> None:
        """Wait for an update of the page."""
        while not seen(await asyncio.wait_for(self._updates.get(), 60)):
            pass

    async def close(self) -> None:
        """Close the tab."""
        await self._socket.disconnect()


Click = Callable[[_Tab, int, int], Awaitable[float]]


async def _crowd(url: str, people: int, clicks: int, click: tuple[Callable[[int], str], str, Click]) -> _Seen:
    path_of, ready, act = click
    seen, chance = _Seen(), random.Random(1)
    tabs = [_Tab(path_of(n)) for n in range(people)]
    for n, tab in enumerate(tabs):
        await tab.open(url, f"{COOKIE}=token-{n}")
        await tab.until(lambda update: not ready or _value(update, _CALENDAR, ready) is True)
    pauses = [[chance.uniform(*_THINKING) if people > 1 else 0.2 for _ in range(clicks)] for _ in tabs]

    async def sit(n: int) -> None:
        for k in range(clicks):
            await asyncio.sleep(pauses[n][k] * (chance.random() if k == 0 else 1))
            seen.waits.append(await act(tabs[n], n, k + (people > 1) * 24))

    await asyncio.gather(*(sit(n) for n in range(people)))
    seen.memory.append(_memory_behind(url))
    for tab in tabs:
        await tab.close()
    return seen


async def _click_book(tab: _Tab, n: int, k: int) -> float:
    hour = (n // _MENTORS) + k * (_PEOPLE // _MENTORS)
    starts_at = (_first_slot() + timedelta(hours=hour)).isoformat()
    await tab.send(f"{_CALENDAR}.pick_time", starts_at=starts_at)
    await tab.until(lambda update: (_value(update, _CALENDAR, "choice") or {}).get("starts_at") == starts_at)
    clicked = time.monotonic()
    await tab.send(f"{_CALENDAR}.confirm")
    await tab.until(lambda update: any(e["name"] == "_redirect" for e in update.get("events") or []))
    return time.monotonic() - clicked


async def _click_count(tab: _Tab, _n: int, _k: int) -> float:
    clicked = time.monotonic()
    await tab.send(f"{_COUNTER}.bump")
    await tab.until(lambda update: _value(update, _COUNTER, "count") is not None)
    return time.monotonic() - clicked


_book = (lambda n: f"/calendar?mentor=mentor-{FIRST_MENTOR + n % _MENTORS}", "ready", _click_book)
_count = (lambda _: "/", "", _click_count)


def _value(update: dict[str, Any], state: str, variable: str) -> Any:
    """The new value of one state's variable in an update; names carry a suffix of Reflex's own."""
    return (update.get("delta") or {}).get(state, {}).get(f"{variable}_rx_state_")


def _first_slot() -> datetime:
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=2)


def _fill(url: str) -> None:
    """Signed-in students with credits, five with each mentor."""
    database = Database(url)
    mentors, people = range(FIRST_MENTOR, FIRST_MENTOR + _MENTORS), range(FIRST_PERSON, FIRST_PERSON + _PEOPLE)
    add_mentors(database, mentors, _PEOPLE, minimum_notice_minutes=0, buffer_minutes=0)
    add_holdings(database, people, mentors, _CREDITS)
    now = datetime.now(UTC)
    add(
        database,
        SignIn,
        (
            {
                "id": new_id(),
                "user_id": an_id(STUDENT, person),
                "token_hash": hashlib.sha256(f"token-{n}".encode()).hexdigest(),
                "created_at": now,
                "expires_at": now + timedelta(days=1),
            }
            for n, person in enumerate(people)
        ),
    )
    database.close()


def _memory_behind(url: str) -> float:
    """Megabytes that the process listening there, and its children, do not share with others."""
    port = urlsplit(url).port
    owner = next(c.pid for c in psutil.net_connections("tcp") if c.status == "LISTEN" and c.laddr.port == port)
    process = psutil.Process(owner)
    family = [process, *process.children(recursive=True)]
    return sum(member.memory_full_info().pss for member in family) / 1_000_000


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
