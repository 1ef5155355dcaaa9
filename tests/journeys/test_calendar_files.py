"""Sessions in the reader's own calendar: one file, a private address from its making to its removal, a changed law."""

import re
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from journeys.looks import whole
from journeys.people import open_page, sign_in
from playwright.sync_api import Page, expect
from support.site import Site

pytestmark = pytest.mark.browser


def book(page: Page, nth: int) -> str:
    """Have the signed-in student book the nth free time of a mentor of theirs; returns the session's id."""
    packs = page.request.get("/api/session-packs/me").json()["packs"]
    mentor_id = next(p["mentor_id"] for p in packs if p["remaining_sessions"])
    starts_at = page.request.get(f"/api/mentors/{mentor_id}/slots").json()["slots"][nth]["starts_at"]
    booked = page.request.post("/api/sessions/book", data={"mentor_id": mentor_id, "starts_at": starts_at})
    assert booked.status == 201, booked.text()
    return str(booked.json()["id"])


def entries(content: bytes) -> list[str]:
    return [str(e["UID"]) for e in Calendar.from_ical(content).walk("VEVENT")]


def test_a_private_address(window: Callable[..., Page], picture: Callable[[Page, str], None]) -> None:
    page, program = window(zone="Asia/Dhaka"), window()
    sign_in(page, "aisha@demo.example")
    session_id = book(page, 4)

    open_page(page, "/sessions")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^Add to calendar, session with")).first.click()
    assert download.value.suggested_filename == "session.ics"
    assert entries(Path(download.value.path()).read_bytes()) == [f"session-{session_id}@mentorship"]
    whole(page, "calendar-files-sessions", picture)

    open_page(page, "/settings")
    expect(page.get_by_label("Your time zone").locator("option")).not_to_have_count(1)
    expect(page.get_by_label("Your time zone")).to_have_value("Asia/Dhaka")
    make = page.get_by_role("button", name="Make the address")
    expect(make).to_be_enabled()
    whole(page, "calendar-files-settings-without", picture)
    make.click()
    field = page.get_by_label("Your address")
    expect(field).to_have_value(re.compile(r"/api/calendar/[\w-]{43}\.ics$"))
    address = field.input_value()
    assert page.get_by_role("link", name="Open in a calendar program").get_attribute("href") == (
        "webcal://" + address.partition("://")[2]
    )
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the address").click()
    expect(page.get_by_text("The address is copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == address
    whole(page, "calendar-files-settings-with", picture)

    read = program.request.get(address)
    assert (read.status, entries(read.body())) == (200, [f"session-{session_id}@mentorship"])
    assert program.request.get(address, headers={"If-None-Match": read.headers["etag"]}).status == 304

    # Coming back, the address is not shown again, and the reading is known.
    open_page(page, "/settings")
    expect(page.get_by_text("Last read by a calendar")).to_be_visible()
    expect(page.get_by_text("Not yet")).to_have_count(0)
    expect(field).to_have_count(0)
    page.get_by_role("button", name="Replace the address").click()
    dialog = page.get_by_role("dialog", name="Replace the address?")
    expect(dialog.get_by_text("stops working at once")).to_be_visible()
    whole(page, "calendar-files-replace", picture)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert program.request.get(address).status == 200
    page.get_by_role("button", name="Replace the address").click()
    dialog.get_by_role("button", name="Replace the address").click()
    expect(field).to_be_visible()
    assert field.input_value() != address
    assert program.request.get(address).status == 404
    assert program.request.get(field.input_value()).status == 200
    address = field.input_value()

    page.get_by_role("button", name="Remove it").click()
    page.get_by_role("dialog", name="Remove the address?").get_by_role("button", name="Remove the address").click()
    expect(make).to_be_visible()
    assert program.request.get(address).status == 404


def test_a_law_shifts_two_bookings(
    window: Callable[..., Page], picture: Callable[[Page, str], None], site: Site
) -> None:
    student, admin = window(zone="Asia/Dhaka"), window()
    sign_in(student, "aisha@demo.example")
    sessions = [book(student, nth) for nth in (20, 30)]
    sign_in(admin, "admin@demo.example")
    open_page(admin, "/admin")
    expect(admin.get_by_text("Every booking is where it was agreed to be.")).to_be_visible()

    starts = [_agree_an_hour_earlier(site.folder / "data" / "mentorship.db", session) for session in sessions]
    open_page(admin, "/admin")
    expect(admin.get_by_text("2 bookings shift.")).to_be_visible()
    whole(admin, "calendar-files-zones", picture)
    admin.get_by_role("button", name=re.compile("^Keep the wall time, Aisha")).first.click()
    dialog = admin.get_by_role("dialog", name=re.compile("^Move the session of Aisha"))
    expect(dialog.get_by_text("Both get a mail")).to_be_visible()
    whole(admin, "calendar-files-zones-move", picture)
    dialog.get_by_role("button", name="Move the session").click()
    expect(admin.get_by_text("1 booking shifts.")).to_be_visible()
    admin.get_by_role("button", name=re.compile("^Keep the instant, Aisha")).click()
    dialog = admin.get_by_role("dialog", name=re.compile("^Keep the instant of Aisha"))
    expect(dialog.get_by_text("nobody gets a mail")).to_be_visible()
    dialog.get_by_role("button", name="Keep the instant").click()
    expect(admin.get_by_text("Every booking is where it was agreed to be.")).to_be_visible()
    moved = [_starts(student, session) - at for session, at in zip(sessions, starts, strict=True)]
    assert moved == [timedelta(hours=-1), timedelta(0)]


def _agree_an_hour_earlier(path: Path, session_id: str) -> datetime:
    """Have a session been agreed for an hour earlier than its instant, as after a law; returns the instant."""
    with sqlite3.connect(path, timeout=30) as db:
        key = session_id.replace("-", "")
        wall, starts_at = db.execute("SELECT wall_time, starts_at FROM sessions WHERE id = ?", (key,)).fetchone()
        earlier = (datetime.fromisoformat(wall) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
        db.execute("UPDATE sessions SET wall_time = ? WHERE id = ?", (earlier, key))
    db.close()
    return datetime.fromisoformat(starts_at)


def _starts(page: Page, session_id: str) -> datetime:
    """When a session begins, as its calendar file says."""
    content = page.request.get(f"/api/sessions/{session_id}/invitation.ics").body()
    (entry,) = Calendar.from_ical(content).walk("VEVENT")
    return entry["DTSTART"].dt
