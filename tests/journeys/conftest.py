"""A running site and browsers for the people who visit it."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from support.site import ROOT, Site, serve_site

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ARTIFACTS = ROOT / ".artifacts" / "journeys"
SLOWEST_MS = 30_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser the journeys cannot be walked; in CI that is a failure and not a skip."""
    if CHROMIUM is None and not os.environ.get("CI"):
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine: install it to walk the journeys"))


@pytest.fixture(scope="session")
def site(site_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The app in sandbox mode with the demo's people."""
    with serve_site(site_build, tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for one file's journeys: while Playwright runs, no other test of the process could run a loop."""
    expect.set_options(timeout=SLOWEST_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def window(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Opens windows: each call is another person with their own cookies, zone, size and colour scheme."""
    opened: list[BrowserContext] = []

    def open_window(*, zone: str = "Europe/Berlin", width: int = 1280, scheme: str = "light") -> Page:
        context = browser.new_context(
            base_url=site.url,
            timezone_id=zone,
            locale="en-GB",
            viewport={"width": width, "height": 860},
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        context.set_default_timeout(SLOWEST_MS)
        opened.append(context)
        return context.new_page()

    yield open_window
    for context in opened:
        context.close()


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Keeps a screenshot of the whole page among the run's artifacts."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str) -> None:
        page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)

    return take
