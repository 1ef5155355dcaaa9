"""Reconciliation: three books (provider, payments, ledger) that must agree, and how they can differ.

Pure: statements and books in, differences out. What is on its way between the books is not a difference.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from mentorship.domain.books import BookedOrder, BookedPayment, BookedRefund, Books
from mentorship.domain.money import Money
from mentorship.domain.orders import AttemptStatus, OrderStatus, RefundReason, RefundStatus
from mentorship.domain.statements import StatedDispute, StatedPayment, StatedRefund, Statement

IN_FLIGHT = timedelta(hours=1)
"""What happened later than this may still be on its way from one book to the other."""

SLOW = timedelta(days=1)
"""How long a promised refund may take to be carried out, or a pending one to be asked about again."""

_PROMISED = (RefundStatus.PENDING, RefundStatus.SUCCEEDED)


class Difference(StrEnum):
    """The classes of difference. Missing: the provider has it and we have not. Unknown: the other way round."""

    PAYMENT_MISSING = "payment_missing"
    PAYMENT_UNKNOWN = "payment_unknown"
    AMOUNT_DIFFERS = "amount_differs"
    PAID_TWICE = "paid_twice"
    REFUND_MISSING = "refund_missing"
    REFUND_UNKNOWN = "refund_unknown"
    REFUND_DIFFERS = "refund_differs"
    ORDER_DIFFERS = "order_differs"
    PAID_WITHOUT_PACK = "paid_without_pack"
    PACK_WITHOUT_PAYMENT = "pack_without_payment"
    CREDITS_DIFFER = "credits_differ"
    DISPUTE_MISSING = "dispute_missing"
    DISPUTE_DIFFERS = "dispute_differs"


class Repair(StrEnum):
    """What would end a difference. Look: nothing that we may do without a person's judgement."""

    SYNC_ATTEMPT = "sync_attempt"
    BOOK_REFUND = "book_refund"
    CARRY_OUT_REFUND = "carry_out_refund"
    BOOK_DISPUTE = "book_dispute"
    RECOUNT = "recount"
    GRANT_PACK = "grant_pack"
    REFUND_PAYMENT = "refund_payment"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class Found:
    """One difference. ``reference`` is the provider's id of what differs, or ours where it never left the house."""

    difference: Difference
    provider: str
    reference: str
    order_id: UUID | None
    reason: str
    repair: Repair

    @property
    def key(self) -> str:
        """Names the difference, whenever it is found."""
        return f"{self.difference}:{self.provider}:{self.reference}"


def compare(books: Books, statements: Sequence[Statement], *, since: datetime, now: datetime) -> list[Found]:
    """Every difference between the statements and the books, each once.

    The statements reach further back than ``since``: we learn of a payment after its provider does. What is booked
    before ``since`` is held against the statements only where they name it.
    """
    index = _Index(books)
    found: dict[str, Found] = {}
    for statement in statements:
        for difference in _against_provider(index, statement, since, now):
            found.setdefault(difference.key, difference)
    missing = {f.order_id for f in found.values() if f.difference is Difference.PAYMENT_MISSING}
    for difference in _within_the_house(index, missing):
        found.setdefault(difference.key, difference)
    return list(found.values())


class _Index:
    """The books by what things are looked up by."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.orders = {o.id: o for o in books.orders}
        self.attempts = {a.id: a for a in books.attempts}
        self.attempt_of = {(a.provider, a.reference): a for a in books.attempts if a.reference}
        self.payments = {(p.provider, p.reference): p for p in books.payments}
        self.refunds = {(r.provider, r.reference): r for r in books.refunds if r.reference}
        self.disputes = {(d.provider, d.reference): d for d in books.disputes}
        self.refunds_of: dict[UUID, list[BookedRefund]] = defaultdict(list)
        for refund in books.refunds:
            self.refunds_of[refund.payment_id].append(refund)
        self.payments_of: dict[UUID, list[BookedPayment]] = defaultdict(list)
        for payment in sorted(books.payments, key=lambda p: (p.paid_at, p.id)):
            self.payments_of[payment.order_id].append(payment)

    def kept(self, order_id: UUID) -> list[BookedPayment]:
        """The order's payments without those that are sent back because the order had been paid already."""
        return [
            p
            for p in self.payments_of[order_id]
            if not any(r.reason is RefundReason.DUPLICATE_PAYMENT for r in self.refunds_of[p.id])
        ]


