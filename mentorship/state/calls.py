"""The one road from a page to a use case.

Every public method of a state class can be called by anyone with any arguments. So a handler is declared through
:func:`handler`, which names who may call it and parses what came; :class:`DefaultDeny` drops every event whose handler
was not declared; and :func:`call` runs one use case, in a thread, as the person whose cookie came with the socket.
"""

import asyncio
import functools
import inspect
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from http.cookies import CookieError, SimpleCookie
from typing import Any, TypeVar
from urllib.parse import quote

import pydantic
import reflex as rx
from reflex.state import StateUpdate
from reflex_base.registry import RegistrationContext

from mentorship.domain.actors import Access, Actor, may
from mentorship.domain.errors import DomainError, InvalidInput, NotAllowed
from mentorship.schemas.accounts import Me
from mentorship.schemas.pages import NoticeText, Tone
from mentorship.services.accounts import actor_of, who_is
from mentorship.services.context import Dependencies, Site
from mentorship.services.texts import LOCALE, reader_locale

log = logging.getLogger(__name__)
COOKIE = "mentorship_session"
R = TypeVar("R")

_deps: list[Dependencies] = []
_me: ContextVar[Me | None] = ContextVar("me", default=None)
_locale: ContextVar[str] = ContextVar("locale", default=LOCALE)


def connect(deps: Dependencies) -> None:
    """Give the pages their dependencies; called once when the app is put together."""
    _deps[:] = [deps]


def site() -> Site:
    """Where the app lives and what mode it is in, for addresses that a page is built with."""
    return dependencies().site


def dependencies() -> Dependencies:
    """What the process was put together from."""
    return _deps[0]


async def call(use_case: Callable[..., R], **arguments: Any) -> R:
    """Run a use case in a thread, as the person whose event is being handled.

    Raises:
        DomainError: whatever the use case refuses.
    """
    ctx = dependencies().context(actor_of(_me.get()), _locale.get())
    return await asyncio.to_thread(use_case, ctx, **arguments)


def me() -> Me | None:
    """The person whose event is being handled, as the database knows them now."""
    return _me.get()


def token_of(state: rx.State) -> str:
    """The sign-in token in the cookie that came with the socket."""
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load(state.router.headers.cookie or "")
    except CookieError:
        return ""
    return cookies[COOKIE].value if COOKIE in cookies else ""


@asynccontextmanager
async def doing(state: Any, what: str) -> AsyncIterator[None]:
    """Mark what the page is busy with while the block runs; a refusal becomes a notice, and busy always ends."""
    async with state:
        state.busy = what
        notice = await state.get_state(Notice)
        notice.message = NoticeText("")
    try:
        yield
    except DomainError as refusal:
        await refuse(state, refusal)
    except Exception:
        log.exception("a handler failed while doing %s", what)
        await apologize(state)
    finally:
        async with state:
            state.busy = ""


