"""The first page on a slow phone: bytes, largest paint and first working click, beside a blank plain Reflex page."""

import gzip
import json
import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright
from support.site import serve_site

from bench.apps import blank_app, product_build
from bench.engines import Engines
from bench.table import Line, at_most, ratio_of

_CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
_SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
_SLOWER_PROCESSOR = 4
_BYTES, _LCP, _CLICK = 220_000, 1.3, 1.3
_WATCH_PAINT = """
window.largest = 0;
new PerformanceObserver(list => { for (const e of list.getEntries()) window.largest = e.startTime; })
  .observe({type: 'largest-contentful-paint', buffered: true});
"""


@dataclass
class _Looks:
    bytes: list[float] = field(default_factory=list)
    paint: list[float] = field(default_factory=list)
    click: list[float] = field(default_factory=list)


def measure(engines: Engines, *, quick: bool) -> Iterator[Line]:
    """One line each for bytes, paint and click."""
    rounds = 2 if quick else 5
    build = product_build(engines.folder)
    with (
        serve_site(build, engines.folder / "storefront") as site,
        blank_app(engines.folder) as (blank, _),
        sync_playwright() as playwright,
    ):
        _compress(build, engines.folder / "storefront" / ".web" / "build" / "client")
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS)
        ours, plain = _Looks(), _Looks()
        _look(browser, site.url, _open_a_mentor, _Looks())
        _look(browser, blank.replace("127.0.0.1", "localhost"), _count, _Looks())
        for _ in range(rounds):
            _look(browser, site.url, _open_a_mentor, ours)
            _look(browser, blank.replace("127.0.0.1", "localhost"), _count, plain)
        browser.close()
        scores = " : ".join(_lighthouse(url, engines.folder) for url in (site.url, blank))
    size = statistics.median(ours.bytes)
    yield at_most(
        Line(
            "storefront, bytes transferred",
            "sqlite",
            f"{size / 1000:.0f} kB",
            f"{_BYTES / 1000:.0f} kB",
            note=f"blank page {statistics.median(plain.bytes) / 1000:.0f} kB",
        ),
        size / _BYTES,
        1.0,
    )
    for name, mine, theirs, target in (
        ("largest paint", ours.paint, plain.paint, _LCP),
        ("first working click", ours.click, plain.click, _CLICK),
    ):
        line = Line(
            f"storefront, {name}",
            "sqlite",
            _seconds(mine),
            _seconds(theirs),
            note="the click opens a mentor; on the blank page it counts" if "click" in name else f"Lighthouse {scores}",
        )
        yield at_most(line, ratio_of(mine, theirs), target)


def _lighthouse(url: str, folder: Path) -> str:
    """Lighthouse's score for performance on its slow phone, where ``LIGHTHOUSE`` names its command."""
    command = os.environ.get("LIGHTHOUSE")
    if not command:
        return "–"
    report = folder / "lighthouse.json"
    flags = f"--chrome-flags=--headless {' '.join(_FLAGS)}"
    options = [flags, "--only-categories=performance", "--output=json", f"--output-path={report}", "--quiet"]
    environment = {**os.environ, "CHROME_PATH": _CHROMIUM}
    subprocess.run([command, url, *options], env=environment, capture_output=True, check=True, timeout=300)
    return f"{json.loads(report.read_text())['categories']['performance']['score'] * 100:.0f}"


def _look(browser: Browser, url: str, click: Callable[[Page], bool], into: _Looks) -> None:
    """Load a page twice with an empty cache: to watch it, and to click until something comes of it."""
    with _slow_phone(browser) as (page, received):
        page.goto(url, wait_until="networkidle")
        page.wait_for_timeout(1000)
        into.paint.append(page.evaluate("window.largest") / 1000)
        into.bytes.append(sum(received))
    with _slow_phone(browser) as (page, _):
        begun = time.monotonic()
        page.goto(url, wait_until="commit")
        while not click(page):
            if time.monotonic() - begun > 60:
                raise RuntimeError(f"no click worked on {url}")
            page.wait_for_timeout(50)
        into.click.append(time.monotonic() - begun)


@contextmanager
def _slow_phone(browser: Browser) -> Iterator[tuple[Page, list[float]]]:
    """A new visitor's page on a slow network and processor, and the bytes of each answer."""
    screen = {"width": 412, "height": 823}
    context = browser.new_context(viewport=screen, device_scale_factor=1.75, is_mobile=True, has_touch=True)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", _SLOW)
    session.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER_PROCESSOR})
    received: list[float] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.add_init_script(_WATCH_PAINT)
    yield page, received
    context.close()


def _open_a_mentor(page: Page) -> bool:
    """Click the first mentor; it works when the address changes."""
    if "/mentors/" not in page.url:
        with suppress(Error):
            page.evaluate("document.querySelector('main a[href^=\"/mentors/\"]')?.click()")
    return "/mentors/" in page.url


def _count(page: Page) -> bool:
    """Click the button; it works when the number changes."""
    return bool(
        page.evaluate(
            """() => {
            const number = document.querySelector('#count');
            if (number && number.textContent > 0) return true;
            document.querySelector('#click')?.click();
            return false;
            }"""
        )
    )


def _compress(build: Path, client: Path) -> None:
    """Give the copied build back what a build has beside each text file: its compressed forms.

    Only the few files that name the copy's own port differ from the build's; they get the weaker form.
    """
    for file in client.rglob("*"):
        if file.suffix not in {".js", ".css", ".html", ".json", ".svg"}:
            continue
        made = build / file.relative_to(client)
        small = made.with_name(f"{made.name}.br")
        if small.exists() and made.read_bytes() == file.read_bytes():
            shutil.copy(small, file.with_name(small.name))
        else:
            file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes(), 9))


def _seconds(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} s"
