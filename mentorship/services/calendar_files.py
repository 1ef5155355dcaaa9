"""Calendar files: one session to download, and a private address that calendar programs read by themselves."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from mentorship.db.models import CalendarFeed, Session
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.errors import NotFound, TooManyTries
from mentorship.schemas.calendar_files import FeedFile, FeedStatus, NewFeed
from mentorship.services.context import Context
from mentorship.services.invitations import entry, new_calendar
from mentorship.services.record import record
from mentorship.services.session_views import own_session
from mentorship.services.use_case import use_case

PAST = timedelta(days=90)
"""How long a session that is over stays in a feed; long enough for every calendar to take out a canceled one."""

READ_EVERY = timedelta(hours=1)
"""How often calendars are asked to read a feed again, and how exactly we remember when one did."""

NAME = "Mentorship sessions"


@use_case(Access.SIGNED_IN)
def download_invitation(ctx: Context, *, session_id: UUID) -> bytes:
    """One session as an iCalendar file, for its student, its mentor and admins.

    Raises:
        NotFound: there is no such session, or it is not the caller's to see.
    """
    with ctx.begin(read_only=True) as uow:
        return _file(ctx, uow, [own_session(ctx, uow, session_id)], ctx.user_id, ctx.now)


@use_case(Access.SIGNED_IN)
def feed_status(ctx: Context) -> FeedStatus:
    """Whether the caller has a feed, and when it was read."""
    with ctx.begin(read_only=True) as uow:
        feed = uow.feeds.of(ctx.user_id)
        return FeedStatus(feed.created_at, feed.read_at) if feed else FeedStatus()


@use_case(Access.SIGNED_IN)
def create_feed(ctx: Context) -> NewFeed:
    """Make the caller's private feed; an address they had before does not work any more.

    Only the hash of the address's secret part is kept, so nobody can show it again.
    """
    token = secrets.token_urlsafe(32)
    with ctx.begin() as uow:
        uow.lock(ctx.user_id)
        is_new = not uow.feeds.remove(ctx.user_id)
        uow.feeds.add(CalendarFeed(user_id=ctx.user_id, token_hash=_hash(token), created_at=ctx.now))
        record(ctx, uow, "feed_created" if is_new else "feed_replaced", ("user", ctx.user_id))
    address = f"{ctx.site.api_url.rstrip('/')}/api/calendar/{token}.ics"
    return NewFeed(address, f"webcal://{address.partition('://')[2]}")


@use_case(Access.SIGNED_IN)
def revoke_feed(ctx: Context) -> None:
    """Have the caller's feed answer nobody any more; where there is none, nothing changes."""
    with ctx.begin() as uow:
        uow.lock(ctx.user_id)
        if uow.feeds.remove(ctx.user_id):
            record(ctx, uow, "feed_revoked", ("user", ctx.user_id))


@use_case(Access.PUBLIC)
def read_feed(ctx: Context, *, token: str, address: str = "") -> FeedFile:
    """Everything that a person has booked or is booked for, as one file, for whoever has the secret address.

    ``address`` is the network address that asks.

    Raises:
        NotFound: no feed has this token; nothing says whether one had it before.
        TooManyTries: too many reads of this feed, or from this network address.
    """
    token_hash = _hash(token)
    for action, who in (("read_feed", token_hash), ("read_feed_address", address)):
        if not ctx.deps.limiter.allow(action, who):
            raise TooManyTries()
    with ctx.begin(read_only=True) as uow:
        feed = uow.feeds.by_hash(token_hash)
        if feed is None:
            raise NotFound()
        mentor = uow.catalog.mentor_of(feed.user_id)
        sessions = uow.bookings.of_person(feed.user_id, mentor.id if mentor else None, since=ctx.now - PAST)
        # The stamp is the time of the last change, so an unchanged feed is the same to the last byte.
        tag = hashlib.sha256(_file(ctx, uow, sessions, feed.user_id, feed.created_at)).hexdigest()
        changed_at = feed.changed_at if feed.content_hash == tag and feed.changed_at else ctx.now
        content = _file(ctx, uow, sessions, feed.user_id, changed_at)
    if feed.content_hash != tag or feed.read_at is None or ctx.now - feed.read_at >= READ_EVERY:
        with ctx.begin() as uow:
            uow.feeds.note_read(token_hash, tag, changed_at, ctx.now)
    return FeedFile(content, tag, changed_at)


def _file(ctx: Context, uow: UnitOfWork, sessions: Sequence[Session], reader: UUID, stamp: datetime) -> bytes:
    calendar = new_calendar("PUBLISH")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, NAME)
    calendar.add("refresh-interval", READ_EVERY)
    calendar["REFRESH-INTERVAL"].params["VALUE"] = "DURATION"
    calendar.add("x-published-ttl", "PT1H")
    mentors = uow.catalog.mentors([s.mentor_id for s in sessions])
    students = uow.people.users([s.student_id for s in sessions])
    home = ctx.site.public_url.rstrip("/")
    for session in sessions:
        is_student = session.student_id == reader
        other = mentors[session.mentor_id].name if is_student else students[session.student_id].name
        url = home + ("/sessions" if is_student else "/instructor/sessions")
        calendar.add_component(entry(session, summary=f"Mentorship session with {other}", url=url, stamp=stamp))
    content: bytes = calendar.to_ical()
    return content


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
