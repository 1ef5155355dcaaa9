"""The API as one app to mount beside the pages; made by a factory, because an app is started only once."""

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import ASGIApp, Receive, Scope, Send

from mentorship.api import (
    announcements,
    auth,
    calendar_files,
    calendars,
    checkout,
    disputes,
    health,
    packs,
    receipts,
    seats,
    sessions,
    webhooks,
)
from mentorship.api.guard import Guard, origin_of
from mentorship.api.problems import Problem, answer_problems
from mentorship.services.context import Dependencies

PREFIX = "/api"
_AREAS = (
    webhooks,
    announcements,
    checkout,
    packs,
    receipts,
    seats,
    sessions,
    calendar_files,
    calendars,
    disputes,
    auth,
    health,
)


def create_api(deps: Dependencies) -> Starlette:
    """An app that answers everything below ``/api``; other apps are mounted beside it."""
    api = FastAPI(
        title="Mentorship",
        version=version("mentorship"),
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    api.state.dependencies = deps
    api.state.inboxes = webhooks.inboxes(deps)
    answer_problems(api)
    for area in _AREAS:
        api.include_router(area.router)
    _document_problems(api)
    site = deps.site
    guarded = Guard(api, frozenset({origin_of(site.public_url), origin_of(site.api_url)}))
    return Starlette(routes=[_Below(PREFIX, guarded)])


class _Below(BaseRoute):
    """Everything below a path belongs to one app: its unknown addresses and wrong methods too."""

    def __init__(self, prefix: str, app: ASGIApp) -> None:
        self._prefix, self._app = f"{prefix}/", app

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        is_below = scope["type"] == "http" and scope["path"].startswith(self._prefix)
        return (Match.FULL if is_below else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> Any:
        raise NoMatchFound(name, path_params)


def _document_problems(api: FastAPI) -> None:
    def openapi() -> dict[str, Any]:
        if api.openapi_schema is None:
            schema = get_openapi(title=api.title, version=api.version, routes=api.routes)
            schema["components"]["schemas"]["Problem"] = TypeAdapter(Problem).json_schema()
            api.openapi_schema = schema
        return api.openapi_schema

    api.openapi = openapi  # type: ignore[method-assign]
