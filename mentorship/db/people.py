"""Reads and writes of users, identities, sign-ins and mentors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import (
    Delete,
    Select,
    and_,
    bindparam,
    delete,
    func,
    inspect,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from mentorship.db.inserts import adopt
from mentorship.db.messages import CHANGED_POLICY, changed_policy
from mentorship.db.models import (
    AvailabilityOverride,
    AvailabilityRule,
    Holiday,
    Identity,
    Mentor,
    Pack,
    Product,
    SeatRow,
    SignIn,
    User,
)
from mentorship.domain.seats import SeatStatus

Row = TypeVar("Row", User, Mentor)


@dataclass(frozen=True, slots=True)
class MentorTerms:
    """What decides a mentor's slots beside their hours; numbers that are None are the platform's."""

    policy: dict[str, str]
    """The platform's numbers that have been changed."""
    id: UUID
    user_id: UUID
    slug: str
    name: str
    time_zone: str
    is_listed: bool
    grace_minutes: int | None
    change_notice_minutes: int | None
    minimum_notice_minutes: int | None
    horizon_minutes: int | None
    buffer_minutes: int | None
    sessions_per_day: int | None
    sessions_per_week: int | None
    session_minutes: int | None
    """The length of what is cheapest; None where nothing is on sale."""


class Student(NamedTuple):
    """A student as a mentor sees them."""

    id: UUID
    name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A mentor and a student, and what the student has with the mentor."""

    mentor: MentorTerms
    student: Student
    seat: SeatStatus
    packs: list[Pack]
    """Newest first."""


# Put together once, and of plain columns, as in `bookings`: somebody waits for each of them with every click.
_USERS, _MENTORS, _SIGN_INS = User.__table__.c, Mentor.__table__.c, SignIn.__table__.c
_PRODUCTS, _PACKS, _SEATS = Product.__table__.c, Pack.__table__.c, SeatRow.__table__.c
_SIGNED_IN = (
    select(_USERS.id, _USERS.email, _USERS.name, _USERS.role, _USERS.time_zone, _MENTORS.id)
    .join_from(SignIn.__table__, User.__table__, _SIGN_INS.user_id == _USERS.id)
    .outerjoin(Mentor.__table__, _MENTORS.user_id == _USERS.id)
    .where(
        _SIGN_INS.token_hash == bindparam("token_hash"),
        _SIGN_INS.revoked_at.is_(None),
        _SIGN_INS.expires_at > bindparam("now"),
        _USERS.disabled_at.is_(None),
    )
)
_TERMS = (
    CHANGED_POLICY,
    _MENTORS.id,
    _MENTORS.user_id,
    _MENTORS.slug,
    _MENTORS.name,
    _MENTORS.time_zone,
    _MENTORS.is_listed,
    _MENTORS.grace_minutes,
    _MENTORS.change_notice_minutes,
    _MENTORS.minimum_notice_minutes,
    _MENTORS.horizon_minutes,
    _MENTORS.buffer_minutes,
    _MENTORS.sessions_per_day,
    _MENTORS.sessions_per_week,
    select(_PRODUCTS.session_minutes)
    .where(_PRODUCTS.mentor_id == _MENTORS.id, _PRODUCTS.is_active)
    .order_by(_PRODUCTS.price_minor)
    .limit(1)
    .scalar_subquery(),
)
_MENTOR_TERMS = select(*_TERMS).where(_MENTORS.id == bindparam("mentor_id"))
_PAIR = (
    select(*_PACKS, _SEATS.status, _USERS.id, _USERS.name, _USERS.time_zone, *_TERMS)
    .join_from(Mentor.__table__, User.__table__, _USERS.id == bindparam("student_id"))
    .outerjoin(SeatRow.__table__, and_(_SEATS.mentor_id == _MENTORS.id, _SEATS.student_id == _USERS.id))
    .outerjoin(Pack.__table__, and_(_PACKS.mentor_id == _MENTORS.id, _PACKS.student_id == _USERS.id))
    .where(_MENTORS.id == bindparam("mentor_id"))
    .order_by(_PACKS.created_at.desc())
)


# What these look for never changes, so what is changed and not sent yet need not be sent for them.
_BY_IDS: dict[type[Any], Select[Any]] = {
    table: select(table).where(table.id.in_(bindparam("ids", expanding=True))).execution_options(autoflush=False)
    for table in (User, Mentor)
}


def _terms(found: Sequence[Any]) -> MentorTerms:
    return MentorTerms(changed_policy(found[0]), *found[1:])


def _by_id(session: Session, table: type[Row], ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Rows by id; those that this transaction has read already are not read again."""
    known = {i: session.identity_map.get(identity_key(table, i)) for i in set(ids)}
    found = {i: row for i, row in known.items() if row is not None and not inspect(row).expired}
    if missing := set(ids) - found.keys():
        found.update((row.id, row) for row in session.scalars(_BY_IDS[table], {"ids": list(missing)}))
    _keep(session, found)
    return found


