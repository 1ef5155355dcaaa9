"""The whole story, as people live it: a stranger becomes a student, has four sessions, and the seat goes back on sale.

Four windows: the student, the mentor, a visitor who only looks at the storefront, and the sandbox's controls.
"""

import re
from collections.abc import Callable

import pytest
from journeys.people import move_clock, open_page, sign_in
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

MENTOR = "jonas-lindqvist"
NAME = "Jonas Lindqvist"


def seats_shown(page: Page, text: str) -> None:
    """The storefront's card shows this many seats, without anybody reloading it."""
    card = page.get_by_role("listitem").filter(has_text=NAME).first
    expect(card).to_contain_text(text)


def book_first_listed(page: Page) -> str:
    """Book the first of the next free times, as the student; returns its label."""
    open_page(page, f"/calendar?mentor={MENTOR}")
    choice = page.get_by_role("region", name="Next free times").get_by_role("button").first
    expect(choice).to_be_visible()
    label = choice.inner_text()
    choice.click()
    page.get_by_role("button", name="Book this time").click()
    page.wait_for_url(re.compile(r"/sessions/?$"))
    expect(page.get_by_text("Booked:").first).to_be_visible()
    return label


def complete_one(mentor: Page) -> None:
    """The mentor says that the session which waits for an outcome was held."""
    open_page(mentor, "/instructor/dashboard")
    waiting = mentor.get_by_role("region", name="Waiting for an outcome")
    waiting.get_by_role("button", name=re.compile("^Complete")).first.click()
    expect(waiting.get_by_role("button", name=re.compile("^Complete"))).to_have_count(0)


def mail_arrives(page: Page, address: str, subject: str) -> None:
    """The mailbox shows a message to one address, a moment later at most."""
    page.goto(f"/sandbox/mailbox?address={address}")
    for _ in range(60):
        if subject.lower() in page.locator("body").inner_text().lower():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(f"no mail about {subject!r} to {address}:\n{page.locator('body').inner_text()}")


def test_from_stranger_to_released_seat(window: Callable[..., Page], picture: Callable[[Page, str], None]) -> None:
    student, mentor, visitor, controls = (
        window(zone="America/New_York"),
        window(zone="Europe/Stockholm"),
        window(zone="Asia/Tokyo", width=390),
        window(),
    )
    address = "robin@stranger.example"

    # A stranger looks around; somebody else has the same page open.
    open_page(visitor, "/")
    seats_shown(visitor, "10 of 10 seats left")
    open_page(student, "/")
    picture(student, "story-1-storefront")
    student.get_by_role("link", name=NAME).first.click()
    student.wait_for_url(f"**/mentors/{MENTOR}")
    expect(student.get_by_role("heading", name="Next free times")).to_be_visible()
    picture(student, "story-2-mentor")

    # Buying needs an account, and comes back to the checkout.
    student.get_by_role("link", name="Buy").click()
    student.wait_for_url("**/sign-in**")
    student.get_by_role("link", name="Create an account").click()
    student.wait_for_url("**/sign-up**")
    student.wait_for_function("!!sessionStorage.getItem('token')")
    student.wait_for_timeout(500)
    student.get_by_label("Your name").fill("Robin Stranger")
    student.get_by_label("E-mail").fill(address)
    student.get_by_label("Password").fill("four words in a row")
    student.get_by_role("button", name="Create account").click()
    student.wait_for_url(re.compile(r"/checkout/?\?product="))
    pay = student.get_by_role("button", name=re.compile("by card"))
    expect(pay).to_be_enabled()
    picture(student, "story-3-checkout")
    pay.click()
    student.wait_for_url("**/sandbox/stripe/c/pay/**")
    seats_shown(visitor, "9 of 10 seats left")
    picture(student, "story-4-hosted-page")

    # The signed webhook turns the payment into a seat, while the page looks on.
    student.get_by_role("button", name=re.compile("^Pay €")).click()
    student.wait_for_url("**/checkout/success**")
    expect(student.get_by_role("heading", name="Your seat is yours")).to_be_visible()
    picture(student, "story-5-paid")
    mail_arrives(controls, address, "Your seat with Jonas Lindqvist is yours")

    # Four sessions: booked from the live availability, held, completed by the mentor.
    sign_in(mentor, f"{MENTOR}@demo.example")
    for number in range(1, 5):
        book_first_listed(student)
        if number == 1:
            picture(student, "story-6-booked")
        expect(mentor.get_by_text("Robin Stranger").first).to_be_visible()
        move_clock(controls, "+ 72 hours")
        move_clock(controls, "+ 1 day")
        complete_one(mentor)
        if number == 3:
            mail_arrives(controls, address, f"One session left with {NAME}")
    picture(mentor, "story-7-desk")

    mail_arrives(controls, address, "your session with")
    mail_arrives(controls, address, f"Keep your seat with {NAME}")

    # The reminders came; the seat is in grace, and the student sees until when.
    open_page(student, "/dashboard")
    expect(student.get_by_text(re.compile("Renew by|or back on sale")).first).to_be_visible()
    picture(student, "story-8-grace")
    seats_shown(visitor, "9 of 10 seats left")

    # 72 hours later: one warning, and then the seat is back on sale, in the visitor's window too.
    happened = move_clock(controls, "+ 72 hours")
    assert happened.index("warnings") < happened.index("seats released")
    picture(controls, "story-9-clock")
    seats_shown(visitor, "10 of 10 seats left")
    picture(visitor, "story-10-back-on-sale")
    mail_arrives(controls, address, f"Last reminder: renew with {NAME}")
    mail_arrives(controls, address, "has been released")
    open_page(student, "/dashboard")
    expect(student.get_by_text(re.compile("no seat", re.IGNORECASE)).first).to_be_visible()
