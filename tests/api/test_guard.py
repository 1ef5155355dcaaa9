"""What stands before every route: foreign pages, large bodies, unknown addresses, and headers on every answer."""

from uuid import uuid4

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from mentorship.api.app import mount_api
from mentorship.api.guard import LARGEST_BODY

OWN = [
    {},
    {"Origin": "http://localhost:3000"},
    {"Origin": "http://LOCALHOST:8000", "Sec-Fetch-Site": "same-origin"},
    {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "same-site"},
]
FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    {"Origin": "http://localhost:3000.evil.example"},
    {"Origin": "https://localhost:3000"},
    {"Origin": "http://localhost"},
    {"Origin": "null"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "none"},
]


@pytest.fixture
def dialect() -> str:
    """Nothing here depends on the engine."""
    return "sqlite"


@pytest.mark.parametrize("headers", OWN)
def test_our_own_pages_and_servers_may_change_things(house, browser, headers):
    student, mentor = house.student(), house.mentor()
    body = {"product_id": str(mentor.product_id)}
    assert browser(student).post("/api/checkout/stripe", json=body, headers=headers).status_code == 201


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", ["/api/checkout/stripe", "/api/auth/sign-in", "/api/auth/sign-out", "/api/nothing"])
def test_foreign_pages_may_not(browser, headers, path):
    refused = browser().post(path, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "cross_site")
    assert "set-cookie" not in refused.headers


def test_foreign_pages_may_read_what_is_public_and_providers_may_deliver(house, browser):
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert browser().get("/api/health", headers=headers).status_code == 200
    assert browser().post("/api/webhooks/stripe", json={}, headers=headers).json()["code"] == "bad_signature"


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("path", ["/api/checkout/stripe", "/api/auth/sign-in"])
def test_a_large_body_is_refused(house, browser, path, chunked):
    body = b"a=" + b"a" * LARGEST_BODY
    content_type = "application/json" if "checkout" in path else "application/x-www-form-urlencoded"
    parts = (body[i : i + 5000] for i in range(0, len(body), 5000))
    refused = browser(house.student()).post(
        path, content=parts if chunked else body, headers={"Content-Type": content_type}
    )
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "9" * 30, "١"])
def test_a_length_that_is_none_is_refused(browser, length):
    refused = browser().post("/api/auth/sign-in", headers={b"Content-Length": length.encode()})
    assert (refused.status_code, refused.json()["code"]) == (400, "malformed")


def test_unknown_addresses_and_wrong_methods_are_problems(browser):
    for method, path, status, code in (
        ("GET", "/api/nothing", 404, "not_found"),
        ("GET", "/api/", 404, "not_found"),
        ("GET", "/api/health/", 404, "not_found"),
        ("GET", f"/api/sessions/{uuid4()}/cancel", 405, "method_not_allowed"),
        ("DELETE", "/api/health", 405, "method_not_allowed"),
        ("TRACE", "/api/health", 405, "method_not_allowed"),
    ):
        response = browser().request(method, path)
        assert (response.status_code, response.json()["code"]) == (status, code)
        assert response.headers["content-type"] == "application/problem+json"
        assert ("allow" in response.headers) == (status == 405)


def test_every_answer_carries_the_headers(browser):
    for path in ("/api/health", "/api/nothing", "/api/openapi.json", "/api/checkout/success"):
        headers = browser().get(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_the_app_behind_it_is_left_alone(house):
    page = Starlette(routes=[Route("/{path:path}", lambda request: PlainTextResponse("page"), methods=["GET", "POST"])])
    client = TestClient(mount_api(house.deps)(page))
    assert client.get("/").text == "page"
    assert client.get("/apiary").text == "page"
    answer = client.post("/_upload", content=b" " * (LARGEST_BODY + 1), headers={"Origin": "https://evil.example"})
    assert (answer.text, "cache-control" in answer.headers) == ("page", False)
    assert client.get("/api/nothing").status_code == 404


def test_health_says_when_the_database_is_gone(house, browser):
    assert browser().get("/api/health").json()["status"] == "ok"
    with house.deps.database.session() as db:
        db.connection().exec_driver_sql("ALTER TABLE policy_settings RENAME TO gone")
    down = browser().get("/api/health")
    assert (down.status_code, down.json()["status"]) == (503, "down")


def test_what_should_not_happen_is_logged_and_tells_nothing(house, browser, caplog, monkeypatch):
    mentor_id = house.mentor().mentor_id

    def forget(*_):
        raise LookupError("the seats are gone")

    monkeypatch.setattr("mentorship.services.seats.availability_of", forget)
    broken = browser().get(f"/api/seats/availability/{mentor_id}")
    assert (broken.status_code, broken.json()["code"]) == (500, "failed")
    assert "gone" not in broken.text
    assert "seats" not in broken.json()["detail"]
    assert any(record.exc_info for record in caplog.records if record.name == "mentorship.api.problems")
