"""The documentation is the contract: generated requests get the documented answers, and never a 5xx."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from support.house import House, Person, make_house

from mentorship.api.actor import COOKIE
from mentorship.api.app import create_api

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
PROBLEM = "application/problem+json"


@pytest.fixture
def dialect() -> str:
    """What differs between the engines is in the hostile tests."""
    return "sqlite"


@pytest.fixture
def document(browser):
    return browser().get("/api/openapi.json").json()


def _people(house: House) -> tuple[dict[str, Person | None], dict[str, str]]:
    student, mentor, admin = house.student(), house.mentor(), house.admin()
    house.buy_pack(student, mentor)
    session = house.book(student, mentor)
    ids = {
        "session_id": session.id,
        "mentor_id": mentor.mentor_id,
        "student_id": student.id,
        "product_id": mentor.product_id,
    }
    people = {"visitor": None, "student": student, "mentor": mentor, "admin": admin}
    return people, {name: str(value) for name, value in ids.items()}


@pytest.mark.parametrize("kind", ["visitor", "student", "mentor", "admin"])
def test_generated_requests_get_documented_answers(database, kind):
    house = make_house(database)
    people, known = _people(house)
    person = people[kind]
    cookies = {COOKIE: person.token} if person else {}

    def check(case: schemathesis.Case) -> None:
        if case.meta.generation.mode is GenerationMode.POSITIVE:
            for part in (case.path_parameters, case.body):
                if isinstance(part, dict):
                    part.update({name: value for name, value in known.items() if name in part})
        response = case.call(cookies=cookies, allow_redirects=False)
        case.validate_response(response, checks=CHECKS)

    rules = settings(
        max_examples=8,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", create_api(house.deps))
    for result in schema.get_all_operations():
        operation = result.ok()
        # These take whatever comes: there is nothing that a negative request could break.
        open_forms = ("/api/auth", "/api/health", "/api/calendars", "/api/calendar/", "/api/webhooks/google")
        takes_anything = operation.path.startswith(open_forms)
        modes = [GenerationMode.POSITIVE] if takes_anything else list(GenerationMode)
        for mode in modes:
            rules(given(case=operation.as_strategy(mode))(check))()


def test_every_refusal_in_the_documentation_is_a_problem(document):
    schema = Draft202012Validator(document["components"]["schemas"]["Problem"])
    seen = 0
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                if PROBLEM not in response.get("content", {}):
                    assert status < "4" or operation["tags"] == ["health"]
                    continue
                for code, example in response["content"][PROBLEM]["examples"].items():
                    schema.validate(example["value"])
                    assert (example["value"]["code"], str(example["value"]["status"])) == (code, status)
                    seen += 1
    assert seen > 100


def test_every_route_says_what_it_needs(document):
    open_to_all = {
        "checkout/quote",
        "checkout/success",
        "checkout/cancel",
        "webhooks",
        "calendar/",
        "seats",
        "mentors",
        "auth",
        "health",
    }
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            is_open = any(path.startswith(f"/api/{start}") for start in open_to_all) and not path.endswith("/explain")
            assert operation.get("security", []) == ([] if is_open else [{"session": []}])
            leads_to_sign_in = path == "/api/calendars/google/callback"
            assert ("401" in operation["responses"]) == (not is_open and not leads_to_sign_in)
            assert operation["description"]
            if method in ("post", "patch"):
                expected = {"400", "413", "422", "503"} | (set() if "webhooks" in path else {"403"})
                assert expected <= set(operation["responses"])
    assert document["components"]["securitySchemes"]["session"] == {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "Set by signing in; HttpOnly.",
    }
