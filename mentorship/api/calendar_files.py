"""Sessions as calendar files: one to download, and a feed that calendar programs read without signing in."""

from email.utils import format_datetime, parsedate_to_datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from starlette.datastructures import Headers

from mentorship.api.actor import Caller, Visitor, needs_session
from mentorship.api.auth import network_address
from mentorship.api.problems import refusals
from mentorship.domain.errors import NotFound, SignInRequired, TooManyTries
from mentorship.schemas.calendar_files import FeedFile
from mentorship.services.calendar_files import download_invitation, read_feed

router = APIRouter(prefix="/api", tags=["calendar files"])

ICS = "text/calendar; charset=utf-8"
_FILE = {"content": {"text/calendar": {"schema": {"type": "string", "format": "binary"}}}}

Token = Annotated[str, Path(description="The secret part of the address")]


@router.get(
    "/sessions/{session_id}/invitation.ics",
    response_class=Response,
    responses={200: {"description": "The session", **_FILE}, **refusals(SignInRequired, NotFound)},
    dependencies=needs_session,
)
def invitation(ctx: Caller, session_id: UUID) -> Response:
    """One session as an iCalendar file, for its student, its mentor and admins."""
    headers = {"Content-Disposition": 'attachment; filename="session.ics"'}
    return Response(download_invitation(ctx, session_id=session_id), media_type=ICS, headers=headers)


@router.get(
    "/calendar/{token}.ics",
    response_class=Response,
    responses={
        200: {"description": "Every session of the person whose address this is", **_FILE},
        304: {"description": "Nothing has changed since it was read last"},
        **refusals(NotFound, TooManyTries),
    },
)
@router.head("/calendar/{token}.ics", include_in_schema=False)
def feed(request: Request, ctx: Visitor, token: Token) -> Response:
    """A private feed of sessions, from the past 90 days on, for whoever has the address; no cookie is asked for."""
    found = read_feed(ctx, token=token, address=network_address(request))
    headers = {
        "ETag": f'"{found.tag}"',
        "Last-Modified": format_datetime(found.changed_at, usegmt=True),
        "Cache-Control": "private, no-cache",
        "X-Robots-Tag": "noindex, nofollow",
        "Content-Disposition": 'inline; filename="sessions.ics"',
    }
    if _is_known(request.headers, found):
        return Response(status_code=304, headers=headers)
    if request.method == "HEAD":
        return Response(media_type=ICS, headers={**headers, "Content-Length": str(len(found.content))})
    return Response(found.content, media_type=ICS, headers=headers)


def _is_known(asked: Headers, found: FeedFile) -> bool:
    """Whether the reader has this very feed already, by its tag or, where they name none, by its date."""
    if "if-none-match" in asked:
        tags = {tag.strip().removeprefix("W/") for tag in asked["if-none-match"].split(",")}
        return bool(tags & {f'"{found.tag}"', "*"})
    try:
        since = parsedate_to_datetime(asked.get("if-modified-since", ""))
        return found.changed_at.replace(microsecond=0) <= since
    except (TypeError, ValueError):
        return False
