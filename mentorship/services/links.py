"""Signed links: what they say cannot be changed, and they end."""

import hashlib
import hmac
from datetime import UTC, datetime
from uuid import UUID

from mentorship.domain.errors import LinkInvalid


def sign(key: str, purpose: str, subject: UUID, expires_at: datetime) -> str:
    """A token for one purpose and one subject that is valid until ``expires_at``."""
    body = f"{subject}.{int(expires_at.timestamp())}"
    return f"{body}.{_mac(key, purpose, body)}"


def read(key: str, purpose: str, token: str, now: datetime) -> UUID:
    """The subject of a token.

    Raises:
        LinkInvalid: it was not signed by us for this purpose, or has expired.
    """
    body, _, mac = token.rpartition(".")
    if not hmac.compare_digest(mac.encode(), _mac(key, purpose, body).encode()):
        raise LinkInvalid()
    subject, _, expires = body.partition(".")
    if datetime.fromtimestamp(int(expires), UTC) < now:
        raise LinkInvalid("This link has expired.")
    return UUID(subject)


def _mac(key: str, purpose: str, body: str) -> str:
    return hmac.new(key.encode(), f"{purpose}:{body}".encode(), hashlib.sha256).hexdigest()
