"""A mentor's connection to their own calendar: connecting with consent, choosing calendars, and leaving again."""

import hashlib
import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from mentorship.db.models import CalendarConnection, CalendarConsent, MentorCalendar
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.calendars import PERMISSIONS, ConnectionState, WhenUnread, is_unread
from mentorship.domain.errors import (
    CalendarUnavailable,
    ConsentDeclined,
    ConsentIncomplete,
    InvalidInput,
    LinkInvalid,
    NotFound,
    TooManyTries,
)
from mentorship.gateways.ports import AccountCalendar, Grant
from mentorship.schemas.calendars import CalendarChoice, CalendarSettings
from mentorship.services.calendar_access import ACCESS_LOST, calendar_topic
from mentorship.services.calendar_channels import are_watched
from mentorship.services.calendar_sync import promise_reading
from mentorship.services.context import Context
from mentorship.services.record import record
from mentorship.services.seats import mentor_topic
from mentorship.services.use_case import use_case

CONSENT_LASTS = timedelta(minutes=10)
MOST_CALENDARS = 50
CalendarId = Annotated[str, StringConstraints(max_length=255)]


@use_case(Access.MENTOR)
def start_connecting(ctx: Context) -> str:
    """The address of Google's consent page, for the caller alone, once and for ten minutes.

    Raises:
        CalendarNotOffered: this installation has not set it up.
        CalendarUnavailable: it cannot be asked for now.
        TooManyTries: too many in an hour.
    """
    if not ctx.deps.limiter.allow("connect_calendar", str(ctx.user_id)):
        raise TooManyTries()
    consents = ctx.calendar.consents
    with ctx.begin(read_only=True) as uow:
        user = uow.people.user(ctx.user_id)
    state = secrets.token_urlsafe(32)
    url, verifier = consents.url(state, user.email if user else "")
    consent = CalendarConsent(
        state_hash=_hash(state), user_id=ctx.user_id, verifier=verifier, expires_at=ctx.now + CONSENT_LASTS
    )
    with ctx.begin() as uow:
        uow.calendars.add_consent(consent, ctx.now)
    return url


@use_case(Access.MENTOR)
def finish_connecting(ctx: Context, *, state: str, code: str = "", error: str = "") -> CalendarSettings:
    """Take what Google's consent page answered. The state works once, and only for whom it was made.

    Raises:
        LinkInvalid: the state or the code is unknown, somebody else's, used or too old.
        ConsentDeclined: the person chose not to.
        ConsentIncomplete: a box was left empty; the fix names it. Nothing is kept.
        CalendarUnavailable: Google does not answer usefully.
    """
    gateways, mentor_id = ctx.calendar, _mentor_id(ctx)
    with ctx.begin() as uow:
        verifier = uow.calendars.take_consent(_hash(state), ctx.user_id, ctx.now)
    if verifier is None:
        raise LinkInvalid(fix="Connect your calendar again.")
    if error or not code:
        raise ConsentDeclined(fix="Connect whenever you like; until then only your weekly hours count.")
    grant = gateways.consents.exchange(code, verifier)
    if grant.missing or not grant.refresh_token:
        _refuse_half(ctx, grant)
    listed = gateways.calendars.open(grant.refresh_token).calendars()
    sealed = gateways.vault.seal(grant.refresh_token, ctx.user_id)
    with ctx.begin() as uow:
        uow.lock(mentor_id)
        _connect(ctx, uow, mentor_id, sealed, listed)
        return _settings(ctx, uow, mentor_id)


def _refuse_half(ctx: Context, grant: Grant) -> None:
    if grant.refresh_token:
        # If that fails, nobody can use the half grant: it is not kept here.
        with suppress(CalendarUnavailable):
            ctx.calendar.consents.revoke(grant.refresh_token)
    raise ConsentIncomplete(grant.missing, fix=tick(grant.missing))


