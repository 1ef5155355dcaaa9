"""Sessions as calendar files: one to download, and the private feed as a calendar program reads it."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar
from support.house import House, MentorPerson, Person
from support.races import everything

from mentorship.db.models import CalendarFeed, User
from mentorship.services import calendar_files
from mentorship.services.bookings import cancel_session, reschedule_session
from mentorship.services.calendar_files import create_feed, feed_status, revoke_feed


@pytest.fixture
def pair(house: House) -> tuple[Person, MentorPerson]:
    student, mentor = house.student('Ada, the "first"; \\N'), house.mentor(time_zone="Asia/Tokyo")
    house.buy_pack(student, mentor)
    return student, mentor


def _path(house: House, person: Person) -> str:
    return create_feed(house.ctx(person)).address.removeprefix("http://localhost:8000")


def _events(content: bytes) -> dict[str, Any]:
    calendar = Calendar.from_ical(content)
    assert str(calendar["METHOD"]) == "PUBLISH"
    return {str(e["UID"]): e for e in calendar.walk("VEVENT")}


def test_one_session_is_a_file_for_its_parties(house, browser, pair):
    student, mentor = pair
    session = house.book(student, mentor)
    path = f"/api/sessions/{session.id}/invitation.ics"
    answer = browser(student).get(path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="session.ics"'
    assert answer.headers["cache-control"] == "no-store"
    ((uid, event),) = _events(answer.content).items()
    assert (uid, event["DTSTART"].dt) == (f"session-{session.id}@mentorship", session.starts_at)
    assert str(event["SUMMARY"]) == "Mentorship session with Grace Mentor"
    ((_, event),) = _events(browser(mentor).get(path).content).items()
    assert str(event["SUMMARY"]) == 'Mentorship session with Ada, the "first"; /N'
    assert str(event["URL"]) == "http://localhost:3000/instructor/sessions"
    others = (house.student(), house.mentor(), None)
    assert [browser(who).get(path).status_code for who in others] == [404, 404, 401]


def test_a_feed_follows_sessions_for_both_sides(house, browser, pair):
    student, mentor = pair
    paths = [_path(house, person) for person in pair]
    assert [_events(browser().get(path).content) for path in paths] == [{}, {}]
    booked, kept = house.book(student, mentor, 60), house.book(student, mentor, 80)
    feeds = [_events(browser().get(path).content) for path in paths]
    assert {*feeds[0]} == {*feeds[1]} == {f"session-{s.id}@mentorship" for s in (booked, kept)}
    reschedule_session(house.ctx(mentor), session_id=booked.id, starts_at=kept.starts_at + timedelta(hours=24))
    cancel_session(house.ctx(student), session_id=kept.id)
    for path in paths:
        found = _events(browser().get(path).content)
        moved, gone = (found[f"session-{s.id}@mentorship"] for s in (booked, kept))
        assert (int(moved["SEQUENCE"]), str(moved["STATUS"])) == (1, "CONFIRMED")
        assert moved["DTSTART"].dt == kept.starts_at + timedelta(hours=24)
        assert (int(gone["SEQUENCE"]), str(gone["STATUS"])) == (1, "CANCELLED")
    house.pass_time(days=85)
    assert len(_events(browser().get(paths[0]).content)) == 2
    house.pass_time(days=20)
    assert _events(browser().get(paths[0]).content) == {}


def test_an_unchanged_feed_is_not_sent_again(house, browser, pair):
    student, mentor = pair
    path = _path(house, student)
    house.book(student, mentor, 60)
    first = browser().get(path)
    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    assert first.headers["cache-control"] == "private, no-cache"
    assert first.headers["referrer-policy"] == "no-referrer"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in first.content
    assert b"X-PUBLISHED-TTL:PT1H\r\n" in first.content
    house.pass_time(minutes=30)
    again = browser().get(path)
    assert (again.content, again.headers["etag"], again.headers["last-modified"]) == (
        first.content,
        first.headers["etag"],
        first.headers["last-modified"],
    )
    tag, date = first.headers["etag"], first.headers["last-modified"]
    known = [
        {"If-None-Match": tag},
        {"If-None-Match": f'W/{tag}, "else"'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": date},
    ]
    other = [{"If-None-Match": '"else"', "If-Modified-Since": date}, {"If-Modified-Since": "yesterday"}, {}]
    for sent, status in [*((h, 304) for h in known), *((h, 200) for h in other)]:
        answer = browser().get(path, headers=sent)
        assert (sent, answer.status_code) == (sent, status)
        assert answer.headers["etag"] == tag
        assert bool(answer.content) is (status == 200)
    head = browser().head(path)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)
    assert head.headers["content-length"] == str(len(first.content))
    assert browser().post(path).status_code == 405
    house.book(student, mentor, 70)
    changed = browser().get(path, headers={"If-None-Match": tag, "If-Modified-Since": date})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag
    assert changed.headers["last-modified"] > date


def test_a_renamed_person_changes_the_feeds_of_others(house, browser, pair):
    student, mentor = pair
    path = _path(house, student)
    house.book(student, mentor)
    tag = browser().get(path).headers["etag"]
    with house.system().begin() as uow:
        uow.catalog.mentor(mentor.mentor_id).name = "Grace Hopper"
    answer = browser().get(path, headers={"If-None-Match": tag})
    assert b"with Grace Hopper" in answer.content


def test_the_address_is_secret_and_can_be_taken_back(house, browser, pair, caplog):
    student, _ = pair
    caplog.set_level(logging.DEBUG)
    old = _path(house, student)
    token = old.rpartition("/")[2].removesuffix(".ics")
    assert len(token) >= 43
    assert browser().get(old).status_code == 200
    new = _path(house, student)
    assert [browser().get(path).status_code for path in (old, new)] == [404, 200]
    revoke_feed(house.ctx(student))
    revoke_feed(house.ctx(student))
    odd = ["x", "a" * 3000, "%00", "%ff", "..", "%2e%2e", "*", "é", "'--", new[-47:-4] + "%20", "\u202e"]
    gone = {browser().get(path).text for path in (old, new, *(f"/api/calendar/{o}.ics" for o in odd if o != ".."))}
    assert len(gone) == 1
    assert '"code": "not_found"' in gone.pop()
    assert everything(house, CalendarFeed) == []
    ours = [r.getMessage() for r in caplog.records if r.name != "httpx"]
    assert ours
    assert token not in " ".join(ours)
    with house.system().begin(read_only=True) as uow:
        rows = [r for r in uow.audit.about("user", str(student.id)) if r.action.startswith("feed")]
    assert [r.action for r in rows] == ["feed_created", "feed_replaced", "feed_revoked"]
    assert token not in str([(r.before, r.after) for r in rows])


def test_the_token_stays_out_of_the_log_when_a_read_fails(house, browser, pair, caplog, monkeypatch):
    path = _path(house, pair[0])

    def fail(*_: object) -> bytes:
        raise RuntimeError("broken")

    monkeypatch.setattr(calendar_files, "_file", fail)
    assert browser().get(path).status_code == 500
    assert "/api/calendar/{token}.ics failed" in caplog.text
    assert path.rpartition("/")[2].removesuffix(".ics") not in caplog.text


def test_only_a_hash_is_kept_and_reads_are_noted_by_the_hour(house, browser, pair):
    student, _ = pair
    assert feed_status(house.ctx(student)).created_at is None
    path = _path(house, student)
    made = house.clock.now()
    assert feed_status(house.ctx(student)).read_at is None
    times = []
    for _ in range(5):
        house.pass_time(minutes=25)
        browser().get(path)
        times.append(feed_status(house.ctx(student)).read_at - made)
    assert [t.total_seconds() / 60 for t in times] == [25, 25, 25, 100, 100]
    (row,) = everything(house, CalendarFeed)
    assert path.rpartition("/")[2].removesuffix(".ics") not in repr(row)
    assert len(row.token_hash) == 64


def test_a_closed_account_has_no_feed(house, browser, pair):
    path = _path(house, pair[0])
    with house.system().begin() as uow:
        user = uow.people.user(pair[0].id)
        assert isinstance(user, User)
        user.disabled_at = house.clock.now()
    assert browser().get(path).status_code == 404


def test_reads_are_limited(house, browser, pair):
    path = _path(house, pair[0])
    house.limiter.limit = 3
    assert [browser().get(path).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert not [key for key in house.limiter.tries if path.rpartition("/")[2].removesuffix(".ics") in str(key)]