def handler(access: Access = Access.PUBLIC) -> Callable[[Callable[..., Awaitable[Any]]], Any]:
    """Declare a state's event handler: who may call it, and that its arguments are parsed by their annotations.

    The function is a coroutine ``verb(self, …)``; what it returns (an event, as a redirect) is sent to the browser. It
    runs beside other events of the page, so it writes to the state inside ``async with self`` only.
    """

    def declare(function: Callable[..., Awaitable[Any]]) -> Any:
        model = _model(function)

        @functools.wraps(function)
        async def run(self: Any, /, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            names = list(model.model_fields)
            try:
                parsed = model.model_validate(dict(zip(names, args, strict=False)) | kwargs)
            except pydantic.ValidationError:
                await refuse(self, InvalidInput(fix="Load the page again."))
                return
            known = await asyncio.to_thread(who_is, dependencies().context(Actor()), token=token_of(self)[:128])
            if not may(actor_of(known), access):
                if known is None:
                    yield to_sign_in(self)
                else:
                    await refuse(self, NotAllowed())
                return
            _me.set(known)
            _locale.set(reader_locale(self.router.headers.accept_language or ""))
            try:
                event = await function(self, **{name: getattr(parsed, name) for name in names})
            except DomainError as refusal:
                await refuse(self, refusal)
            except Exception:
                log.exception("the handler %s failed", function.__qualname__)
                await apologize(self)
            else:
                if event is not None:
                    yield event

        run._access = access  # type: ignore[attr-defined]
        return rx.event(background=True)(run)

    return declare


def to_sign_in(state: Any) -> Any:
    """The redirect to the sign-in page, which leads back to where the reader is."""
    url = state.router.url
    here = url.path + (f"?{url.query}" if url.query else "")
    return rx.redirect(f"/sign-in?next={quote(here, safe='/')}")


def asked(state: Any, name: str) -> str:
    """A value of the page's address, cut to a sane length; empty when it is not there."""
    return str(state.router.url.query_parameters.get(name, ""))[:200]


def last_part(state: Any) -> str:
    """The last part of the page's path: the slug or id that the page is about."""
    return str(state.router.url.path).rstrip("/").rpartition("/")[2][:200]


def _model(function: Callable[..., Any]) -> type[pydantic.BaseModel]:
    parameters = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    fields: dict[str, Any] = {
        p.name: (p.annotation, ... if p.default is inspect.Parameter.empty else p.default) for p in parameters
    }
    return pydantic.create_model(function.__name__, __config__=pydantic.ConfigDict(extra="forbid"), **fields)


class Notice(rx.State):
    """What the page last had to say: the outcome of the reader's own action."""

    message: NoticeText = NoticeText("")
    page: str = ""

    @handler()
    async def dismiss(self) -> None:
        """Put the notice away."""
        async with self:
            self.message = NoticeText("")


async def tell(state: Any, text: str, *, tone: Tone = "good", page: str = "") -> None:
    """Show a notice on the reader's page, or on the one they are being sent to."""
    async with state:
        notice = await state.get_state(Notice)
        notice.message = NoticeText(text, tone)
        notice.page = page or state.router.url.path


async def apologize(state: Any) -> None:
    """Say that we failed, after the log has been told why."""
    await tell(state, "Something went wrong on our side. Nothing was lost; please try again.", tone="bad")


async def refuse(state: Any, refusal: DomainError) -> None:
    """Show a refusal with its nearest fix."""
    await tell(state, f"{refusal} {refusal.fix or ''}".strip(), tone="bad")


def on_failure(exception: Exception) -> None:
    """Log what a handler did not expect. The page learns it from its own notice, never from a trace."""
    log.error("an event failed: %s", exception, exc_info=exception)


class Reader(rx.State):
    """Whose tab this is: the cookie that the state was filled for. Never sent to the browser."""

    _cookie: str = ""


class DefaultDeny(rx.Middleware):
    """Drops every event whose handler is neither Reflex's own nor declared through :func:`handler`.

    A tab keeps its state when somebody signs out and somebody else signs in. So when another cookie comes with the
    socket, everything the tab knew is forgotten before its first event, also before it is sent to the browser.
    """

    async def preprocess(self, app: rx.App, state: Any, event: Any) -> StateUpdate | None:  # noqa: ARG002
        """Let a declared event through; answer any other with nothing."""
        registered = RegistrationContext.get().event_handlers.get(event.name)
        if registered is None:
            return StateUpdate(events=[])
        function = registered.handler.fn
        if function.__module__.startswith(("reflex.", "reflex_")) and function.__name__ != "setvar":
            await _forget_the_last_reader(state)
            return None
        if getattr(function, "_access", None) is None:
            log.warning("dropped an event for the undeclared handler %s", event.name)
            return StateUpdate(events=[])
        await _forget_the_last_reader(state)
        return None


async def _forget_the_last_reader(state: Any) -> None:
    reader, cookie = await state.get_state(Reader), token_of(state)
    if reader._cookie != cookie:
        if reader._cookie:
            state._get_root_state().reset()
        reader._cookie = cookie