def _against_provider(index: _Index, statement: Statement, since: datetime, now: datetime) -> Iterator[Found]:
    known_until = min(now, statement.until) - IN_FLIGHT
    for payment in statement.payments:
        if payment.amount.minor and payment.paid_at <= known_until:
            yield from _stated_payment(index, statement.provider, payment, now)
    for refund in statement.refunds:
        if refund.created_at <= known_until:
            yield from _stated_refund(index, statement.provider, refund, now)
    for dispute in statement.disputes:
        if dispute.opened_at <= known_until:
            yield from _stated_dispute(index, statement.provider, dispute)
    yield from _unknown_to_provider(index, statement, since, known_until)


def _stated_payment(index: _Index, provider: str, stated: StatedPayment, now: datetime) -> Iterator[Found]:
    def found(difference: Difference, order_id: UUID | None, reason: str, repair: Repair = Repair.LOOK) -> Found:
        return Found(difference, provider, stated.reference, order_id, reason, repair)

    booked, taken = index.payments.get((provider, stated.reference)), _words(stated.amount)
    if booked is not None:
        if booked.amount != stated.amount:
            reason = f"The provider took {taken}, booked are {_words(booked.amount)}."
            yield found(Difference.AMOUNT_DIFFERS, booked.order_id, reason)
        return
    attempt = index.attempt_of.get((provider, stated.checkout_reference))
    if attempt is None and stated.attempt_id is not None:
        attempt = index.attempts.get(stated.attempt_id)
    order = index.orders.get(attempt.order_id) if attempt else None
    if attempt is None or order is None:
        reason = f"The provider took {taken} that belongs to no order of ours."
        yield found(Difference.PAYMENT_MISSING, None, reason)
    elif order.amount != stated.amount:
        reason = f"The provider took {taken}, the order is for {_words(order.amount)}."
        yield found(Difference.AMOUNT_DIFFERS, order.id, reason)
    elif attempt.status is AttemptStatus.PAID:
        reason = f"The attempt says paid, but {taken} are not booked."
        yield found(Difference.PAYMENT_MISSING, order.id, reason)
    elif not (attempt.status is AttemptStatus.PROCESSING and attempt.next_check_at and attempt.next_check_at > now):
        reason = f"The provider took {taken} and the order does not know it."
        yield found(Difference.PAYMENT_MISSING, order.id, reason, Repair.SYNC_ATTEMPT)


def _stated_refund(index: _Index, provider: str, stated: StatedRefund, now: datetime) -> Iterator[Found]:
    payment = index.payments.get((provider, stated.payment_reference))
    booked = index.refunds.get((provider, stated.reference))
    if booked is None:
        if stated.status is RefundStatus.FAILED or payment is None or _is_promised(index, payment, stated):
            return
        reason = f"The provider sent {_words(stated.amount)} back and the order does not know it."
        repair = Repair.BOOK_REFUND
        yield Found(Difference.REFUND_MISSING, provider, stated.reference, payment.order_id, reason, repair)
    elif booked.amount != stated.amount:
        reason = f"The provider sent {_words(stated.amount)} back, booked are {_words(booked.amount)}."
        yield Found(Difference.REFUND_DIFFERS, provider, stated.reference, booked.order_id, reason, Repair.LOOK)
    elif booked.status is not stated.status and not _settles_by_itself(booked, now):
        back = _words(stated.amount)
        reason = f"The refund of {back} is booked as {booked.status}; the provider says {stated.status}."
        repair = Repair.BOOK_REFUND if booked.status.may_become(stated.status) else Repair.LOOK
        yield Found(Difference.REFUND_DIFFERS, provider, stated.reference, booked.order_id, reason, repair)


