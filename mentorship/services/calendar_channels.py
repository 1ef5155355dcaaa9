"""Channels on which Google announces changes. An announcement is a reason to read, never a fact."""

import hashlib
import hmac
import logging
import secrets
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from mentorship.db.models import CalendarChannel, CalendarConnection
from mentorship.db.types import new_id
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.calendars import CHANNEL_LASTS, RENEW_CHANNEL_BEFORE, ConnectionState
from mentorship.domain.errors import BadSignature, CalendarRefused, CalendarUnavailable
from mentorship.gateways.ports import CalendarAccount
from mentorship.schemas.checkout import EventReceived
from mentorship.services.context import Context
from mentorship.services.use_case import use_case

log = logging.getLogger(__name__)
_STATES = {"exists", "not_exists"}
Short = Annotated[str, StringConstraints(max_length=256)]


@use_case(Access.PUBLIC)
def receive_push(ctx: Context, *, channel_id: Short, token: Short, state: Short, number: Short) -> EventReceived:
    """Take an announcement: promise to read the calendars it is about. The same one twice is one promise.

    Raises:
        BadSignature: there is no such channel, or the token is not the one that Google was given for it.
    """
    try:
        channel_uuid = UUID(channel_id)
    except ValueError:
        raise BadSignature() from None
    with ctx.begin() as uow:
        channel = uow.calendars.channel(channel_uuid)
        known = channel.token_hash if channel is not None else ""
        if not hmac.compare_digest(known, _hash(token)) or channel is None:
            raise BadSignature()
        connection = uow.calendars.connection(channel.mentor_id)
        is_live = connection is not None and connection.state == ConnectionState.CONNECTED.value
        if state not in _STATES or not is_live or channel.expires_at <= ctx.now:
            return EventReceived("ignored")
        count = number if number.isascii() and number.isdigit() and len(number) <= 20 else "0"
        uow.enqueue("read_calendar", channel.mentor_id, key=f"read_calendar:{channel.id}:{count}")
    return EventReceived("received")


def are_watched(ctx: Context, uow: UnitOfWork, connection: CalendarConnection) -> bool:
    """Whether the changes of every calendar that is read or written are announced."""
    live = {c.calendar_id for c in uow.calendars.channels(connection.mentor_id) if c.expires_at > ctx.now}
    return bool(live) and _wanted(uow, connection, only_own=False) <= live


def watch_calendars(ctx: Context, account: CalendarAccount, mentor_id: UUID) -> None:
    """Open missing channels, renew those that end soon, close those that are not wanted any more.

    Failures are left for the next reading: without a channel a calendar is read by the clock.
    """
    with ctx.begin(read_only=True) as uow:
        connection = uow.calendars.connection(mentor_id)
        if connection is None:
            return
        wanted = _wanted(uow, connection, only_own=True)
        channels = uow.calendars.channels(mentor_id)
    fresh = {c.calendar_id for c in channels if c.expires_at > ctx.now + RENEW_CHANNEL_BEFORE}
    try:
        opened = {name for name in sorted(wanted - fresh) if _open(ctx, account, connection, name)}
        for channel in channels:
            if channel.calendar_id not in wanted or channel.calendar_id in opened:
                _close(ctx, account, channel)
    except (CalendarUnavailable, CalendarRefused) as error:
        log.info("changes of a calendar are not announced for now: %s", error)


def _wanted(uow: UnitOfWork, connection: CalendarConnection, *, only_own: bool) -> set[str]:
    """Calendars in use; Google announces the changes of those that the mentor owns."""
    used = [
        c
        for c in uow.calendars.calendars(connection.mentor_id)
        if c.is_read or c.calendar_id == connection.write_calendar
    ]
    return {c.calendar_id for c in used if c.is_writable or not only_own}


def _open(ctx: Context, account: CalendarAccount, connection: CalendarConnection, calendar_id: str) -> bool:
    channel_id, token = new_id(), secrets.token_urlsafe(32)
    watched = account.watch(calendar_id, channel_id, token, ctx.now + CHANNEL_LASTS)
    if watched is None:
        return False
    with ctx.begin() as uow:
        uow.lock(connection.mentor_id)
        row = uow.calendars.connection(connection.mentor_id)
        if row is None or row.connected_at != connection.connected_at:
            return False
        uow.calendars.add(
            CalendarChannel(
                id=channel_id,
                mentor_id=connection.mentor_id,
                calendar_id=calendar_id,
                token_hash=_hash(token),
                resource_id=watched.resource_id,
                expires_at=watched.expires_at,
            )
        )
    return True


def _close(ctx: Context, account: CalendarAccount, channel: CalendarChannel) -> None:
    account.unwatch(channel.id, channel.resource_id)
    with ctx.begin() as uow:
        if (row := uow.calendars.channel(channel.id)) is not None:
            uow.calendars.remove(row)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
