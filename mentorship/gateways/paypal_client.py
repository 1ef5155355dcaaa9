"""One call at PayPal: the token, the same request again while PayPal is not itself, and its failures as ours.

Measured with paypal-server-sdk 2.4.0: the text of its exceptions may raise, so it is never asked for; it keeps a
revoked token until that would have expired; it hides why no token was given; it tries no POST again; an answer that is
no JSON passes as none at all. So answers are read as text here, and the token is ours.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import requests
from apimatic_core.exceptions.auth_validation_exception import AuthValidationException
from paypalserversdk.configuration import Configuration, Environment, Server
from paypalserversdk.exceptions.api_exception import ApiException
from paypalserversdk.http.auth.o_auth_2 import ClientCredentialsAuthCredentials
from paypalserversdk.models.o_auth_token import OAuthToken
from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient

from mentorship.domain.errors import BadSignature, ProviderLockedOut, ProviderRefused, ProviderUnavailable

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 6
CERTIFICATE_TIMEOUT_SECONDS = 3
PAUSES = (0.25, 1.0)
"""Before the second and the third try, in seconds."""

EARLY_SECONDS = 60
LARGEST_CERTIFICATE = 64 * 1024
_NO_ANSWER = 0
_LOCKED_OUT = frozenset({"NOT_AUTHORIZED", "PERMISSION_DENIED"})
"""What PayPal says, if anything, when our keys may not do this; any other 403 is about what was asked."""

_AGAIN = frozenset({_NO_ANSWER, 401, 408, 409, 425, 429})


class Refused(ProviderRefused):
    """PayPal's refusal: its HTTP status, and its words for what is wrong."""

    def __init__(self, status: int, issues: frozenset[str]) -> None:
        super().__init__()
        self.status, self.issues = status, issues


