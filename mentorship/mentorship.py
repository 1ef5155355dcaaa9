"""The app: its look, its pages, what is mounted beside them, and what runs while it does."""

import asyncio
import gc
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import reflex as rx
from granian.utils.proxies import wrap_asgi_with_proxy_headers
from reflex_base.config import get_config
from starlette.types import ASGIApp, Receive, Scope, Send

from mentorship import bootstrap
from mentorship.api.app import mount_api
from mentorship.api.headers import page_headers
from mentorship.components.document import app_arguments
from mentorship.config import load_settings
from mentorship.pages import add_pages
from mentorship.state.calls import DefaultDeny, connect, on_failure
from mentorship.state.live import watchers
from mentorship.state.redaction import redact_event_logs

log = logging.getLogger(__name__)
TURN_SECONDS = 0.0005
"""How long a thread keeps the interpreter while another waits for it.

A click goes to and fro between the event loop and a thread a dozen times; with Python's 5 ms, it waits that long each
time, once for every mail that is being written.
"""
settings = load_settings()
_config = get_config()
house = bootstrap.build(
    settings,
    public_url=settings.public_url or f"http://localhost:{_config.frontend_port}",
    api_url=settings.api_url or settings.public_url or _config.api_url,
)
connect(house.deps)


@asynccontextmanager
async def run_house(app: rx.App) -> AsyncIterator[None]:
    """Prepare the database, then run jobs, sweeps and, in sandbox mode, the providers' stand-ins."""
    sys.setswitchinterval(TURN_SECONDS)
    await asyncio.to_thread(house.prepare)
    watchers.attach(app, asyncio.get_running_loop())
    house.deps.live.subscribe(watchers.changed)
    await asyncio.to_thread(house.start)
    # A quarter of a million objects are there by now and stay. Walking over them stops every click for a quarter of a
    # second each time, so the collector no longer does.
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        await asyncio.to_thread(house.stop)


def mount_sandbox(app: ASGIApp) -> ASGIApp:
    """Serve the providers' stand-ins under /sandbox; they do not exist outside sandbox mode."""
    if house.sandbox is None:
        return app
    sandbox = house.sandbox.asgi

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (scope["path"] == "/sandbox" or scope["path"].startswith("/sandbox/")):
            inner = dict(scope, root_path=scope.get("root_path", "") + "/sandbox")
            await sandbox(inner, receive, send)
        else:
            await app(scope, receive, send)

    return serve


def behind_proxy(app: ASGIApp) -> ASGIApp:
    """Believe the scheme and the client address that a proxy on this machine passes on."""
    return wrap_asgi_with_proxy_headers(app, trusted_hosts="127.0.0.1")


class Platform(rx.App):
    """The app with its API in front: what Reflex puts around requests took a sixth of the event loop's time for one."""

    def __call__(self) -> ASGIApp:
        return behind_proxy(mount_api(house.deps)(super().__call__()))


app = Platform(
    **app_arguments(),
    api_transformer=[mount_sandbox, page_headers],
    backend_exception_handler=on_failure,
)
app.add_middleware(DefaultDeny())
redact_event_logs()
app.register_lifespan_task(run_house)
add_pages(app)
