"""Every page, as whoever may see it: it loads without an error, fits a phone, and axe finds nothing in either theme."""

import re
from collections.abc import Callable
from typing import Literal

import pytest
from journeys.looks import check, whole
from journeys.people import choose, open_page, pay, sign_in
from playwright.sync_api import Page, expect

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
        "/instructor/availability",
        "/instructor/sessions",
        "/instructor/students",
        "/instructor/earnings",
        "/instructor/calendar/google",
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
MENTOR, RECEIPT = "daniel-cohen", re.compile(r"20\d\d-\d+")
SIZES = {"desktop": 1280, "phone": 360}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("who", list(PAGES))
def test_pages_are_whole(
    window: Callable[..., Page], picture: Callable[[Page, str], None], who: str, size: str
) -> None:
    page = window(width=SIZES[size])
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    if who != "visitor":
        sign_in(page, who)
    for path in PAGES[who]:
        name = re.sub(r"\W+", "-", path).strip("-") or "storefront"
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            open_page(page, path)
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(400)
            picture(page, f"{name}-{size}-{scheme}")
            check(page, f"{path} in {scheme}")
    assert errors == []


def test_the_pages_of_one_purchase_are_whole(window: Callable[..., Page], picture: Callable[[Page, str], None]) -> None:
    student, admin = window(), window()
    errors: list[str] = []
    for page in (student, admin):
        page.on("pageerror", lambda error: errors.append(str(error)))
    sign_in(student, "aisha@demo.example")
    sign_in(admin, "admin@demo.example")

    whole(choose(student, MENTOR), "checkout", picture)
    student.get_by_label("Have a code?").fill("welcome20")
    student.get_by_role("button", name="Apply").click()
    expect(student.get_by_text("is applied")).to_be_visible()
    whole(student, "checkout-with-code", picture)
    whole(pay(student), "checkout-success", picture)
    receipt = student.get_by_role("link", name=RECEIPT).get_attribute("href")
    open_page(student, "/orders")
    pack = student.locator("main a[href^='/packs/']").first.get_attribute("href")
    for name, path in (("packs-id", pack), ("receipts-number", receipt)):
        open_page(student, str(path))
        student.wait_for_load_state("networkidle")
        whole(student, name, picture)

    for path in ("/admin/orders", "/admin/inbox"):
        open_page(admin, path)
        admin.locator(f"main a[href^='{path}/']").first.click()
        admin.wait_for_url(f"**{path}/*")
        admin.wait_for_load_state("networkidle")
        whole(admin, f"{path.strip('/').replace('/', '-')}-id", picture)

    open_page(admin, "/admin")
    admin.get_by_label("Student's e-mail address or name").fill("aisha")
    admin.get_by_role("button", name="Find").click()
    admin.get_by_role("button", name="Choose Aisha Rahman").click()
    expect(admin.get_by_label("Reason")).to_be_visible()
    whole(admin, "admin-grant", picture)
    assert errors == []
