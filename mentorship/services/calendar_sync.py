"""Reading mentors' calendars: the mirror of busy blocks, and what mentors did to our events. By jobs only."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from mentorship.db.models import CalendarConnection, MentorCalendar
from mentorship.db.types import new_id
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.calendars import (
    CHECK_EVERY,
    READ_EVERY,
    READ_EVERY_WATCHED,
    ConnectionState,
    Verdict,
    event_id,
    judge,
    retry_after,
)
from mentorship.domain.errors import CalendarAccessLost, CalendarRefused, CalendarUnavailable
from mentorship.domain.slots import Interval
from mentorship.gateways.ports import (
    AccountCalendar,
    BusyAnswer,
    CalendarAccount,
    CursorExpired,
    EventChanges,
    EventFacts,
    EventGone,
    SecretUnreadable,
)
from mentorship.services.calendar_access import calendar_topic, lose_access, open_account
from mentorship.services.calendar_channels import are_watched, watch_calendars
from mentorship.services.calendar_events import decide, propose, sync_event, written
from mentorship.services.context import Context
from mentorship.services.policies import policy
from mentorship.services.record import record
from mentorship.services.seats import mentor_topic, require_mentor
from mentorship.services.use_case import use_case

log = logging.getLogger(__name__)
BATCH = 100
LATE = timedelta(minutes=5)
MARGIN = timedelta(days=2)
ATTEMPTS_SEARCHED = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading that was begun: what to ask for. Only the newest one of a connection may write what it found."""

    connection: CalendarConnection
    number: int
    is_full: bool
    period: Interval
    calendar_ids: Sequence[str]
    own_events: Sequence[str]
    strays: Sequence[str]


@dataclass(slots=True)
class Found:
    """What a reading found. ``calendars`` only when the account's list was read."""

    busy: Mapping[str, BusyAnswer]
    events: dict[str, EventFacts] = field(default_factory=dict)
    cursor: str = ""
    calendars: Sequence[AccountCalendar] | None = None


