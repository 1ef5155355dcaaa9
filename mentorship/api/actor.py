"""Who asks: the person behind the session cookie, looked up anew for every request.

What reads no database is a coroutine, which costs no thread.
"""

from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response, Security
from fastapi.security import APIKeyCookie

from mentorship.domain.actors import ANONYMOUS
from mentorship.domain.errors import SignInRequired
from mentorship.services.accounts import actor_of, who_is
from mentorship.services.context import Context, Dependencies
from mentorship.services.texts import reader_locale

COOKIE = "mentorship_session"
SESSION = APIKeyCookie(name=COOKIE, scheme_name="session", description="Set by signing in; HttpOnly.", auto_error=False)


async def dependencies(request: Request) -> Dependencies:
    """What this process was put together from."""
    return request.app.state.dependencies  # type: ignore[no-any-return]


Deps = Annotated[Dependencies, Depends(dependencies)]


async def visitor(request: Request, deps: Deps) -> Context:
    """A context for somebody whose cookie does not matter."""
    return deps.context(ANONYMOUS, _locale(request))


def caller(request: Request, deps: Deps) -> Context:
    """A context for the person behind the cookie, or for a visitor."""
    me = who_is(deps.context(ANONYMOUS), token=request.cookies.get(COOKIE, ""))
    return deps.context(actor_of(me), _locale(request))


Visitor = Annotated[Context, Depends(visitor)]
Caller = Annotated[Context, Depends(caller)]


async def require_session(ctx: Caller) -> None:
    """Turn visitors away before anything is said about their input; the use case asks again.

    Raises:
        SignInRequired: the cookie is missing, unknown, expired or signed out.
    """
    if not ctx.actor.is_signed_in:
        raise SignInRequired()


needs_session = [Security(SESSION), Depends(require_session)]
"""For routes that nobody may call without the cookie; documents it, too."""


def set_session(response: Response, ctx: Context, token: str, expires_at: datetime) -> None:
    """Sign this browser in: host-only, unreadable for scripts, not sent from other sites' forms."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int((expires_at - ctx.now).total_seconds()),
        path="/",
        secure=_is_secure(ctx),
        httponly=True,
        samesite="lax",
    )


def clear_session(response: Response, ctx: Context) -> None:
    """Sign this browser out."""
    response.delete_cookie(COOKIE, path="/", secure=_is_secure(ctx), httponly=True, samesite="lax")


def _locale(request: Request) -> str:
    return reader_locale(request.headers.get("accept-language", ""))


def _is_secure(ctx: Context) -> bool:
    return urlsplit(ctx.site.public_url).scheme == "https"
