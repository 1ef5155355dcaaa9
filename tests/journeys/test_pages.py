"""Every page, as whoever may see it: it loads without an error, fits a phone, and axe finds nothing in either theme."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from journeys.people import open_page, sign_in
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PAGES = {
    "visitor": [
        "/",
        "/mentors",
        "/mentors/jonas-lindqvist",
        "/mentors/priya-nair",
        "/mentors/nobody-here",
        "/sign-in",
        "/sign-up",
        "/terms",
        "/privacy",
        "/nowhere",
    ],
    "lena@demo.example": [
        "/dashboard",
        "/calendar?mentor=sofia-moretti",
        "/calendar?mentor=sofia-moretti&view=week",
        "/sessions",
        "/orders",
        "/settings",
    ],
    "sofia-moretti@demo.example": [
        "/instructor/dashboard",
        "/instructor/calendar",
        "/instructor/calendar?view=month",
        "/instructor/sessions",
        "/instructor/students",
        "/instructor/earnings",
    ],
    "admin@demo.example": [
        "/admin",
        "/admin/orders",
        "/admin/inbox",
        "/admin/reconciliation",
        "/admin/refunds",
        "/admin/disputes",
        "/admin/promotions",
    ],
}
SIZES = {"desktop": 1280, "phone": 360}
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("who", list(PAGES))
def test_pages_are_whole(
    window: Callable[..., Page], picture: Callable[[Page, str], None], who: str, size: str, scheme: str
) -> None:
    page = window(width=SIZES[size], scheme=scheme)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    if who != "visitor":
        sign_in(page, who)
    for path in PAGES[who]:
        open_page(page, path)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(400)
        name = re.sub(r"\W+", "-", path).strip("-") or "storefront"
        picture(page, f"{name}-{size}-{scheme}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"
        found = Axe().run(page, options=RULES)
        assert not found.response["violations"], f"{path}\n{found.generate_report()}"
    assert errors == []
