"""Writing down what was done: the audit row that goes with every change of money, seat, credit, role or setting."""

from typing import Any
from uuid import UUID

from mentorship.db.inserts import row
from mentorship.db.models import AuditRow
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.services.context import Context

ADMIN_TOPIC = "admin"
"""Something that admins oversee has changed."""


def record(
    ctx: Context,
    uow: UnitOfWork,
    action: str,
    subject: tuple[str, UUID | str],
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write an audit row in the transaction of the change itself, and tell the admins' open pages."""
    uow.touch(ADMIN_TOPIC)
    ctx.actions.append(action)
    uow.audit.write(
        row(
            AuditRow,
            at=ctx.now,
            actor_id=ctx.actor.user_id,
            actor_role=ctx.actor.label,
            action=action,
            subject_type=subject[0],
            subject_id=str(subject[1]),
            before=before or {},
            after=after or {},
        )
    )