class PayPalClient:
    """PayPal's API under one pair of keys; any thread may call it."""

    def __init__(self, client_id: str, client_secret: str, *, live: bool, base_url: str | None) -> None:
        self._keys, self._live, self._base_url = (client_id, client_secret), live, base_url
        self._session = requests.Session()
        self._session.trust_env = base_url is None
        self._lock = threading.Lock()
        self._token: OAuthToken | None = None
        self._sdk = self._build()

    def ask(self, call: Callable[[PaypalServersdkClient], Any]) -> dict[str, Any]:
        """Make one call of the SDK's and return PayPal's JSON; a request id in it makes that safe to repeat.

        Raises:
            ProviderUnavailable: no useful answer after three tries.
            ProviderLockedOut: PayPal does not accept our keys, or does not let them do this.
            Refused: PayPal says no.
        """

        def once() -> str:
            try:
                return str(call(self._sdk).text)
            except ApiException as error:
                raise _Answer(error.response_code, error.response.text) from None

        return self._insist(once)

    def request(
        self, method: str, path: str, body: bytes | None = None, *, pauses: Sequence[float] | None = None
    ) -> dict[str, Any]:
        """Make one call that the SDK does not have. Raises as :meth:`ask` does.

        ``pauses`` are the seconds before each further try, where the usual ones do not fit.
        """

        def once() -> str:
            token = self._held_token(None, self._sdk.oauth_2).access_token
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            url = self._sdk.config.get_base_uri() + path
            answer = self._session.request(
                method, url, data=body, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
            if not answer.ok:
                raise _Answer(answer.status_code, answer.text)
            return answer.text

        return self._insist(once, pauses)

    def fetch_certificate(self, url: str) -> bytes:
        """What is at a certificate's address.

        Raises:
            BadSignature: there is nothing there.
            ProviderUnavailable: that cannot be said now.
        """
        try:
            answer = self._session.get(url, timeout=CERTIFICATE_TIMEOUT_SECONDS, allow_redirects=False, stream=True)
            with answer:
                found = answer.raw.read(LARGEST_CERTIFICATE, decode_content=True) if answer.ok else b""
        except (requests.RequestException, OSError) as error:
            raise ProviderUnavailable() from error
        if answer.status_code == 404:
            raise BadSignature()
        if answer.status_code != 200:
            raise ProviderUnavailable()
        return bytes(found)

    def _insist(self, once: Callable[[], str], pauses: Sequence[float] | None = None) -> dict[str, Any]:
        renewed = False
        for pause in (*(PAUSES if pauses is None else pauses), None):
            try:
                return self._decided(once)
            except _Answer as answer:
                if answer.status == 401 and not renewed:
                    renewed = True
                    self._renew()
                    continue
                if answer.status == 401:
                    log.error("PayPal does not accept its own token")
                    raise ProviderLockedOut() from None
                log.warning("PayPal is not available: %s", answer.status or "no useful answer")
            if pause is None:
                break
            time.sleep(pause)
        raise ProviderUnavailable()

    def _decided(self, once: Callable[[], str]) -> dict[str, Any]:
        """PayPal's JSON or its refusal; anything that another try may change is raised as an ``_Answer``."""
        try:
            found = json.loads(once())
        except (requests.RequestException, ValueError, RecursionError, AuthValidationException) as error:
            raise _Answer(_NO_ANSWER, type(error).__name__) from error
        except _Answer as answer:
            if answer.status in _AGAIN or answer.status >= 500:
                raise
            issues = _issues(answer.body)
            if answer.status == 403 and issues <= _LOCKED_OUT:
                log.error("PayPal does not let our keys do this: %s", ", ".join(sorted(issues)))
                raise ProviderLockedOut() from None
            log.warning("PayPal refused with %s: %s", answer.status, ", ".join(sorted(issues)))
            raise Refused(answer.status, issues) from None
        if not isinstance(found, dict):
            raise _Answer(_NO_ANSWER, "not an object")
        return found

    def _build(self) -> PaypalServersdkClient:
        credentials = ClientCredentialsAuthCredentials(
            *self._keys, o_auth_token_provider=self._held_token, o_auth_clock_skew=EARLY_SECONDS
        )
        return PaypalServersdkClient(
            config=_Pointed(
                base_url=self._base_url,
                environment=Environment.PRODUCTION if self._live else Environment.SANDBOX,
                http_client_instance=self._session,
                override_http_client_configuration=True,
                timeout=TIMEOUT_SECONDS,
                client_credentials_auth_credentials=credentials,
            )
        )

    def _renew(self) -> None:
        """Forget the token, also where the SDK keeps it."""
        with self._lock:
            self._token = None
            self._sdk = self._build()

    def _held_token(self, _: OAuthToken | None, manager: Any) -> OAuthToken:
        """The token, fetched once for all threads."""
        with self._lock:
            if self._token is None or manager.is_token_expired(self._token):
                self._token = _fetch_token(manager)
            return self._token


class _Pointed(Configuration):  # type: ignore[misc]
    """The SDK has no setting for its address: this is the one place where it asks for it."""

    def __init__(self, *, base_url: str | None, **settings: Any) -> None:
        self._base_url = base_url
        super().__init__(**settings)

    def get_base_uri(self, server: Server = Server.DEFAULT) -> str:
        return self._base_url or str(super().get_base_uri(server))


class _Answer(Exception):
    """An answer that is not the one asked for, or none that makes sense."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(status)
        self.status, self.body = status, body


def _fetch_token(manager: Any) -> OAuthToken:
    try:
        token = manager.fetch_token()
    except ApiException as error:
        if error.response_code in (400, 401, 403):
            log.error("PayPal does not accept the keys: %s", error.response_code)
            raise ProviderLockedOut() from None
        raise _Answer(error.response_code, "token") from None
    if not isinstance(token, OAuthToken) or not token.access_token:
        raise _Answer(_NO_ANSWER, "token")
    return token


def _issues(body: str) -> frozenset[str]:
    try:
        error = json.loads(body)
        details = error.get("details") or []
        return frozenset({str(error["name"]), *(str(detail["issue"]) for detail in details)})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return frozenset()


@contextmanager
def understood() -> Iterator[None]:
    """An answer that lacks what PayPal promises is no answer.

    Raises:
        ProviderUnavailable: it could not be read.
    """
    try:
        yield
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, StopIteration) as error:
        log.error("PayPal's answer makes no sense: %s", type(error).__name__)
        raise ProviderUnavailable() from error
