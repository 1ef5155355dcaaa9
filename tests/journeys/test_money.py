"""Money in a real browser: a code and its receipt, a decline and then the card, and money that goes back."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from journeys.people import open_page, sign_in
from playwright.sync_api import Page, expect
from pypdf import PdfReader

pytestmark = pytest.mark.browser

MENTOR = "Jonas Lindqvist"
SLUG = "jonas-lindqvist"
Window = Callable[..., Page]
Picture = Callable[[Page, str], None]


def sign_up(page: Page, name: str, address: str) -> Page:
    """Become a student."""
    open_page(page, "/sign-up")
    page.wait_for_timeout(500)
    page.get_by_label("Your name").fill(name)
    page.get_by_label("E-mail").fill(address)
    page.get_by_label("Password").fill("four words in a row")
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url(lambda url: "/sign-up" not in url)
    return page


def go_to_checkout(page: Page) -> None:
    """Choose the mentor's pack."""
    open_page(page, f"/mentors/{SLUG}")
    page.get_by_role("link", name="Buy").click()
    page.wait_for_url(re.compile(r"/checkout/?\?product="))


def pay_by_card(page: Page) -> str:
    """Pay on Stripe's page; returns what its button says."""
    page.wait_for_url("**/sandbox/stripe/c/pay/**")
    pay = page.get_by_role("button", name=re.compile("^Pay €"))
    label = pay.inner_text()
    pay.click()
    page.wait_for_url("**/checkout/success**")
    expect(page.get_by_role("heading", name="Your seat is yours")).to_be_visible()
    return label


def buy(page: Page) -> None:
    """Buy a pack by card."""
    go_to_checkout(page)
    page.get_by_role("button", name=re.compile("by card")).click()
    pay_by_card(page)


def test_a_code_lowers_the_price_and_the_receipt_says_so(window: Window, picture: Picture, tmp_path: Path) -> None:
    admin = sign_in(window(), "admin@demo.example")
    open_page(admin, "/admin/promotions")
    admin.get_by_label("Code", exact=True).fill("journey25")
    admin.get_by_label("Percent").fill("25")
    admin.get_by_role("button", name="Offer the code").click()
    expect(admin.get_by_text("JOURNEY25").first).to_be_visible()
    picture(admin, "money-1-promotions")

    student = sign_up(window(width=360, scheme="dark"), "Carla Code", "carla@code.example")
    go_to_checkout(student)
    student.get_by_label("Have a code?").fill("NOSUCHCODE")
    student.get_by_role("button", name="Apply").click()
    expect(student.get_by_label("Have a code?")).to_have_attribute("aria-invalid", "true")
    picture(student, "money-2-no-such-code")
    student.get_by_label("Have a code?").fill(" Journey25 ")
    student.get_by_role("button", name="Apply").click()
    expect(student.get_by_text("Code JOURNEY25 is applied.")).to_be_visible()
    picture(student, "money-3-code")
    pay = student.get_by_role("button", name=re.compile("by card"))
    asked = re.search(r"€[\d.,]+", pay.inner_text())
    pay.click()
    charged = pay_by_card(student)
    assert asked
    assert asked.group() in charged, "the provider asks for the price that the checkout showed"

    student.get_by_role("link", name=re.compile(r"^\d{4}-\d{6}$")).click()
    heading = student.get_by_role("heading", name=re.compile(r"^Receipt \d{4}-\d{6}$"))
    expect(heading).to_be_visible()
    expect(student.get_by_text(re.compile("JOURNEY25"))).to_be_visible()
    picture(student, "money-4-receipt")
    with student.expect_download() as downloading:
        student.get_by_role("link", name="Download the PDF").click()
    downloading.value.save_as(tmp_path / "receipt.pdf")
    text = PdfReader(io.BytesIO((tmp_path / "receipt.pdf").read_bytes())).pages[0].extract_text()
    for part in ("Carla Code", "JOURNEY25", asked.group().strip("€"), heading.inner_text().split()[1]):
        assert part in text

    stranger = sign_in(window(), "noah@demo.example")
    open_page(stranger, f"/receipts/{heading.inner_text().split()[1]}")
    expect(stranger.get_by_text("There is no such receipt of yours")).to_be_visible()


def test_paypal_declines_and_the_card_pays(window: Window, picture: Picture) -> None:
    student = sign_up(window(), "Dora Declined", "dora@declined.example")
    go_to_checkout(student)
    checkout = student.url
    student.get_by_role("button", name="Pay with PayPal").click()
    student.wait_for_url("**/sandbox/paypal/checkoutnow**")
    student.get_by_role("button", name="Approve, declined").click()
    expect(student.get_by_role("heading", name="PayPal did not get the money")).to_be_visible()
    open_page(student, checkout)
    student.get_by_role("button", name="Pay by card instead").click()
    pay_by_card(student)
    open_page(student, "/orders")
    expect(student.get_by_role("listitem").filter(has_text=MENTOR)).to_have_count(1)
    picture(student, "money-5-orders")


def test_money_goes_back(window: Window, picture: Picture) -> None:
    student = sign_up(window(), "Rita Refund", "rita@refund.example")
    buy(student)
    open_page(student, "/orders")

    # The student sees what would come back, asks, and the mentor agrees to exactly that.
    student.get_by_role("button", name=re.compile("^Ask for a refund")).click()
    dialog = student.get_by_role("dialog", name="Ask for a refund?")
    quoted = dialog.locator("p.font-display").inner_text()
    picture(student, "money-6-quote")
    dialog.get_by_role("button", name=f"Ask for {quoted}").click()
    expect(student.get_by_role("button", name=re.compile("^Take the request back"))).to_be_visible()
    mentor = sign_in(window(), f"{SLUG}@demo.example")
    open_page(mentor, "/instructor/dashboard")
    mentor.get_by_role("button", name=re.compile("^Approve: .*Rita Refund|^Approve")).first.click()
    picture(mentor, "money-7-decide")
    mentor.get_by_role("dialog", name=f"Pay {quoted} back?").get_by_role("button", name="Pay it back").click()
    expect(student.get_by_text(re.compile("Refunded|Paid back")).first).to_be_visible()
    picture(student, "money-8-refunded")

    # An admin gives something back for goodwill, after seeing what it does; the pack stays.
    other = sign_up(window(), "Gus Goodwill", "gus@goodwill.example")
    buy(other)
    admin = sign_in(window(), "admin@demo.example")
    open_page(admin, "/admin/orders")
    admin.get_by_role("link", name=re.compile("Gus Goodwill")).first.click()
    expect(admin.get_by_role("heading", name="Order of Gus Goodwill")).to_be_visible()
    picture(admin, "money-9-history")
    admin.get_by_role("link", name=re.compile("Refund")).last.click()
    admin.wait_for_url("**/admin/refunds**")
    admin.get_by_label("What for").select_option("goodwill")
    admin.get_by_label("Amount").fill("12.50")
    admin.get_by_label("Reason").fill("The line was bad")
    admin.get_by_role("button", name="See what will happen").click()
    refund = admin.get_by_role("dialog", name="Refund this order?")
    expect(refund).to_contain_text("12.50")
    picture(admin, "money-10-admin-quote")
    refund.get_by_role("button", name=re.compile("^Refund .*12.50")).click()
    expect(admin.get_by_text("Gus Goodwill").first).to_be_visible()
    open_page(other, "/orders")
    expect(other.get_by_text(re.compile("12.50")).first).to_be_visible()
    picture(other, "money-11-goodwill")
