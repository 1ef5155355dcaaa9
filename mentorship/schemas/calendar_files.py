"""Calendar files: a person's private feed of sessions."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """Whether a person has a feed, since when, and when a calendar last read it (to the hour)."""

    created_at: datetime | None = None
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewFeed:
    """A feed's address, which is shown this once. ``subscribe`` is the same for calendar programs (webcal)."""

    address: str = field(repr=False)
    subscribe: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FeedFile:
    """A feed as it is now. ``tag`` changes exactly when something in it does, which last happened at ``changed_at``."""

    content: bytes
    tag: str
    changed_at: datetime
