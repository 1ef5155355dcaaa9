"""Accounts: sign up, sign in, sign out, and who is behind a token."""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from mentorship.db.models import Identity, Mentor, SignIn, User
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access, Actor, Role
from mentorship.domain.errors import EmailTaken, NotFound, TooManyTries, WrongCredentials
from mentorship.schemas.accounts import Me, SignedIn
from mentorship.services.arguments import Email, Line, Password, Zone
from mentorship.services.context import Context
from mentorship.services.record import record
from mentorship.services.use_case import use_case

SIGN_IN_LASTS = timedelta(days=30)
LOCAL = "local"


@use_case(Access.PUBLIC)
def sign_up(
    ctx: Context, *, email: Email, name: Line, password: Password, time_zone: Zone = "UTC", address: str = ""
) -> SignedIn:
    """Open a student's account and sign it in.

    Raises:
        EmailTaken: the address has an account.
        TooManyTries: too many accounts from this network address.
    """
    _limit(ctx, "sign_up", address)
    hashed = ctx.deps.passwords.hash(password)
    with ctx.begin() as uow:
        if uow.people.by_email(email) is not None:
            raise EmailTaken(fix="Sign in instead, or use another address.")
        user = add_account(ctx, uow, email=email, name=name, role=Role.STUDENT, time_zone=time_zone, hashed=hashed)
        return _sign_in(ctx, uow, user, None)


@use_case(Access.PUBLIC)
def sign_in(ctx: Context, *, email: Email, password: str, address: str = "") -> SignedIn:
    """Sign a person in with e-mail and password.

    Raises:
        WrongCredentials: they do not match an account; nothing says which of the two is wrong.
        TooManyTries: too many tries for this account or network address.
    """
    _limit(ctx, "sign_in", email)
    _limit(ctx, "sign_in_address", address)
    with ctx.begin(read_only=True) as uow:
        identity = uow.people.identity(LOCAL, email)
    if not ctx.deps.passwords.verify(password[:256], identity.password_hash if identity else None) or identity is None:
        raise WrongCredentials(fix="Check both, or create an account.")
    with ctx.begin() as uow:
        user = uow.people.user(identity.user_id)
        if user is None or user.disabled_at is not None:
            raise WrongCredentials()
        return _sign_in(ctx, uow, user, uow.catalog.mentor_of(user.id))


@use_case(Access.PUBLIC)
def sign_out(ctx: Context, *, token: str) -> None:
    """End one sign-in; an unknown token changes nothing."""
    with ctx.begin() as uow:
        uow.people.revoke(_hash(token), ctx.now)


@use_case(Access.PUBLIC)
def who_is(ctx: Context, *, token: str) -> Me | None:
    """The person behind a token, or None when it is unknown, expired or signed out."""
    if not token or len(token) > 128:
        return None
    with ctx.begin(read_only=True) as uow:
        found = uow.people.signed_in(_hash(token), ctx.now)
    return Me(*found) if found else None


@use_case(Access.SIGNED_IN)
def change_time_zone(ctx: Context, *, time_zone: Zone) -> Me:
    """Change the zone in which the person sees every time."""
    with ctx.begin() as uow:
        user = uow.people.user(ctx.user_id)
        if user is None:
            raise NotFound()
        user.time_zone = time_zone
        uow.people.add(user)
        return _me(user, uow.catalog.mentor_of(user.id))


def actor_of(me: Me | None) -> Actor:
    """The actor that a signed-in person is."""
    if me is None:
        return Actor()
    return Actor(user_id=me.user_id, role=Role(me.role), mentor_id=me.mentor_id)


def add_account(
    ctx: Context, uow: UnitOfWork, *, email: str, name: str, role: Role, time_zone: str, hashed: str
) -> User:
    """Store a user who proves who they are with a password of ours."""
    user = User(email=email, name=name, role=role.value, time_zone=time_zone, created_at=ctx.now)
    uow.people.add(user)
    uow.people.add(Identity(user_id=user.id, provider=LOCAL, subject=email, password_hash=hashed, created_at=ctx.now))
    record(ctx, uow, "account_opened", ("user", user.id), after={"role": role.value})
    return user


def _sign_in(ctx: Context, uow: UnitOfWork, user: User, mentor: Mentor | None) -> SignedIn:
    token = secrets.token_urlsafe(32)
    expires_at = ctx.now + SIGN_IN_LASTS
    uow.people.add(SignIn(user_id=user.id, token_hash=_hash(token), created_at=ctx.now, expires_at=expires_at))
    return SignedIn(token, expires_at, _me(user, mentor))


def _me(user: User, mentor: Mentor | None) -> Me:
    mentor_id: UUID | None = mentor.id if mentor else None
    return Me(user.id, user.email, user.name, user.role, user.time_zone, mentor_id)


def _limit(ctx: Context, action: str, who: str) -> None:
    if not ctx.deps.limiter.allow(action, who):
        raise TooManyTries()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
