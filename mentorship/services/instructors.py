"""Mentors: the storefront's cards and pages, a mentor's own desk, and taking a mentor on."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from mentorship.db.models import Mentor, Product
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access, Role
from mentorship.domain.errors import EmailTaken, NotFound
from mentorship.domain.money import Money
from mentorship.domain.seats import SeatStatus
from mentorship.schemas.admin import MentorDesk
from mentorship.schemas.bookings import SessionView
from mentorship.schemas.catalog import MentorCard, MentorPage, ProductOffer, Testimonial
from mentorship.services.accounts import add_account
from mentorship.services.arguments import Currency, Email, Line, Password, Text, Zone
from mentorship.services.context import Context
from mentorship.services.pricing import require_chargeable
from mentorship.services.record import record
from mentorship.services.seats import availability_of, offer_seats, require_mentor, seat_views
from mentorship.services.session_views import session_views
from mentorship.services.texts import amount
from mentorship.services.use_case import use_case

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]


@use_case(Access.PUBLIC)
def list_mentors(ctx: Context) -> list[MentorCard]:
    """Every listed mentor with price and seats left, in the storefront's order."""
    with ctx.begin(read_only=True) as uow:
        return mentor_cards(ctx, uow, uow.catalog.listed())


@use_case(Access.PUBLIC)
def get_mentor(ctx: Context, *, slug: str) -> MentorPage:
    """A listed mentor's page.

    Raises:
        NotFound: there is no such mentor.
    """
    with ctx.begin(read_only=True) as uow:
        mentor = uow.catalog.mentor_by_slug(slug) if slug.isascii() and slug.isprintable() else None
        if mentor is None or not mentor.is_listed:
            raise NotFound("There is no mentor here.", fix="Have a look at all mentors.")
        return MentorPage(
            card=mentor_cards(ctx, uow, [mentor])[0],
            about=mentor.about,
            expectations=list(mentor.expectations),
            testimonials=[Testimonial(t["quote"], t["author"]) for t in mentor.testimonials],
            offers=[product_offer(ctx, p) for p in uow.catalog.products([mentor.id])[mentor.id]],
        )


def mentor_cards(ctx: Context, uow: UnitOfWork, mentors: Sequence[Mentor]) -> list[MentorCard]:
    """Mentors as the storefront shows them, with two queries for all of them."""
    seats = availability_of(ctx, uow, mentors)
    offers = uow.catalog.products([m.id for m in mentors])
    return [
        MentorCard(
            id=m.id,
            slug=m.slug,
            name=m.name,
            headline=m.headline,
            portrait=m.portrait,
            time_zone=m.time_zone,
            expertise=list(m.expertise),
            seats=seats[m.id],
            offer=product_offer(ctx, offers[m.id][0]) if offers[m.id] else None,
        )
        for m in mentors
    ]


def product_offer(ctx: Context, product: Product) -> ProductOffer:
    """A product as it is offered."""
    return ProductOffer(
        id=product.id,
        name=product.name,
        sessions=product.sessions,
        session_minutes=product.session_minutes,
        validity_days=product.validity_days,
        price=amount(Money(product.price_minor, product.currency), ctx.locale),
    )


@use_case(Access.MENTOR)
def mentor_desk(ctx: Context) -> MentorDesk:
    """The calling mentor's dashboard: seats, students, sessions waiting for an outcome, and what comes next.

    Raises:
        NotFound: the caller has the role, but no mentor's page yet.
    """
    with ctx.begin(read_only=True) as uow:
        mentor = _own(ctx, uow)
        rows = uow.seats.of_mentor(mentor.id, [SeatStatus.ACTIVE, SeatStatus.GRACE, SeatStatus.HELD])
        students = seat_views(ctx, uow, [(s.mentor_id, s.student_id) for s in rows])
        open_sessions = session_views(ctx, uow, uow.bookings.open_of_mentor(mentor.id, 100))
        return MentorDesk(
            mentor_id=mentor.id,
            name=mentor.name,
            slug=mentor.slug,
            seats=availability_of(ctx, uow, [mentor])[mentor.id],
            students=[s for s in students if s.status != SeatStatus.RELEASED],
            to_close=[s for s in open_sessions if s.starts_at <= ctx.now],
            upcoming=[s for s in open_sessions if s.starts_at > ctx.now],
        )


