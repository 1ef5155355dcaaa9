"""Reads of everything that names a time zone."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession

from mentorship.db.models import Mentor, Session, User
from mentorship.domain.booking import SessionStatus


class Zones:
    def __init__(self, session: DbSession) -> None:
        self._db = session

    def agreed(self, after: datetime) -> Sequence[tuple[UUID, datetime, str, str]]:
        """Scheduled sessions that begin later, by instant: id, instant, and the wall time and zone that were agreed."""
        return self._db.execute(
            select(Session.id, Session.starts_at, Session.wall_time, Session.time_zone)
            .where(Session.status == SessionStatus.SCHEDULED.value, Session.starts_at > after, Session.wall_time != "")
            .order_by(Session.starts_at, Session.id)
        ).all()

    def sessions(self, ids: Sequence[UUID]) -> Sequence[tuple[UUID, str, str]]:
        """Of these sessions the id and the names of mentor and student."""
        return self._db.execute(
            select(Session.id, Mentor.name, User.name)
            .join_from(Session, Mentor, Mentor.id == Session.mentor_id)
            .join(User, User.id == Session.student_id)
            .where(Session.id.in_(ids))
        ).all()

    def named(self) -> set[str]:
        """Every zone that a person or a mentor has."""
        return {*self._db.scalars(select(User.time_zone).distinct()), *self._db.scalars(select(Mentor.time_zone))}

    def people_in(self, zones: Iterable[str]) -> Sequence[tuple[str, str, str, str]]:
        """Name, role, e-mail address and zone of whoever has one of these zones, for themselves or for their hours."""
        wanted = list(zones)
        people = select(User.name, User.role, User.email, User.time_zone).where(User.time_zone.in_(wanted))
        hours = (
            select(Mentor.name, User.role, User.email, Mentor.time_zone)
            .join_from(Mentor, User, User.id == Mentor.user_id)
            .where(Mentor.time_zone.in_(wanted))
        )
        return self._db.execute(people.union(hours).order_by("email", "time_zone")).all()
