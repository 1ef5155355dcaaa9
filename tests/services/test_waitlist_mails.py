"""Mails of the waitlist: until when, in the reader's zone, and nothing once it is untrue."""

from collections.abc import Callable

import pytest

from mentorship.db.engine import Database
from mentorship.domain.notices import NoticeKind
from mentorship.services.waitlist import join_waitlist, leave_waitlist
from tests.services.mail_world import World
from tests.services.waitlist_mails import offer_lapsed, offered


@pytest.fixture
def dialect() -> str:
    """What a mail says does not depend on the database's make."""
    return "sqlite"


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def test_an_offer_says_until_when_in_the_readers_own_zone(world: World) -> None:
    reader = offered(world)
    mail = world.mail(NoticeKind.SEAT_OFFERED, reader)
    assert "Tue 24 Nov 2026, 04:00 (America/New_York)" in mail.subject
    assert "https://mentors.example/mentors/mei-tanaka" in mail.text


def test_a_released_seat_that_is_offered_is_not_called_left(world: World) -> None:
    offered(world)
    assert "0 of 1 left" in world.mail(NoticeKind.SEAT_RELEASED, world.other_student).text


def _buys(world: World) -> None:
    world.buy()


def _leaves(world: World) -> None:
    leave_waitlist(world.as_student(), mentor_id=world.mentor.id)


def _waits_on(world: World) -> None:
    world.later(hours=24)


@pytest.mark.parametrize("happens", [_buys, _leaves, _waits_on])
def test_an_offer_that_is_over_is_not_made_by_mail(world: World, happens: Callable[[World], None]) -> None:
    offered(world)
    (notice,) = world.notices(NoticeKind.SEAT_OFFERED)
    assert world.render(notice) is not None
    happens(world)
    assert world.render(notice) is None


def _joins_again(world: World) -> None:
    world.buy(world.other_student)
    join_waitlist(world.as_student(), mentor_id=world.mentor.id)


@pytest.mark.parametrize("happens", [_buys, _joins_again])
def test_a_lapsed_offer_is_not_told_to_who_has_moved_on(world: World, happens: Callable[[World], None]) -> None:
    offer_lapsed(world)
    (notice,) = world.notices(NoticeKind.OFFER_LAPSED)
    assert world.render(notice) is not None
    happens(world)
    assert world.render(notice) is None
