"""A mentor's calendar beside their Google Calendar: what is busy there, what waits for a decision, and what follows."""

from datetime import timedelta

from support.calendar_world import CalendarWorld

from mentorship.domain.calendars import UNREAD_AFTER, WhenUnread
from mentorship.domain.slots import Interval
from mentorship.schemas.agenda import MentorAgenda, Period
from mentorship.schemas.week import WeekBlock
from mentorship.services.bookings import reschedule_session
from mentorship.services.calendar_proposals import accept_proposal
from mentorship.services.calendars import choose_calendars
from mentorship.services.mentor_agenda import mentor_agenda
from mentorship.state.agenda_week import mentor_week
from mentorship.state.week import monday_of

HOUR = timedelta(hours=1)


def agenda(world: CalendarWorld) -> MentorAgenda:
    return mentor_agenda(world.house.ctx(world.mentor), start=world.house.clock.now().date(), days=7)


def shown(world: CalendarWorld, kind: str) -> list[WeekBlock]:
    now = world.house.clock.now()
    face = mentor_week(monday_of(now.date()), agenda(world), world.proposals(), now)
    return [b for day in face.days for b in day.blocks if b.kind == kind]


def test_busy_is_what_is_there_but_for_our_own_sessions(world: CalendarWorld) -> None:
    world.connect()
    session = world.book(4)
    at = world.starts()[30]
    world.google.add(world.email, at, 60)
    world.read()
    assert agenda(world).busy == [Period(at, at + HOUR)]
    assert [s.id for s in agenda(world).sessions] == [session.id]
    assert not any(p.starts_at < at + HOUR and p.ends_at > at for p in agenda(world).free)
    (block,) = shown(world, "busy")
    assert block.spoken.endswith("busy in your Google Calendar")
    assert not block.picks


def test_no_time_is_free_while_an_unread_calendar_stops_bookings(world: CalendarWorld) -> None:
    world.connect()
    choose_calendars(world.house.ctx(world.mentor), read=[world.email], write="", when_unread=WhenUnread.STOP)
    world.house.drain()
    assert agenda(world).free
    world.house.clock.advance(UNREAD_AFTER + HOUR)
    found = agenda(world)
    assert (found.is_unread, found.free, found.busy) == (True, [], [])


def test_a_proposal_stands_where_the_event_was_moved_to(world: CalendarWorld) -> None:
    world.connect()
    session = world.book(4)
    to = session.starts_at + 3 * HOUR
    world.move_in_google(to)
    world.read()
    (proposed,) = shown(world, "proposed")
    assert proposed.key == session.id.hex
    assert to.strftime("%H:%M") in proposed.label
    assert shown(world, "busy") == []
    (own,) = shown(world, "session")
    assert own.label.endswith("changed in Google")
    accept_proposal(world.house.ctx(world.mentor), session_id=session.id)
    assert shown(world, "proposed") == []
    (own,) = shown(world, "session")
    assert own.label.startswith(to.strftime("%H:%M"))


def test_a_move_by_the_mentor_is_followed_in_google(world: CalendarWorld) -> None:
    world.connect()
    session = world.book(4)
    found = mentor_agenda(
        world.house.ctx(world.mentor), start=world.house.clock.now().date(), days=7, moving=session.id
    )
    assert found.moving is not None
    to = found.moving.next_free[-1]
    moved = reschedule_session(world.house.ctx(world.mentor), session_id=session.id, starts_at=to)
    world.house.drain()
    assert world.times() == [Interval(to, to + HOUR)]
    assert moved.moves == 0
