"""Whatever arrives, on either engine, the answer is a refusal that names itself: never a 5xx, and nothing is stored."""

import json
import time

import pytest
from sqlalchemy import func, select
from support.paypal_signing import signer

from mentorship.db.models import AuditRow, InboxEvent

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
        (
            student,
            "POST",
            "/api/checkout/paypal",
            {"product_id": str(mentor.product_id), "code": "", "request_key": "buy-00002"},
        ),
        (student, "POST", "/api/checkout/paypal/capture", {"token": "5O190127TN364715T"}),
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
    client, admin = browser(house.student()), browser(house.admin())
    product = house.mentor().product_id
    for text in PATHS:
        for path in (
            f"/api/receipts/{text}.pdf",
            f"/api/admin/disputes/{text}/evidence",
            f"/api/admin/accounting.csv?from={text}&to=2026-12-31",
            f"/api/admin/accounting.csv?from=2026-01-01&to={text}",
        ):
            assert_refused(admin.get(path))
        for method, path in (
            ("GET", f"/api/checkout/quote?product_id={text}"),
            ("GET", f"/api/checkout/quote?product_id={product}&code={text}"),
            ("GET", f"/api/receipts/{text}.pdf"),
            ("GET", f"/api/seats/availability/{text}"),
            ("GET", f"/api/mentors/{text}/slots"),
            ("GET", f"/api/mentors/{text}/slots/explain?starts_at={text}"),
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


@pytest.mark.parametrize(
    "query",
    [
        "",
        "from=2026-01-01",
        "from=2026-02-30&to=2026-03-01",
        "from=2026-12-31&to=2026-01-01",
        "from=-1-01-01&to=2026-01-01",
        "from=99999-01-01&to=99999-01-02",
        "from=1e308&to=NaN",
        "from=%D9%A2%D9%A0%D9%A2%D9%A6-01-01&to=2026-01-01",
        "from=2026-01-01&from=%00&to=2026-01-01&to=%00",
    ],
)
def test_hostile_days(house, browser, query):
    assert_refused(browser(house.admin()).get(f"/api/admin/accounting.csv?{query}"))


@pytest.mark.parametrize("query", ["from=0001-01-01&to=9999-12-31", "from=9999-12-31&to=9999-12-31"])
def test_the_ends_of_the_calendar(house, browser, query):
    answer = browser(house.admin()).get(f"/api/admin/accounting.csv?{query}")
    assert answer.status_code == 200 or 400 <= answer.status_code < 500


HOOK = "/api/webhooks/paypal"
CERTIFICATE_ADDRESSES = [
    "",
    "x",
    "https://",
    "https://[",
    "https://[::1",
    "https://api.paypal.com@evil.example/CERT",
    "https://api.paypal.com:99999999/CERT",
    "https://api.paypal.com.evil.example/CERT",
    "https://evil.example/https://api.paypal.com/CERT",
    "//api.paypal.com/CERT",
    "http://127.0.0.1:22/",
    "http://169.254.169.254/latest/meta-data/",
    "file:///etc/passwd",
    "data:,x",
    "https://api.paypal.com\\@evil.example/",
    "https://api.paypal.com /CERT",
    "https://\u200bapi.paypal.com/CERT",
    "https://аpi.paypal.com/CERT",
    "https://" + "a" * 60_000,
    "https://evil.example/" + "../" * 20_000,
]
SIGNATURES = ["", "=", "====", "AAAA", "ÿþ", "A" * 65_536, "A" * 65_535 + "=", "\u0664", " AAAA ", "AA\tAA"]
TIMES = ["", "0", "NaN", "2026-03-02", "2026-03-02T09:00:00", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"]
TIMES += ["٢٠٢٦-03-02T09:00:00Z", "2026-W10-1T00:00:00Z", "20260302T090000Z", "9" * 65_536]


@pytest.fixture
def delivery(house):
    """What PayPal would send, and what it says beside that."""
    return house.paypal.paypal_delivery("CHECKOUT.ORDER.APPROVED", {"id": "O1"})


@pytest.fixture
def deliver(browser, database):
    """Posts to PayPal's webhook with the headers as raw bytes, any of them more than once; nothing may be kept."""

    def post(payload, headers):
        raw = [(name.encode(), value.encode()) for name, value in headers]
        answer = browser().post(HOOK, content=payload, headers=[(b"content-type", b"application/json"), *raw])
        with database.session(read_only=True) as db:
            kept = db.scalar(select(func.count()).select_from(InboxEvent))
        return answer, kept

    return post


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("paypal-cert-url", CERTIFICATE_ADDRESSES),
        ("paypal-transmission-sig", SIGNATURES),
        ("paypal-transmission-time", TIMES),
        ("paypal-transmission-id", ["", "x", "|", "\u00e9", "a" * 65_536]),
        ("paypal-auth-algo", ["", "none", "SHA1withRSA", "sha256withrsa", "SHA256withRSA\u00a0", "S" * 65_536]),
    ],
)
def test_hostile_headers_of_paypal(delivery, deliver, header, values):
    payload, headers = delivery
    begun = time.monotonic()
    for value in values:
        answer, kept = deliver(payload, [*(headers | {header: value}).items()])
        assert_refused(answer)
        assert kept == 0
    without = [(name, value) for name, value in headers.items() if name != header]
    assert_refused(deliver(payload, without)[0])
    assert time.monotonic() - begun < 0.5 * len(values)


def test_of_headers_of_paypal_that_come_twice_the_first_counts(delivery, deliver):
    payload, headers = delivery
    for name in headers:
        answer, kept = deliver(payload, [(name, "x"), *headers.items()])
        assert_refused(answer)
        assert kept == 0
    answer, kept = deliver(payload, [*headers.items(), *((name, "x") for name in headers)])
    assert (answer.status_code, kept) == (200, 1)


@pytest.mark.parametrize("content", [*RAW_BODIES, *RAW_VALUES, b"{" * 400_000, b'{"id":' * 60_000])
def test_hostile_bodies_of_paypal(house, deliver, content):
    """Signed, so that everything behind the signature is met."""
    headers = signer().headers(content, house.paypal.webhook_ids[0])
    answer, kept = deliver(content, list(headers.items()))
    assert_refused(answer)
    assert kept == 0


def test_hostile_announcements(browser, changes):
    before, client = changes(), browser()
    for value in (b"", b"\xff\xfe", "\u00e9".encode(), b"a" * 65_536, b"0" * 36, b"-1", b"9" * 5_000, b"%00", b"{}"):
        for times in (1, 2):
            names = (b"x-goog-channel-id", b"x-goog-channel-token", b"x-goog-resource-state", b"x-goog-message-number")
            assert_refused(client.post("/api/webhooks/google", headers=[(name, value) for name in names] * times))
    assert changes() == before


def test_hostile_consents(house, browser):
    client = browser(house.mentor())
    for text in PATHS:
        for query in (f"state={text}", f"code={text}", f"error={text}", f"state={text}&code={text}"):
            answer = client.get(f"/api/calendars/google/callback?{query}")
            if answer.status_code != 303:
                assert_refused(answer)


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
