"""Refusals on the wire: RFC 9457 problem documents with a stable ``code``, and how the documentation shows them."""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from mentorship.domain.errors import BadSignature, ConflictInStorage, DomainError, InvalidInput, Kind, LinkInvalid

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
LONGEST_PLACE = 120

_STATUS = {
    Kind.INVALID: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request was refused. ``code`` is stable, ``detail`` is for people, ``fix`` is the nearest way out."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    fix: str | None = None


def problem(status: int, code: str, detail: str, fix: str | None = None) -> Problem:
    """A problem document of ours."""
    return Problem(f"urn:mentorship:problem:{code}", HTTPStatus(status).phrase, status, detail, code, fix)


MALFORMED = problem(400, "malformed", "The request could not be read.")
CROSS_SITE = problem(403, "cross_site", "This request came from another site.", "Use the app's own pages.")
UNKNOWN = problem(404, "not_found", "There is nothing at this address.")
WRONG_METHOD = problem(405, "method_not_allowed", "This address does not take this method.")
TOO_LARGE = problem(413, "too_large", "The request's body is too large.")
WRONG_TYPE = problem(415, "unsupported_media_type", "The body must be application/json.")
FAILED = problem(500, "failed", "Something went wrong on our side. We have been told.")

_BY_STATUS = {p.status: p for p in (MALFORMED, CROSS_SITE, UNKNOWN, WRONG_METHOD, TOO_LARGE, WRONG_TYPE)}

Refusal = Problem | DomainError | type[DomainError]


def problem_of(error: DomainError) -> Problem:
    """The problem document of a refusal."""
    status = 400 if isinstance(error, BadSignature | LinkInvalid) else _STATUS[error.kind]
    return problem(status, error.code, str(error), error.fix)


def respond(document: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The answer that carries a problem document; plain ASCII, whatever the caller has sent."""
    body = {name: value for name, value in asdict(document).items() if value is not None}
    return Response(json.dumps(body), document.status, headers, MEDIA_TYPE)


def answer_problems(api: FastAPI) -> None:
    """Make every failure inside the app a problem document."""
    for kind in (DomainError, RequestValidationError, HTTPException, Exception):
        api.add_exception_handler(kind, answer_problem)


async def answer_problem(request: Request, error: Exception) -> Response:
    """The answer to a request that has failed."""
    match error:
        case DomainError():
            return respond(problem_of(error))
        case RequestValidationError():
            first = error.errors()[0]
            if first["type"] == "json_invalid":
                return respond(MALFORMED)
            place = ".".join(str(part) for part in first["loc"])[:LONGEST_PLACE]
            return respond(problem_of(InvalidInput(f"{place}: {first['msg']}.")))
        case HTTPException():
            known = _BY_STATUS.get(error.status_code) or problem(error.status_code, "refused", error.detail)
            return respond(known, error.headers)
    # The route's own path: what stands in its place may be a secret.
    route = request.scope.get("route")
    log.error("%s %s failed", request.method, getattr(route, "path", "an address"), exc_info=error)
    return respond(FAILED)


def refusals(*expected: Refusal) -> dict[int | str, dict[str, Any]]:
    """A route's refusals for the documentation, by status, each with an example; invalid input is always one."""
    documents = [_document(e) for e in (*expected, InvalidInput, ConflictInStorage)]
    found: dict[int | str, dict[str, Any]] = {}
    for document in documents:
        response = found.setdefault(document.status, _response(document.title))
        response["content"][MEDIA_TYPE]["examples"][document.code] = {
            "value": {name: value for name, value in asdict(document).items() if value is not None}
        }
    return dict(sorted(found.items(), key=lambda item: int(item[0])))


def _document(refusal: Refusal) -> Problem:
    if isinstance(refusal, Problem):
        return refusal
    return problem_of(refusal if isinstance(refusal, DomainError) else refusal())


def _response(title: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": title, "content": {MEDIA_TYPE: {"schema": schema, "examples": {}}}}