def _is_promised(index: _Index, payment: BookedPayment, stated: StatedRefund) -> bool:
    """Whether this may be a refund of ours whose answer got lost; asking again finds it."""
    return any(
        not r.reference and r.status is RefundStatus.PENDING and r.amount == stated.amount
        for r in index.refunds_of[payment.id]
    )


def _settles_by_itself(refund: BookedRefund, now: datetime) -> bool:
    """Whether we are still asking about it, or have only just been told."""
    if refund.status is RefundStatus.PENDING:
        return refund.created_at > now - SLOW
    return refund.settled_at is not None and refund.settled_at > now - IN_FLIGHT


def _stated_dispute(index: _Index, provider: str, stated: StatedDispute) -> Iterator[Found]:
    payment = index.payments.get((provider, stated.payment_reference))
    booked = index.disputes.get((provider, stated.reference))
    if booked is None:
        if payment is not None:
            reason = f"The buyer disputes {_words(stated.amount)} and the order does not know it."
            repair = Repair.BOOK_DISPUTE
            yield Found(Difference.DISPUTE_MISSING, provider, stated.reference, payment.order_id, reason, repair)
    elif (booked.status, booked.amount) != (stated.status, stated.amount):
        said = f"{_words(stated.amount)}, {stated.status}"
        reason = f"The provider says of the dispute: {said}. Booked are {_words(booked.amount)}, {booked.status}."
        repair = Repair.BOOK_DISPUTE if booked.amount == stated.amount else Repair.LOOK
        yield Found(Difference.DISPUTE_DIFFERS, provider, stated.reference, booked.order_id, reason, repair)


def _unknown_to_provider(
    index: _Index, statement: Statement, since: datetime, known_until: datetime
) -> Iterator[Found]:
    def asked(at: datetime) -> bool:
        return since <= at <= known_until

    provider, stated = statement.provider, {p.reference for p in statement.payments}
    for payment in index.books.payments:
        ours = payment.provider == provider and payment.amount.minor and asked(payment.paid_at)
        if ours and payment.reference not in stated:
            reason = f"{_words(payment.amount)} are booked, and the provider has no such payment."
            yield Found(Difference.PAYMENT_UNKNOWN, provider, payment.reference, payment.order_id, reason, Repair.LOOK)
    stated = {r.reference for r in statement.refunds}
    for refund in index.books.refunds:
        if refund.provider != provider or refund.reason is RefundReason.DISPUTE or refund.status not in _PROMISED:
            continue
        if not refund.reference and refund.created_at <= known_until + IN_FLIGHT - SLOW:
            reason = f"{_words(refund.amount)} were promised back and the provider was never asked."
            repair = Repair.CARRY_OUT_REFUND
            yield Found(Difference.REFUND_UNKNOWN, provider, str(refund.id), refund.order_id, reason, repair)
        elif refund.reference and asked(refund.settled_at or refund.created_at) and refund.reference not in stated:
            reason = f"{_words(refund.amount)} are booked as sent back, and the provider has no such refund."
            yield Found(Difference.REFUND_UNKNOWN, provider, refund.reference, refund.order_id, reason, Repair.LOOK)
    stated = {d.reference for d in statement.disputes}
    for dispute in index.books.disputes:
        if dispute.provider == provider and asked(dispute.opened_at) and dispute.reference not in stated:
            reason = f"A dispute over {_words(dispute.amount)} is booked, and the provider has no such dispute."
            yield Found(Difference.DISPUTE_DIFFERS, provider, dispute.reference, dispute.order_id, reason, Repair.LOOK)


