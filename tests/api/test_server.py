"""The real server over raw sockets: what no client would send. It refuses, stays fast for others and keeps its size."""

import asyncio
import gzip
import json
import re
import shutil
import socket
import time
import zlib
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from support.running_app import RunningApp, running_app

HOOKS = ("/api/webhooks/stripe", "/api/webhooks/paypal")
ROUTES = (*HOOKS, "/api/checkout/paypal", "/api/checkout/paypal/capture")
JSON = "Content-Type: application/json\r\n"
CHUNKED = f"{JSON}Transfer-Encoding: chunked\r\n"
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
MEGABYTE = 1 << 20
GROWTH = 60 * MEGABYTE
SLOW, SLOW_SECONDS, QUICK_SECONDS = 20, 6, 1.5


@pytest.fixture(scope="module")
def app(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    folder = tmp_path_factory.mktemp("server")
    shutil.copy(sqlite_template, folder / "mentorship.db")
    with running_app(folder) as running:
        yield running


@pytest.fixture(autouse=True)
def unmoved(app: RunningApp) -> Iterator[None]:
    """Whatever was sent: no failure is in the log, the server has not grown, and it answers as before."""
    assert_well(app)
    before, logged = app.resident_bytes, len(app.logged())
    yield
    assert_well(app)
    assert app.resident_bytes - before < GROWTH
    assert not re.search(r"Traceback|ERROR|panicked|\b5\d\d\b", app.logged(logged)), app.logged(logged)


def assert_well(app: RunningApp) -> None:
    begun = time.monotonic()
    assert statuses(app, request("/api/health", method="GET")) == [200]
    assert time.monotonic() - begun < QUICK_SECONDS


def request(path: str, headers: str = "", body: bytes = b"", method: str = "POST", *, closes: bool = True) -> bytes:
    """A request as bytes; its headers are written as given, and nothing is added that says how long it is."""
    end = "Connection: close\r\n" if closes else ""
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}{end}\r\n".encode("latin-1") + body


def sized(path: str, body: bytes, headers: str = JSON) -> bytes:
    return request(path, f"{headers}Content-Length: {len(body)}\r\n", body)


def statuses(app: RunningApp, *parts: bytes, patience: float = 10) -> list[int]:
    """What is answered to these bytes, sent until the server wants no more, until it closes or says nothing more."""
    address = urlsplit(app.url)
    answers = b""
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        try:
            for part in parts:
                connection.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass
        connection.settimeout(patience)
        try:
            while more := connection.recv(65_536):
                answers += more
        except (ConnectionResetError, TimeoutError):
            pass
    return [int(status) for status in STATUS.findall(answers)]


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize(
    "length", ["-1", "+5", "5, 6", "0x5", "٥", "1e3", "9" * 18, "9" * 400, "5\r\nContent-Length: 6", "", "5 5"]
)
def test_a_wrong_length_is_refused(app: RunningApp, path: str, length: str) -> None:
    head = f"{JSON}Content-Length: ".encode() + length.encode() + b"\r\n"
    answers = statuses(app, request(path, "@").replace(b"@", head) + b"{}   ")
    assert [400 <= status < 500 for status in answers] == [True]


@pytest.mark.parametrize("path", ROUTES)
def test_a_body_without_a_length_is_cut_off_at_the_cap(app: RunningApp, path: str) -> None:
    piece = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    answers = statuses(app, request(path, CHUNKED), *repeat(piece, 480))
    assert answers in ([413], []), "thirty megabytes are refused on the way"


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("body", [b"zz\r\n", b"-1\r\n\r\n", b"f" * 40 + b"\r\n", b"5\r\nab", b"5;" + b"x" * 300_000])
def test_chunks_that_are_none_are_refused(app: RunningApp, path: str, body: bytes) -> None:
    answers = statuses(app, request(path, CHUNKED, body), patience=0.5)
    assert answers or body == b"5\r\nab", "only one of these may still become a body"
    assert all(400 <= status < 500 for status in answers)


def test_a_length_and_chunks_at_once_are_one_request(app: RunningApp) -> None:
    hidden = request("/api/health", method="GET")
    both = request(HOOKS[0], f"{CHUNKED}Content-Length: {len(hidden) + 5}\r\n", b"0\r\n\r\n" + hidden)
    answers = statuses(app, both)
    assert 400 <= answers[0] < 500
    assert 200 not in answers, "what is hidden behind the body is no request"


