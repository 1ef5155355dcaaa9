"""Whatever arrives, on either engine, the answer is a refusal that names itself: never a 5xx, and nothing is stored."""

import json

import pytest
from sqlalchemy import func, select

from mentorship.db.models import AuditRow

RAW_VALUES = [
    b'"\\u0000"',
    b'"a\\u0000b"',
    b'"\\ud800"',
    b'"x\\udfffy"',
    b'"\x00"',
    b'"\xff\xfe"',
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"9" * 5000,
    b"[" * 30_000 + b"]" * 30_000,
    b'{"a":' * 8_000 + b"1" + b"}" * 8_000,
    b'"' + b"a" * 60_000 + b'"',
    b"",
]
RAW_BODIES = [
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"{",
    b"\xef\xbb\xbf",
    b"\xff",
    b"[" * 60_000,
    b"\x00",
    b'{"\\ud800": 1}',
]
PATHS = ["%00", "%ff", "%ed%a0%80", "a" * 5000, "..%2f..", "0" * 36, "{}", "%F0%9F%92%A9"]


@pytest.fixture
def bodies(house):
    """Each route that takes JSON: who may call it, and a body of every field that it takes."""
    student, mentor, admin = house.student(), house.mentor(), house.admin()
    house.buy_pack(student, mentor)
    session = house.book(student, mentor)
    mentor_id = str(mentor.mentor_id)
    grant = {
        "student_id": str(student.id),
        "mentor_id": mentor_id,
        "sessions": 1,
        "reason": "Because",
        "session_minutes": 60,
        "validity_days": 30,
        "request_key": "grant-0001",
    }
    update = {"status": "completed", "notes": "", "recording_url": ""}
    when = session.ends_at.isoformat()
    return [
        (
            student,
            "POST",
            "/api/checkout/stripe",
            {"product_id": str(mentor.product_id), "code": "", "request_key": "buy-00001"},
        ),
        (admin, "POST", "/api/session-packs", grant),
        (student, "POST", "/api/sessions/book", {"mentor_id": mentor_id, "starts_at": when, "request_key": "b-000001"}),
        (student, "PATCH", f"/api/sessions/{session.id}/reschedule", {"starts_at": when}),
        (student, "PATCH", f"/api/sessions/{session.id}/cancel", {"reason": ""}),
        (mentor, "PATCH", f"/api/instructor/sessions/{session.id}", update),
    ]


@pytest.fixture
def changes(database):
    """How many changes of money, seats, credits, roles and settings there have been."""

    def count() -> int:
        with database.session(read_only=True) as db:
            return db.scalar(select(func.count()).select_from(AuditRow)) or 0

    return count


def assert_refused(response):
    assert 400 <= response.status_code < 500, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == response.status_code


def test_hostile_values_in_every_field(bodies, browser, changes):
    before = changes()
    for person, method, path, body in bodies:
        client = browser(person)
        for name in body:
            template = json.dumps({**body, name: "@"}).encode()
            for value in RAW_VALUES:
                content = template.replace(b'"@"', value)
                assert_refused(
                    client.request(method, path, content=content, headers={"Content-Type": "application/json"})
                )
        assert_refused(client.request(method, path, json={**body, "unknown": 1}))
    assert changes() == before


def test_hostile_bodies(bodies, browser, changes):
    before = changes()
    for person, method, path, _ in bodies:
        for content in RAW_BODIES:
            if path.endswith("/cancel") and content in (b"", b"null"):
                continue
            headers = {"Content-Type": "application/json"}
            assert_refused(browser(person).request(method, path, content=content, headers=headers))
    assert changes() == before


def test_hostile_addresses(house, browser):
    student = house.student()
    client = browser(student)
    for text in PATHS:
        for method, path in (
            ("GET", f"/api/seats/availability/{text}"),
            ("GET", f"/api/mentors/{text}/slots"),
            ("GET", f"/api/checkout/verify?order_id={text}"),
            ("GET", f"/api/checkout/success?order={text}"),
            ("GET", f"/api/checkout/cancel?link={text}"),
            ("PATCH", f"/api/sessions/{text}/complete"),
            ("GET", f"/api/{text}"),
        ):
            assert_refused(client.request(method, path))


@pytest.mark.parametrize(
    "query",
    [
        "start=%00",
        "start=NaN",
        "start=1e308",
        "start=99999999999999999999",
        "start=0001-01-01T00:00:00%2B23:59",
        "end=9999-12-31T23:59:59-23:59",
        "start=2026-03-02T09:00:00",
        "start=2026-03-03T00:00:00Z&end=2026-03-02T00:00:00Z",
        "start=2026-01-01T00:00:00Z&end=2027-01-01T00:00:00Z",
        "session_minutes=0",
        "session_minutes=" + "9" * 5000,
        "session_minutes=%ff",
    ],
)
def test_hostile_periods(house, browser, query):
    assert_refused(browser().get(f"/api/mentors/{house.mentor().mentor_id}/slots?{query}"))


def test_hostile_forms(house, browser):
    client = browser()
    for content in (
        b"\xff\xfe",
        b"email=%00&password=%00",
        b"%" * 5000,
        b"&" * 60_000,
        b"email=%ed%a0%80",
        b"a=1;" * 9000,
    ):
        for content_type in (
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "multipart/form-data; boundary=x",
        ):
            for page in ("sign-in", "sign-up", "sign-out"):
                response = client.post(f"/api/auth/{page}", content=content, headers={"Content-Type": content_type})
                assert response.status_code == 303 or 400 <= response.status_code < 500
                assert "set-cookie" not in response.headers or page == "sign-out"
