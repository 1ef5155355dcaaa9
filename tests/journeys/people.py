"""Things that people do in a browser, in the words of the pages."""

import re

from playwright.sync_api import Page, expect

PASSWORD = "mentorship-demo"


def open_page(page: Page, path: str) -> Page:
    """Go to a page and wait until it listens: clicks before that would be lost."""
    page.goto(path)
    page.wait_for_function("!!sessionStorage.getItem('token')")
    expect(page.locator("h1").first).to_be_visible()
    return page


def sign_in(page: Page, email: str, password: str = PASSWORD) -> Page:
    """Sign in through the form."""
    open_page(page, "/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def sign_up(page: Page, name: str, email: str) -> Page:
    """Become a student, and come to stand where that leads."""
    open_page(page, "/sign-up")
    page.wait_for_timeout(500)
    page.get_by_label("Your name").fill(name)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill("four words in a row")
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url(lambda url: "/sign-up" not in url)
    return page


def choose(student: Page, mentor: str) -> Page:
    """Go to the checkout of a mentor's pack, and wait until it can be paid."""
    open_page(student, f"/mentors/{mentor}")
    student.get_by_role("link", name=re.compile("Buy|Renew|Add")).first.click()
    student.wait_for_url(re.compile(r"/checkout/?\?"))
    expect(student.get_by_role("button", name=re.compile("by card"))).to_be_enabled()
    return student


def pay(student: Page) -> Page:
    """Pay what the checkout shows by card, and wait until the pack is there."""
    student.get_by_role("button", name=re.compile("by card")).click()
    student.wait_for_url("**/sandbox/stripe/c/pay/**")
    student.get_by_role("button", name=re.compile(r"^Pay .*\d")).click()
    student.wait_for_url("**/checkout/success**")
    expect(student.get_by_text("to book").first).to_be_visible()
    return student


def buy(student: Page, mentor: str) -> Page:
    """Buy the mentor's pack by card."""
    return pay(choose(student, mentor))


def press_on_clock(page: Page, button: str) -> None:
    """Press one of the buttons of the sandbox's clock, and wait until what is due by then has been done."""
    # Days on which other journeys' payments are looked after take their time.
    page.get_by_role("button", name=button, exact=True).click(timeout=180_000)
    page.wait_for_load_state()


def move_clock(page: Page, button: str) -> str:
    """Move the sandbox's clock with one of its buttons; returns what the page says has happened."""
    page.goto("/sandbox/clock")
    press_on_clock(page, button)
    return page.locator("body").inner_text()
