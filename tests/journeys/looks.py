"""What every page has to be, whoever looks at it and on whatever."""

from collections.abc import Callable

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
VIEWS = ((1280, "light"), (360, "dark"), (360, "light"), (1280, "dark"))


def check(page: Page, name: str) -> None:
    """The page fits its window, and axe finds nothing on it."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = AxeResults(page.evaluate("rules => axe.run(rules)", RULES))
    assert not found.response["violations"], f"{name}\n{found.generate_report()}"


def whole(page: Page, name: str, picture: Callable[[Page, str], None]) -> None:
    """Check the page as it stands on a desk and on a phone, in both schemes, with a picture of each."""
    for width, scheme in VIEWS:
        page.set_viewport_size({"width": width, "height": 860})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.wait_for_timeout(400)
        picture(page, f"{name}-{width}-{scheme}")
        check(page, f"{name} at {width} in {scheme}")
    page.set_viewport_size({"width": 1280, "height": 860})
    page.emulate_media(color_scheme="light")
