"""The export for accountants: every movement of money in a period, one line each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from mentorship.db.models import Dispute, Order, Payment
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.errors import InvalidInput
from mentorship.domain.money import Money, decimals
from mentorship.domain.sheets import csv_line, text_cell
from mentorship.services.context import Context
from mentorship.services.use_case import use_case

LONGEST = timedelta(days=3660)
_CHUNK = timedelta(days=31)
_COLUMNS = (
    "at (UTC)",
    "kind",
    "amount",
    "currency",
    "receipt",
    "order",
    "student",
    "mentor",
    "pack",
    "code",
    "provider",
    "reference",
    "reason",
)


@dataclass(frozen=True, slots=True)
class _Movement:
    """Money that came (positive) or went; ``minor`` is None where the provider has not told us how much."""

    at: datetime
    kind: str
    minor: int | None
    currency: str
    order: Order
    provider: str
    reference: str
    reason: str = ""


@use_case(Access.ADMIN)
def export_accounting(ctx: Context, *, since: date, until: date) -> Iterator[str]:
    """Payments, refunds, fees and disputes of a period of UTC days, both included, in the order of time.

    Lines of comma-separated values, read from the database month by month while they are asked for. A fee that is not
    known has an empty amount.

    Raises:
        InvalidInput: the period ends before it begins, or is longer than ten years.
    """
    if until < since or until - since > LONGEST:
        raise InvalidInput("The period must end after it begins, and be no longer than ten years.")
    if not (since.year >= 2000 and until.year <= 2200):
        raise InvalidInput("The period must be one that this product deals with.")
    start = datetime.combine(since, time(), UTC)
    return _lines(ctx, start, datetime.combine(until, time(), UTC) + timedelta(days=1))


def _lines(ctx: Context, since: datetime, until: datetime) -> Iterator[str]:
    yield csv_line(_COLUMNS)
    while since < until:
        end = min(since + _CHUNK, until)
        with ctx.begin(read_only=True) as uow:
            lines = list(_chunk(uow, since, end))
        yield from lines
        since = end


def _chunk(uow: UnitOfWork, since: datetime, until: datetime) -> Iterator[str]:
    movements = sorted(_movements(uow, since, until), key=lambda m: (m.at, str(m.order.id), m.kind))
    orders = [m.order for m in movements]
    receipts = uow.receipts.numbers(list({o.id for o in orders}))
    people = {u.id: u.name for u in uow.people.users([o.student_id for o in orders]).values()}
    people |= {m.id: m.name for m in uow.catalog.mentors([o.mentor_id for o in orders]).values()}
    for movement in movements:
        yield _line(movement, receipts, people)


def _line(movement: _Movement, receipts: Mapping[UUID, str], people: Mapping[UUID, str]) -> str:
    order = movement.order
    texts = [
        receipts.get(order.id, ""),
        str(order.id),
        people[order.student_id],
        people[order.mentor_id],
        order.product_name,
        order.promotion_code,
        movement.provider,
        movement.reference,
        movement.reason,
    ]
    at = movement.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return csv_line([at, movement.kind, _plain(movement), movement.currency, *(text_cell(text) for text in texts)])


def _plain(movement: _Movement) -> str:
    if movement.minor is None:
        return ""
    return f"{Money(movement.minor, movement.currency).decimal:.{decimals(movement.currency)}f}"


def _movements(uow: UnitOfWork, since: datetime, until: datetime) -> Iterator[_Movement]:
    for payment, order in uow.accounts.payments(since, until):
        yield from _paid(payment, order)
    for refund, order in uow.accounts.refunds(since, until):
        at = refund.settled_at or refund.created_at
        reference = refund.refund_ref or ""
        yield _Movement(
            at, "refund", -refund.amount_minor, refund.currency, order, refund.provider, reference, refund.reason
        )
    for dispute, order in uow.accounts.disputes_opened(since, until):
        yield _disputed(dispute, order, "dispute opened", dispute.opened_at, -dispute.amount_minor)
    for dispute, order in uow.accounts.disputes_closed(since, until):
        is_won = dispute.status == DisputeStatus.WON.value
        closed_at = dispute.closed_at or dispute.opened_at
        yield _disputed(dispute, order, f"dispute {dispute.status}", closed_at, dispute.amount_minor if is_won else 0)


def _paid(payment: Payment, order: Order) -> Iterator[_Movement]:
    fee = None if payment.fee_minor is None else -payment.fee_minor
    for kind, minor in (("payment", payment.amount_minor), ("fee", fee)):
        yield _Movement(payment.paid_at, kind, minor, payment.currency, order, payment.provider, payment.payment_ref)


def _disputed(dispute: Dispute, order: Order, kind: str, at: datetime, minor: int) -> _Movement:
    return _Movement(at, kind, minor, dispute.currency, order, dispute.provider, dispute.dispute_ref, dispute.reason)
