"""Getting at a mentor's own calendar, and what happens when that is not possible any more."""

from datetime import datetime, timedelta
from uuid import UUID

from mentorship.db.agenda import Mirror
from mentorship.db.models import CalendarConnection
from mentorship.domain.calendars import ConnectionState, WhenUnread, is_unread
from mentorship.domain.errors import CalendarAccessLost
from mentorship.domain.notices import NoticeKind
from mentorship.domain.slots import Interval
from mentorship.gateways.ports import CalendarAccount, SecretUnreadable
from mentorship.services.context import Context
from mentorship.services.notifications import notify
from mentorship.services.record import record
from mentorship.services.seats import mentor_topic

ACCESS_LOST = "Google does not let us use your calendar any more."


def calendar_topic(mentor_id: UUID) -> str:
    """Something about the connection to a mentor's calendar has changed; for the mentor's own pages."""
    return f"calendar:{mentor_id}"


def open_account(ctx: Context, connection: CalendarConnection) -> CalendarAccount:
    """The mentor's account.

    Raises:
        CalendarAccessLost: the token we keep cannot be read.
    """
    gateways = ctx.calendar
    try:
        token = gateways.vault.open(connection.sealed_token, connection.user_id)
    except SecretUnreadable as error:
        raise CalendarAccessLost() from error
    return gateways.calendars.open(token)


def lose_access(ctx: Context, mentor_id: UUID, connected_at: datetime) -> None:
    """Note that this connection is no use any more, and tell the mentor once, by mail and on their pages."""
    with ctx.begin() as uow:
        uow.lock(mentor_id)
        connection = uow.calendars.connection(mentor_id)
        if connection is None or connection.connected_at != connected_at:
            return
        if connection.state != ConnectionState.CONNECTED.value:
            return
        connection.state = ConnectionState.REVOKED.value
        connection.problem = ACCESS_LOST
        record(ctx, uow, "calendar_lost", ("mentor", mentor_id), after={"state": connection.state})
        about = f"{mentor_id}:{connected_at.isoformat()}"
        notify(ctx, uow, connection.user_id, NoticeKind.CALENDAR_LOST, about, {"mentor_id": str(mentor_id)})
        uow.touch(mentor_topic(mentor_id), calendar_topic(mentor_id))


def busy_blocks(mirror: Mirror | None, start: datetime, end: datetime, now: datetime) -> tuple[list[Interval], bool]:
    """When the mentor's own calendars say that they are busy, and whether no time is offered for want of a reading.

    A mentor may have chosen that bookings stop while the calendar cannot be read; then the whole period is busy.
    """
    if mirror is None:
        return [], False
    if mirror.when_unread is WhenUnread.STOP and is_unread(mirror.state, mirror.read_at, now):
        return [Interval(start, max(end, start + timedelta(days=1)))], True
    return mirror.blocks, False