def tick(missing: Sequence[str]) -> str:
    """What to do about permissions that were not given, in the words of Google's page."""
    boxes = " and ".join(f"“{PERMISSIONS[name]}”" for name in missing if name in PERMISSIONS)
    return f"Connect again and tick {boxes or 'every box'}."


def _connect(ctx: Context, uow: UnitOfWork, mentor_id: UUID, sealed: bytes, listed: Sequence[AccountCalendar]) -> None:
    account = next((c.calendar_id for c in listed if c.is_primary), "")
    row = uow.calendars.connection(mentor_id)
    if row is None or row.account != account or row.state == ConnectionState.DISCONNECTED.value:
        uow.calendars.forget_mirror(mentor_id)
        if row is not None:
            uow.calendars.remove(row)
        row = CalendarConnection(
            mentor_id=mentor_id,
            user_id=ctx.user_id,
            account=account,
            sealed_token=sealed,
            write_calendar=account,
            connected_at=ctx.now,
            next_read_at=ctx.now,
            next_check_at=ctx.now,
        )
        for found in listed:
            uow.calendars.add(
                MentorCalendar(
                    mentor_id=mentor_id,
                    calendar_id=found.calendar_id,
                    name=found.name,
                    is_primary=found.is_primary,
                    is_writable=found.is_writable,
                    is_read=found.is_primary,
                )
            )
    row.state, row.sealed_token, row.connected_at = ConnectionState.CONNECTED.value, sealed, ctx.now
    row.problem, row.failures, row.cursor, row.reads = "", 0, "", row.reads + 1
    row.next_read_at = row.next_check_at = ctx.now
    uow.calendars.add(row)
    promise_reading(uow, row)
    record(ctx, uow, "calendar_connected", ("mentor", mentor_id), after={"account": account})
    uow.touch(mentor_topic(mentor_id), calendar_topic(mentor_id))


@use_case(Access.MENTOR)
def calendar_settings(ctx: Context) -> CalendarSettings:
    """The caller's connection: its state, the calendars of the account, and what each is used for."""
    with ctx.begin(read_only=True) as uow:
        return _settings(ctx, uow, _mentor_id(ctx))


def _settings(ctx: Context, uow: UnitOfWork, mentor_id: UUID) -> CalendarSettings:
    gateways = ctx.deps.calendar
    offered, is_real = gateways is not None, gateways is not None and gateways.is_real
    row = uow.calendars.connection(mentor_id)
    if row is None or row.state == ConnectionState.DISCONNECTED.value:
        return CalendarSettings(offered, is_real, "none")
    unread = is_unread(ConnectionState(row.state), row.read_at, ctx.now)
    return CalendarSettings(
        offered=offered,
        is_real=is_real,
        state=row.state,
        account=row.account,
        problem=problem_of(ctx, row),
        stops_bookings=unread and row.when_unread == WhenUnread.STOP.value,
        when_unread=row.when_unread,
        read_at=row.read_at,
        next_read_at=row.next_read_at,
        is_watched=are_watched(ctx, uow, row),
        calendars=tuple(
            CalendarChoice(
                c.calendar_id, c.name, c.is_writable, c.is_read, c.calendar_id == row.write_calendar, c.problem
            )
            for c in uow.calendars.calendars(mentor_id)
        ),
    )


def problem_of(ctx: Context, connection: CalendarConnection) -> str:
    """What the mentor has to know or do about their connection; empty while all is well."""
    if connection.state == ConnectionState.REVOKED.value:
        return ACCESS_LOST
    is_new = connection.read_at is None and not connection.failures
    if not is_new and is_unread(ConnectionState.CONNECTED, connection.read_at, ctx.now):
        return connection.problem or "Your calendar has not been read for more than an hour."
    return connection.problem


