"""The stand-in for Google against whatever anybody sends: refusals in Google's form, never a failure of its own."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from support.google import CLIENT, GoogleStand, serve_google

from mentorship.sandbox.google_fields import only_fields

ADA = "ada@mentors.example"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=8), below, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GoogleStand]:
    with serve_google(Path(tmp_path_factory.mktemp("google"))) as stand:
        yield stand
        # These requests are wrong on purpose.
        stand.witness.violations.clear()


@pytest.fixture(scope="module")
def headers(google: GoogleStand) -> dict[str, str]:
    gateways = google.gateways()
    url, verifier = gateways.consents.url("s", ADA)
    gateways.consents.exchange(google.consent(url, ADA)["code"], verifier)
    with google.tx() as tx:
        token = tx._sql("SELECT token FROM tokens WHERE kind = 'access'").fetchone()[0]
    return {"Authorization": f"Bearer {token}"}


EVENT = {"start": {"dateTime": "2030-01-07T10:00:00Z"}, "end": {"dateTime": "2030-01-07T11:00:00Z"}}
CALLS = [
    ("POST", "/freeBusy"),
    ("POST", "/calendars/primary/events"),
    ("PATCH", "/calendars/primary/events/abcde"),
    ("PUT", "/calendars/primary/events/abcde"),
    ("POST", "/calendars/primary/events/watch"),
    ("POST", "/channels/stop"),
]


@settings(max_examples=25)
@given(call=st.sampled_from(CALLS), value=JSON, field=st.sampled_from([*EVENT, "id", "status", "expiration", "items"]))
def test_any_body_is_answered_and_never_with_a_failure(
    google: GoogleStand, headers: dict[str, str], call: tuple[str, str], value: object, field: str
) -> None:
    method, path = call
    for body in (json.dumps(value), json.dumps(EVENT | {field: value})):
        answer = requests.request(
            method, f"{google.url}/calendar/v3{path}", data=body.encode(), headers=headers, timeout=10
        )
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert answer.json()["error"]["errors"][0]["reason"]


@pytest.mark.parametrize("body", [b"\xff\xfe", b"[" * 5000, b"{", b"x" * 300_000, b"NaN"])
def test_bytes_that_are_no_json(google: GoogleStand, headers: dict[str, str], body: bytes) -> None:
    for method, path in CALLS:
        answer = requests.request(method, f"{google.url}/calendar/v3{path}", data=body, headers=headers, timeout=10)
        assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(
    "query", ["syncToken=nonsense", "maxResults=x", "timeMin=x", "pageToken=-1", "q=x", "syncToken=MSBh&timeMin=2030"]
)
def test_wrong_parameters_of_a_list(google: GoogleStand, headers: dict[str, str], query: str) -> None:
    answer = requests.get(f"{google.url}/calendar/v3/calendars/primary/events?{query}", headers=headers, timeout=10)
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer nonsense", "Basic eDp5"])
def test_without_a_token_nothing_is_told(google: GoogleStand, token: str) -> None:
    answer = requests.get(
        f"{google.url}/calendar/v3/users/me/calendarList", headers={"Authorization": token}, timeout=10
    )
    assert (answer.status_code, answer.json()["error"]["errors"][0]["reason"]) == (401, "authError")


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"grant_type": "password"},
        {"grant_type": "authorization_code", "code": "4/none"},
        {"grant_type": "refresh_token", "refresh_token": "none"},
    ],
)
def test_wrong_requests_for_tokens(google: GoogleStand, form: dict[str, str]) -> None:
    client = {"client_id": CLIENT.client_id, "client_secret": CLIENT.client_secret}
    assert requests.post(f"{google.url}/token", data=form | client, timeout=10).status_code == 400
    assert requests.post(f"{google.url}/token", data=form, timeout=10).status_code == 401
    assert requests.post(f"{google.url}/revoke", data=form, timeout=10).status_code == 400


def test_forms_of_other_sites_press_no_buttons(google: GoogleStand) -> None:
    url, _ = google.gateways().consents.url("s", ADA)
    for address in (google.url, url):
        answer = requests.post(
            address, data={"action": "revoke"}, headers={"Origin": "https://evil.example"}, timeout=10
        )
        assert answer.status_code == 403


@pytest.mark.parametrize(
    "form",
    [
        {"action": "add", "at": "tomorrow"},
        {"action": "add", "at": "2030-01-07T10:00", "minutes": "0"},
        {"action": "move", "at": "2030-01-07T10:00", "id": "none"},
        {"action": "delete", "id": "none"},
        {"action": "add", "calendar": "nobody"},
        {"action": "dance"},
    ],
)
def test_a_button_pressed_wrongly_says_so(google: GoogleStand, headers: dict[str, str], form: dict[str, str]) -> None:
    answer = google.press(**({"account": ADA, "calendar": ADA} | form))
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("a", {"a": 1}),
        ("b(c),a", {"a": 1, "b": [{"c": 2}, {"c": 4}]}),
        ("b/d", {"b": [{"d": {"e": 3}}, {}]}),
        ("b(d/e,c)", {"b": [{"d": {"e": 3}, "c": 2}, {"c": 4}]}),
        ("*", {"a": 1, "b": [{"c": 2, "d": {"e": 3}}, {"c": 4}]}),
        ("none", {}),
        ("((,)/", {}),
    ],
)
def test_partial_answers_hold_what_was_asked_for(fields: str, expected: object) -> None:
    assert only_fields({"a": 1, "b": [{"c": 2, "d": {"e": 3}}, {"c": 4}]}, fields) == expected
