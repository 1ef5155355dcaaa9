"""The policy in force: the product's numbers, what admins have changed, and what a mentor has set."""

from dataclasses import fields, replace
from datetime import timedelta

from mentorship.db.models import Mentor
from mentorship.db.people import MentorTerms
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.policy import MentorOverrides, Policy
from mentorship.services.context import Context
from mentorship.services.use_case import use_case

_LENGTHS = {f.name for f in fields(Policy) if f.type == "timedelta" or f.type is timedelta}

_CHOICES = {f.name for f in fields(Policy) if f.type == "bool" or f.type is bool}


@use_case(Access.PUBLIC)
def policy_in_force(ctx: Context) -> Policy:
    """The numbers that count for everybody now; mentors may have set some of them differently."""
    with ctx.begin(read_only=True) as uow:
        return policy(uow)


def policy(uow: UnitOfWork, mentor: Mentor | MentorTerms | None = None) -> Policy:
    """The policy for everybody, or for one mentor. Lengths are stored in whole minutes, yes and no as 1 and 0."""
    stored = mentor.policy if isinstance(mentor, MentorTerms) else uow.policy.all()
    known = {f.name for f in fields(Policy)}
    changed = {name: _parsed(name, int(value)) for name, value in stored.items() if name in known}
    current = replace(Policy(), **changed) if changed else Policy()  # type: ignore[arg-type]
    return current.for_mentor(overrides(mentor)) if mentor is not None else current


def _parsed(name: str, value: int) -> timedelta | bool | int:
    if name in _LENGTHS:
        return timedelta(minutes=value)
    return bool(value) if name in _CHOICES else value


def overrides(mentor: Mentor | MentorTerms) -> MentorOverrides:
    """What this mentor has set differently."""

    def length(minutes: int | None) -> timedelta | None:
        return None if minutes is None else timedelta(minutes=minutes)

    return MentorOverrides(
        grace=length(mentor.grace_minutes),
        change_notice=length(mentor.change_notice_minutes),
        minimum_notice=length(mentor.minimum_notice_minutes),
        horizon=length(mentor.horizon_minutes),
        buffer=length(mentor.buffer_minutes),
    )
