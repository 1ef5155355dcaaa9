"""Who asks. Roles live in our database; the identity provider only proves who somebody is."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    STUDENT = "student"
    MENTOR = "mentor"
    ADMIN = "admin"


class Access(StrEnum):
    """Who may call a use case, before ownership is looked at."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    STUDENT = "student"
    MENTOR = "mentor"
    MENTOR_OR_ADMIN = "mentor_or_admin"
    ADMIN = "admin"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """The person (or the system) on whose behalf a use case runs."""

    user_id: UUID | None = None
    role: Role | None = None
    mentor_id: UUID | None = None
    is_system: bool = False

    @property
    def is_signed_in(self) -> bool:
        return self.user_id is not None

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    @property
    def label(self) -> str:
        """How the audit log names this actor."""
        return "system" if self.is_system else (self.role.value if self.role else "visitor")


ANONYMOUS = Actor()
SYSTEM = Actor(is_system=True)

_ROLES: dict[Access, frozenset[Role]] = {
    Access.SIGNED_IN: frozenset(Role),
    Access.STUDENT: frozenset({Role.STUDENT}),
    Access.MENTOR: frozenset({Role.MENTOR}),
    Access.MENTOR_OR_ADMIN: frozenset({Role.MENTOR, Role.ADMIN}),
    Access.ADMIN: frozenset({Role.ADMIN}),
}


def may(actor: Actor, access: Access) -> bool:
    """Whether this actor may knock at all. Ownership of the row is a second question."""
    if actor.is_system or access is Access.PUBLIC:
        return True
    return actor.role in _ROLES.get(access, frozenset())
