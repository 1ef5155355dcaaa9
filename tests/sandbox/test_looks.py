"""The sandbox's pages in a real browser: axe finds nothing, they fit a phone, and the buttons lead where they say."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from support.paypal import asked, create, link

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
PICTURES = Path(__file__).resolve().parents[2] / ".artifacts" / "sandbox"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None and not os.environ.get("CI"), reason="no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def busy(long_running):
    """A sandbox in which everything has happened once; the addresses of its pages."""
    paypal, stripe = long_running.paypal(), long_running.client()
    opened = link(create(paypal, "open"), "payer-action")
    declined = link(create(paypal, "declined"), "payer-action")
    long_running.press(declined, action="decline")
    long_running.captured(paypal, "pending", "pending", invoice_id="1")
    taken = long_running.captured(paypal, "refunded", invoice_id="2")["id"]
    paid = link(asked(paypal.payments.get_captured_payment({"capture_id": taken})), "up").rsplit("/", 1)[1]
    long_running.press("/paypal", action="refund", id=taken, amount="1000")
    long_running.press("/paypal", action="dispute", id=taken)
    long_running.press("/paypal", action="hold_all")
    closed = link(create(paypal, "closed", invoice_id="3"), "payer-action")
    long_running.press(closed, action="approve_close")
    long_running.press("/paypal", action="fault", kind="500", calls="7")
    session = stripe.v1.checkout.sessions.create(long_running.params())
    long_running.press(session.url, action="pay")
    intent = stripe.v1.checkout.sessions.retrieve(session.id).payment_intent
    long_running.press("/stripe", action="refund", id=intent, amount="500")
    long_running.press("/stripe", action="dispute", id=intent)
    url = long_running.url
    return {
        "approve": opened,
        "declined": declined,
        "paid": f"{url}/paypal/checkoutnow?token={paid}",
        "paypal": f"{url}/paypal",
        "stripe": f"{url}/stripe",
        "overview": f"{url}/",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", ["approve", "declined", "paid", "paypal", "stripe", "overview"])
def test_axe_finds_nothing_and_nothing_is_cut_off(browser, busy, name, width, scheme):
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(busy[name])
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}-{width}-{scheme}.png", full_page=True)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_the_keyboard_leads_from_the_approval_page_back_to_the_shop(browser, busy):
    page: Page = browser.new_page()
    page.goto(busy["approve"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "Approve €480.00"
    with page.expect_request("**/checkout/paypal?order=1&token=*&PayerID=*"):
        page.keyboard.press("Enter")
    page.close()