def _keep(session: Session, found: Mapping[UUID, User | Mentor]) -> None:
    """The session itself forgets a row that nobody holds."""
    session.info.setdefault("read", {}).update(found)


class People:
    """Accounts and how they prove who they are."""

    def __init__(self, session: Session) -> None:
        self._db = session

    def add(self, row: User | Identity | SignIn) -> None:
        self._db.add(row)
        self._db.flush()

    def user(self, user_id: UUID) -> User | None:
        return _by_id(self._db, User, [user_id]).get(user_id)

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

    def signed_in(self, token_hash: str, now: datetime) -> tuple[UUID, str, str, str, str, UUID | None] | None:
        """The person behind a live sign-in: id, e-mail, name, role, zone, and the id of the mentor that they are."""
        return self._db.execute(_SIGNED_IN, {"token_hash": token_hash, "now": now}).first()

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
        return _by_id(self._db, Mentor, [mentor_id]).get(mentor_id)

    def pair(self, mentor_id: UUID, student_id: UUID) -> Pair | None:
        """A mentor and a student with what they have together, in one query; None where one of them does not exist."""
        rows = self._db.connection().execute(_PAIR, {"mentor_id": mentor_id, "student_id": student_id}).all()
        if not rows:
            return None
        seat, *found = rows[0][len(_PACKS) :]
        return Pair(
            _terms(found[3:]),
            Student(*found[:3]),
            SeatStatus(seat) if seat else SeatStatus.RELEASED,
            [self._pack(row[: len(_PACKS)]) for row in rows if row[0] is not None],
        )

    def _pack(self, found: Sequence[Any]) -> Pack:
        pack = Pack(**dict(zip(_PACKS.keys(), found, strict=True)))
        if identity_key(instance=pack) in self._db.identity_map:
            return self._db.get_one(Pack, pack.id)
        adopt(self._db, pack)
        return pack

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

    def terms(self, mentor_id: UUID) -> MentorTerms | None:
        """What decides a mentor's slots beside their hours, in one query; None where there is no such mentor."""
        found = self._db.execute(_MENTOR_TERMS, {"mentor_id": mentor_id}).first()
        return None if found is None else _terms(found)

    def holidays(self, mentor_id: UUID, since: date) -> Sequence[Holiday]:
        """The mentor's holidays that are not over before a day, in order."""
        return self._db.scalars(
            select(Holiday)
            .where(Holiday.mentor_id == mentor_id, Holiday.last_day >= since)
            .order_by(Holiday.first_day, Holiday.last_day, Holiday.name)
        ).all()

    def replace_rules(self, mentor_id: UUID, rows: Sequence[AvailabilityRule]) -> None:
        self._replace(delete(AvailabilityRule).where(AvailabilityRule.mentor_id == mentor_id), rows)

    def replace_overrides(self, mentor_id: UUID, since: date, rows: Sequence[AvailabilityOverride]) -> None:
        """Put these in the place of the overrides of a day and all later ones."""
        own = AvailabilityOverride.mentor_id == mentor_id
        self._replace(delete(AvailabilityOverride).where(own, AvailabilityOverride.day >= since), rows)

    def replace_holidays(self, mentor_id: UUID, since: date, rows: Sequence[Holiday]) -> None:
        """Put these in the place of the holidays that are not over before a day."""
        self._replace(delete(Holiday).where(Holiday.mentor_id == mentor_id, Holiday.last_day >= since), rows)

    def _replace(self, old: Delete, rows: Sequence[AvailabilityRule | AvailabilityOverride | Holiday]) -> None:
        self._db.execute(old)
        self._db.add_all(rows)
        self._db.flush()
