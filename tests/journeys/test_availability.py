"""A mentor edits their hours, sees the effect before saving, and a student's open calendar follows once they save."""

import re
from collections.abc import Callable

import pytest
from journeys.people import open_page, sign_in
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

MENTOR, ZONE = "mei-tanaka", "Asia/Tokyo"
"""This journey's own mentor: their hours are not the same afterwards."""


def test_hours_are_previewed_saved_and_followed_by_an_open_calendar(
    window: Callable[..., Page], picture: Callable[[Page, str], None]
) -> None:
    mentor, student = window(zone=ZONE), window(zone=ZONE)
    sign_in(mentor, f"{MENTOR}@demo.example")
    sign_in(student, "aisha@demo.example")
    open_page(student, f"/calendar?mentor={MENTOR}")
    free = student.get_by_role("region", name="Next free times").get_by_role("button")
    free.first.click()
    student.get_by_role("button", name="Book this time").click()
    student.wait_for_url(re.compile(r"/sessions/?$"))
    open_page(student, f"/calendar?mentor={MENTOR}")
    expect(free.first).to_be_visible()
    before = free.all_inner_texts()

    open_page(mentor, "/instructor/dashboard")
    mentor.get_by_role("navigation", name="Main").get_by_role("link", name="Calendar").first.click()
    mentor.wait_for_url("**/instructor/calendar**")
    mentor.get_by_role("link", name="Availability").click()
    mentor.wait_for_url("**/instructor/availability**")
    preview = mentor.get_by_role("complementary", name="Preview")
    mentor.get_by_role("button", name="Next week").click()
    wednesday = preview.get_by_role("listitem").filter(has_text=re.compile("^Wed"))
    expect(wednesday).to_contain_text("18:00–")

    # Typed into the fields, past midnight, and shown at once; nothing counts before it is saved.
    mentor.get_by_label("Wednesday, interval 1, from").fill("22:00")
    expect(wednesday).not_to_contain_text("18:00–")
    mentor.get_by_label("Wednesday, interval 1, until").fill("01:30")
    expect(wednesday).to_contain_text("22:00–00:20")
    expect(preview.get_by_role("listitem").filter(has_text=re.compile("^Thu"))).to_contain_text("00:00–01:20")
    expect(mentor.get_by_text("You have unsaved changes.")).to_be_visible()
    picture(mentor, "availability-1-draft")
    student.wait_for_timeout(500)
    assert free.all_inner_texts() == before
    mentor.get_by_role("button", name="Undo").click()
    expect(wednesday).to_contain_text("18:00–")
    expect(mentor.get_by_label("Wednesday, interval 1, from")).to_have_value("18:00")

    # Every day but Monday goes; what is booked stays and is named, and the student's open calendar follows.
    mentor.get_by_role("button", name="Add an interval on Monday").click()
    expect(mentor.get_by_label("Monday, interval 1, from")).to_have_value("09:00")
    for day in ("Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"):
        mentor.get_by_role("button", name=f"Remove {day}, interval 1").click()
        expect(mentor.get_by_label(f"{day}, interval 1, from")).to_have_count(0)
    expect(preview.get_by_text("Booked outside of these hours")).to_be_visible()
    mentor.get_by_role("button", name="Save", exact=True).click()
    expect(mentor.get_by_text(re.compile("^Saved. 1 booked session is outside"))).to_be_visible()
    expect(free.first).to_contain_text("Mon")
    picture(student, "availability-2-followed")
    open_page(student, "/sessions")
    expect(student.get_by_text("Mei Tanaka").first).to_be_visible()
