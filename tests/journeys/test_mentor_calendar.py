"""A mentor's week: a booking appears, is moved in place, held, missed and noted; the student sees each of it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from journeys.people import open_page, press_on_clock, sign_in, sign_up
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

MENTOR, ZONE = "daniel-cohen", "America/New_York"
STUDENT = "Robin Mover"
CALENDAR = "/instructor/calendar"


def buy(student: Page) -> None:
    open_page(student, f"/mentors/{MENTOR}")
    student.get_by_role("link", name=re.compile("^Buy")).first.click()
    student.get_by_role("button", name=re.compile("by card")).click()
    student.wait_for_url("**/sandbox/stripe/c/pay/**")
    student.get_by_role("button", name=re.compile("^Pay")).first.click()
    student.wait_for_url("**/checkout/success**")
    expect(student.get_by_role("heading", name="Your seat is yours")).to_be_visible()


def book(student: Page, nth: int) -> None:
    open_page(student, f"/calendar?mentor={MENTOR}")
    student.get_by_role("region", name="Next free times").get_by_role("button").nth(nth).click()
    student.get_by_role("button", name="Book this time").click()
    student.wait_for_url(re.compile(r"/sessions/?$"))


def first_week_with_time(mentor: Page) -> None:
    """Turn to where the next free time is."""
    open_page(mentor, CALENDAR)
    header = mentor.get_by_role("rowheader")
    for _ in range(9):
        expect(header.first).to_be_visible()
        mentor.wait_for_timeout(300)
        if header.and_(mentor.get_by_role("rowheader", name=re.compile("h free"))).count():
            return
        mentor.get_by_role("button", name="Next week").click()
        mentor.wait_for_timeout(500)
    raise AssertionError("no week has free time")


def blocks(mentor: Page, said: str = "") -> Locator:
    """The student's sessions in the week."""
    return mentor.get_by_role("button", name=re.compile(f"session with {STUDENT}.*{said}"))


def clock(controls: Page) -> datetime:
    controls.goto("/sandbox/clock")
    return datetime.fromisoformat(str(controls.locator("time").first.get_attribute("datetime"))).astimezone(UTC)


def start_of(text: str, controls: Page) -> datetime:
    """The instant of "Tue 24 Nov, 17:00–18:00 (America/New_York)", the next one that fits."""
    now = clock(controls)
    for year in (now.year, now.year + 1):
        at = datetime.strptime(f"{text.partition('–')[0]} {year}", "%a %d %b, %H:%M %Y")
        if (found := at.replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)) > now - timedelta(days=7):
            return found
    raise AssertionError(text)


def move_clock_to(controls: Page, at: datetime) -> None:
    if clock(controls) < at:
        controls.get_by_label("To a day and time").fill(at.strftime("%Y-%m-%dT%H:%M"))
        press_on_clock(controls, "Move")


def open_card(mentor: Page, at: datetime, said: str) -> Locator:
    """Open the card of the session with this state in the week of a day, by keyboard."""
    open_page(mentor, f"{CALENDAR}?view=week&day={at.astimezone(ZoneInfo(ZONE)).date()}")
    block = blocks(mentor, said).first
    expect(block).to_be_visible()
    block.focus()
    block.press("Enter")
    card = mentor.get_by_role("dialog", name=STUDENT, exact=True)
    expect(card).to_be_visible()
    return card


