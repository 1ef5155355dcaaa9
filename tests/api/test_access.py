"""Every route, tried by every kind of person; what is expected is what is expected of its use case."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from support.access import EXPECTED, OK, PEOPLE, World, arguments, make_world
from support.house import PASSWORD

from mentorship.api.actor import COOKIE
from mentorship.api.app import create_api
from mentorship.db.engine import Database

STATUS = {"sign_in_required": 401, "not_allowed": 403, "not_found": 404, "no_seat": 409, "bad_signature": 400}


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    path = tmp_path_factory.mktemp("world") / "world.db"
    path.write_bytes(sqlite_template.read_bytes())
    return make_world(Database(f"sqlite:///{path}"))


def _json(name: str, *, without: str = "") -> Callable[[World], dict[str, Any]]:
    """The use case's own arguments as a JSON body."""

    def request(world: World) -> dict[str, Any]:
        given = arguments(name, world)
        return {"json": {key: v if isinstance(v, int) else str(v) for key, v in given.items() if key != without}}

    return request


def _form(**fields: str) -> Callable[[World], dict[str, Any]]:
    return lambda w: {"data": {"email": w.student.me.email, "password": PASSWORD, **fields}}


def _delivery(world: World) -> dict[str, Any]:
    payload, signature = world.house.payments.delivery("customer.created", "cus_1")
    return {"content": payload, "headers": {"Content-Type": "application/json", "Stripe-Signature": signature}}


def _paypal_delivery(world: World) -> dict[str, Any]:
    payload, headers = world.house.paypal.paypal_delivery("CUSTOMER.CREATED", {"id": "cus_1"})
    return {"content": payload, "headers": {"Content-Type": "application/json", **headers}}


def _nothing(world: World) -> dict[str, Any]:
    return {}


ROUTES: dict[tuple[str, str], tuple[str, int, Callable[[World], dict[str, Any]]]] = {
    ("POST", "/api/checkout/stripe"): ("start_checkout", 201, _json("start_checkout")),
    ("GET", "/api/checkout/quote"): (
        "quote_price",
        200,
        lambda w: {"params": {"product_id": str(w.mentor.product_id), "code": "world"}},
    ),
    ("GET", "/api/calendar/{token}.ics"): ("read_feed", 200, _nothing),
    ("GET", "/api/sessions/{session_id}/invitation.ics"): ("download_invitation", 200, _nothing),
    ("GET", "/api/receipts/{number}.pdf"): ("download_receipt", 200, _nothing),
    ("GET", "/api/admin/accounting.csv"): (
        "export_accounting",
        200,
        lambda w: {"params": {"from": "2026-01-01", "to": "2026-12-31"}},
    ),
    ("GET", "/api/instructor/earnings.csv"): ("export_earnings", 200, _nothing),
    ("POST", "/api/checkout/paypal"): ("start_checkout", 201, _json("start_checkout")),
    ("POST", "/api/checkout/paypal/capture"): (
        "capture_checkout",
        200,
        lambda w: {"json": {"token": w.at_paypal}},
    ),
    ("GET", "/api/checkout/verify"): ("verify_checkout", 200, lambda w: {"params": {"order_id": str(w.order_id)}}),
    ("GET", "/api/checkout/success"): ("health", 303, lambda w: {"params": {"order": str(w.order_id)}}),
    ("POST", "/api/webhooks/google"): ("receive_push", 204, _nothing),
    ("GET", "/api/calendars/google/callback"): ("calendar_settings", 303, _nothing),
    ("GET", "/api/checkout/cancel"): ("cancel_checkout", 303, lambda w: {"params": {"link": w.cancel_link}}),
    ("POST", "/api/webhooks/stripe"): ("verify_delivery", 200, _delivery),
    ("POST", "/api/webhooks/paypal"): ("verify_delivery", 200, _paypal_delivery),
    ("POST", "/api/session-packs"): ("grant_pack", 201, _json("grant_pack")),
    ("GET", "/api/session-packs/me"): ("my_packs", 200, _nothing),
    ("GET", "/api/seats/availability/{mentor_id}"): ("seat_availability", 200, _nothing),
    ("GET", "/api/mentors/{mentor_id}/slots"): ("list_slots", 200, _nothing),
    ("GET", "/api/mentors/{mentor_id}/slots/explain"): (
        "explain_time",
        200,
        lambda w: {"params": {"starts_at": w.free, "session_id": str(w.coming)}},
    ),
    ("POST", "/api/sessions/book"): ("book_session", 201, _json("book_session")),
    ("PATCH", "/api/sessions/{session_id}/reschedule"): (
        "reschedule_session",
        200,
        _json("reschedule_session", without="session_id"),
    ),
    ("PATCH", "/api/sessions/{session_id}/cancel"): (
        "cancel_session",
        200,
        _json("cancel_session", without="session_id"),
    ),
    ("PATCH", "/api/sessions/{session_id}/complete"): ("complete_session", 200, _nothing),
    ("PATCH", "/api/instructor/sessions/{session_id}"): (
        "update_session",
        200,
        _json("update_session", without="session_id"),
    ),
    ("GET", "/api/admin/disputes/{dispute_id}/evidence"): ("dispute_evidence", 200, _nothing),
    ("POST", "/api/auth/sign-in"): ("sign_in", 303, _form()),
    ("POST", "/api/auth/sign-up"): ("sign_up", 303, _form(email="new@example.com", name="New")),
    ("POST", "/api/auth/sign-out"): ("sign_out", 303, _nothing),
    ("GET", "/api/health"): ("health", 200, _nothing),
}


LEADS_TO_SIGN_IN = ("GET", "/api/calendars/google/callback")
"""Where a browser comes back to by itself: a visitor signs in first."""


def test_every_route_says_who_may_call_it(world: World):
    paths = TestClient(create_api(world.house.deps)).get("/api/openapi.json").json()["paths"]
    assert {(method.upper(), path) for path, methods in paths.items() for method in methods} == set(ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_who_may_call(route: tuple[str, str], world: World, tmp_path: Path):
    (method, path), (use_case, success, request) = route, ROUTES[route]
    before = world.contents()
    for kind, expected in zip(PEOPLE, EXPECTED[use_case], strict=True):
        copy = world.copied(tmp_path)
        client = TestClient(create_api(copy.house.deps), follow_redirects=False)
        if (person := copy.person(kind)) is not None:
            client.cookies.set(COOKIE, person.token)
        place = {
            key: str(value)
            for key, value in arguments(use_case, copy).items()
            if key.endswith("_id") or key in ("number", "token")
        }
        response = client.request(method, path.format(**place), **request(copy))
        copy.house.deps.database.close()
        if (kind, route) == (PEOPLE[0], LEADS_TO_SIGN_IN):
            assert (response.status_code, "/sign-in" in response.headers["location"]) == (303, True)
            assert copy.contents() == before
            continue
        assert (kind, response.status_code) == (kind, success if expected == OK else STATUS[expected])
        if expected != OK:
            assert response.json()["code"] == expected
            assert copy.contents() == before
