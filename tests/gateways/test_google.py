"""The adapters against the stand-in over HTTP; every call is held against Google's own description of its API."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import requests
from support.google import CLIENT, GoogleStand, serve_google, wait_until

from mentorship.domain.calendars import PERMISSIONS, event_id
from mentorship.domain.errors import CalendarAccessLost, CalendarRefused, CalendarUnavailable, LinkInvalid
from mentorship.domain.slots import Interval
from mentorship.gateways.google_calendar import GoogleAccount, _refusal
from mentorship.gateways.ports import (
    CalendarGateways,
    CursorExpired,
    EventChanged,
    EventGone,
    EventIdTaken,
    EventText,
    Grant,
)

ADA = "ada@mentors.example"
TEN = datetime(2030, 1, 7, 10, tzinfo=UTC)
HOUR = Interval(TEN, TEN + timedelta(hours=1))
LATER = Interval(TEN + timedelta(hours=3), TEN + timedelta(hours=4))
DAY = Interval(TEN - timedelta(hours=10), TEN + timedelta(hours=14))
TEXT = EventText(uuid4(), "Session with Anna Lee", "https://mentors.example/instructor/sessions")


@pytest.fixture(scope="module")
def google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GoogleStand]:
    with serve_google(tmp_path_factory.mktemp("google")) as stand:
        yield stand


@pytest.fixture
def gateways(google: GoogleStand) -> CalendarGateways:
    return google.gateways("http://127.0.0.1:1/api/webhooks/google")


def granted(google: GoogleStand, gateways: CalendarGateways, account: str = ADA, **answer: object) -> Grant:
    url, verifier = gateways.consents.url("state", account)
    return gateways.consents.exchange(google.consent(url, account, **answer)["code"], verifier)


@pytest.fixture
def token(google: GoogleStand, gateways: CalendarGateways) -> str:
    return granted(google, gateways, f"{uuid4().hex[:8]}@mentors.example").refresh_token


@pytest.fixture
def account(gateways: CalendarGateways, token: str) -> GoogleAccount:
    return gateways.calendars.open(token)


@pytest.fixture
def email(account: GoogleAccount) -> str:
    return next(c.calendar_id for c in account.calendars() if c.is_primary)


def test_consent_asks_for_offline_access_with_pkce_and_the_least_scopes(gateways: CalendarGateways) -> None:
    url, verifier = gateways.consents.url("the-state", ADA)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert asked["state"] == "the-state"
    assert asked["code_challenge_method"] == "S256"
    assert len(verifier) >= 43
    assert verifier not in url
    assert (asked["access_type"], asked["prompt"], asked["login_hint"]) == ("offline", "consent", ADA)
    assert {s.rpartition("/")[2] for s in asked["scope"].split()} == set(PERMISSIONS)


def test_a_code_works_once_and_only_with_its_verifier(google: GoogleStand, gateways: CalendarGateways) -> None:
    url, verifier = gateways.consents.url("s", ADA)
    _, other = gateways.consents.url("s", ADA)
    stolen = google.consent(url, ADA)["code"]
    with pytest.raises(LinkInvalid):
        gateways.consents.exchange(stolen, other)
    with pytest.raises(LinkInvalid):
        gateways.consents.exchange(stolen, verifier)
    url, verifier = gateways.consents.url("s", ADA)
    code = google.consent(url, ADA)["code"]
    assert gateways.consents.exchange(code, verifier).refresh_token
    with pytest.raises(LinkInvalid):
        gateways.consents.exchange(code, verifier)


@pytest.mark.parametrize("left_out", PERMISSIONS)
def test_a_box_that_was_not_ticked_is_named(google: GoogleStand, gateways: CalendarGateways, left_out: str) -> None:
    grant = granted(google, gateways, scopes=tuple(s for s in PERMISSIONS if s != left_out))
    assert grant.missing == (left_out,)


def test_declining_brings_no_code(google: GoogleStand, gateways: CalendarGateways) -> None:
    url, _ = gateways.consents.url("mine", ADA)
    assert google.consent(url, ADA, allow=False) == {"error": "access_denied", "state": "mine"}
    assert google.consent(url, ADA, scopes=()) == {"error": "access_denied", "state": "mine"}


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "somebody.else"},
        {"redirect_uri": "https://evil.example/"},
        {"code_challenge_method": "plain"},
        {"code_challenge": "short"},
        {"scope": "https://www.googleapis.com/auth/gmail.readonly"},
    ],
)
def test_the_consent_page_sends_nobody_anywhere_when_the_request_is_wrong(
    gateways: CalendarGateways, change: dict[str, str]
) -> None:
    url = urlsplit(gateways.consents.url("s", ADA)[0])
    asked = {name: values[0] for name, values in parse_qs(url.query).items()} | change
    answer = requests.get(f"{url.scheme}://{url.netloc}{url.path}", params=asked, allow_redirects=False, timeout=5)
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_a_client_with_another_secret_gets_no_token(google: GoogleStand, gateways: CalendarGateways) -> None:
    url, verifier = gateways.consents.url("s", ADA)
    form = {"code": google.consent(url, ADA)["code"], "code_verifier": verifier, "redirect_uri": CLIENT.redirect_uri}
    for secret in ("", "wrong"):
        asked = form | {"grant_type": "authorization_code", "client_id": CLIENT.client_id, "client_secret": secret}
        assert requests.post(f"{google.url}/token", data=asked, timeout=5).status_code == 401


def test_access_given_back_is_gone_and_giving_it_back_twice_is_fine(
    gateways: CalendarGateways, token: str, account: GoogleAccount
) -> None:
    assert account.calendars()
    gateways.consents.revoke(token)
    gateways.consents.revoke(token)
    with pytest.raises(CalendarAccessLost):
        gateways.calendars.open(token).calendars()


def test_calendars_say_what_can_be_written(account: GoogleAccount, email: str) -> None:
    found = {c.name: (c.is_primary, c.is_writable) for c in account.calendars()}
    assert found == {
        email: (True, True),
        "Family": (False, True),
        "Team holidays": (False, False),
        "Meeting room": (False, False),
    }


def test_busy_is_merged_over_long_periods_and_a_calendar_that_is_not_there_is_never_free(
    google: GoogleStand, account: GoogleAccount, email: str
) -> None:
    google.add(email, TEN)
    google.add(email, TEN + timedelta(minutes=30))
    google.add(email, TEN + timedelta(days=100))
    year = Interval(DAY.start, DAY.start + timedelta(days=200))
    answers = account.busy([email, "nobody@mentors.example"], year)
    assert answers[email].blocks == [
        Interval(TEN, TEN + timedelta(minutes=90)),
        Interval(TEN + timedelta(days=100), TEN + timedelta(days=100, hours=1)),
    ]
    assert answers["nobody@mentors.example"].problem == "notFound"


def test_a_block_over_the_seam_of_two_queries_is_one(google: GoogleStand, account: GoogleAccount, email: str) -> None:
    seam = DAY.start + timedelta(days=60)
    google.add(email, seam - timedelta(hours=1), minutes=120)
    found = account.busy([email], Interval(DAY.start, DAY.start + timedelta(days=90)))[email].blocks
    assert found == [Interval(seam - timedelta(hours=1), seam + timedelta(hours=1))]


def test_an_event_is_written_once_moved_with_its_etag_and_deleted_as_often_as_one_likes(
    account: GoogleAccount, email: str
) -> None:
    first = event_id(TEXT.session_id, 0)
    written = account.insert(email, first, HOUR, TEXT)
    with pytest.raises(EventIdTaken):
        account.insert(email, first, HOUR, TEXT)
    assert account.get(email, first) == written
    moved = account.move(email, first, LATER, etag=written.etag)
    assert (moved.starts_at, moved.ends_at) == (LATER.start, LATER.end)
    with pytest.raises(EventChanged):
        account.move(email, first, HOUR, etag=written.etag)
    account.delete(email, first)
    account.delete(email, first)
    account.delete(email, event_id(uuid4(), 0))
    assert account.get(email, first).is_deleted
    with pytest.raises(EventIdTaken):
        account.insert(email, first, HOUR, TEXT)
    with pytest.raises(EventGone):
        account.move(email, first, HOUR, etag=account.get(email, first).etag)
    with pytest.raises(EventGone):
        account.get(email, event_id(uuid4(), 0))


def test_moving_leaves_the_mentors_own_words(google: GoogleStand, account: GoogleAccount, email: str) -> None:
    own = event_id(uuid4(), 0)
    account.insert(email, own, HOUR, TEXT)
    with google.tx() as tx:
        body = tx.event(email, own)
        tx.put_event(email, body | {"summary": "Mine now", "colorId": "3"}, tx.next_number("change"))
    account.move(email, own, LATER, etag=account.get(email, own).etag)
    (event,) = google.ours(email)
    assert (event["summary"], event["colorId"]) == ("Mine now", "3")


def test_only_what_changed_is_read_and_an_old_cursor_says_so(
    google: GoogleStand, account: GoogleAccount, email: str
) -> None:
    since = TEN - timedelta(days=1)
    one, two = event_id(uuid4(), 0), event_id(uuid4(), 0)
    account.insert(email, one, HOUR, TEXT)
    first = account.changes(email, "", since=since)
    assert [e.event_id for e in first.events] == [one]
    assert account.changes(email, first.cursor, since=since).events == []
    account.insert(email, two, LATER, TEXT)
    account.delete(email, one)
    second = account.changes(email, first.cursor, since=since)
    assert {(e.event_id, e.is_deleted) for e in second.events} == {(one, True), (two, False)}
    google.press(action="expire_sync", account=email)
    with pytest.raises(CursorExpired):
        account.changes(email, second.cursor, since=since)
    assert [e.event_id for e in account.changes(email, "", since=since).events] == [two]


def test_every_page_of_a_long_list_is_read(
    google: GoogleStand, account: GoogleAccount, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mentorship.gateways.google_calendar.PAGE", 2)
    ids = {event_id(uuid4(), 0) for _ in range(5)}
    for own in ids:
        account.insert(email, own, HOUR, TEXT)
    found = account.changes(email, "", since=TEN - timedelta(days=1))
    assert {e.event_id for e in found.events} == ids
    assert found.cursor


def test_own_calendars_are_watched_and_others_are_not(account: GoogleAccount, email: str) -> None:
    now = datetime.now(UTC)
    channel = uuid4()
    watched = account.watch(email, channel, "secret", now + timedelta(days=30))
    assert watched is not None
    assert now < watched.expires_at <= now + timedelta(days=7, minutes=1)
    account.unwatch(channel, watched.resource_id)
    account.unwatch(channel, watched.resource_id)
    assert account.watch(f"team.{email}", uuid4(), "secret", now + timedelta(days=1)) is None


def test_without_an_address_of_ours_nothing_is_watched(google: GoogleStand, token: str) -> None:
    account = google.gateways("").calendars.open(token)
    assert account.watch("primary", uuid4(), "secret", datetime.now(UTC)) is None


@pytest.mark.parametrize("kind", ["429", "403", "500"])
def test_passing_failures_are_tried_again_and_then_said(google: GoogleStand, token: str, kind: str) -> None:
    patient, impatient = (google.gateways(retries=n).calendars.open(token) for n in (3, 0))
    google.press(action="fault", kind=kind)
    assert patient.calendars()
    google.press(action="fault", kind=kind)
    with pytest.raises(CalendarUnavailable):
        impatient.calendars()
    google.press(action="heal")


def test_a_google_that_is_down_is_a_passing_failure(google: GoogleStand, token: str) -> None:
    away = google.gateways().calendars
    away._addresses = type(google.addresses).below("http://127.0.0.1:1/google")
    with pytest.raises(CalendarUnavailable):
        away.open(token).calendars()


@pytest.mark.parametrize(
    ("status", "reason", "expected"),
    [
        (403, "userRateLimitExceeded", CalendarUnavailable),
        (403, "insufficientPermissions", CalendarAccessLost),
        (403, "forbidden", CalendarRefused),
        (401, "authError", CalendarAccessLost),
        (503, "backendError", CalendarUnavailable),
        (410, "deleted", EventGone),
        (410, "fullSyncRequired", CursorExpired),
        (400, "invalid", CalendarRefused),
    ],
)
def test_each_answer_of_googles_has_one_meaning(status: int, reason: str, expected: type[Exception]) -> None:
    body = f'{{"error": {{"code": {status}, "errors": [{{"reason": "{reason}"}}]}}}}'.encode()
    assert type(_refusal(status, body)) is expected
    assert isinstance(_refusal(status, b"<html>"), Exception)


def test_the_witness_would_notice(google: GoogleStand, token: str) -> None:
    account = google.gateways().calendars.open(token)
    naive = {"start": {"dateTime": "2030-01-07T10:00:00"}}
    before = len(google.witness.violations)
    with pytest.raises(CalendarRefused):
        account._execute(account._service.events().insert(calendarId="primary", body=naive))
    # It judges what has been answered, and the answer may be here before the judgement.
    wait_until(lambda: len(google.witness.violations) > before)
    (found,) = google.witness.violations[before:]
    assert found == "calendar.events.insert: body.start.dateTime is 2030-01-07T10:00:00, not an instant"
    del google.witness.violations[before:]