def test_a_mentors_week(window: Callable[..., Page], picture: Callable[[Page, str], None]) -> None:
    mentor, student, controls = window(zone=ZONE), window(zone=ZONE), window()
    sign_in(mentor, f"{MENTOR}@demo.example")
    sign_up(student, STUDENT, "robin.mover@stranger.example")
    buy(student)

    # The booking appears in the open week; its card is opened without a mouse.
    first_week_with_time(mentor)
    expect(blocks(mentor)).to_have_count(0)
    book(student, 0)
    expect(blocks(mentor)).to_have_count(1)
    picture(mentor, "desk-1-week")
    blocks(mentor).first.focus()
    mentor.keyboard.press("Enter")
    card = mentor.get_by_role("dialog", name=STUDENT, exact=True)
    expect(card.get_by_text("Scheduled", exact=True)).to_be_visible()
    before = card.get_by_text(re.compile(rf"\({ZONE}\)$")).first.inner_text()
    mentor.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(blocks(mentor).first).to_be_focused()

    # It is moved in place; the student, who looks at the sessions, sees where to.
    expect(student.get_by_text(before).first).to_be_visible()
    blocks(mentor).first.press("Enter")
    card.get_by_role("link", name=re.compile("^Move")).click()
    expect(mentor.get_by_role("region", name="Moving a session")).to_contain_text(before)
    mentor.get_by_role("button", name=re.compile(", free$")).locator("visible=true").last.click()
    panel = mentor.get_by_text(re.compile("costs Robin Mover nothing")).locator("..")
    after = panel.get_by_text(re.compile(rf"\({ZONE}\)$")).inner_text()
    assert after != before
    picture(mentor, "desk-2-moving")
    mentor.get_by_role("button", name="Move it here").click()
    expect(mentor.get_by_text(re.compile(f"session with {STUDENT} is at")).first).to_be_visible()
    expect(mentor.get_by_role("region", name="Moving a session")).to_have_count(0)
    expect(student.get_by_text(after).first).to_be_visible()
    expect(student.get_by_text(before)).to_have_count(0)
    book(student, 1)
    other = student.get_by_role("listitem").get_by_text(re.compile(rf"\({ZONE}\)$"))
    expect(other).to_have_count(2)
    held, missed = (
        start_of(after, controls),
        next(at for text in other.all_inner_texts() if (at := start_of(text, controls)) and text != after),
    )

    # Both begin: one is completed, the other marked as a no-show, and what was done is written down.
    move_clock_to(controls, max(held, missed) + timedelta(minutes=10))
    for at in sorted((held, missed)):
        card = open_card(mentor, at, "outcome missing")
        if at == held:
            card.get_by_role("button", name=re.compile("^Complete")).click()
            expect(card.get_by_text("Completed", exact=True)).to_be_visible()
        else:
            card.get_by_role("button", name=re.compile("^No-show")).click()
            asked = mentor.get_by_role("dialog", name=f"{STUDENT} did not come?")
            asked.get_by_label("Reason").fill("Nobody was there")
            asked.get_by_role("button", name="Mark as no-show").click()
            expect(asked).to_have_count(0)
            expect(card.get_by_text("No-show", exact=True)).to_be_visible()
        mentor.keyboard.press("Escape")
        expect(card).to_have_count(0)
    card = open_card(mentor, held, "completed")
    card.get_by_role("button", name=re.compile("^Notes")).click()
    notes = mentor.get_by_role("dialog", name="Notes and recording")
    notes.get_by_label("Notes").fill("Read the chapter about locks.")
    notes.get_by_role("button", name="Save").click()
    expect(notes).to_have_count(0)
    expect(card.get_by_text("Read the chapter about locks.")).to_be_visible()
    picture(mentor, "desk-3-noted")
    open_page(student, "/sessions")
    expect(student.get_by_text("Read the chapter about locks.").first).to_be_visible()

    # The month counts both, and a phone lists the same week.
    mentor.keyboard.press("Escape")
    open_page(mentor, f"{CALENDAR}?view=month&day={held.astimezone(ZoneInfo(ZONE)).date()}")
    day = mentor.locator(f"[data-day='{held.astimezone(ZoneInfo(ZONE)).date()}']")
    expect(day).to_have_attribute("aria-label", re.compile("session"))
    picture(mentor, "desk-4-month")
    day.focus()
    day.press("Enter")
    expect(blocks(mentor, "completed")).to_have_count(1)
    mentor.set_viewport_size({"width": 360, "height": 740})
    expect(blocks(mentor, "completed").locator("visible=true")).to_have_count(1)
    assert mentor.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(mentor, "desk-5-phone")
