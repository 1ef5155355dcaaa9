"""The lifecycle with refunds and disputes: asked for, decided, made at the console, bounced, disputed and disputed
again, in any order.
"""

from collections.abc import Callable
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from support.lifecycle import ANY, Lifecycle

from mentorship.db.models import Order, Payment, Refund
from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.errors import DomainError
from mentorship.domain.money import Money
from mentorship.services.refund_requests import (
    approve_refund,
    decline_refund,
    drop_refund,
    refund_order,
    request_refund,
    retry_refund,
    withdraw_refund,
)

SHARES = st.sampled_from([1, 3, 10])
"""Tenths of a payment."""


class RefundLifecycle(Lifecycle):
    """Set ``cast`` and ``open_database`` in a subclass, as for the lifecycle."""

    clicks = 0

    @precondition(lambda self: self._books().payments)
    @rule(which=ANY)
    def asks_for_a_refund(self, which: int) -> None:
        order = self._paid(which)
        student = next(s for s in self.cast.students if s.id == order.student_id)
        self._try(lambda: request_refund(self.house.ctx(student), order_id=order.id))

    @precondition(lambda self: self._books().refunds)
    @rule(which=ANY, decision=st.sampled_from(["approve", "decline", "withdraw"]))
    def is_decided(self, which: int, decision: str) -> None:
        refund, order = self._refund(which)
        student = next(s for s in self.cast.students if s.id == order.student_id)
        admin = self.house.ctx(self.cast.admin)
        deeds: dict[str, Callable[[], object]] = {
            "approve": lambda: approve_refund(admin, refund_id=refund.id),
            "decline": lambda: decline_refund(admin, refund_id=refund.id, reason="Because"),
            "withdraw": lambda: withdraw_refund(self.house.ctx(student), refund_id=refund.id),
        }
        self._try(deeds[decision])
        self._work()

    @precondition(lambda self: self._books().payments)
    @rule(which=ANY, reason=st.sampled_from(["unused", "full", "goodwill"]), tenths=SHARES, at_once=st.booleans())
    def admin_refunds(self, which: int, reason: str, tenths: int, at_once: bool) -> None:
        payment, self.clicks = self._payment(which), self.clicks + 1
        self._try(
            lambda: refund_order(
                self.house.ctx(self.cast.admin),
                order_id=payment.order_id,
                reason=reason,
                note="Because",
                request_key=f"click-number-{self.clicks}",
                amount_minor=payment.amount_minor * tenths // 10 if reason == "goodwill" else None,
            )
        )
        if at_once:
            self._work()

    @precondition(lambda self: self._books().payments and not self.house.payments.down)
    @rule(which=ANY, tenths=SHARES)
    def somebody_refunds_at_the_console(self, which: int, tenths: int) -> None:
        payment = self._payment(which)
        there = [r for r in self.house.payments.refunds.values() if r.payment_reference == payment.payment_ref]
        left = payment.amount_minor - sum(r.amount.minor for r in there if r.status != "failed")
        minor = min(left, payment.amount_minor * tenths // 10)
        disputed = any(d.payment_reference == payment.payment_ref for d in self.house.payments.disputes.values())
        promised = any(
            r.payment_id == payment.id and r.status in ("requested", "pending") for r in self._books().refunds
        )
        if minor > 0 and not disputed and not promised:
            reference = self.house.payments.refund_at_console(payment.payment_ref, Money(minor, payment.currency))
            self.house.tell("refund.created", reference)

    @precondition(lambda self: self.house.payments.refunds and not self.house.payments.down)
    @rule(which=ANY, then=st.sampled_from(["retry", "drop", "nothing"]))
    def a_refund_bounces(self, which: int, then: str) -> None:
        references = list(self.house.payments.refunds)
        reference = references[which % len(references)]
        disputed = {d.payment_reference for d in self.house.payments.disputes.values()}
        if self.house.payments.refunds[reference].payment_reference in disputed:
            return
        self.house.payments.fail_refund(reference)
        self.house.tell("refund.failed", reference)
        failed = next((r for r in self._books().refunds if r.refund_ref == reference), None)
        admin = self.house.ctx(self.cast.admin)
        if failed is not None and then == "retry":
            self._try(lambda: retry_refund(admin, refund_id=failed.id))
        elif failed is not None and then == "drop":
            self._try(lambda: drop_refund(admin, refund_id=failed.id, reason="Because"))
        self._work()

    @precondition(lambda self: self._books().payments and not self.house.payments.down)
    @rule(which=ANY, status=st.sampled_from(list(DisputeStatus)), tenths=SHARES)
    def is_disputed(self, which: int, status: DisputeStatus, tenths: int) -> None:
        payment, there = self._payment(which), self.house.payments.disputes
        known = next((f for f in there.values() if f.payment_reference == payment.payment_ref), None)
        amount = known.amount if known else Money(payment.amount_minor * tenths // 10, payment.currency)
        reference = self.house.payments.dispute(payment.payment_ref, amount, status, known.reference if known else None)
        self.house.tell("charge.dispute.updated", reference)

    def _try(self, deed: Callable[[], object]) -> None:
        try:
            deed()
        except DomainError:
            return

    def _payment(self, which: int) -> Payment:
        payments = self._books().payments
        return payments[which % len(payments)]

    def _paid(self, which: int) -> Order:
        return self._order(self._payment(which).order_id)

    def _order(self, order_id: UUID) -> Order:
        return next(o for o in self._books().orders if o.id == order_id)

    def _refund(self, which: int) -> tuple[Refund, Order]:
        refunds = self._books().refunds
        refund = refunds[which % len(refunds)]
        return refund, self._order(refund.order_id)
