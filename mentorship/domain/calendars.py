"""A mentor's own calendar: what its mirror means for bookings, and who wins where it and a session differ.

The time of a session is ours, everything else about its event is the mentor's. What the mentor changes in their
calendar becomes a proposal, never a silent change of a session.
"""

import base64
import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from mentorship.domain.booking import SessionStatus
from mentorship.domain.slots import Interval

READ_EVERY = timedelta(minutes=5)
"""How often a calendar is read that nobody tells us about."""

READ_EVERY_WATCHED = timedelta(minutes=15)
"""How often one is read whose changes are announced: announcements get lost."""

UNREAD_AFTER = timedelta(hours=1)
"""After this long without a complete reading, a calendar counts as one that cannot be read."""

CHECK_EVERY = timedelta(hours=24)
"""How often every event is compared with its session, whatever was announced."""

PERMISSIONS = {
    "calendar.events.owned": "See, create, change, and delete events on Google calendars you own",
    "calendar.freebusy": "View your availability in your calendars",
    "calendar.calendarlist.readonly": "See the list of Google calendars you’re subscribed to",
}
"""The least that will do: Google's scopes, each with the words beside its box on Google's page."""

CHANNEL_LASTS = timedelta(days=7)
RENEW_CHANNEL_BEFORE = timedelta(days=1)


class ConnectionState(StrEnum):
    """``disconnected``: the mentor has left, and the access is still to be given back."""

    CONNECTED = "connected"
    REVOKED = "revoked"
    DISCONNECTED = "disconnected"


class WhenUnread(StrEnum):
    """What bookings do while the calendar cannot be read."""

    KEEP = "keep"
    STOP = "stop"


class Proposal(StrEnum):
    """What the mentor did to a session's event in their calendar."""

    MOVED = "moved"
    DELETED = "deleted"


class Verdict(StrEnum):
    """How an event stands to its session; ``pending`` means that our own last change is still on its way."""

    AGREES = "agrees"
    PENDING = "pending"
    MOVED = "moved"
    DELETED = "deleted"


class Step(StrEnum):
    """What is to be done next to a session's event."""

    INSERT = "insert"
    MOVE = "move"
    DELETE = "delete"
    NOTHING = "nothing"


def event_id(session_id: UUID, attempt: int) -> str:
    """The id of a session's event, always the same; an id stays taken after deletion, so the next one counts up.

    Google takes 5 to 1024 characters of base32hex in lower case.
    """
    digest = hashlib.sha256(f"{session_id}/{attempt}".encode()).digest()[:16]
    return "ms" + base64.b32hexencode(digest).decode().lower().rstrip("=")


def is_unread(state: ConnectionState, read_at: datetime | None, now: datetime) -> bool:
    """Whether the mirror can not be relied on any more: access is lost, or it is too old."""
    return state is not ConnectionState.CONNECTED or read_at is None or now - read_at > UNREAD_AFTER


def judge(event_start: datetime | None, *, deleted: bool, session_start: datetime, pushed_start: datetime) -> Verdict:
    """How a scheduled session's event, as just read, stands to the session and to what we last wrote.

    Another length is the mentor's own matter.
    """
    if deleted:
        return Verdict.DELETED
    if event_start == session_start:
        return Verdict.AGREES
    return Verdict.PENDING if event_start == pushed_start else Verdict.MOVED


def next_step(
    status: SessionStatus,
    *,
    present: bool,
    in_place: bool,
    written: bool,
    proposal: Proposal | None,
) -> Step:
    """What to do next so that the calendar shows a session as it is.

    ``present``: we wrote an event that is still there; ``in_place``: it is in the calendar chosen for writing;
    ``written``: it has the session's present time. Nothing is written over a proposal until the mentor decides, but
    the event of a canceled session goes. Events of sessions that took place stay.
    """
    if status is SessionStatus.CANCELED:
        return Step.DELETE if present else Step.NOTHING
    if status is not SessionStatus.SCHEDULED or proposal is not None:
        return Step.NOTHING
    if not present:
        return Step.INSERT
    if not in_place:
        return Step.DELETE
    return Step.NOTHING if written else Step.MOVE


def subtract(blocks: Iterable[Interval], hole: Interval) -> list[Interval]:
    """What is left of busy blocks without one period."""
    left: list[Interval] = []
    for block in blocks:
        if block.end <= hole.start or block.start >= hole.end:
            left.append(block)
            continue
        if block.start < hole.start:
            left.append(Interval(block.start, hole.start))
        if block.end > hole.end:
            left.append(Interval(hole.end, block.end))
    return left


def merged(blocks: Iterable[Interval]) -> list[Interval]:
    """The same time as the fewest blocks, in order; empty and inverted ones vanish."""
    found: list[Interval] = []
    for block in sorted((b for b in blocks if b.start < b.end), key=lambda b: b.start):
        if found and block.start <= found[-1].end:
            found[-1] = Interval(found[-1].start, max(found[-1].end, block.end))
        else:
            found.append(block)
    return found


def retry_after(failures: int) -> timedelta:
    """How long a reading waits after failing this many times in a row."""
    return min(timedelta(seconds=30 * 2 ** min(failures, 10)), timedelta(minutes=30))
