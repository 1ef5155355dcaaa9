"""Signing in, up and out by native forms: the cookie, where it leads, and who is kept out."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.testclient import TestClient
from support.fakes import CountingLimiter
from support.house import PASSWORD, make_house

from mentorship.api.actor import COOKIE
from mentorship.api.app import create_api
from mentorship.api.auth import local_path
from mentorship.services.context import Site

PUBLIC = "http://localhost:3000"
SIGN_UP = {"email": "Ada@Example.com", "name": "Ada", "password": PASSWORD, "time_zone": "Europe/Berlin"}


@pytest.fixture
def dialect() -> str:
    """Nothing here depends on the engine."""
    return "sqlite"


def lands_on(response) -> tuple[str, dict[str, str]]:
    assert response.status_code == 303
    parts = urlsplit(response.headers["location"])
    assert f"{parts.scheme}://{parts.netloc}" == PUBLIC
    return parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}


def test_signing_up_in_and_out(house, browser):
    client = browser()
    up = client.post("/api/auth/sign-up", data=SIGN_UP)
    assert lands_on(up) == ("/dashboard", {})
    cookie = up.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=2592000"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert "Domain" not in cookie
    token = client.cookies[COOKIE]
    assert client.get("/api/session-packs/me").status_code == 200

    out = client.post("/api/auth/sign-out")
    assert lands_on(out) == ("/", {})
    assert COOKIE not in client.cookies
    client.cookies.set(COOKIE, token)
    assert client.get("/api/session-packs/me").status_code == 401

    back = client.post("/api/auth/sign-in", data={"email": "ada@example.com", "password": PASSWORD, "next": "/m?a=1"})
    assert lands_on(back) == ("/m", {"a": "1"})
    house.clock.advance(timedelta(days=30))
    assert client.get("/api/session-packs/me").status_code == 401


def test_each_role_has_its_own_home(house, browser):
    for person, home in (
        (house.student(), "/dashboard"),
        (house.mentor(), "/instructor/dashboard"),
        (house.admin(), "/admin"),
    ):
        entered = browser().post("/api/auth/sign-in", data={"email": person.me.email, "password": PASSWORD})
        assert lands_on(entered) == (home, {})


def test_the_cookie_is_secure_on_https(house):
    site = Site("https://mentors.example", "https://mentors.example", "a@b.example", "k" * 48, False)
    api = create_api(make_house(house.deps.database, site=site).deps)
    client = TestClient(api, base_url="https://mentors.example", follow_redirects=False)
    assert "Secure" in client.post("/api/auth/sign-up", data=SIGN_UP).headers["set-cookie"].split("; ")
    assert "Secure" in client.post("/api/auth/sign-out").headers["set-cookie"].split("; ")


@pytest.mark.parametrize(
    ("page", "changed", "code"),
    [
        ("sign-up", {"password": "short"}, "invalid_input"),
        ("sign-up", {"email": "nobody"}, "invalid_input"),
        ("sign-up", {"email": "a\x00b@example.com"}, "invalid_input"),
        ("sign-up", {"name": "  "}, "invalid_input"),
        ("sign-up", {"time_zone": "Mars/Olympus"}, "invalid_input"),
        ("sign-up", {"email": "taken@example.com"}, "email_taken"),
        ("sign-in", {"email": "taken@example.com", "password": "not the password"}, "wrong_credentials"),
        ("sign-in", {"email": "unknown@example.com"}, "wrong_credentials"),
        ("sign-in", {"email": ""}, "invalid_input"),
    ],
)
def test_a_refusal_leads_back_to_the_form_without_the_password(browser, page, changed, code):
    browser().post("/api/auth/sign-up", data={**SIGN_UP, "email": "taken@example.com"})
    refused = browser().post(f"/api/auth/{page}", data={**SIGN_UP, "next": "/book", **changed})
    path, query = lands_on(refused)
    assert path == f"/{page}"
    assert (query["error"], query["next"]) == (code, "/book")
    assert query.get("email", "") == {**SIGN_UP, **changed}["email"]
    assert "password" not in query
    assert "set-cookie" not in refused.headers


def test_tries_are_limited_by_account_and_address(database):
    house = make_house(database, limiter=CountingLimiter(limit=3))
    client = TestClient(create_api(house.deps), base_url="http://localhost:8000", follow_redirects=False)
    headers = {"X-Forwarded-For": "203.0.113.9"}
    for _ in range(3):
        wrong = client.post("/api/auth/sign-in", data={"email": "a@example.com", "password": "x"}, headers=headers)
        assert lands_on(wrong)[1]["error"] == "wrong_credentials"
    over = client.post("/api/auth/sign-in", data={"email": "a@example.com", "password": "x"}, headers=headers)
    assert lands_on(over)[1]["error"] == "too_many_tries"
    assert house.limiter.tries[("sign_in_address", "testclient")] == 3


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "@evil.example",
        ".evil.example",
        "/a\r\nSet-Cookie: x=y",
        "/ a",
        "/é",
        "/a\\b",
        "/" + "a" * 600,
        "\x00/a",
    ],
)
def test_next_never_leaves_the_site(house, browser, evil):
    student = house.student()
    entered = browser().post("/api/auth/sign-in", data={"email": student.me.email, "password": PASSWORD, "next": evil})
    assert lands_on(entered) == ("/dashboard", {})
    refused = browser().post("/api/auth/sign-in", data={"email": student.me.email, "password": "no", "next": evil})
    assert "next" not in lands_on(refused)[1]


@given(st.text(alphabet=st.sampled_from("/\\.@:?#ae \t\r\n%0"), max_size=8).map(lambda tail: "/" + tail))
@example("/.//evil")
def test_a_local_path_stays_on_the_origin_it_is_appended_to(path):
    if local_path(path) is not None:
        assert urlsplit(f"https://mentors.example{path}").netloc == "mentors.example"
        assert urlsplit(path).netloc == ""
        assert not any(c.isspace() or c == "\\" for c in path)


def test_only_live_tokens_are_anybody(house, browser):
    client = browser()
    for token in ("", "x", "x" * 4000, "é", '"\\000"', "../../etc"):
        response = client.get("/api/session-packs/me", headers={b"Cookie": f"{COOKIE}={token}".encode()})
        assert (response.status_code, response.json()["code"]) == (401, "sign_in_required")
