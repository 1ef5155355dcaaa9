"""A code from the admin's desk to the student's receipt and the mentor's month."""

import re
from collections.abc import Callable

import pytest
from journeys.people import open_page, sign_in
from playwright.sync_api import Page, expect
from pypdf import PdfReader

pytestmark = pytest.mark.browser

MENTOR = "amara-okafor"


def offer(admin: Page, code: str, percent: int) -> None:
    """Offer a code on the admin's page."""
    open_page(admin, "/admin/promotions")
    admin.get_by_label("Code", exact=True).fill(code)
    admin.get_by_label("Percent", exact=True).fill(str(percent))
    admin.get_by_role("button", name="Offer the code").click()
    expect(admin.get_by_role("listitem").filter(has_text=code.upper())).to_contain_text("Active")


def receipt_number(page: Page) -> str:
    """The number of the receipt that the page shows."""
    return page.get_by_role("heading", name=re.compile("^Receipt 20")).inner_text().split()[1]


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} scrolls sideways"


def test_a_code_lowers_the_price_and_the_receipt_says_so(
    window: Callable[..., Page], picture: Callable[[Page, str], None]
) -> None:
    admin, student, mentor = window(), window(), window()
    sign_in(admin, "admin@demo.example")
    offer(admin, "spring-25", 25)
    offer(admin, "gift", 100)
    picture(admin, "prices-1-promotions")

    sign_in(student, "lena@demo.example")
    open_page(student, f"/mentors/{MENTOR}")
    student.get_by_role("link", name=re.compile("^Buy")).click()
    typed = student.get_by_label("Have a code?")
    typed.fill("winter")
    student.get_by_role("button", name="Apply").click()
    expect(student.get_by_role("alert")).to_contain_text("There is no such code.")
    expect(typed).to_have_attribute("aria-invalid", "true")
    picture(student, "prices-2-refused")
    typed.fill(" Spring-25 ")
    typed.press("Enter")
    expect(student.get_by_text("Code SPRING-25 is applied.")).to_be_visible()
    picture(student, "prices-3-checkout")
    fits(student)
    student.get_by_role("button", name="Remove the code SPRING-25").click()
    expect(typed).to_be_visible()
    typed.fill("spring-25")
    typed.press("Enter")
    expect(student.get_by_text("Code SPRING-25 is applied.")).to_be_visible()
    student.get_by_role("button", name=re.compile("^Pay .* by card")).click()
    student.wait_for_url(re.compile("/sandbox/"))
    student.get_by_role("button", name=re.compile("^Pay")).first.click()
    student.wait_for_url(re.compile(r"/checkout/success"))
    receipt = student.get_by_role("link", name=re.compile(r"^20\d\d-\d{6}$"))
    expect(receipt).to_be_visible()
    picture(student, "prices-4-success")
    receipt.click()
    expect(student.get_by_role("heading", name=re.compile("^Receipt 20"))).to_be_visible()
    expect(student.get_by_text("Code SPRING-25")).to_be_visible()
    picture(student, "prices-5-receipt")
    student.set_viewport_size({"width": 360, "height": 780})
    fits(student)
    picture(student, "prices-5-receipt-phone")
    number = receipt_number(student)
    with student.expect_download() as downloading:
        student.get_by_role("link", name="Download the PDF").click()
    text = PdfReader(downloading.value.path()).pages[0].extract_text()
    for part in (number, "Lena Fischer", "SPRING-25"):
        assert part in text
    stranger = sign_in(window(), "noah@demo.example")
    open_page(stranger, f"/receipts/{number}")
    expect(stranger.get_by_text("There is no such receipt of yours")).to_be_visible()

    open_page(student, f"/mentors/{MENTOR}")
    student.get_by_role("link", name=re.compile("^Buy")).click()
    student.get_by_label("Have a code?").fill("gift")
    student.get_by_role("button", name="Apply").click()
    expect(student.get_by_text("Code GIFT is applied.")).to_be_visible()
    picture(student, "prices-6-free-phone")
    student.get_by_role("button", name="Take the pack, nothing to pay").click()
    student.wait_for_url(re.compile(r"/checkout/success"))
    expect(student.get_by_role("heading", name="Your seat is yours")).to_be_visible()

    sign_in(mentor, f"{MENTOR}@demo.example")
    open_page(mentor, "/instructor/earnings")
    expect(mentor.get_by_role("rowheader").first).to_be_visible()
    picture(mentor, "prices-7-earnings")
    for name, page, path in (("earnings", mentor, "/instructor/earnings"), ("promotions", admin, "/admin/promotions")):
        page.set_viewport_size({"width": 360, "height": 780})
        open_page(page, path)
        page.wait_for_timeout(500)
        fits(page)
        picture(page, f"prices-8-{name}-phone")
    admin.get_by_role("button", name="End the code GIFT").click()
    admin.get_by_role("button", name="End the code", exact=True).click()
    expect(admin.get_by_role("listitem").filter(has_text="GIFT")).to_contain_text("Ended")