def packed(kind: str) -> bytes:
    """A few kilobytes that are a hundred megabytes of JSON once they are inflated."""
    writer = zlib.compressobj(9, zlib.DEFLATED, 31 if kind == "gzip" else 15)
    start, end = b'{"product_id": "', b'"}'
    pieces = chain([start], repeat(b"a" * MEGABYTE, 100), [end])
    return b"".join(writer.compress(piece) for piece in pieces) + writer.flush()


@pytest.mark.parametrize("kind", ["gzip", "deflate"])
def test_packed_bodies_are_refused_and_not_inflated(app: RunningApp, kind: str) -> None:
    bomb = packed(kind)[: 60 * 1024]
    small = gzip.compress(json.dumps({"token": "O1"}).encode())
    for path in ROUTES:
        for body in (bomb, small):
            before, begun = app.resident_bytes, time.monotonic()
            (answer,) = statuses(app, sized(path, body, f"{JSON}Content-Encoding: {kind}\r\n"))
            assert 400 <= answer < 500
            assert time.monotonic() - begun < QUICK_SECONDS
            assert app.resident_bytes - before < GROWTH


@pytest.mark.parametrize("path", HOOKS)
def test_headers_that_make_no_sense_are_refused(app: RunningApp, path: str) -> None:
    raw = (b"\xff\xfe", "é".encode(), b"a" * 64_000, b"https://[" * 500, b"\t", b"")
    for value in raw:
        for name in (b"PayPal-Cert-Url", b"PayPal-Transmission-Sig", b"Stripe-Signature", b"Content-Type"):
            head = JSON.encode() + (name + b": " + value + b"\r\n") * 2 + b"Content-Length: 2\r\n"
            answers = statuses(app, request(path, "@").replace(b"@", head) + b"{}")
            assert answers
            assert all(400 <= status < 500 for status in answers)
    many = b"".join(b"X-%d: 1\r\n" % nth for nth in range(2_000))
    assert all(400 <= s < 500 for s in statuses(app, request(path, "@").replace(b"@", many)))


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"\x00" * 70_000,
        b"GET\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\r\n" * 9_000,
    ],
    ids=["tls", "zeroes", "nothing", "http2", "lines"],
)
def test_garbage_behind_a_request_is_not_answered_as_one(app: RunningApp, garbage: bytes) -> None:
    first = request("/api/health", method="GET", closes=False)
    answers = statuses(app, first + garbage, patience=1)
    assert answers[:1] in ([200], []), "a server may also give the whole connection up"
    assert all(400 <= status < 500 for status in answers[1:])


def test_requests_that_end_in_the_middle_leave_nothing_behind(app: RunningApp) -> None:
    address = urlsplit(app.url)
    for path in ROUTES:
        whole = sized(path, b'{"token": "O1"}')
        for part in (whole[:9], whole[:60], whole[:-9], request(path, f"{JSON}Content-Length: 60000\r\n", b"{")):
            for resets in (False, True):
                connection = socket.create_connection((address.hostname, address.port), timeout=10)
                connection.sendall(part)
                if resets:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
                connection.close()


def test_slow_bodies_slow_nobody_else_down(app: RunningApp) -> None:
    address = urlsplit(app.url)

    async def trickle(path: str) -> bytes:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(request(path, f"{JSON}Content-Length: {SLOW_SECONDS}\r\n"))
        for _ in range(SLOW_SECONDS):
            writer.write(b"{")
            await writer.drain()
            await asyncio.sleep(1)
        answer = await reader.read(65_536)
        writer.close()
        return answer

    async def hold() -> tuple[list[bytes], list[float]]:
        slow = [
            asyncio.create_task(trickle(path))
            for path, _ in zip(chain.from_iterable(repeat(ROUTES)), range(SLOW), strict=False)
        ]
        took = []
        while not all(task.done() for task in slow):
            begun = time.monotonic()
            quick = await asyncio.to_thread(statuses, app, sized(HOOKS[len(took) % 2], b"{}"))
            took.append(time.monotonic() - begun)
            assert quick == [400]
            await asyncio.sleep(0.2)
        return await asyncio.gather(*slow), took

    answers, took = asyncio.run(hold())
    assert len(took) > SLOW_SECONDS
    assert max(took) < QUICK_SECONDS
    assert all(400 <= int(STATUS.findall(answer)[0]) < 500 for answer in answers)
