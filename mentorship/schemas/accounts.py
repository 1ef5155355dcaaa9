"""People."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Me:
    """The signed-in person."""

    user_id: UUID
    email: str
    name: str
    role: str
    time_zone: str
    mentor_id: UUID | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new sign-in; the token is shown once and belongs into an HttpOnly cookie."""

    token: str
    expires_at: datetime
    me: Me


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Somebody a visitor can be in sandbox mode."""

    name: str
    email: str
    password: str
    role: str
