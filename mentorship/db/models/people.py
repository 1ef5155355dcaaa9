"""People, and what mentors offer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field

from mentorship.db.models.base import Table, id_column, instant, one_of
from mentorship.domain.actors import Role


class User(Table, table=True):
    __tablename__ = "users"
    __table_args__ = (one_of("role", Role),)

    id: UUID = id_column()
    email: str = Field(max_length=254, unique=True)
    name: str = Field(max_length=120)
    role: str = Field(max_length=16)
    time_zone: str = Field(max_length=64)
    created_at: datetime = instant()
    disabled_at: datetime | None = instant(default=None)


class Identity(Table, table=True):
    """How a person proves who they are: one row per provider."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("provider", "subject"),)

    id: UUID = id_column()
    user_id: UUID = Field(foreign_key="users.id", index=True)
    provider: str = Field(max_length=16)
    subject: str = Field(max_length=254)
    password_hash: str | None = Field(default=None, max_length=255)
    created_at: datetime = instant()


class SignIn(Table, table=True):
    """One signed-in browser; only the hash of its token is kept."""

    __tablename__ = "sign_in_sessions"

    id: UUID = id_column()
    user_id: UUID = Field(foreign_key="users.id", index=True)
    token_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = instant()
    expires_at: datetime = instant()
    revoked_at: datetime | None = instant(default=None)


class CalendarFeed(Table, table=True):
    """A person's private calendar address; only the hash of its token is kept.

    ``content_hash`` is what the last reader was given, but for its stamps; it has been so since ``changed_at``.
    """

    __tablename__ = "calendar_feeds"

    user_id: UUID = Field(foreign_key="users.id", primary_key=True)
    token_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = instant()
    read_at: datetime | None = instant(default=None)
    content_hash: str = Field(default="", max_length=64)
    changed_at: datetime | None = instant(default=None)


class Mentor(Table, table=True):
    __tablename__ = "mentors"
    __table_args__ = (
        CheckConstraint("max_active_students >= 0", name="capacity_not_negative"),
        CheckConstraint("sessions_per_day IS NULL OR sessions_per_day > 0", name="daily_cap_positive"),
        CheckConstraint("sessions_per_week IS NULL OR sessions_per_week > 0", name="weekly_cap_positive"),
    )

    id: UUID = id_column()
    user_id: UUID = Field(foreign_key="users.id", unique=True)
    slug: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=120)
    headline: str = Field(max_length=160)
    about: str = Field(max_length=4000)
    expertise: list[str] = Field(default_factory=list, sa_type=JSON)
    expectations: list[str] = Field(default_factory=list, sa_type=JSON)
    testimonials: list[dict[str, str]] = Field(default_factory=list, sa_type=JSON)
    portrait: str = Field(max_length=255)
    time_zone: str = Field(max_length=64)
    max_active_students: int = Field(default=10)
    is_listed: bool = Field(default=True, index=True)
    position: int = Field(default=0)
    grace_minutes: int | None = None
    change_notice_minutes: int | None = None
    minimum_notice_minutes: int | None = None
    horizon_minutes: int | None = None
    buffer_minutes: int | None = None
    sessions_per_day: int | None = None
    sessions_per_week: int | None = None
    created_at: datetime = instant()


class Product(Table, table=True):
    """What is sold: a number of sessions of a length, at a price, valid for some days or for ever.

    A student with a paid order of this product from before ``former_price_until`` keeps paying the former price.
    """

    __tablename__ = "mentorship_products"
    __table_args__ = (
        CheckConstraint("sessions > 0", name="sessions_positive"),
        CheckConstraint("session_minutes BETWEEN 5 AND 480", name="length_sensible"),
        CheckConstraint("price_minor >= 0", name="price_not_negative"),
        CheckConstraint(
            "former_price_minor IS NULL OR (former_price_minor >= 0 AND former_price_until IS NOT NULL)",
            name="former_price_complete",
        ),
        CheckConstraint("validity_days IS NULL OR validity_days > 0", name="validity_positive"),
    )

    id: UUID = id_column()
    mentor_id: UUID = Field(foreign_key="mentors.id", index=True)
    name: str = Field(max_length=120)
    sessions: int
    session_minutes: int
    validity_days: int | None = None
    price_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    former_price_minor: int | None = Field(default=None, sa_type=BigInteger)
    former_price_until: datetime | None = instant(default=None)
    is_active: bool = Field(default=True)
    created_at: datetime = instant()