def _within_the_house(index: _Index, missing: set[UUID | None]) -> Iterator[Found]:
    packs = {p.order_id: p for p in index.books.packs}
    for order in index.books.orders:
        yield from _order(index, order, has_pack=order.id in packs, is_missing=order.id in missing)
    for pack in index.books.packs:
        order = index.orders[pack.order_id]
        if pack.parts != pack.ledger or pack.granted != pack.ledger.granted:
            reason = "The pack's credits are not the sum of its ledger."
        elif (bought := pack.granted - pack.regranted) != order.sessions:
            reason = f"{order.sessions} sessions were ordered and {bought} granted."
        else:
            continue
        yield Found(Difference.CREDITS_DIFFER, "", str(pack.id), order.id, reason, Repair.LOOK)


def _order(index: _Index, order: BookedOrder, *, has_pack: bool, is_missing: bool) -> Iterator[Found]:
    def found(difference: Difference, reason: str, repair: Repair) -> Found:
        return Found(difference, "", str(order.id), order.id, reason, repair)

    kept = index.kept(order.id)
    for payment in index.payments_of[order.id]:
        yield from _payment(index, order, payment)
    for payment in kept[1:]:
        reason = f"The order is paid, and another {_words(payment.amount)} were kept."
        repair = Repair.REFUND_PAYMENT
        yield Found(Difference.PAID_TWICE, payment.provider, payment.reference, order.id, reason, repair)
    if len(kept) == 1 and order.status is not (due := _status_of(index, kept[0])):
        yield found(
            Difference.ORDER_DIFFERS, f"The order is booked as {order.status}, its money says {due}.", Repair.RECOUNT
        )
    if not kept and order.status.has_money and order.amount.minor and not is_missing and not has_pack:
        yield found(Difference.ORDER_DIFFERS, f"The order is booked as {order.status} without a payment.", Repair.LOOK)
    if has_pack and not kept and order.amount.minor and not is_missing:
        reason = f"A pack was granted for {_words(order.amount)} that never came."
        yield found(Difference.PACK_WITHOUT_PAYMENT, reason, Repair.LOOK)
    is_paid = order.status is OrderStatus.PAID and (kept or not order.amount.minor)
    goes_back = any(r.status in (*_PROMISED, RefundStatus.FAILED) for p in kept for r in index.refunds_of[p.id])
    if is_paid and not has_pack and not goes_back:
        reason = f"{_words(order.amount)} are paid, and there is neither a pack nor a refund."
        yield found(Difference.PAID_WITHOUT_PACK, reason, Repair.GRANT_PACK)


def _payment(index: _Index, order: BookedOrder, payment: BookedPayment) -> Iterator[Found]:
    if payment.amount != order.amount:
        reason = f"{_words(payment.amount)} are booked, the order is for {_words(order.amount)}."
        yield Found(Difference.AMOUNT_DIFFERS, payment.provider, payment.reference, order.id, reason, Repair.LOOK)
    back = _sent_back(index, payment)
    if payment.refunded_minor != back:
        reason = f"The payment counts {payment.refunded_minor} minor units as sent back, its refunds {back}."
        yield Found(Difference.REFUND_DIFFERS, "", str(payment.id), order.id, reason, Repair.RECOUNT)


def _sent_back(index: _Index, payment: BookedPayment) -> int:
    return sum(r.amount.minor for r in index.refunds_of[payment.id] if r.status is RefundStatus.SUCCEEDED)


def _status_of(index: _Index, payment: BookedPayment) -> OrderStatus:
    return status_by_money(payment.amount.minor, _sent_back(index, payment))


def status_by_money(paid_minor: int, back_minor: int) -> OrderStatus:
    """The state of an order that has money: how much of what was paid has gone back."""
    if not back_minor:
        return OrderStatus.PAID
    return OrderStatus.REFUNDED if back_minor >= paid_minor else OrderStatus.PARTIALLY_REFUNDED


def _words(money: Money) -> str:
    return f"{money.decimal} {money.currency}"
