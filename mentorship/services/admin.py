"""What admins see: the overview, and whether the process is well. Operators make the first admin."""

import json
from typing import Any

from mentorship.db.models import AuditRow, User
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access, Role
from mentorship.domain.errors import EmailTaken
from mentorship.domain.money import Money
from mentorship.gateways.ports import PaymentProvider
from mentorship.schemas.accounts import Me
from mentorship.schemas.admin import AdminEvent, AdminOrder, AuditEntry, Health, MoneyDesk, Overview, Takings
from mentorship.services.accounts import add_account
from mentorship.services.arguments import Email, Line, Password, Zone
from mentorship.services.context import Context
from mentorship.services.seats import availability_of
from mentorship.services.texts import amount
from mentorship.services.use_case import use_case

NEWEST = 20


@use_case(Access.ADMIN)
def admin_overview(ctx: Context) -> Overview:
    """Counts, takings, seats and the newest orders, deliveries and audit rows."""
    with ctx.begin(read_only=True) as uow:
        mentors = uow.catalog.listed()
        seats = availability_of(ctx, uow, mentors)
        audit = uow.audit.newest(NEWEST)
        people = uow.people.users([a.actor_id for a in audit if a.actor_id])
        return Overview(
            orders=uow.orders.counts(),
            sessions=uow.bookings.counts(),
            inbox=uow.inbox.counts(),
            deliveries=uow.notices.counts(),
            people=uow.people.count(),
            takings=[
                Takings(amount(Money(paid, currency), ctx.locale), amount(Money(refunded, currency), ctx.locale))
                for currency, (paid, refunded) in sorted(uow.orders.takings().items())
            ],
            desk=MoneyDesk(*uow.oversight.asks_for_a_look()),
            seats=[(m.name, seats[m.id]) for m in mentors],
            newest_orders=_orders(ctx, uow),
            newest_events=[
                AdminEvent(e.id, e.provider, e.type, e.state, e.error, e.received_at) for e in uow.inbox.newest(NEWEST)
            ],
            audit=[_audit(a, people) for a in audit],
        )


def _orders(ctx: Context, uow: UnitOfWork) -> list[AdminOrder]:
    orders = uow.orders.newest(NEWEST)
    students = uow.people.users([o.student_id for o in orders])
    mentors = uow.catalog.mentors([o.mentor_id for o in orders])
    return [
        AdminOrder(
            id=o.id,
            student=students[o.student_id].name,
            mentor=mentors[o.mentor_id].name,
            amount=amount(Money(o.amount_minor, o.currency), ctx.locale),
            status=o.status,
            review=o.review,
            created_at=o.created_at,
        )
        for o in orders
    ]


def _audit(row: AuditRow, people: dict[Any, User]) -> AuditEntry:
    actor = people[row.actor_id].name if row.actor_id in people else row.actor_role
    change = " → ".join(json.dumps(part, sort_keys=True) for part in (row.before, row.after) if part)
    return AuditEntry(row.at, actor, row.action, f"{row.subject_type} {row.subject_id}", change)


@use_case(Access.SYSTEM)
def add_admin(ctx: Context, *, email: Email, name: Line, password: Password, time_zone: Zone = "UTC") -> Me:
    """Open an admin's account; only operators can, from the command line.

    Raises:
        EmailTaken: the address has an account.
    """
    hashed = ctx.deps.passwords.hash(password)
    with ctx.begin() as uow:
        if uow.people.by_email(email) is not None:
            raise EmailTaken()
        user = add_account(ctx, uow, email=email, name=name, role=Role.ADMIN, time_zone=time_zone, hashed=hashed)
        return Me(user.id, user.email, user.name, user.role, user.time_zone, None)


def _standing(ctx: Context, till: PaymentProvider) -> str:
    if till.live:
        return "real"
    return "sandbox" if ctx.site.is_sandbox else "test"


@use_case(Access.PUBLIC)
def health(ctx: Context) -> Health:
    """Whether the database answers, and which providers are real. Never raises for a sick database: it says so."""
    try:
        with ctx.begin(read_only=True) as uow:
            uow.policy.all()
        database = "ok"
    except Exception:
        database = "down"
    return Health(
        status="ok" if database == "ok" else "down",
        database=f"{ctx.deps.database.dialect} {database}",
        payments={name: _standing(ctx, till) for name, till in ctx.deps.providers.items()},
        mail="sandbox" if ctx.site.is_sandbox else "real",
        calendar=_calendar_kind(ctx),
        now=ctx.now,
    )


def _calendar_kind(ctx: Context) -> str:
    gateways = ctx.deps.calendar
    return "off" if gateways is None else "real" if gateways.is_real else "sandbox"
