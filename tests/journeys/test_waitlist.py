"""Waiting for a seat: joined from a sold-out page, offered live, lapsed by the clock, offered to the next, bought."""

import re
from collections.abc import Callable

import pytest
from journeys.looks import whole
from journeys.people import move_clock, open_page, sign_in
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

SLUG, NAME = "priya-nair", "Priya Nair"
PAGE = f"/mentors/{SLUG}"


def price_card(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Price and seats")


def leave(page: Page, label: str) -> None:
    """Leave by keyboard: the first focus is on the harmless button, and the dialog asks first."""
    page.get_by_role("button", name=re.compile(f"^{label}")).first.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("start at the end of the line")
    expect(dialog.get_by_role("button", name=re.compile("^Keep"))).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)


def test_from_sold_out_to_a_seat(window: Callable[..., Page], picture: Callable[[Page, str], None]) -> None:
    lena, hanna, diego, mentor, visitor, controls = (window() for _ in range(6))

    # A visitor sees how many wait, and joining leads to the sign-in and back.
    open_page(visitor, "/mentors")
    card = visitor.get_by_role("listitem").filter(has_text=NAME)
    expect(card).to_contain_text("Sold out · join the waitlist")
    expect(card).to_contain_text("2 people are waiting")
    whole(visitor, "waitlist-0-mentors", picture)
    open_page(lena, PAGE)
    whole(lena, "waitlist-1-sold-out", picture)
    lena.get_by_role("button", name="Join the waitlist").click()
    lena.wait_for_url(f"**/sign-in?next={PAGE}")
    lena.wait_for_function("!!sessionStorage.getItem('token')")
    lena.wait_for_timeout(500)
    lena.get_by_label("E-mail").fill("lena@demo.example")
    lena.get_by_label("Password").fill("mentorship-demo")
    lena.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    lena.wait_for_url(re.compile(f"{PAGE}/?$"))
    lena.wait_for_function("!!sessionStorage.getItem('token')")
    lena.get_by_role("button", name="Join the waitlist").click()
    expect(price_card(lena)).to_contain_text("You are number 3 of 3 in the waitlist of Priya")
    expect(card).to_contain_text("3 people are waiting")
    whole(lena, "waitlist-2-joined", picture)

    # The mentor sees the line and gives a seat up: the first in line is offered it, live.
    sign_in(hanna, "hanna@demo.example")
    open_page(hanna, "/dashboard")
    expect(hanna.get_by_role("region", name="Waitlist")).to_contain_text("You are next in the waitlist of Priya")
    whole(hanna, "waitlist-3-dashboard", picture)
    sign_in(mentor, f"{SLUG}@demo.example")
    expect(mentor.get_by_text("3 people are waiting").first).to_be_visible()
    whole(mentor, "waitlist-5-desk", picture)
    open_page(mentor, "/instructor/students")
    line = mentor.get_by_role("region", name="Waitlist").get_by_role("listitem")
    expect(line).to_have_count(3)
    expect(line.first).to_contain_text("Hanna Weber")
    mentor.get_by_role("button", name="Release seat of Marco Bianchi").click()
    asked = mentor.get_by_role("dialog")
    expect(asked).to_contain_text("offered to the next in your waitlist")
    asked.get_by_label("Reason").fill("We agreed to stop here.")
    asked.get_by_role("button", name="Release the seat").click()
    expect(hanna.get_by_role("region", name="Waitlist")).to_contain_text("A seat with Priya is held for you until")
    expect(price_card(lena)).to_contain_text("You are number 2 of 2")
    expect(line.first).to_contain_text("Seat offered")
    whole(hanna, "waitlist-4-offer", picture)
    whole(mentor, "waitlist-5-line", picture)
    expect(card).to_contain_text("Sold out")

    # Diego has changed his mind.
    sign_in(diego, "diego@demo.example")
    open_page(diego, "/dashboard")
    leave(diego, "Leave the waitlist")
    expect(diego.get_by_role("region", name="Waitlist")).to_have_count(0)
    expect(price_card(lena)).to_contain_text("You are next in the waitlist of Priya")

    # A day later nobody has taken it: the next in line has the offer, and buys.
    open_page(hanna, PAGE)
    expect(price_card(hanna).get_by_role("link", name="Buy")).to_be_visible()
    whole(hanna, "waitlist-6-offer-at-the-mentor", picture)
    assert "offers lapsed" in move_clock(controls, "+ 1 day")
    expect(price_card(hanna).get_by_role("button", name="Join the waitlist")).to_be_visible()
    expect(price_card(lena)).to_contain_text("A seat with Priya is held for you until")
    price_card(lena).get_by_role("link", name="Buy").click()
    pay = lena.get_by_role("button", name=re.compile("by card"))
    expect(pay).to_be_enabled()
    expect(lena.get_by_text("from the waitlist is held for you until")).to_be_visible()
    whole(lena, "waitlist-7-checkout", picture)
    pay.click()
    lena.wait_for_url("**/sandbox/stripe/c/pay/**")
    lena.get_by_role("button", name=re.compile(r"^Pay \$")).click()
    lena.wait_for_url("**/checkout/success**")
    expect(lena.get_by_role("heading", name="Your seat is yours")).to_be_visible()
    open_page(lena, "/dashboard")
    expect(lena.get_by_text(NAME).first).to_be_visible()
    expect(lena.get_by_role("region", name="Waitlist")).to_have_count(0)

    # The mails: an offer with its end, and that it is over.
    for address, subject in (("hanna", "is no longer held for you"), ("lena", "is held for you until")):
        controls.goto(f"/sandbox/mailbox?address={address}@demo.example")
        expect(controls.get_by_text(subject).first).to_be_visible()
