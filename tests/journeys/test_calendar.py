"""A mentor connects Google Calendar: a busy block hides a time live, a session arrives there, and is moved there."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from journeys.people import open_page, sign_in
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

MENTOR = "sofia-moretti"
SETTINGS = "/instructor/calendar/google"


def connect(mentor: Page) -> None:
    mentor.get_by_role("button", name="Connect Google Calendar").click()
    mentor.wait_for_url("**/sandbox/google/auth**")


def from_the_app(google: Page) -> None:
    """Look at the calendar until the app's event is in it."""
    for _ in range(60):
        google.goto("/sandbox/google")
        if google.get_by_text("from the app").count():
            return
        google.wait_for_timeout(300)
    raise AssertionError("no event of the app came into the calendar")


def test_a_mentors_calendar_both_ways(window: Callable[..., Page], picture: Callable[[Page, str], None]) -> None:
    mentor, student, google = window(zone="Europe/Rome"), window(zone="UTC"), window()
    sign_in(mentor, f"{MENTOR}@demo.example")
    sign_in(student, "lena@demo.example")

    # Half a consent is refused and says which box to tick; a whole one connects.
    open_page(mentor, SETTINGS)
    connect(mentor)
    mentor.get_by_label(re.compile("View your availability")).uncheck()
    mentor.get_by_role("button", name="Continue").click()
    mentor.wait_for_url(f"**{SETTINGS}**")
    expect(mentor.get_by_text(re.compile("tick “View your availability")).first).to_be_visible()
    connect(mentor)
    mentor.get_by_role("button", name="Continue").click()
    mentor.wait_for_url(f"**{SETTINGS}**")
    expect(mentor.get_by_text("Last read").first).to_be_visible()
    picture(mentor, "calendar-1-connected")

    # Something of the mentor's own hides a time on the student's open page.
    open_page(student, f"/calendar?mentor={MENTOR}")
    free = student.get_by_role("region", name="Next free times").get_by_role("button")
    expect(free.first).to_be_visible()
    student.get_by_role("region", name="Next free times").get_by_role("button").nth(3).click()
    student.get_by_role("button", name="Book this time").click()
    student.wait_for_url(re.compile(r"/sessions/?$"))
    from_the_app(google)
    event = google.get_by_role("listitem").filter(has_text="from the app").first
    expect(event).to_contain_text("Session with Lena Fischer")
    when = datetime.fromisoformat(event.locator("input[type=datetime-local]").input_value())
    picture(google, "calendar-2-event")
    open_page(student, f"/calendar?mentor={MENTOR}")
    expect(free.first).to_be_visible()
    before = free.all_inner_texts()
    google.get_by_label("At", exact=True).fill((when - timedelta(days=7)).strftime("%Y-%m-%dT%H:%M"))
    google.get_by_label("Minutes").fill(str(14 * 24 * 60))
    google.get_by_role("button", name="Add", exact=True).click()
    expect(free.first).not_to_have_text(before[0])
    picture(student, "calendar-3-hidden")

    # The event is moved in Google; the open desk asks, and the mentor puts it back.
    open_page(mentor, "/instructor/dashboard")
    google.goto("/sandbox/google")
    event = google.get_by_role("listitem").filter(has_text="from the app").first
    event.locator("input[type=datetime-local]").fill((when + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"))
    event.get_by_role("button", name="Move").click()
    expect(mentor.get_by_text("Moved in Google to").first).to_be_visible()
    picture(mentor, "calendar-4-proposal")
    mentor.get_by_role("button", name=re.compile("^Put it back")).click()
    expect(mentor.get_by_text("Moved in Google to")).to_have_count(0)

    # Access is withdrawn: a banner, and connecting again is one click.
    google.get_by_role("button", name="Revoke access").click()
    open_page(mentor, SETTINGS)
    # A job that was on its way may have found out already.
    read_now = mentor.get_by_role("button", name="Read it now")
    expect(read_now.or_(mentor.get_by_text("Access lost")).first).to_be_visible()
    if read_now.is_visible():
        read_now.click()
    expect(mentor.get_by_text("Access lost").first).to_be_visible()
    picture(mentor, "calendar-5-lost")