def read_due(ctx: Context) -> int:
    """Promise to read each calendar whose time has come; how many there are."""
    with ctx.begin() as uow:
        due = uow.calendars.due(ctx.now, BATCH)
        for connection in due:
            promise_reading(uow, connection, str(int(ctx.now.timestamp() // 60)))
            connection.next_read_at = ctx.now + LATE
        return len(due)


def promise_reading(uow: UnitOfWork, connection: CalendarConnection, key: str = "") -> None:
    """Promise to read a mentor's calendars; a repeated key is the same promise, without one it is a new one."""
    uow.enqueue("read_calendar", connection.mentor_id, key=f"read_calendar:{connection.mentor_id}:{key or new_id()}")


@use_case(Access.SYSTEM)
def read_calendar(ctx: Context, *, mentor_id: UUID) -> str:
    """Read a mentor's calendars into the mirror, note what became of our events, and write those that are missing.

    A mentor who has disconnected gets their access given back instead. Failures are noted and tried again later.
    """
    reading = _begin(ctx, mentor_id)
    if reading is None:
        return "done"
    connection = reading.connection
    if connection.state == ConnectionState.DISCONNECTED.value:
        return _give_back(ctx, connection)
    try:
        account = open_account(ctx, connection)
        found = _read(account, reading)
        if not _store(ctx, reading, found):
            return "overtaken"
        watch_calendars(ctx, account, mentor_id)
        _write_missing(ctx, mentor_id)
    except CalendarAccessLost:
        lose_access(ctx, mentor_id, connection.connected_at)
        return "access lost"
    except (CalendarUnavailable, CalendarRefused) as error:
        _put_off(ctx, reading, str(error))
        return "put off"
    return "read"


def _begin(ctx: Context, mentor_id: UUID) -> Reading | None:
    with ctx.begin() as uow:
        uow.lock(mentor_id)
        connection = uow.calendars.connection(mentor_id)
        if connection is None or connection.state == ConnectionState.REVOKED.value:
            return None
        connection.reads += 1
        connection.next_read_at = ctx.now + READ_EVERY
        horizon = policy(uow, require_mentor(uow, mentor_id)).horizon
        calendars = uow.calendars.calendars(mentor_id)
        events = [e for e, _ in uow.calendars.events(mentor_id, ctx.now)]
        is_full = connection.next_check_at <= ctx.now
        return Reading(
            connection=connection,
            number=connection.reads,
            is_full=is_full,
            period=Interval(ctx.now, ctx.now + horizon + MARGIN),
            calendar_ids=[c.calendar_id for c in calendars if c.is_read],
            own_events=[
                event_id(e.session_id, e.attempt) for e in events if e.calendar_id == connection.write_calendar
            ],
            strays=[
                event_id(session_id, attempt)
                for session_id in (uow.calendars.forgotten(mentor_id, ctx.now) if is_full else ())
                for attempt in range(ATTEMPTS_SEARCHED)
            ],
        )


def _read(account: CalendarAccount, reading: Reading) -> Found:
    found = Found(busy=account.busy(reading.calendar_ids, reading.period) if reading.calendar_ids else {})
    if reading.is_full:
        found.calendars = account.calendars()
    calendar_id = reading.connection.write_calendar
    if calendar_id:
        try:
            _read_events(account, calendar_id, reading, found)
        except EventGone as error:
            raise CalendarRefused("The calendar that sessions are written into is not there any more.") from error
    return found


def _read_events(account: CalendarAccount, calendar_id: str, reading: Reading, found: Found) -> None:
    since = reading.period.start - MARGIN
    cursor = "" if reading.is_full else reading.connection.cursor
    try:
        changes = account.changes(calendar_id, cursor, since=since)
    except CursorExpired:
        cursor, changes = "", account.changes(calendar_id, "", since=since)
    found.cursor = changes.cursor
    found.events = {facts.event_id: facts for facts in changes.events}
    if not cursor:
        _look_for_missing(account, calendar_id, reading, changes, found)
    for stray in reading.strays:
        if stray in found.events:
            account.delete(calendar_id, stray)


def _look_for_missing(
    account: CalendarAccount, calendar_id: str, reading: Reading, changes: EventChanges, found: Found
) -> None:
    """A full list leaves deleted events out, and those that were moved into the past."""
    listed = {facts.event_id for facts in changes.events}
    for own in reading.own_events:
        if own not in listed:
            try:
                found.events[own] = account.get(calendar_id, own)
            except EventGone:
                found.events[own] = EventFacts(own, "", None, None, is_deleted=True)


def _store(ctx: Context, reading: Reading, found: Found) -> bool:
    mentor_id, vault = reading.connection.mentor_id, ctx.calendar.vault
    with ctx.begin() as uow:
        connection = _newest(uow, reading)
        if connection is None:
            return False
        if found.calendars is not None:
            _keep_calendars(uow, connection, found.calendars)
        problems, changed = _keep_blocks(uow, mentor_id, found.busy)
        changed |= _keep_events(ctx, uow, mentor_id, found.events)
        connection.cursor = found.cursor
        if problems:
            connection.problem = f"Not every calendar can be read: {', '.join(problems)}."[:255]
            connection.failures += 1
            connection.next_read_at = ctx.now + retry_after(connection.failures)
        else:
            connection.problem, connection.failures, connection.read_at = "", 0, ctx.now
            watched = are_watched(ctx, uow, connection)
            connection.next_read_at = ctx.now + (READ_EVERY_WATCHED if watched else READ_EVERY)
        if reading.is_full:
            connection.next_check_at = ctx.now + CHECK_EVERY
            try:
                if not vault.is_current(connection.sealed_token):
                    token = vault.open(connection.sealed_token, connection.user_id)
                    connection.sealed_token = vault.seal(token, connection.user_id)
            except SecretUnreadable:
                log.error("the token of mentor %s cannot be sealed again", mentor_id)
        uow.touch(calendar_topic(mentor_id), *([mentor_topic(mentor_id)] if changed else []))
    return True


def _newest(uow: UnitOfWork, reading: Reading) -> CalendarConnection | None:
    """The connection, locked, if nothing has changed since this reading began and no newer one has."""
    uow.lock(reading.connection.mentor_id)
    connection = uow.calendars.connection(reading.connection.mentor_id)
    if connection is None or connection.state != ConnectionState.CONNECTED.value:
        return None
    same = connection.connected_at == reading.connection.connected_at
    return connection if same and connection.reads == reading.number else None


def _keep_calendars(uow: UnitOfWork, connection: CalendarConnection, listed: Sequence[AccountCalendar]) -> None:
    """Take over names and new calendars. One that is gone stays while it is chosen: somebody has to choose anew."""
    known = {c.calendar_id: c for c in uow.calendars.calendars(connection.mentor_id)}
    for found in listed:
        row = known.pop(found.calendar_id, None)
        if row is None:
            row = MentorCalendar(mentor_id=connection.mentor_id, calendar_id=found.calendar_id, name="")
        row.name, row.is_primary, row.is_writable = found.name, found.is_primary, found.is_writable
        uow.calendars.add(row)
    gone = [i for i, row in known.items() if not row.is_read and i != connection.write_calendar]
    uow.calendars.remove_calendars(connection.mentor_id, gone)


def _keep_blocks(uow: UnitOfWork, mentor_id: UUID, busy: Mapping[str, BusyAnswer]) -> tuple[list[str], bool]:
    """Mirror what was read. A calendar that could not be read keeps the blocks it had: it is never taken as free."""
    problems, changed = [], uow.calendars.keep_blocks_of(mentor_id, list(busy))
    for row in uow.calendars.calendars(mentor_id):
        answer = busy.get(row.calendar_id)
        row.problem = answer.problem[:255] if answer else ""
        if answer is None:
            continue
        if answer.problem:
            problems.append(row.name)
        else:
            changed |= uow.calendars.write_blocks(mentor_id, row.calendar_id, answer.blocks)
    return problems, changed


def _keep_events(ctx: Context, uow: UnitOfWork, mentor_id: UUID, events: Mapping[str, EventFacts]) -> bool:
    """Compare our events with their sessions; what the mentor did becomes a proposal."""
    changed = False
    for event, session in uow.calendars.events(mentor_id, ctx.now):
        facts = events.get(event_id(event.session_id, event.attempt))
        if facts is None:
            continue
        before = event.proposal, event.proposed_start
        verdict = judge(
            facts.starts_at,
            deleted=facts.is_deleted,
            session_start=session.starts_at,
            pushed_start=event.written_start or session.starts_at,
        )
        if verdict is Verdict.AGREES:
            written(event, facts)
        elif verdict is Verdict.PENDING:
            event.etag = facts.etag
            decide(event)
        else:
            propose(event, facts)
        if (event.proposal, event.proposed_start) != before:
            event.proposed_at = ctx.now if event.proposal else None
            changed = True
            about = {"proposal": event.proposal} if event.proposal else {}
            record(ctx, uow, "calendar_event_seen", ("session", session.id), after=about)
    return changed


def _write_missing(ctx: Context, mentor_id: UUID) -> None:
    """Write whatever a lost job has left unwritten."""
    with ctx.begin(read_only=True) as uow:
        connection = uow.calendars.connection(mentor_id)
        if connection is None or not connection.write_calendar:
            return
        left = [s.id for s in uow.calendars.unwritten(mentor_id, connection.write_calendar, ctx.now)]
    for session_id in left:
        sync_event(ctx.deps.system(), session_id=session_id)


def _put_off(ctx: Context, reading: Reading, problem: str) -> None:
    with ctx.begin() as uow:
        connection = _newest(uow, reading)
        if connection is not None:
            connection.failures += 1
            connection.problem = problem[:255]
            connection.next_read_at = ctx.now + retry_after(connection.failures)
            uow.touch(calendar_topic(connection.mentor_id))


def _give_back(ctx: Context, connection: CalendarConnection) -> str:
    gateways = ctx.calendar
    try:
        gateways.consents.revoke(gateways.vault.open(connection.sealed_token, connection.user_id))
    except CalendarUnavailable:
        return "put off"
    except SecretUnreadable:
        log.warning("a token that cannot be opened cannot be given back")
    with ctx.begin() as uow:
        uow.lock(connection.mentor_id)
        row = uow.calendars.connection(connection.mentor_id)
        if row is not None and row.connected_at == connection.connected_at and _is_left(row):
            uow.calendars.remove(row)
    return "given back"


def _is_left(connection: CalendarConnection) -> bool:
    return connection.state == ConnectionState.DISCONNECTED.value
