"""Google's consent page, token endpoint and revocation: codes work once, PKCE is checked, every scope has its box."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from .google_parts import GoogleParts
from .google_store import ACCESS_SECONDS, GoogleTx, Json
from .parts import MAX_FORM, TooLargeError, read_body

PREFIX = "https://www.googleapis.com/auth/"
SCOPES = {
    "calendar.events.owned": "See, create, change, and delete events on Google calendars you own",
    "calendar.freebusy": "View your availability in your calendars",
    "calendar.calendarlist.readonly": "See the list of Google calendars you’re subscribed to",
}
_NO_STORE = {"Cache-Control": "no-store"}


def oauth_routes(google: GoogleParts) -> list[Route]:
    """`/google/auth`, `/google/token` and `/google/revoke`."""

    async def ask(request: Request) -> Response:
        return await run_in_threadpool(_ask, google, dict(request.query_params))

    async def decide(request: Request) -> Response:
        form = await google.own_form(request)
        return await run_in_threadpool(_decide, google, dict(request.query_params), form)

    async def token(request: Request) -> Response:
        form = await _form(request)
        return await run_in_threadpool(_token, google, form, request.headers.get("authorization", ""))

    async def revoke(request: Request) -> Response:
        form = await _form(request) | dict(request.query_params)
        return await run_in_threadpool(_revoke, google, form)

    return [
        Route("/google/auth", ask, methods=["GET"]),
        Route("/google/auth", decide, methods=["POST"]),
        Route("/google/token", token, methods=["POST"]),
        Route("/google/revoke", revoke, methods=["POST"]),
    ]


def _problem(google: GoogleParts, asked: Mapping[str, str]) -> str:
    """What is wrong with a request for consent; such a page never redirects."""
    if not hmac.compare_digest(asked.get("client_id", "").encode(), google.client_id.encode()):
        return "Error 401: invalid_client"
    if asked.get("redirect_uri") != google.redirect_uri:
        return "Error 400: redirect_uri_mismatch"
    if asked.get("response_type") != "code" or asked.get("code_challenge_method") != "S256":
        return "Error 400: invalid_request"
    if len(asked.get("code_challenge", "")) != 43:
        return "Error 400: invalid_request (code_challenge)"
    wanted = asked.get("scope", "").split()
    if not wanted or any(scope.removeprefix(PREFIX) not in SCOPES for scope in wanted):
        return "Error 400: invalid_scope"
    return ""


def _ask(google: GoogleParts, asked: Mapping[str, str], notice: str = "") -> Response:
    if problem := _problem(google, asked):
        return google.parts.render("problem.html", status=400, detail=problem)
    scopes = [s.removeprefix(PREFIX) for s in asked["scope"].split()]
    return google.parts.render(
        "google_consent.html",
        scopes=[(scope, SCOPES[scope]) for scope in scopes],
        account=asked.get("login_hint", ""),
        notice=notice,
    )


def _decide(google: GoogleParts, asked: Mapping[str, str], form: Mapping[str, list[str]]) -> Response:
    if problem := _problem(google, asked):
        return google.parts.render("problem.html", status=400, detail=problem)
    state = {"state": asked["state"]} if "state" in asked else {}
    wanted = [s for s in asked["scope"].split() if s.removeprefix(PREFIX) in form.get("scope", [])]
    if form.get("action") != ["allow"] or not wanted:
        return _back(google, {"error": "access_denied", **state})
    account = (form.get("account") or [""])[0].strip().lower()
    if not _is_address(account):
        return _ask(google, asked, "Type an e-mail address: it names the account.")
    with google.store.write() as tx:
        tx.open_account(account)
        code = tx.keep_code(
            {
                "account": account,
                "scopes": wanted,
                "challenge": asked["code_challenge"],
                "redirect_uri": asked["redirect_uri"],
                "offline": asked.get("access_type") == "offline",
            }
        )
    return _back(google, {"code": code, "scope": " ".join(wanted), **state})


def _back(google: GoogleParts, answer: Mapping[str, str]) -> Response:
    return RedirectResponse(f"{google.redirect_uri}?{urlencode(answer)}", 303, headers=_NO_STORE)


def _is_address(text: str) -> bool:
    local, _, domain = text.partition("@")
    return bool(
        local and "." in domain and text.isascii() and text.isprintable() and len(text) <= 120 and " " not in text
    )


async def _form(request: Request) -> dict[str, str]:
    try:
        body = await read_body(request, MAX_FORM)
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=50))
    except (TooLargeError, ValueError):
        return {}


def _token(google: GoogleParts, form: Mapping[str, str], authorization: str) -> Response:
    if not _is_client(google, form, authorization):
        return _refuse(401, "invalid_client", "The OAuth client was not found.")
    with google.store.write() as tx:
        match form.get("grant_type"):
            case "authorization_code":
                answer = _exchange(tx, form)
            case "refresh_token":
                answer = _refresh(tx, form)
            case _:
                return _refuse(400, "unsupported_grant_type", "Invalid grant_type")
    if answer is None:
        return _refuse(400, "invalid_grant", "Token has been expired or revoked.")
    return JSONResponse(answer, headers=_NO_STORE)


def _is_client(google: GoogleParts, form: Mapping[str, str], authorization: str) -> bool:
    client, secret = form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, key = base64.b64decode(credentials, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        client, secret = unquote(name), unquote(key)
    same = hmac.compare_digest(client.encode(), google.client_id.encode())
    return same and hmac.compare_digest(secret.encode(), google.client_secret.encode())


def _exchange(tx: GoogleTx, form: Mapping[str, str]) -> Json | None:
    kept = tx.take_code(form.get("code", ""))
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    if kept is None or kept["redirect_uri"] != form.get("redirect_uri"):
        return None
    if not hmac.compare_digest(challenge, kept["challenge"]):
        return None
    answer = _access(tx, kept["account"], kept["scopes"])
    if kept["offline"]:
        answer["refresh_token"] = tx.make_token("refresh", kept["account"], kept["scopes"])
    return answer


def _refresh(tx: GoogleTx, form: Mapping[str, str]) -> Json | None:
    token = tx.token(form.get("refresh_token", ""), "refresh")
    return _access(tx, token.account, sorted(token.scopes)) if token else None


def _access(tx: GoogleTx, account: str, scopes: list[str]) -> dict[str, Any]:
    return {
        "access_token": tx.make_token("access", account, scopes),
        "expires_in": ACCESS_SECONDS - 1,
        "scope": " ".join(scopes),
        "token_type": "Bearer",
    }


def _revoke(google: GoogleParts, form: Mapping[str, str]) -> Response:
    with google.store.write() as tx:
        token = tx.token(form.get("token", ""))
        if token is None:
            return _refuse(400, "invalid_token", "Token expired or revoked")
        tx.revoke(token.account)
    return JSONResponse({}, headers=_NO_STORE)


def _refuse(status: int, error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status, headers=_NO_STORE)
