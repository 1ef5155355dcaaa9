"""The way back from Google's page: what it does, for whom, and that nothing strange gets through it."""

from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient
from support.calendar_world import CalendarWorld
from support.google import GoogleStand
from support.house import PASSWORD, Person

from mentorship.api.actor import COOKIE
from mentorship.api.app import create_api
from mentorship.domain.calendars import PERMISSIONS
from mentorship.services.calendars import start_connecting

PATH = "/api/calendars/google/callback"


@pytest.fixture
def dialect() -> str:
    """What differs between the engines is in the tests of the use cases."""
    return "sqlite"


def browser(world: CalendarWorld, person: Person | None) -> TestClient:
    client = TestClient(
        create_api(world.house.deps),
        base_url="http://localhost:8000",
        follow_redirects=False,
        raise_server_exceptions=False,
    )
    if person is not None:
        client.cookies.set(COOKIE, person.token)
    return client


def came_back(world: CalendarWorld, person: Person | None, **answer: str) -> dict[str, str]:
    """Where the browser is sent on to, after checking that it is our own page."""
    response = browser(world, person).get(PATH, params=answer)
    assert response.status_code == 303, response.text
    place = urlsplit(response.headers["location"])
    assert f"{place.scheme}://{place.netloc}{place.path}" == "http://localhost:3000/instructor/calendar/google"
    return {name: values[0] for name, values in parse_qs(place.query).items()}


def test_connecting_over_http(world: CalendarWorld, google: GoogleStand) -> None:
    answer = google.consent(start_connecting(world.house.ctx(world.mentor)), world.email)
    assert came_back(world, world.mentor, **answer) == {"said": "connected"}
    assert world.settings().state == "connected"
    assert came_back(world, world.mentor, **answer) == {"refused": "link_invalid"}


def test_a_box_that_was_not_ticked_is_named(world: CalendarWorld, google: GoogleStand) -> None:
    url = start_connecting(world.house.ctx(world.mentor))
    answer = google.consent(url, world.email, scopes=tuple(PERMISSIONS)[:1])
    said = came_back(world, world.mentor, **answer)
    assert said == {"refused": "consent_incomplete", "boxes": " ".join(tuple(PERMISSIONS)[1:])}


def test_who_did_not_ask_gets_nothing(world: CalendarWorld, google: GoogleStand) -> None:
    answer = google.consent(start_connecting(world.house.ctx(world.mentor)), world.email)
    assert browser(world, world.student).get(PATH, params=answer).status_code == 403
    assert came_back(world, world.house.mentor(), **answer) == {"refused": "link_invalid"}
    assert world.settings().state == "none"
    assert came_back(world, world.mentor, **answer) == {"said": "connected"}


def test_who_was_signed_out_meanwhile_signs_in_and_connects_again(world: CalendarWorld, google: GoogleStand) -> None:
    answer = google.consent(start_connecting(world.house.ctx(world.mentor)), world.email)
    response = browser(world, None).get(PATH, params=answer)
    place = urlsplit(response.headers["location"])
    assert (response.status_code, place.path) == (303, "/sign-in")
    (onward,) = parse_qs(place.query)["next"]
    assert onward == "/instructor/calendar/google?refused=sign_in_required"
    assert not any(secret in response.headers["location"] for secret in answer.values()), "the code goes no further"
    form = {"email": world.mentor.me.email, "password": PASSWORD, "next": onward}
    assert browser(world, None).post("/api/auth/sign-in", data=form).headers["location"].endswith(onward)
    assert world.settings().state == "none"
    assert came_back(world, world.mentor, **answer) == {"said": "connected"}, "the state was not used up"
    assert came_back(world, world.mentor, **answer) == {"refused": "link_invalid"}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "state=",
        "state=x&code=x",
        "state=%00&code=%00",
        "state=%ff%fe&code=%ff",
        "state=x&error=<script>",
        "state=x&state=y&code=z",
        "error=access_denied",
        "state=x&code=" + "a" * 2000,
    ],
)
def test_hostile_answers_lead_back_with_a_code_of_ours(world: CalendarWorld, query: str) -> None:
    response = browser(world, world.mentor).get(f"{PATH}?{query}")
    assert response.status_code == 303
    assert response.headers["location"].endswith("?refused=link_invalid")


def test_an_answer_that_is_too_long_is_refused(world: CalendarWorld) -> None:
    assert browser(world, world.mentor).get(f"{PATH}?code={'a' * 3000}").status_code == 422


def test_google_being_away_says_so(world: CalendarWorld, google: GoogleStand) -> None:
    answer = google.consent(start_connecting(world.house.ctx(world.mentor)), world.email)
    consents = world.house.deps.calendar.consents
    consents._addresses = type(google.addresses).below("http://127.0.0.1:1/google")
    assert came_back(world, world.mentor, **answer) == {"refused": "calendar_unavailable"}
