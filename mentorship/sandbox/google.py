"""Puts the stand-in for Google together: consent, tokens, the calendar's API, pushes, and the tester's page."""

from dataclasses import dataclass
from pathlib import Path

from starlette.routing import Route

from .google_api import api_routes
from .google_oauth import oauth_routes
from .google_pages import page_routes
from .google_parts import GoogleParts
from .google_push import PushSender
from .google_store import GoogleStore
from .parts import SandboxParts


@dataclass(frozen=True)
class GoogleClient:
    """The one client that the stand-in knows: its id and secret, and where it may be sent back to."""

    client_id: str
    client_secret: str
    redirect_uri: str


class Google:
    """The stand-in; `routes` serve it, `start` and `stop` run its pushes."""

    def __init__(self, parts: SandboxParts, path: Path, client: GoogleClient) -> None:
        store = GoogleStore(path)
        google = GoogleParts(parts, store, client.client_id, client.client_secret, client.redirect_uri)
        self._pushes = PushSender(store, f"{parts.public_url}/google")
        self.store = store
        self.routes: list[Route] = [*page_routes(google), *oauth_routes(google), *api_routes(google)]

    def start(self) -> None:
        """Start telling the app about changes."""
        self._pushes.start()

    def stop(self) -> None:
        """Stop it."""
        self._pushes.stop()
