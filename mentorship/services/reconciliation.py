"""Reconciliation: once a night, and whenever an admin wants, the three books are held against each other."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from mentorship.db.inserts import row
from mentorship.db.models import Finding
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access, Role
from mentorship.domain.errors import NotFound, ProviderRefused, ProviderUnavailable
from mentorship.domain.notices import NoticeKind
from mentorship.domain.reconciliation import Found, compare
from mentorship.domain.statements import Statement
from mentorship.schemas.reconciliation import FindingView, Reconciled, ReconciliationDesk
from mentorship.services.arguments import WrittenReason
from mentorship.services.context import Context
from mentorship.services.notifications import notify
from mentorship.services.record import record
from mentorship.services.use_case import use_case

WINDOW = timedelta(days=35)
"""How far back the books are compared; in the sandbox, as far as they go."""

LEARNT_AFTER = timedelta(days=15)
"""How long after its provider we may learn of a payment: a delayed method takes up to 14 days."""

NIGHT = 3
"""The hour, in UTC, from which on a night's run is due."""

HISTORY = 50
_RUN = ("books", "reconciliation")


@use_case(Access.SYSTEM)
def reconcile_nightly(ctx: Context) -> bool:
    """Promise tonight's run once it is due; says whether this call did. Any number of processes may call it."""
    if ctx.now.hour < NIGHT:
        return False
    night = ctx.now.date().isoformat()
    with ctx.begin() as uow:
        if uow.audit.about("night", night):
            return False
        record(ctx, uow, "reconciliation_promised", ("night", night))
        uow.enqueue("reconcile", night)
    return True


@use_case(Access.ADMIN)
def reconcile(ctx: Context) -> Reconciled:
    """Compare what every provider states with what is booked, and keep each difference until it is gone.

    A provider that does not answer is named, and what is known of it stays as it is.
    """
    with ctx.begin(read_only=True) as uow:
        since = _since(ctx, uow)
    statements = [s for name in sorted(ctx.deps.providers) if (s := _statement(ctx, name, since))]
    with ctx.begin(read_only=True) as uow:
        uow.reconciliation.freeze()
        books = uow.reconciliation.books(since, statements)
    found = compare(books, statements, since=since, now=ctx.now)
    unanswered = sorted(set(ctx.deps.providers) - {s.provider for s in statements})
    with ctx.begin() as uow:
        new = _keep(ctx, uow, found)
        resolved = _resolve(ctx, uow, found, unanswered)
        done = Reconciled(len(new), len(uow.reconciliation.open()), resolved, unanswered)
        after = {"new": done.new, "open": done.open, "resolved": resolved, "unanswered": unanswered}
        record(ctx, uow, "books_reconciled", _RUN, after=after)
        if new:
            _alert(ctx, uow, new)
    return done


def _since(ctx: Context, uow: UnitOfWork) -> datetime:
    """What was in the window when an open difference was found stays in it until the difference is gone."""
    if ctx.site.is_sandbox:
        return (uow.reconciliation.first_order() or ctx.now) - timedelta(days=1)
    return min(ctx.now, uow.reconciliation.earliest_open() or ctx.now) - WINDOW


def _statement(ctx: Context, name: str, since: datetime) -> Statement | None:
    try:
        return ctx.provider(name).statement(since - LEARNT_AFTER, ctx.now)
    except (ProviderUnavailable, ProviderRefused):
        return None


def _keep(ctx: Context, uow: UnitOfWork, found: Sequence[Found]) -> list[Finding]:
    """Store what was found; returns what was not known, or was thought to be gone."""
    new = []
    for difference in found:
        is_new = uow.reconciliation.add(
            row(
                Finding,
                key=difference.key,
                difference=difference.difference.value,
                order_id=difference.order_id,
                provider=difference.provider,
                reference=difference.reference,
                found_at=ctx.now,
            )
        )
        finding = uow.reconciliation.by_key(difference.key)
        if finding is None or finding.closed_by is not None:
            continue
        finding.reason, finding.repair = difference.reason, difference.repair.value
        if is_new or finding.resolved_at is not None:
            finding.resolved_at, finding.resolution, finding.found_at = None, "", ctx.now
            new.append(finding)
            after = {"difference": finding.difference, "reference": finding.reference, "reason": finding.reason}
            record(ctx, uow, "difference_found", ("finding", finding.id), after=after)
    return new


def _resolve(ctx: Context, uow: UnitOfWork, found: Sequence[Found], unanswered: Sequence[str]) -> int:
    still = {difference.key for difference in found}
    gone = [f for f in uow.reconciliation.open() if f.key not in still and f.provider not in unanswered]
    for finding in gone:
        finding.resolved_at, finding.resolution = ctx.now, "The books agree again."
        record(ctx, uow, "difference_gone", ("finding", finding.id))
    return len(gone)


def _alert(ctx: Context, uow: UnitOfWork, new: Sequence[Finding]) -> None:
    about, found = f"{new[0].id}:{int(ctx.now.timestamp())}", [str(finding.id) for finding in new]
    for admin in uow.people.in_role(Role.ADMIN.value):
        notify(ctx, uow, admin.id, NoticeKind.BOOKS_DIFFER, about, {"findings": found})


@use_case(Access.ADMIN)
def reconciliation_desk(ctx: Context) -> ReconciliationDesk:
    """The differences that are open, the latest that are not any more, and when the books were last compared."""
    with ctx.begin(read_only=True) as uow:
        runs = uow.audit.about(*_RUN)
        return ReconciliationDesk(
            open=finding_views(uow, uow.reconciliation.open()),
            resolved=finding_views(uow, uow.reconciliation.resolved(HISTORY)),
            last_run_at=runs[-1].at if runs else None,
            last_run_unanswered=runs[-1].after["unanswered"] if runs else [],
        )


@use_case(Access.ADMIN)
def close_finding(ctx: Context, *, finding_id: UUID, reason: WrittenReason) -> FindingView:
    """Close a difference that was settled by hand, or is none. It stays closed while the difference is still there.

    Raises:
        NotFound: there is no such open difference.
    """
    with ctx.begin() as uow:
        finding = uow.reconciliation.get(finding_id)
        if finding is None or finding.resolved_at is not None:
            raise NotFound("This difference is not open any more.")
        finding.resolved_at, finding.resolution, finding.closed_by = ctx.now, reason, ctx.actor.user_id
        record(ctx, uow, "difference_closed", ("finding", finding.id), after={"reason": reason})
        return finding_views(uow, [finding])[0]


def finding_views(uow: UnitOfWork, findings: Sequence[Finding]) -> list[FindingView]:
    """Differences as admins see them, with the students whose orders they are about."""
    orders = {f.order_id: order for f in findings if f.order_id and (order := uow.orders.get(f.order_id))}
    students = uow.people.users([o.student_id for o in orders.values()])
    return [
        FindingView(
            id=f.id,
            difference=f.difference,
            provider=f.provider,
            reference=f.reference,
            order_id=f.order_id,
            student=students[orders[f.order_id].student_id].name if f.order_id in orders else "",
            reason=f.reason,
            repair=f.repair,
            found_at=f.found_at,
            resolved_at=f.resolved_at,
            resolution=f.resolution,
        )
        for f in findings
    ]
