"""The API as one app to mount before the pages; made by a factory, because an app is started only once."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter
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


def mount_api(deps: Dependencies) -> Callable[[ASGIApp], ASGIApp]:
    """Put the API before an app: everything below ``/api`` is the API's, unknown addresses and wrong methods too."""
    api = create_api(deps)

    def mount(app: ASGIApp) -> ASGIApp:
        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            is_below = scope["type"] == "http" and scope["path"].startswith(f"{PREFIX}/")
            await (api if is_below else app)(scope, receive, send)

        return serve

    return mount


def create_api(deps: Dependencies) -> ASGIApp:
    """The API as an app of its own."""
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
    return Guard(api, webhooks.Shortcut(api), frozenset({origin_of(site.public_url), origin_of(site.api_url)}))


def _document_problems(api: FastAPI) -> None:
    def openapi() -> dict[str, Any]:
        if api.openapi_schema is None:
            schema = get_openapi(title=api.title, version=api.version, routes=api.routes)
            schema["components"]["schemas"]["Problem"] = TypeAdapter(Problem).json_schema()
            api.openapi_schema = schema
        return api.openapi_schema

    api.openapi = openapi  # type: ignore[method-assign]
