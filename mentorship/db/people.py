"""Reads and writes of users, identities, sign-ins and mentors."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import delete, func, inspect, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from mentorship.db.models import (
    AvailabilityOverride,
    AvailabilityRule,
    Identity,
    Mentor,
    Product,
    SignIn,
    User,
)

Row = TypeVar("Row", User, Mentor)


def _by_id(session: Session, table: type[Row], ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Rows by id; those that this transaction has read already are not read again."""
    known = {i: session.identity_map.get(identity_key(table, i)) for i in set(ids)}
    found = {i: row for i, row in known.items() if row is not None and not inspect(row).expired}
    if missing := set(ids) - found.keys():
        found.update((row.id, row) for row in session.scalars(select(table).where(table.id.in_(missing))))
    # The session itself forgets a row that nobody holds.
    session.info.setdefault("read", {}).update(found)
    return found


class People:
    """Accounts and how they prove who they are."""

    def __init__(self, session: Session) -> None:
        self._db = session

    def add(self, row: User | Identity | SignIn) -> None:
        self._db.add(row)
        self._db.flush()

    def user(self, user_id: UUID) -> User | None:
        return self._db.get(User, user_id)

    def users(self, ids: Sequence[UUID]) -> dict[UUID, User]:
        return _by_id(self._db, User, ids)

    def by_email(self, email: str) -> User | None:
        return self._db.scalar(select(User).where(User.email == email))

    def search(self, words: str, role: str, limit: int) -> Sequence[User]:
        """People of a role whose name or e-mail address contains the words, by name."""
        found = User.email.contains(words.lower(), autoescape=True) | User.name.icontains(words, autoescape=True)
        return self._db.scalars(
            select(User).where(User.role == role, User.disabled_at.is_(None), found).order_by(User.name).limit(limit)
        ).all()

    def in_role(self, role: str) -> Sequence[User]:
        return self._db.scalars(select(User).where(User.role == role).order_by(User.created_at)).all()

    def count(self) -> int:
        return self._db.scalar(select(func.count()).select_from(User)) or 0

    def identity(self, provider: str, subject: str) -> Identity | None:
        return self._db.scalar(select(Identity).where(Identity.provider == provider, Identity.subject == subject))

    def signed_in(self, token_hash: str, now: datetime) -> tuple[User, Mentor | None] | None:
        """The person behind a live sign-in, with their mentor row where they have one."""
        row = self._db.execute(
            select(User, Mentor)
            .join(SignIn, SignIn.user_id == User.id)
            .outerjoin(Mentor, Mentor.user_id == User.id)
            .where(
                SignIn.token_hash == token_hash,
                SignIn.revoked_at.is_(None),
                SignIn.expires_at > now,
                User.disabled_at.is_(None),
            )
        ).first()
        return (row[0], row[1]) if row else None

    def revoke(self, token_hash: str, now: datetime) -> None:
        self._db.execute(
            update(SignIn).where(SignIn.token_hash == token_hash, SignIn.revoked_at.is_(None)).values(revoked_at=now)
        )


class Catalog:
    """Mentors, what they sell and when they work."""

    def __init__(self, session: Session) -> None:
        self._db = session

    def add(self, row: Mentor | Product) -> None:
        self._db.add(row)
        self._db.flush()

    def mentor(self, mentor_id: UUID) -> Mentor | None:
        return self._db.get(Mentor, mentor_id)

    def mentor_of(self, user_id: UUID) -> Mentor | None:
        """The mentor that this user is."""
        return self._db.scalar(select(Mentor).where(Mentor.user_id == user_id))

    def mentor_by_slug(self, slug: str) -> Mentor | None:
        return self._db.scalar(select(Mentor).where(Mentor.slug == slug))

    def mentors(self, ids: Sequence[UUID]) -> dict[UUID, Mentor]:
        return _by_id(self._db, Mentor, ids)

    def listed(self) -> Sequence[Mentor]:
        return self._db.scalars(select(Mentor).where(Mentor.is_listed).order_by(Mentor.position, Mentor.name)).all()

    def product(self, product_id: UUID) -> Product | None:
        return self._db.get(Product, product_id)

    def products(self, mentor_ids: Sequence[UUID]) -> dict[UUID, list[Product]]:
        """Active products by mentor, cheapest first."""
        found: dict[UUID, list[Product]] = {mentor_id: [] for mentor_id in mentor_ids}
        rows = self._db.scalars(
            select(Product)
            .where(Product.mentor_id.in_(set(mentor_ids)), Product.is_active)
            .order_by(Product.price_minor)
        )
        for row in rows:
            found[row.mentor_id].append(row)
        return found

    def rules(self, mentor_id: UUID) -> Sequence[AvailabilityRule]:
        return self._db.scalars(select(AvailabilityRule).where(AvailabilityRule.mentor_id == mentor_id)).all()

    def overrides(self, mentor_id: UUID) -> Sequence[AvailabilityOverride]:
        return self._db.scalars(select(AvailabilityOverride).where(AvailabilityOverride.mentor_id == mentor_id)).all()

    def replace_rules(self, mentor_id: UUID, rows: Sequence[AvailabilityRule]) -> None:
        self._db.execute(delete(AvailabilityRule).where(AvailabilityRule.mentor_id == mentor_id))
        self._db.add_all(rows)
        self._db.flush()
