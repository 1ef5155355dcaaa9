"""Deliveries acknowledged per second: verified, stored, answered."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from functools import partial
from urllib.parse import urlsplit
from uuid import uuid4

from sqlalchemy import create_engine, text
from support.site import serve_site

from bench.apps import granian, product_build
from bench.engines import Engines
from bench.table import Line, at_least, interleaved, percentile, ratio_of
from mentorship.bootstrap import SANDBOX_SECRET

_TARGET, _P99_SECONDS = 0.8, 0.05


def measure(engines: Engines, *, quick: bool) -> Iterator[Line]:
    """One line for each engine and number of connections."""
    each, rounds = (200, 2) if quick else (600, 4)
    for dialect in ("postgresql", "sqlite"):
        url = engines.make(dialect)
        with create_engine(url).begin() as connection:
            connection.execute(text("CREATE TABLE bare_deliveries (id VARCHAR(36) PRIMARY KEY, raw TEXT NOT NULL)"))
        folder = engines.folder / f"webhook-{dialect}"
        with (
            serve_site(product_build(engines.folder), folder, DATABASE_URL=url, JOBS="false") as site,
            granian("bench.bare_webhook:app", folder, DATABASE_URL=url, WEBHOOK_SECRET=SANDBOX_SECRET) as (bare, _),
        ):
            for target in (site.url, bare):
                _acknowledged(target, 50, 8, [])
            for connections in (1, 32):
                waits: list[float] = []
                ours, limit = interleaved(
                    rounds,
                    partial(_acknowledged, site.url, each, connections, waits),
                    partial(_acknowledged, bare, each, connections, []),
                )
                p99 = percentile(waits, 0.99)
                line = Line(
                    f"deliveries acknowledged, {connections} connection{'s' * (connections > 1)}",
                    dialect,
                    f"{sorted(ours)[rounds // 2]:.0f}/s",
                    f"{sorted(limit)[rounds // 2]:.0f}/s",
                    note=f"p50 {percentile(waits, 0.5) * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms (< 50 ms)",
                )
                yield at_least(line, ratio_of(ours, limit), _TARGET, also=p99 < _P99_SECONDS)
        engines.drop(url)


def _acknowledged(url: str, deliveries: int, connections: int, waits: list[float]) -> float:
    requests = [_delivery(url) for _ in range(deliveries)]
    begun = time.monotonic()
    asyncio.run(_post_all(url, requests, connections, waits))
    return deliveries / (time.monotonic() - begun)


async def _post_all(url: str, requests: list[bytes], connections: int, waits: list[float]) -> None:
    waiting = iter(requests)

    async def post() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
        for request in waiting:
            sent = time.monotonic()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(h[15:]) for h in head.lower().split(b"\r\n") if h.startswith(b"content-length:"))
            body = await reader.readexactly(length)
            waits.append(time.monotonic() - sent)
            if b"received" not in body:
                raise RuntimeError(f"{head.decode()}{body.decode()}")
        writer.close()

    await asyncio.gather(*(post() for _ in range(connections)))


def _delivery(url: str) -> bytes:
    subject = f"cs_test_{uuid4().hex}"
    event = {
        "id": f"evt_{uuid4().hex}",
        "object": "event",
        "type": "checkout.session.completed",
        "data": {"object": {"id": subject, "object": "checkout.session"}},
    }
    payload, at = json.dumps(event).encode(), int(time.time())
    mac = hmac.new(SANDBOX_SECRET.encode(), f"{at}.".encode() + payload, hashlib.sha256).hexdigest()
    head = (
        f"POST /api/webhooks/stripe HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(payload)}\r\nStripe-Signature: t={at},v1={mac}\r\n\r\n"
    )
    return head.encode() + payload
