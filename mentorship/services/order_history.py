"""An order's history: everything that is written down about it anywhere, in the order in which it happened."""

from collections.abc import Iterator
from uuid import UUID

from mentorship.db.models import AuditRow, Dispute, InboxEvent, Order, Payment, PaymentAttempt, Refund
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.money import Money
from mentorship.schemas.oversight import HistoryLine
from mentorship.services.texts import amount, provider_name

_ELSEWHERE = "credit_"
"""Audit rows about credits repeat the ledger, which says more."""


def history(uow: UnitOfWork, order: Order) -> list[HistoryLine]:
    """Every line of it, oldest first."""
    pack = uow.packs.of_order(order.id)
    audit = [*uow.audit.about("order", str(order.id)), *(uow.audit.about("pack", str(pack.id)) if pack else [])]
    for finding in uow.reconciliation.of_order(order.id):
        audit += uow.audit.about("finding", str(finding.id))
    events = uow.oversight.events_about(uow.oversight.references(order.id))
    for event in events:
        audit += uow.audit.about("event", str(event.id))
    ledger = uow.packs.ledger(pack.id) if pack else []
    people = {row.actor_id for row in audit if row.actor_id} | {row.actor_id for row in ledger if row.actor_id}
    names = {user_id: user.name for user_id, user in uow.people.users(list(people)).items()}
    lines = [
        *(_audit(row, names, order.currency) for row in audit if not row.action.startswith(_ELSEWHERE)),
        *(line for attempt in uow.orders.attempts(order.id) for line in _attempt(attempt)),
        *(line for event in events for line in _event(event)),
        *(_payment(payment) for payment in uow.orders.payments(order.id)),
        *(line for refund in uow.orders.refunds(order.id) for line in _refund(refund)),
        *(line for dispute in uow.oversight.disputes(order.id) for line in _dispute(dispute)),
        *(
            HistoryLine(
                row.at,
                names.get(row.actor_id, "System") if row.actor_id else "System",
                "credits",
                f"{row.entry.capitalize()}: {row.credits} credit{'' if row.credits == 1 else 's'}",
                row.reason,
            )
            for row in ledger
        ),
        *_notices(uow, order, pack.id if pack else None),
    ]
    # Python's sort keeps the order of equals: what was decided stands before what it led to.
    return sorted(lines, key=lambda line: line.at)


def _audit(row: AuditRow, names: dict[UUID, str], currency: str) -> HistoryLine:
    who = names.get(row.actor_id, row.actor_role) if row.actor_id else row.actor_role.capitalize()
    before, after = _listed(row.before, currency), _listed(row.after, currency)
    change = f"{before} → {after}" if before and after else before or after
    return HistoryLine(row.at, who, row.subject_type, _words(row.action), change)


def _listed(values: dict[str, object], currency: str) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {_value(name, value, currency)}" for name, value in values.items())


def _value(name: str, value: object, currency: str) -> str:
    """A value of an audit row; its amounts are minor units of the order's currency."""
    return amount(Money(value, currency)).text if name == "amount" and isinstance(value, int) else str(value)


def _attempt(attempt: PaymentAttempt) -> Iterator[HistoryLine]:
    reference = attempt.provider_ref or "no answer from the provider yet"
    what = f"Checkout opened at {provider_name(attempt.provider)}, now {attempt.status}"
    yield HistoryLine(attempt.created_at, "Student", "attempt", what, reference)


def _event(event: InboxEvent) -> Iterator[HistoryLine]:
    provider = provider_name(event.provider)
    yield HistoryLine(event.received_at, provider, "delivery", f"{event.type} received", event.event_id)
    if event.processed_at is not None:
        what = f"{event.type} looked into: {event.state}"
        yield HistoryLine(event.processed_at, "System", "delivery", what, event.outcome.replace("_", " "))


def _payment(payment: Payment) -> HistoryLine:
    money = Money(payment.amount_minor, payment.currency)
    fee = "" if payment.fee_minor is None else f", fee {amount(Money(payment.fee_minor, payment.currency)).text}"
    provider = provider_name(payment.provider)
    return HistoryLine(payment.paid_at, provider, "payment", f"{amount(money).text} paid{fee}", payment.payment_ref)


def _refund(refund: Refund) -> Iterator[HistoryLine]:
    money, reason = amount(Money(refund.amount_minor, refund.currency)).text, _words(refund.reason).lower()
    yield HistoryLine(refund.created_at, "System", "refund", f"Refund of {money} promised: {reason}", refund.note)
    if refund.settled_at is not None:
        what = f"Refund of {money} has {refund.status}"
        yield HistoryLine(refund.settled_at, provider_name(refund.provider), "refund", what, refund.refund_ref or "")


def _dispute(dispute: Dispute) -> Iterator[HistoryLine]:
    money, provider = amount(Money(dispute.amount_minor, dispute.currency)).text, provider_name(dispute.provider)
    what = f"Dispute over {money} opened"
    yield HistoryLine(dispute.opened_at, provider, "dispute", what, f"{dispute.reason} {dispute.dispute_ref}".strip())
    if dispute.closed_at is not None:
        yield HistoryLine(
            dispute.closed_at, provider, "dispute", f"Dispute over {money} {dispute.status}", dispute.dispute_ref
        )


def _notices(uow: UnitOfWork, order: Order, pack_id: UUID | None) -> Iterator[HistoryLine]:
    for notice, delivery, reader in uow.oversight.notices(order, pack_id):
        what = f"{_words(notice.kind)} to {reader.name}: {delivery.state}"
        yield HistoryLine(delivery.sent_at or notice.created_at, "System", "notice", what, delivery.error)


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
