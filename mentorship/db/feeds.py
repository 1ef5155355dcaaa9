"""Reads and writes of private calendar feeds."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from mentorship.db.models import CalendarFeed, User


class Feeds:
    def __init__(self, session: Session) -> None:
        self._db = session

    def add(self, row: CalendarFeed) -> None:
        self._db.add(row)
        self._db.flush()

    def of(self, user_id: UUID) -> CalendarFeed | None:
        return self._db.get(CalendarFeed, user_id)

    def by_hash(self, token_hash: str) -> CalendarFeed | None:
        """The feed with this token, unless its owner's account is disabled."""
        return self._db.scalar(
            select(CalendarFeed)
            .join(User, User.id == CalendarFeed.user_id)
            .where(CalendarFeed.token_hash == token_hash, User.disabled_at.is_(None))
        )

    def remove(self, user_id: UUID) -> bool:
        """Delete a person's feed; whether there was one."""
        gone = self._db.scalars(
            delete(CalendarFeed).where(CalendarFeed.user_id == user_id).returning(CalendarFeed.user_id)
        )
        return gone.first() is not None

    def note_read(self, token_hash: str, content_hash: str, changed_at: datetime, now: datetime) -> None:
        """Keep what a feed said when it was read; one that was revoked in the meantime stays so."""
        self._db.execute(
            update(CalendarFeed)
            .where(CalendarFeed.token_hash == token_hash)
            .values(content_hash=content_hash, changed_at=changed_at, read_at=now)
        )
