"""The route that lists slots, as the table of sessions grows: sixty days, two hundred busy blocks, and the others."""

import statistics
import time
from collections.abc import Iterator

from starlette.testclient import TestClient
from support.fakes import AdjustableClock
from support.house import make_house

from bench.dashboards import fill
from bench.engines import Engines
from bench.people import FIRST_MENTOR, MENTOR, an_id
from bench.recording import record
from bench.slots import BLOCKS, NOW, WINDOW, ZONES, book_blocks
from bench.table import Line, at_most, percentile
from mentorship.api.app import create_api
from mentorship.db.engine import Database

_GROWTH, _P99_SECONDS = 1.5, 0.030


class _Site:
    """The API in this process, on a database with so many sessions."""

    def __init__(self, engines: Engines, dialect: str, size: int) -> None:
        self.url = engines.make(dialect)
        fill(self.url, dialect, size)
        self.database = Database(self.url)
        book_blocks(self.database, ZONES[0])
        self._client = TestClient(create_api(make_house(self.database, clock=AdjustableClock(NOW)).deps))
        self._client.__enter__()
        self.taken: list[float] = []
        self.processor: list[float] = []
        """What this process itself took of it, asking and answering; not the database's server."""

    def ask(self) -> None:
        """One request, timed."""
        query = {"start": WINDOW.start.isoformat(), "end": WINDOW.end.isoformat()}
        begun, worked = time.perf_counter(), time.process_time()
        answer = self._client.get(f"/api/mentors/{an_id(MENTOR, FIRST_MENTOR)}/slots", params=query)
        self.taken.append(time.perf_counter() - begun)
        self.processor.append(time.process_time() - worked)
        if answer.status_code != 200 or not answer.json()["slots"]:
            raise RuntimeError(f"the route answered {answer.status_code}")

    def close(self) -> None:
        self._client.__exit__(None, None, None)
        self.database.close()


def measure(engines: Engines, *, quick: bool) -> Iterator[Line]:
    """One line for each engine: the largest table against the smallest."""
    sizes = (1_000, 100_000) if quick else (1_000, 100_000, 1_000_000)
    rounds = 60 if quick else 200
    for dialect in ("postgresql", "sqlite"):
        sites = {size: _Site(engines, dialect, size) for size in sizes}
        for site in sites.values():
            for _ in range(3):
                site.ask()
            site.taken.clear()
            site.processor.clear()
        for _ in range(rounds):
            for site in sites.values():
                site.ask()
        largest, smallest = sites[sizes[-1]], sites[sizes[0]]
        growth = statistics.median(a / b for a, b in zip(largest.taken, smallest.taken, strict=True))
        reads = len(record(largest.ask))
        each = "; ".join(
            f"{size:,}: {_ms(statistics.median(site.taken))}, p99 {_ms(percentile(site.taken, 0.99))}"
            for size, site in sites.items()
        )
        line = Line(
            f"slots route, {BLOCKS} busy blocks, {sizes[-1]:,} sessions",
            dialect,
            _ms(statistics.median(largest.taken)),
            _ms(statistics.median(smallest.taken)),
            note=f"{reads} reads; {each} (p99 ≤ 30 ms); processor p50 {_ms(statistics.median(largest.processor))}, "
            f"p99 {_ms(percentile(largest.processor, 0.99))}",
        )
        yield at_most(line, growth, _GROWTH, also=percentile(largest.taken, 0.99) <= _P99_SECONDS)
        for site in sites.values():
            site.close()
            engines.drop(site.url)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