@use_case(Access.MENTOR)
def choose_calendars(
    ctx: Context,
    *,
    read: Annotated[list[CalendarId], Field(max_length=MOST_CALENDARS)],
    write: CalendarId,
    when_unread: WhenUnread,
) -> CalendarSettings:
    """Choose the calendars whose busy times count, the one that sessions are written into (empty: none), and what
    bookings do while they cannot be read.

    Raises:
        NotFound: no calendar is connected.
        InvalidInput: a calendar is not the account's, or cannot be written into.
    """
    mentor_id = _mentor_id(ctx)
    with ctx.begin() as uow:
        uow.lock(mentor_id)
        row = _connected(uow, mentor_id)
        known = {c.calendar_id: c for c in uow.calendars.calendars(mentor_id)}
        if not set(read) <= set(known):
            raise InvalidInput("One of these calendars is not in your account.", fix="Load the page again.")
        if write and (write not in known or not known[write].is_writable):
            raise InvalidInput("Sessions can be written only into a calendar that you own.", fix="Choose another one.")
        before = {"write": row.write_calendar, "when_unread": row.when_unread}
        for calendar_id, calendar in known.items():
            calendar.is_read = calendar_id in read
            calendar.problem = ""
        if write != row.write_calendar:
            row.write_calendar, row.cursor = write, ""
        row.when_unread, row.problem = when_unread.value, ""
        # A reading that is under way knows the old choice: it must not write what it finds.
        row.reads += 1
        row.next_read_at = ctx.now
        promise_reading(uow, row)
        after = {"write": write, "when_unread": when_unread.value, "read": sorted(read)}
        record(ctx, uow, "calendars_chosen", ("mentor", mentor_id), before=before, after=after)
        uow.touch(mentor_topic(mentor_id), calendar_topic(mentor_id))
        return _settings(ctx, uow, mentor_id)


@use_case(Access.MENTOR)
def read_calendar_now(ctx: Context) -> CalendarSettings:
    """Promise to read the caller's calendars now, the account's list of calendars with them.

    Raises:
        NotFound: no calendar is connected.
        TooManyTries: too many in a minute.
    """
    if not ctx.deps.limiter.allow("read_calendar", str(ctx.user_id)):
        raise TooManyTries()
    mentor_id = _mentor_id(ctx)
    with ctx.begin() as uow:
        uow.lock(mentor_id)
        row = _connected(uow, mentor_id)
        row.next_read_at = row.next_check_at = ctx.now
        promise_reading(uow, row)
        return _settings(ctx, uow, mentor_id)


@use_case(Access.MENTOR)
def disconnect_calendar(ctx: Context) -> CalendarSettings:
    """Leave: the mirror is deleted now, and the access given back to Google by a job. Events stay where they are.

    Raises:
        NotFound: no calendar is connected.
    """
    mentor_id = _mentor_id(ctx)
    with ctx.begin() as uow:
        uow.lock(mentor_id)
        row = uow.calendars.connection(mentor_id)
        if row is None or row.state == ConnectionState.DISCONNECTED.value:
            raise NotFound()
        uow.calendars.forget_mirror(mentor_id)
        row.state, row.next_read_at = ConnectionState.DISCONNECTED.value, ctx.now
        row.reads += 1
        promise_reading(uow, row)
        record(ctx, uow, "calendar_disconnected", ("mentor", mentor_id), before={"account": row.account})
        uow.touch(mentor_topic(mentor_id), calendar_topic(mentor_id))
        return _settings(ctx, uow, mentor_id)


def _connected(uow: UnitOfWork, mentor_id: UUID) -> CalendarConnection:
    row = uow.calendars.connection(mentor_id)
    if row is None or row.state != ConnectionState.CONNECTED.value:
        raise NotFound("No calendar is connected.", fix="Connect it first.")
    return row


def _mentor_id(ctx: Context) -> UUID:
    if ctx.actor.mentor_id is None:
        raise NotFound("This account has no mentor's desk yet.")
    return ctx.actor.mentor_id


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
