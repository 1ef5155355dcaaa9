"""Signing in, up and out by the browser's own forms: a cookie that scripts cannot read, then always a page."""

import re
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from mentorship.api.actor import COOKIE, Visitor, clear_session, set_session
from mentorship.api.problems import CROSS_SITE, MALFORMED, TOO_LARGE, refusals
from mentorship.domain.actors import Role
from mentorship.domain.errors import DomainError
from mentorship.schemas.accounts import SignedIn
from mentorship.services import accounts
from mentorship.services.context import Context

router = APIRouter(
    prefix="/api/auth",
    tags=["auth"],
    default_response_class=RedirectResponse,
    responses={
        303: {"description": "To the next page, or back to the form with an error code"},
        **refusals(MALFORMED, CROSS_SITE, TOO_LARGE),
    },
)

HOME = {Role.STUDENT: "/dashboard", Role.MENTOR: "/instructor/dashboard", Role.ADMIN: "/admin"}
_LOCAL_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,511}")


class SignInForm(BaseModel):
    email: str = ""
    password: str = ""
    next: str = ""


class SignUpForm(SignInForm):
    name: str = ""
    time_zone: str = "UTC"


@router.post("/sign-in", status_code=303)
def sign_in(request: Request, ctx: Visitor, form: Annotated[SignInForm, Form()]) -> RedirectResponse:
    """Sign in with e-mail and password; then to ``next``, or to the role's own dashboard."""
    try:
        signed_in = accounts.sign_in(ctx, email=form.email, password=form.password, address=network_address(request))
    except DomainError as error:
        return _back(ctx, "/sign-in", error, email=form.email, next=form.next)
    return _enter(ctx, signed_in, form.next)


@router.post("/sign-up", status_code=303)
def sign_up(request: Request, ctx: Visitor, form: Annotated[SignUpForm, Form()]) -> RedirectResponse:
    """Open a student's account and sign it in."""
    try:
        signed_in = accounts.sign_up(
            ctx,
            email=form.email,
            name=form.name,
            password=form.password,
            time_zone=form.time_zone or "UTC",
            address=network_address(request),
        )
    except DomainError as error:
        return _back(ctx, "/sign-up", error, email=form.email, name=form.name, next=form.next)
    return _enter(ctx, signed_in, form.next)


@router.post("/sign-out", status_code=303)
def sign_out(request: Request, ctx: Visitor) -> RedirectResponse:
    """End this browser's sign-in, here and in the database."""
    if token := request.cookies.get(COOKIE):
        accounts.sign_out(ctx, token=token)
    response = RedirectResponse(f"{ctx.site.public_url}/", 303)
    clear_session(response, ctx)
    return response


def local_path(path: str) -> str | None:
    """The path, when it stays on our own site and is plain; None for everything else."""
    return path if _LOCAL_PATH.fullmatch(path) else None


def _enter(ctx: Context, signed_in: SignedIn, wanted: str) -> RedirectResponse:
    path = local_path(wanted) or HOME[Role(signed_in.me.role)]
    response = RedirectResponse(f"{ctx.site.public_url}{path}", 303)
    set_session(response, ctx, signed_in.token, signed_in.expires_at)
    return response


def _back(ctx: Context, page: str, error: DomainError, **typed: str) -> RedirectResponse:
    """Back to the form with what was typed, except the password and places that are not ours."""
    typed["next"] = local_path(typed["next"]) or ""
    kept = {name: value[:254] for name, value in typed.items() if value}
    return RedirectResponse(f"{ctx.site.public_url}{page}?{urlencode({'error': error.code, **kept})}", 303)


def network_address(request: Request) -> str:
    """Where a request comes from, to limit how often; empty where nothing says so."""
    return request.client.host if request.client else ""