@use_case(Access.MENTOR)
def mentor_sessions(ctx: Context, *, days_back: Annotated[int, Field(ge=0, le=366)] = 30) -> list[SessionView]:
    """The calling mentor's sessions since some days ago, in order, at most 500."""
    with ctx.begin(read_only=True) as uow:
        mentor = _own(ctx, uow)
        since = ctx.now - timedelta(days=days_back)
        return session_views(ctx, uow, uow.bookings.of_mentor(mentor.id, since=since, limit=500))


def _own(ctx: Context, uow: UnitOfWork) -> Mentor:
    if ctx.actor.mentor_id is None:
        raise NotFound("You have no mentor's page yet.")
    return require_mentor(uow, ctx.actor.mentor_id)


@use_case(Access.ADMIN)
def add_mentor(
    ctx: Context,
    *,
    slug: Slug,
    email: Email,
    name: Line,
    password: Password,
    time_zone: Zone,
    headline: Line,
    about: Annotated[Text, StringConstraints(max_length=4000)],
    portrait: Annotated[str, StringConstraints(pattern=r"^/[a-z0-9/._-]+$", max_length=255)],
    expertise: list[Line],
    expectations: list[Line],
    testimonials: list[Testimonial],
    max_active_students: Annotated[int, Field(ge=0, le=1000)] = 10,
    position: Annotated[int, Field(ge=0, le=10_000)] = 0,
) -> UUID:
    """Take a mentor on: an account with the role, and a listed page. Returns the mentor's id.

    Raises:
        EmailTaken: the address or the slug belongs to somebody.
    """
    hashed = ctx.deps.passwords.hash(password)
    with ctx.begin() as uow:
        if uow.people.by_email(email) is not None or uow.catalog.mentor_by_slug(slug) is not None:
            raise EmailTaken()
        user = add_account(ctx, uow, email=email, name=name, role=Role.MENTOR, time_zone=time_zone, hashed=hashed)
        mentor = Mentor(
            user_id=user.id,
            slug=slug,
            name=name,
            headline=headline,
            about=about,
            portrait=portrait,
            expertise=expertise,
            expectations=expectations,
            testimonials=[{"quote": t.quote, "author": t.author} for t in testimonials],
            time_zone=time_zone,
            max_active_students=max_active_students,
            position=position,
            created_at=ctx.now,
        )
        uow.catalog.add(mentor)
        record(ctx, uow, "mentor_added", ("mentor", mentor.id), after={"slug": slug})
        uow.touch("storefront")
        return mentor.id


@use_case(Access.ADMIN)
def add_product(
    ctx: Context,
    *,
    mentor_id: UUID,
    name: Line,
    price_minor: Annotated[int, Field(ge=1, le=100_000_000)],
    currency: Currency,
    sessions: Annotated[int, Field(ge=1, le=50)] = 4,
    session_minutes: Annotated[int, Field(ge=5, le=480)] = 60,
    validity_days: Annotated[int, Field(ge=1, le=3650)] | None = 30,
) -> UUID:
    """Put a pack on sale. Returns the product's id.

    Raises:
        NotFound: there is no such mentor.
        InvalidInput: providers cannot charge this amount.
    """
    require_chargeable(price_minor, currency)
    with ctx.begin() as uow:
        require_mentor(uow, mentor_id)
        product = Product(
            mentor_id=mentor_id,
            name=name,
            price_minor=price_minor,
            currency=currency,
            sessions=sessions,
            session_minutes=session_minutes,
            validity_days=validity_days,
            created_at=ctx.now,
        )
        uow.catalog.add(product)
        record(ctx, uow, "product_added", ("product", product.id), after={"price": price_minor, "currency": currency})
        uow.touch("storefront")
        return product.id


@use_case(Access.ADMIN)
def set_capacity(ctx: Context, *, mentor_id: UUID, max_active_students: Annotated[int, Field(ge=0, le=1000)]) -> int:
    """Change how many seats a mentor has. Seats that are taken stay taken, new ones are offered to those who wait.

    Returns the new number.

    Raises:
        NotFound: there is no such mentor.
    """
    with ctx.begin() as uow:
        uow.lock(mentor_id)
        mentor = require_mentor(uow, mentor_id)
        before, mentor.max_active_students = mentor.max_active_students, max_active_students
        record(
            ctx,
            uow,
            "capacity_changed",
            ("mentor", mentor_id),
            before={"seats": before},
            after={"seats": max_active_students},
        )
        uow.touch("storefront", f"mentor:{mentor_id}")
        offer_seats(ctx, uow, mentor)
        return max_active_students
