"""Booking as a student lives it: by keyboard alone, on a phone, and from another continent over a clock change."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from journeys.looks import check, whole
from journeys.people import PASSWORD, buy, open_page, sign_in, sign_up
from playwright.sync_api import Locator, Page, expect
from support.site import Site, serve_site

pytestmark = pytest.mark.browser

STOCKHOLM, LOS_ANGELES = ZoneInfo("Europe/Stockholm"), "America/Los_Angeles"
FREE = "[data-cell][aria-pressed]"
Picture = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def site(site_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of its own: this file moves the clock by months."""
    with serve_site(site_build, tmp_path_factory.mktemp("booking")) as running:
        yield running


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until this has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"the keyboard does not come to {target}")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText"))


def jump(controls: Page, to: datetime) -> None:
    """Move the sandbox's clock to an instant."""
    controls.goto("/sandbox/clock")
    controls.get_by_label("To a day and time (UTC)").fill(f"{to.astimezone(UTC):%Y-%m-%dT%H:%M}")
    controls.get_by_role("button", name="Move", exact=True).click()
    controls.wait_for_load_state()


def test_a_session_is_booked_and_moved_without_a_mouse(window: Callable[..., Page], picture: Picture) -> None:
    page = window()
    open_page(page, "/sign-in")
    tab_to(page, page.get_by_label("E-mail"))
    page.keyboard.type("lena@demo.example")
    tab_to(page, page.get_by_label("Password"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)

    open_page(page, "/calendar?mentor=sofia-moretti&view=week")
    expect(page.locator(FREE).first).to_be_visible()
    tab_to(page, page.locator("[data-cell][tabindex='0']"))
    first = focused(page)
    assert "free" in first
    page.keyboard.press("ArrowDown")
    below = focused(page)
    assert below != first
    page.keyboard.press("ArrowUp")
    assert focused(page) == first
    page.keyboard.press("ArrowRight")
    assert focused(page).split(",")[0] != first.split(",")[0], "another day"
    week = page.get_by_role("heading", level=2).first.inner_text()
    page.keyboard.press("PageDown")
    expect(page.get_by_role("heading", level=2).first).not_to_have_text(week)
    page.wait_for_function("document.activeElement.matches('[data-cell]')")
    while "free" not in focused(page):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    book = page.get_by_role("button", name="Book this time")
    expect(book).to_be_visible()
    picture(page, "booking-keyboard-week")
    tab_to(page, book)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/sessions/?$"))
    expect(page.get_by_text("Booked:").first).to_be_visible()

    move = page.get_by_role("link", name="Move").last
    tab_to(page, move)
    page.keyboard.press("Enter")
    page.wait_for_url("**/calendar?session=*")
    expect(page.get_by_text("It stays there until you confirm")).to_be_visible()
    tab_to(page, page.locator("button[data-day][tabindex='0']"))
    page.keyboard.press("Enter")
    slot = page.locator("[aria-labelledby='slot-day'] li button").first
    expect(slot).to_be_visible()
    tab_to(page, slot)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Moving costs nothing. You can move it once more after that.")).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Move it here"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/sessions/?$"))
    expect(page.get_by_text("Moved to").first).to_be_visible()
    expect(page.get_by_text("You can move it once.").first).to_be_visible()


def test_a_phone_books_from_the_week_and_asks_why_not(window: Callable[..., Page], picture: Picture) -> None:
    page = window(width=360)
    sign_in(page, "lena@demo.example")
    open_page(page, "/calendar?mentor=sofia-moretti&view=week")
    expect(page.locator(FREE).first).to_be_visible()
    page.get_by_role("button", name="Next week").click()
    page.get_by_role("button", name=re.compile("^Show Thursday")).click()
    page.wait_for_timeout(500)
    column = page.locator("[data-column]").nth(3)
    left, width = column.evaluate("c => [c.getBoundingClientRect().left, c.getBoundingClientRect().width]")
    assert left >= 0
    assert left + width <= 360, "the day is in view as a whole"
    picture(page, "booking-phone-week")
    check(page, "the week on a phone")
    column.locator("[data-body]").click(position={"x": width / 2, "y": 8})
    expect(page.get_by_text("The mentor does not work at this time.")).to_be_visible()
    page.get_by_role("group", name="Free near it").get_by_role("button").first.click()
    expect(page.get_by_text("Paid with one credit of")).to_be_visible()
    picture(page, "booking-phone-picked")
    check(page, "a picked time on a phone")
    page.get_by_role("button", name="Book this time").click()
    page.wait_for_url(re.compile(r"/sessions/?$"))
    expect(page.get_by_text("Booked:").first).to_be_visible()


def _change_after(now: datetime) -> datetime:
    """When Stockholm's clock changes next, at least three weeks from now."""
    day = (now + timedelta(days=21)).date()
    while True:
        noons = [datetime.combine(d, time(12), STOCKHOLM) for d in (day, day + timedelta(days=1))]
        if noons[0].utcoffset() != noons[1].utcoffset():
            return noons[1]
        day += timedelta(days=1)


def test_a_pack_is_planned_from_another_continent_over_a_clock_change(
    window: Callable[..., Page], picture: Picture
) -> None:
    student, controls, mentor = window(zone=LOS_ANGELES), window(), window(zone="Europe/Stockholm")
    change = _change_after(datetime.now(UTC))
    jump(controls, (change - timedelta(days=10)).replace(hour=6))

    # Somebody in California buys a pack in Stockholm.
    sign_up(student, "Casey Coast", "casey@coast.example")
    buy(student, "jonas-lindqvist")

    # The whole pack, weekly: Jonas keeps his time of day, and Casey is told where theirs shifts.
    open_page(student, "/dashboard")
    student.get_by_role("link", name="Plan the rest of the pack").click()
    student.wait_for_url(re.compile(r"/calendar/?\?.*plan=1"))
    student.get_by_role("region", name="Next free times").get_by_role("button").first.click()
    student.get_by_role("link", name="Plan from here").click()
    student.wait_for_url("**/calendar/plan**")
    rows = student.get_by_role("list", name="Sessions of the plan").get_by_role("listitem")
    expect(rows).to_have_count(4)
    there = [re.search(r"(\d\d:\d\d) for Jonas", row) for row in rows.all_inner_texts()]
    assert len({found.group(1) for found in there if found}) == 1, "one time of day in Stockholm"
    assert all(there)
    expect(student.get_by_text("for you than the first: a clock changes in between.").first).to_be_visible()
    whole(student, "booking-plan", picture)
    student.get_by_role("button", name="Book 4 sessions").click()
    student.wait_for_url(re.compile(r"/sessions/?$"))
    expect(student.get_by_text("Booked: 4 sessions").first).to_be_visible()
    cards = student.get_by_role("listitem").filter(has_text="Session of")
    expect(cards).to_have_count(4)
    for card in cards.all_inner_texts():
        assert f"({LOS_ANGELES})" in card
        assert "for Jonas (Europe/Stockholm)" in card

    # The last one moves; nothing of the credit does.
    cards.last.get_by_role("link", name="Move").click()
    student.wait_for_url("**/calendar?session=*")
    student.get_by_role("region", name="Next free times").get_by_role("button").nth(3).click()
    expect(student.get_by_text("Moving costs nothing.")).to_be_visible()
    student.get_by_role("button", name="Move it here").click()
    student.wait_for_url(re.compile(r"/sessions/?$"))
    expect(student.get_by_text("Moved to").first).to_be_visible()

    # Three hours before the first it is too late, and the page says so before and after.
    starts = student.locator("time[datetime]").first.get_attribute("datetime")
    assert starts
    jump(controls, datetime.fromisoformat(starts) - timedelta(hours=3))
    open_page(student, "/sessions")
    first = cards.first
    first.get_by_text("Why not?").first.click()
    expect(first.get_by_text("Ask your mentor to move it, or cancel it.")).to_be_visible()
    first.get_by_role("button", name="Cancel").click()
    dialog = student.get_by_role("dialog")
    expect(dialog.get_by_text("Cancel now and it is used.")).to_be_visible()
    dialog.get_by_label("Reason").fill("A tree fell on the line.")
    picture(student, "booking-late-cancel-dialog")
    dialog.get_by_role("button", name="Cancel the session").click()
    past = student.get_by_role("region", name="Past")
    expect(past.get_by_text("A tree fell on the line.")).to_be_visible()
    expect(past.get_by_text("Ask Jonas to waive it")).to_be_visible()
    whole(student, "booking-late-cancel", picture)
    sign_in(mentor, "jonas-lindqvist@demo.example")
    open_page(mentor, "/instructor/sessions")
    expect(mentor.get_by_text("A tree fell on the line.")).to_be_visible()
