"""Sessions in the mentor's calendar: written, moved and deleted by jobs, and what mentors do to them there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from support.calendar_world import CalendarWorld
from support.google import GoogleStand

from mentorship.domain.calendars import WhenUnread
from mentorship.domain.errors import (
    CalendarUnavailable,
    NotFound,
    NothingProposed,
    SlotNotOffered,
    WholeDayProposed,
)
from mentorship.domain.slots import Interval
from mentorship.gateways.google_calendar import GoogleAccount
from mentorship.schemas.bookings import SessionView
from mentorship.services.bookings import book_session, cancel_session, get_session, reschedule_session
from mentorship.services.calendar_events import sync_event
from mentorship.services.calendar_proposals import accept_proposal, calendar_desk, decline_proposal
from mentorship.services.calendars import choose_calendars, disconnect_calendar
from mentorship.services.outcomes import complete_session

HALF = timedelta(minutes=30)


@pytest.fixture
def connected(world: CalendarWorld) -> CalendarWorld:
    world.connect()
    return world


def period(session: SessionView) -> Interval:
    return Interval(session.starts_at, session.ends_at)


def move(world: CalendarWorld, session: SessionView, by: timedelta = HALF) -> SessionView:
    ctx = world.house.ctx(world.student)
    return reschedule_session(ctx, session_id=session.id, starts_at=session.starts_at + by)


def test_booking_moving_and_canceling_reach_the_calendar(connected: CalendarWorld) -> None:
    session = connected.book(10)
    event = connected.event()
    assert connected.times() == [period(session)]
    assert event["summary"] == "Session with Ada Student"
    assert event["extendedProperties"]["private"] == {"mentorship_session": str(session.id)}
    moved = move(connected, session)
    connected.house.drain()
    assert connected.times() == [period(moved)]
    assert connected.event()["id"] == event["id"]
    cancel_session(connected.house.ctx(connected.student), session_id=session.id)
    connected.house.drain()
    assert connected.times() == []


def test_without_a_calendar_no_job_is_promised(world: CalendarWorld) -> None:
    world.house.book(world.student, world.mentor)
    assert [j.name for j in world.house.jobs.waiting if "calendar" in j.name or "event" in j.name] == []


def test_a_refused_booking_promises_nothing(connected: CalendarWorld) -> None:
    session = connected.book()
    other = connected.house.student()
    connected.house.buy_pack(other, connected.mentor)
    before = len(connected.house.jobs.seen)
    with pytest.raises(SlotNotOffered):
        book_session(connected.house.ctx(other), mentor_id=connected.mentor.mentor_id, starts_at=session.starts_at)
    assert len(connected.house.jobs.seen) == before


def test_a_job_may_run_as_often_as_it_likes(connected: CalendarWorld, google: GoogleStand) -> None:
    session = connected.book(10)
    before = connected.event()
    for _ in range(3):
        assert sync_event(connected.house.system(), session_id=session.id) == "done"
    assert connected.event() == before


@pytest.mark.parametrize("call", ["insert", "move", "delete"])
def test_an_answer_that_got_lost_is_made_up_for(
    connected: CalendarWorld, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    really: Callable[..., Any] = getattr(GoogleAccount, call)
    lost: list[str] = []

    def lose(self: GoogleAccount, *args: Any, **kwargs: Any) -> Any:
        answer = really(self, *args, **kwargs)
        if not lost:
            lost.append(call)
            raise CalendarUnavailable()
        return answer

    monkeypatch.setattr(GoogleAccount, call, lose)
    session = connected.house.book(connected.student, connected.mentor, 10)

    def drain() -> None:
        while connected.house.jobs.waiting:
            job = connected.house.jobs.waiting.pop(0)
            try:
                connected.house.run(job)
            except CalendarUnavailable:
                connected.house.run(job)

    drain()
    session = move(connected, session)
    drain()
    assert connected.times() == [period(session)]
    assert connected.proposals() == ()
    cancel_session(connected.house.ctx(connected.student), session_id=session.id)
    drain()
    assert connected.times() == []
    assert lost == [call]


def test_what_a_lost_job_left_is_written_by_the_next_reading(connected: CalendarWorld) -> None:
    session = connected.house.book(connected.student, connected.mentor, 10)
    connected.house.jobs.waiting.clear()
    assert connected.times() == []
    connected.read()
    assert connected.times() == [period(session)]
    cancel_session(connected.house.ctx(connected.student), session_id=session.id)
    connected.house.jobs.waiting.clear()
    connected.read()
    assert connected.times() == []


def test_sessions_booked_before_are_written_when_a_calendar_is_connected(world: CalendarWorld) -> None:
    session = world.house.book(world.student, world.mentor, 10)
    world.house.drain()
    world.connect()
    assert world.times() == [period(session)]


def test_the_mentors_own_words_survive_a_move_by_the_student(connected: CalendarWorld) -> None:
    session = connected.book(10)
    connected.edit_in_google(lambda e: e.update(summary="Anna, bring slides", location="Room 2"))
    moved = move(connected, session)
    connected.house.drain()
    event = connected.event()
    assert (event["summary"], event["location"]) == ("Anna, bring slides", "Room 2")
    assert connected.times() == [period(moved)]
    assert connected.proposals() == ()


def test_another_length_is_the_mentors_own_matter(connected: CalendarWorld) -> None:
    session = connected.book(10)
    longer = (session.ends_at + HALF).isoformat()
    connected.edit_in_google(lambda e: e.update(end={"dateTime": longer}))
    connected.read()
    assert connected.proposals() == ()
    assert connected.times() == [Interval(session.starts_at, session.ends_at + HALF)]


def test_an_event_moved_in_google_is_a_proposal_and_changes_nothing_by_itself(connected: CalendarWorld) -> None:
    session = connected.book(10)
    connected.move_in_google(session.starts_at + 3 * HALF)
    connected.read()
    (proposal,) = connected.proposals()
    assert (proposal.kind, proposal.session_id) == ("moved", session.id)
    assert proposal.proposed_start == session.starts_at + 3 * HALF
    connected.read()
    connected.house.drain()
    assert len(connected.proposals()) == 1
    assert get_session(connected.house.ctx(connected.student), session_id=session.id).starts_at == session.starts_at
    starts = connected.starts()
    assert session.starts_at not in starts, "the session is still there"
    assert session.starts_at + 3 * HALF not in starts, "and the calendar is busy where the event is"


def test_letting_the_session_follow_moves_it_and_tells_the_student(connected: CalendarWorld) -> None:
    session = connected.book(10)
    connected.move_in_google(session.starts_at + HALF)
    connected.read()
    connected.house.mails.clear()
    moved = accept_proposal(connected.house.ctx(connected.mentor), session_id=session.id)
    connected.house.drain()
    assert moved.starts_at == session.starts_at + HALF
    assert connected.proposals() == ()
    assert connected.times() == [period(moved)]
    assert any(mail.to_address == connected.student.me.email for mail in connected.house.mails)
    with pytest.raises(NothingProposed):
        accept_proposal(connected.house.ctx(connected.mentor), session_id=session.id)
    after = move(connected, moved, 4 * HALF)
    connected.house.drain()
    assert connected.times() == [period(after)]


def test_putting_the_event_back_leaves_the_session(connected: CalendarWorld) -> None:
    session = connected.book(10)
    connected.move_in_google(session.starts_at + HALF)
    connected.read()
    decline_proposal(connected.house.ctx(connected.mentor), session_id=session.id)
    assert connected.proposals() == ()
    connected.house.drain()
    assert connected.times() == [period(session)]
    connected.read()
    assert connected.proposals() == ()
    with pytest.raises(NothingProposed):
        decline_proposal(connected.house.ctx(connected.mentor), session_id=session.id)


def test_moving_the_event_back_in_google_withdraws_the_proposal(connected: CalendarWorld) -> None:
    session = connected.book(10)
    connected.move_in_google(session.starts_at + HALF)
    connected.read()
    connected.move_in_google(session.starts_at)
    connected.read()
    assert connected.proposals() == ()


def test_an_event_deleted_in_google_is_asked_about_and_comes_back_under_a_new_id(connected: CalendarWorld) -> None:
    session = connected.book(10)
    first = connected.event()["id"]
    connected.delete_in_google()
    connected.read()
    (proposal,) = connected.proposals()
    assert (proposal.kind, proposal.proposed_start) == ("deleted", None)
    connected.read()
    connected.house.drain()
    assert connected.times() == [], "nothing is written over the mentor's deletion"
    decline_proposal(connected.house.ctx(connected.mentor), session_id=session.id)
    connected.house.drain()
    assert connected.times() == [period(session)]
    assert connected.event()["id"] != first


def test_a_deleted_event_may_cancel_the_session_and_the_credit_comes_back(connected: CalendarWorld) -> None:
    session = connected.book(10)
    connected.delete_in_google()
    connected.read()
    canceled = accept_proposal(connected.house.ctx(connected.mentor), session_id=session.id)
    connected.house.drain()
    assert canceled.status == "canceled"
    assert connected.proposals() == ()
    assert connected.times() == []


def test_a_proposal_that_the_rules_refuse_stays_and_says_why(connected: CalendarWorld) -> None:
    session = connected.book(10)
    connected.move_in_google(session.starts_at.replace(hour=3, minute=0) + timedelta(days=2))
    connected.read()
    with pytest.raises(SlotNotOffered) as refused:
        accept_proposal(connected.house.ctx(connected.mentor), session_id=session.id)
    assert refused.value.code == "outside_hours"
    assert len(connected.proposals()) == 1


def test_an_event_of_whole_days_cannot_be_followed_but_put_back(connected: CalendarWorld) -> None:
    session = connected.book(10)
    day = session.starts_at.date()

    def whole_day(event: dict[str, Any]) -> None:
        event["start"] = {"date": day.isoformat(), "dateTime": None, "timeZone": None}
        event["end"] = {"date": (day + timedelta(days=1)).isoformat(), "dateTime": None, "timeZone": None}

    connected.edit_in_google(whole_day)
    connected.read()
    with pytest.raises(WholeDayProposed):
        accept_proposal(connected.house.ctx(connected.mentor), session_id=session.id)
    decline_proposal(connected.house.ctx(connected.mentor), session_id=session.id)
    connected.house.drain()
    assert connected.times() == [period(session)]
    assert "date" not in connected.event()["start"]


def test_both_moved_at_once_nobody_is_overwritten(connected: CalendarWorld) -> None:
    session = connected.book(10)
    connected.move_in_google(session.starts_at + 6 * HALF)
    moved = move(connected, session)
    connected.house.drain()
    (proposal,) = connected.proposals()
    assert proposal.proposed_start == session.starts_at + 6 * HALF
    assert proposal.starts_at == moved.starts_at
    decline_proposal(connected.house.ctx(connected.mentor), session_id=session.id)
    connected.house.drain()
    assert connected.times() == [period(moved)]


def test_a_session_canceled_while_its_event_was_moved_takes_the_event_along(connected: CalendarWorld) -> None:
    session = connected.book(10)
    connected.move_in_google(session.starts_at + HALF)
    connected.read()
    cancel_session(connected.house.ctx(connected.student), session_id=session.id)
    connected.house.drain()
    assert connected.times() == []
    assert connected.proposals() == ()


def test_a_reading_does_not_take_our_own_change_for_the_mentors(connected: CalendarWorld) -> None:
    session = connected.book(10)
    move(connected, session)
    connected.read()
    assert connected.proposals() == ()
    assert connected.times() == [Interval(session.starts_at + HALF, session.ends_at + HALF)]


def test_expired_cursors_lose_nothing(connected: CalendarWorld, google: GoogleStand) -> None:
    connected.book(10)
    deleted = connected.book(20)
    found = {e["extendedProperties"]["private"]["mentorship_session"]: e for e in google.ours(connected.email)}
    google.press(account=connected.email, calendar=connected.email, id=found[str(deleted.id)]["id"], action="delete")
    google.press(account=connected.email, action="expire_sync")
    connected.read()
    (proposal,) = connected.proposals()
    assert (proposal.kind, proposal.session_id) == ("deleted", deleted.id)


def test_the_daily_check_finds_what_nobody_announced_and_deletes_what_has_no_session(
    connected: CalendarWorld, google: GoogleStand
) -> None:
    session = connected.book(60)
    canceled = connected.book(70)
    disconnect_calendar(connected.house.ctx(connected.mentor))
    cancel_session(connected.house.ctx(connected.student), session_id=canceled.id)
    connected.house.drain()
    assert len(connected.times()) == 2, "without access nothing can be deleted"
    connected.connect()
    assert connected.times() == [period(session)]
    with connected.house.system().begin() as uow:
        row = uow.calendars.connection(connected.mentor.mentor_id)
        assert row is not None
        row.cursor = "nonsense that is never looked at"
    connected.delete_in_google()
    connected.house.pass_time(hours=25)
    assert connected.read() == "read"
    assert [p.kind for p in connected.proposals()] == ["deleted"]


def test_another_calendar_for_writing_takes_the_events_along(connected: CalendarWorld, google: GoogleStand) -> None:
    session = connected.book(10)
    family = f"family.{connected.email}"
    ctx = connected.house.ctx(connected.mentor)
    choose_calendars(ctx, read=[connected.email], write=family, when_unread=WhenUnread.KEEP)
    connected.house.drain()
    assert google.ours(connected.email) == []
    (event,) = google.ours(family)
    assert event["start"]["dateTime"] == session.starts_at.isoformat()
    ctx = connected.house.ctx(connected.mentor)
    choose_calendars(ctx, read=[connected.email], write="", when_unread=WhenUnread.KEEP)
    connected.house.drain()
    move(connected, session)
    connected.house.drain()
    assert google.ours(family) == [event], "what is there stays, and nothing new is written"


def test_a_calendar_that_takes_no_events_any_more_is_named(connected: CalendarWorld, google: GoogleStand) -> None:
    with google.tx() as tx:
        tx._sql("UPDATE calendars SET role = 'reader' WHERE id = ?", (connected.email,))
    connected.book(10)
    assert "cannot be written" in connected.settings().problem


def test_events_of_sessions_that_took_place_stay(connected: CalendarWorld) -> None:
    session = connected.book(0)
    connected.house.clock.advance(session.ends_at - connected.house.clock.now())
    complete_session(connected.house.ctx(connected.mentor), session_id=session.id)
    connected.house.drain()
    connected.read()
    assert connected.times() == [period(session)]


def test_proposals_belong_to_their_mentor(connected: CalendarWorld) -> None:
    session = connected.book(10)
    connected.move_in_google(session.starts_at + HALF)
    connected.read()
    stranger = connected.house.mentor()
    assert calendar_desk(connected.house.ctx(stranger)).proposals == ()
    for decision in (accept_proposal, decline_proposal):
        with pytest.raises(NotFound):
            decision(connected.house.ctx(stranger), session_id=session.id)
    assert len(connected.proposals()) == 1
