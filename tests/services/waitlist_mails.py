"""States of the waitlist in which its mails have something to say."""

from collections.abc import Callable
from datetime import timedelta

from mentorship.db.models import User
from mentorship.domain.notices import NoticeKind
from mentorship.services.seats import release_seat
from mentorship.services.waitlist import join_waitlist
from tests.services.mail_world import World


def offered(world: World) -> User:
    with world.deps.system().begin() as uow:
        uow.catalog.mentor(world.mentor.id).max_active_students = 1
    world.buy(world.other_student)
    join_waitlist(world.as_student(), mentor_id=world.mentor.id)
    release_seat(world.as_admin(), mentor_id=world.mentor.id, student_id=world.other_student.id, reason="Asked for it")
    return world.student


def offer_lapsed(world: World) -> User:
    reader = offered(world)
    world.now += timedelta(hours=24)
    world.sweep()
    return reader


WAITLIST_STATES: list[tuple[NoticeKind, Callable[[World], User]]] = [
    (NoticeKind.SEAT_OFFERED, offered),
    (NoticeKind.OFFER_LAPSED, offer_lapsed),
]
