"""Google's consent through its own OAuth client: PKCE, the scopes that were really ticked, and giving access back."""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests

from mentorship.domain.calendars import PERMISSIONS
from mentorship.domain.errors import CalendarUnavailable, LinkInvalid
from mentorship.gateways.ports import Grant

log = logging.getLogger(__name__)
T = TypeVar("T")

SCOPE_PREFIX = "https://www.googleapis.com/auth/"
CONNECT_AND_READ = (3.05, 10)
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class GoogleAddresses:
    """Where Google is, or what stands in for it."""

    consent: str = "https://accounts.google.com/o/oauth2/v2/auth"
    token: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    revoke: str = "https://oauth2.googleapis.com/revoke"
    api: str = "https://www.googleapis.com/calendar/v3/"

    @classmethod
    def below(cls, base: str) -> "GoogleAddresses":
        """The addresses of a stand-in."""
        addresses = cls(f"{base}/auth", f"{base}/token", f"{base}/revoke", f"{base}/calendar/v3/")
        if addresses.is_here:
            # The client refuses plain http unless told otherwise, which is right for every place but this machine.
            os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
        return addresses

    @property
    def is_here(self) -> bool:
        return urlsplit(self.token).hostname in _LOOPBACK


class GoogleConsent:
    """The consent port on Google's own OAuth client."""

    def __init__(self, client_id: str, client_secret: str, redirect_uri: str, addresses: GoogleAddresses) -> None:
        # People may tick fewer boxes than were asked for; without this the client fails instead of saying which.
        os.environ["OAUTHLIB_RELAX_TOKEN_SCOPE"] = "1"  # noqa: S105 - a switch
        self._client_id, self._client_secret, self._redirect_uri = client_id, client_secret, redirect_uri
        self._addresses = addresses

    def url(self, state: str, account: str) -> tuple[str, str]:
        """Where to send the browser, and the PKCE verifier to keep until it comes back.

        Raises:
            CalendarUnavailable: the address of a stand-in is one that tokens must not travel to.
        """
        flow = self._flow()
        wishes = {"access_type": "offline", "prompt": "consent", "login_hint": account}
        url, _ = _asking(lambda: flow.authorization_url(state=state, **wishes))
        return str(url), str(flow.code_verifier)

    def exchange(self, code: str, verifier: str) -> Grant:
        """Trade the code for access, and say which permissions were not ticked.

        Raises:
            LinkInvalid: the code is used, too old or not for this verifier.
            CalendarUnavailable: Google does not answer usefully.
        """
        flow = self._flow()
        flow.code_verifier = verifier
        _asking(lambda: flow.fetch_token(code=code, include_client_id=True, timeout=CONNECT_AND_READ))
        credentials = flow.credentials
        granted = set(credentials.granted_scopes or credentials.scopes or ())
        missing = tuple(scope for scope in PERMISSIONS if SCOPE_PREFIX + scope not in granted)
        return Grant(str(credentials.refresh_token or ""), missing)

    def revoke(self, refresh_token: str) -> None:
        """Give access back. Google answers 400 where there is none any more.

        Raises:
            CalendarUnavailable: Google does not answer usefully.
        """
        with self._session() as session:
            try:
                answer = session.post(self._addresses.revoke, data={"token": refresh_token}, timeout=CONNECT_AND_READ)
            except requests.RequestException as error:
                raise CalendarUnavailable() from error
        if answer.status_code not in (200, 400):
            raise CalendarUnavailable()

    def _session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = not self._addresses.is_here
        return session

    def _flow(self) -> Any:
        from google_auth_oauthlib.flow import Flow

        client = {
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "auth_uri": self._addresses.consent,
            "token_uri": self._addresses.token,
        }
        scopes = [SCOPE_PREFIX + scope for scope in PERMISSIONS]
        flow = Flow.from_client_config(
            {"web": client}, scopes, redirect_uri=self._redirect_uri, autogenerate_code_verifier=True
        )
        flow.oauth2session.trust_env = not self._addresses.is_here
        return flow


def _asking(ask: Callable[[], T]) -> T:
    from oauthlib.oauth2 import InvalidGrantError, OAuth2Error

    try:
        return ask()
    except InvalidGrantError as error:
        raise LinkInvalid("This answer of Google's was used already, or is too old.") from error
    except OAuth2Error as error:
        log.error("Google refuses our client: %s", error.error)
        raise CalendarUnavailable() from error
    except (requests.RequestException, ValueError) as error:
        raise CalendarUnavailable() from error
