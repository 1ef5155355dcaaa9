"""Reconciliation: every class of fault is found and named, and books that agree raise no alarm."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import rule, run_state_machine_as_test
from sqlalchemy import text
from support.house import House, MentorPerson, Person
from support.lifecycle import Lifecycle
from support.refund_lifecycle import RefundLifecycle

from mentorship.db import constraints
from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.errors import NotFound, NothingToRepair
from mentorship.domain.money import Money
from mentorship.domain.reconciliation import Difference, Repair
from mentorship.domain.settle import ProviderState
from mentorship.schemas.packs import PackView
from mentorship.services.checkout import get_order, start_checkout
from mentorship.services.reconciliation import close_finding, reconcile, reconcile_nightly, reconciliation_desk
from mentorship.services.repairs import repair_finding
from mentorship.services.sweeps import sweep

EXAMPLES = int(os.environ.get("LIFECYCLE_EXAMPLES", "40"))


@dataclass
class Case:
    """A purchase in books that agree, three hours ago, and hands that reach into both books past the services."""

    house: House
    student: Person
    mentor: MentorPerson
    order_id: Any
    reference: str
    payment: str
    pack: PackView

    @property
    def amount(self) -> Money:
        return self.house.payments.checkouts[self.reference].request.amount

    def sql(self, statement: str, **values: Any) -> None:
        """Change our books behind the services' back."""
        with self.house.deps.database.session() as session:
            session.execute(text(statement), values)

    def without_guards(self, *statements: str) -> None:
        """The same with the ledger's own guards off."""
        dialect = self.house.deps.database.dialect
        with self.house.deps.database.session() as session:
            constraints.uninstall(lambda s: session.execute(text(s)), dialect, "credit_ledger")
            for statement in statements:
                session.execute(text(statement))
            constraints.install(lambda s: session.execute(text(s)), dialect, "credit_ledger")

    def disputed(self, status: DisputeStatus) -> str:
        """A dispute that we were told of; returns the provider's reference."""
        reference = self.house.payments.dispute(self.payment, self.amount, status)
        self.house.tell("charge.dispute.created", reference)
        return reference

    def decide_untold(self, told: DisputeStatus, untold: DisputeStatus) -> None:
        """A dispute of which we were told, and then not."""
        self.house.payments.dispute(self.payment, self.amount, untold, self.disputed(told))

    def refund(self) -> str:
        """A refund of ours, carried out; returns the provider's reference."""
        late, quick = self.house.student(), self.house.student()
        mentor = self.house.mentor(capacity=1)
        _, reference = self.house.checkout(late, mentor)
        self.house.pass_time(minutes=45)
        self.house.buy_pack(quick, mentor)
        self.house.payments.settle(reference, ProviderState.PAID)
        self.house.tell("checkout.session.completed", reference)
        self.house.pass_time(hours=3)
        return next(iter(self.house.payments.refunds))


@pytest.fixture
def case(house: House) -> Case:
    student, mentor = house.student(), house.mentor()
    pack = house.buy_pack(student, mentor)
    ((reference, checkout),) = house.payments.checkouts.items()
    house.pass_time(hours=3)
    assert checkout.payment_reference is not None
    return Case(house, student, mentor, checkout.request.order_id, reference, checkout.payment_reference, pack)


def _webhook_never_came(case: Case) -> None:
    _, reference = case.house.checkout(case.house.student(), case.mentor)
    case.house.payments.settle(reference, ProviderState.PAID)


def _provider_never_took_it(case: Case) -> None:
    case.house.payments.settle(case.reference, ProviderState.OPEN)


def _provider_took_less(case: Case) -> None:
    case.house.payments.amount_off = 100


def _both_payments_were_kept(case: Case) -> None:
    student = case.house.student()
    started = start_checkout(case.house.ctx(student), product_id=case.mentor.product_id)
    start_checkout(case.house.ctx(student), product_id=case.mentor.product_id, provider="paypal")
    for provider in (case.house.payments, case.house.paypal):
        provider.settle(list(provider.checkouts)[-1], ProviderState.PAID)
    case.house.pass_time(minutes=3)
    sweep(case.house.system())
    case.house.drain()
    assert get_order(case.house.ctx(student), order_id=started.order_id).status == "paid"
    for provider in (case.house.payments, case.house.paypal):
        provider.refunds.clear()
    case.sql("DELETE FROM refunds")
    case.sql("UPDATE payments SET refunded_minor = 0")


def _provider_sent_it_back(case: Case) -> None:
    case.house.payments.refund_at_console(case.payment, Money(10_000, "EUR"))


def _provider_never_sent_it_back(case: Case) -> None:
    del case.house.payments.refunds[case.refund()]


def _the_refund_was_forgotten(case: Case) -> None:
    reference = case.refund()
    del case.house.payments.refunds[reference]
    case.sql("UPDATE refunds SET status = 'pending', refund_ref = NULL, settled_at = NULL")
    case.sql("UPDATE payments SET refunded_minor = 0")
    case.sql("UPDATE orders SET status = 'paid' WHERE status = 'refunded'")
    case.house.payments._references.clear()
    case.house.pass_time(days=2)


def _the_refund_bounced(case: Case) -> None:
    case.house.payments.fail_refund(case.refund())


def _more_is_counted_as_sent_back(case: Case) -> None:
    case.sql("UPDATE payments SET refunded_minor = 1")


def _the_order_says_something_else(case: Case) -> None:
    case.sql("UPDATE orders SET status = 'refunded'")


def _the_pack_was_never_granted(case: Case) -> None:
    case.without_guards("DELETE FROM credit_ledger", "DELETE FROM packs")


def _the_payment_is_gone(case: Case) -> None:
    case.sql("DELETE FROM payments")
    _provider_never_took_it(case)


def _a_credit_was_taken(case: Case) -> None:
    case.sql("UPDATE packs SET available = available - 1, consumed = consumed + 1")


def _the_dispute_was_not_told(case: Case) -> None:
    case.house.payments.dispute(case.payment, case.amount)


def _the_decision_was_not_told(case: Case) -> None:
    case.decide_untold(DisputeStatus.OPEN, DisputeStatus.LOST)


def _taking_it_up_again_was_not_told(case: Case) -> None:
    case.decide_untold(DisputeStatus.WON, DisputeStatus.OPEN)


def _the_dispute_is_about_more(case: Case) -> None:
    reference = case.disputed(DisputeStatus.OPEN)
    case.house.payments.dispute(case.payment, Money(2 * case.amount.minor, "EUR"), DisputeStatus.OPEN, reference)


def _the_provider_knows_no_dispute(case: Case) -> None:
    del case.house.payments.disputes[case.disputed(DisputeStatus.OPEN)]


def _more_was_granted_than_bought(case: Case) -> None:
    case.without_guards(
        "UPDATE credit_ledger SET credits = credits + 1 WHERE entry = 'grant'",
        "UPDATE packs SET available = available + 1, granted = granted + 1",
    )


FAULTS: dict[str, tuple[Callable[[Case], None], Difference, Repair]] = {
    "webhook never came": (_webhook_never_came, Difference.PAYMENT_MISSING, Repair.SYNC_ATTEMPT),
    "provider never took it": (_provider_never_took_it, Difference.PAYMENT_UNKNOWN, Repair.LOOK),
    "provider took less": (_provider_took_less, Difference.AMOUNT_DIFFERS, Repair.LOOK),
    "both payments were kept": (_both_payments_were_kept, Difference.PAID_TWICE, Repair.REFUND_PAYMENT),
    "provider sent it back": (_provider_sent_it_back, Difference.REFUND_MISSING, Repair.BOOK_REFUND),
    "provider never sent it back": (_provider_never_sent_it_back, Difference.REFUND_UNKNOWN, Repair.LOOK),
    "the refund was forgotten": (_the_refund_was_forgotten, Difference.REFUND_UNKNOWN, Repair.CARRY_OUT_REFUND),
    "the refund bounced": (_the_refund_bounced, Difference.REFUND_DIFFERS, Repair.BOOK_REFUND),
    "more is counted": (_more_is_counted_as_sent_back, Difference.REFUND_DIFFERS, Repair.RECOUNT),
    "the order says else": (_the_order_says_something_else, Difference.ORDER_DIFFERS, Repair.RECOUNT),
    "the pack was never granted": (_the_pack_was_never_granted, Difference.PAID_WITHOUT_PACK, Repair.GRANT_PACK),
    "the payment is gone": (_the_payment_is_gone, Difference.PACK_WITHOUT_PAYMENT, Repair.LOOK),
    "a credit was taken": (_a_credit_was_taken, Difference.CREDITS_DIFFER, Repair.LOOK),
    "more was granted than bought": (_more_was_granted_than_bought, Difference.CREDITS_DIFFER, Repair.LOOK),
    "the dispute was not told": (_the_dispute_was_not_told, Difference.DISPUTE_MISSING, Repair.BOOK_DISPUTE),
    "the decision was not told": (_the_decision_was_not_told, Difference.DISPUTE_DIFFERS, Repair.BOOK_DISPUTE),
    "taking it up again was not told": (
        _taking_it_up_again_was_not_told,
        Difference.DISPUTE_DIFFERS,
        Repair.BOOK_DISPUTE,
    ),
    "the dispute is about more": (_the_dispute_is_about_more, Difference.DISPUTE_DIFFERS, Repair.LOOK),
    "the provider knows no dispute": (_the_provider_knows_no_dispute, Difference.DISPUTE_DIFFERS, Repair.LOOK),
}


def test_every_class_of_difference_is_seeded() -> None:
    assert {difference for _, difference, _ in FAULTS.values()} == set(Difference)


def found(house: House) -> list[tuple[str, str]]:
    """Compare, and say which differences are open with what would repair them."""
    reconcile(house.system())
    desk = reconciliation_desk(house.ctx(house.admin()))
    return [(f.difference, f.repair) for f in desk.open]


@pytest.mark.parametrize("fault", list(FAULTS))
def test_each_fault_is_found_in_its_class_and_its_repair_ends_it(case: Case, fault: str) -> None:
    house, (seed, difference, repair) = case.house, FAULTS[fault]
    assert found(house) == []
    seed(case)
    assert found(house) in ([], [(difference.value, repair.value)]), "fresh, so it may still be on its way"
    house.pass_time(hours=2)
    assert found(house) == [(difference.value, repair.value)]
    admin = house.ctx(house.admin())
    (finding,) = reconciliation_desk(admin).open
    if repair is Repair.LOOK:
        with pytest.raises(NothingToRepair):
            repair_finding(admin, finding_id=finding.id)
        return
    outcome = repair_finding(admin, finding_id=finding.id)
    assert outcome.done, outcome.text
    house.drain()
    assert found(house) == []
    (resolved,) = reconciliation_desk(admin).resolved
    assert resolved.resolution == f"Repaired: {outcome.text}"
    with pytest.raises(NotFound):
        repair_finding(admin, finding_id=finding.id)


def test_a_difference_is_told_once_goes_by_itself_and_is_told_again_when_it_is_back(case: Case) -> None:
    house, admin = case.house, case.house.admin()
    told = lambda: len([m for m in house.mails if m.to_address == admin.me.email])  # noqa: E731
    case.sql("UPDATE orders SET status = 'refunded'")
    for _ in range(2):
        reconcile(house.system())
        house.drain()
    assert told() == 1
    case.sql("UPDATE orders SET status = 'paid'")
    assert reconcile(house.system()).resolved == 1
    case.sql("UPDATE orders SET status = 'refunded'")
    house.pass_time(days=1)
    done = reconcile(house.system())
    house.drain()
    assert (done.new, done.open, told()) == (1, 1, 2)


def test_what_a_person_has_closed_stays_closed(case: Case) -> None:
    house, admin = case.house, case.house.ctx(case.house.admin())
    case.sql("UPDATE packs SET available = available - 1, consumed = consumed + 1")
    reconcile(house.system())
    (finding,) = reconciliation_desk(admin).open
    closed = close_finding(admin, finding_id=finding.id, reason="Counted by hand")
    assert closed.resolution == "Counted by hand"
    assert reconcile(house.system()) == reconcile(house.system())
    assert reconciliation_desk(admin).open == []
    with pytest.raises(NotFound):
        close_finding(admin, finding_id=finding.id, reason="Once more")


def test_a_provider_that_does_not_answer_is_named_and_its_differences_stay(case: Case) -> None:
    house = case.house
    _provider_never_took_it(case)
    assert len(found(house)) == 1
    house.payments.down = True
    done = reconcile(house.system())
    assert (done.unanswered, done.open, done.resolved) == (["stripe"], 1, 0)


def test_a_night_is_promised_once_by_any_number_of_processes(house: House) -> None:
    assert [reconcile_nightly(house.system()) for _ in range(3)] == [True, False, False]
    assert [job.name for job in house.jobs.waiting] == ["reconcile"]
    assert house.drain() == 1
    house.pass_time(hours=17)
    assert not reconcile_nightly(house.system()), "at 2 in the night it is not due yet"
    house.pass_time(hours=2)
    assert reconcile_nightly(house.system())


def test_an_order_without_anything_to_pay_needs_no_payment(case: Case) -> None:
    case.sql("DELETE FROM payments")
    case.sql("UPDATE orders SET amount_minor = 0")
    case.house.payments.checkouts.clear()
    assert found(case.house) == []


def test_an_old_difference_stays_in_the_window_until_it_is_gone(case: Case) -> None:
    house = case.house
    object.__setattr__(house.deps.site, "is_sandbox", False)
    case.sql("UPDATE orders SET status = 'refunded'")
    assert len(found(house)) == 1
    house.pass_time(days=80)
    assert len(found(house)) == 1
    case.sql("UPDATE orders SET status = 'paid'")
    assert found(house) == []
    case.sql("UPDATE orders SET status = 'refunded'")
    assert found(house) == [], "the window is 35 days"


def _machine(base: type[Lifecycle]) -> type[Lifecycle]:
    class Reconciling(base):
        """The whole life, with the books compared."""

        @rule()
        def comes_to_rest_and_reconciles(self) -> None:
            self._come_to_rest()
            self.house.clock.advance(timedelta(hours=2))
            self._sweep_and_work()
            done = reconcile(self.house.system())
            self.latest = None
            assert done.open == 0, [f.reason for f in reconciliation_desk(self.house.ctx(self.cast.admin)).open]

        def teardown(self) -> None:
            if hasattr(self, "house"):
                self.comes_to_rest_and_reconciles()
            super().teardown()

    return Reconciling


def _settings(examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
        print_blob=False,
    )


def test_a_healthy_busy_history_raises_no_alarm_on_sqlite(sqlite_machine: type[Lifecycle]) -> None:
    run_state_machine_as_test(_machine(sqlite_machine), settings=_settings(EXAMPLES // 2, 30))


def test_refunds_and_disputes_that_the_provider_makes_raise_no_alarm(refund_machine: type[RefundLifecycle]) -> None:
    run_state_machine_as_test(_machine(refund_machine), settings=_settings(EXAMPLES // 2, 30))


def test_a_healthy_busy_history_raises_no_alarm_on_postgresql(postgres_machine: type[Lifecycle]) -> None:
    run_state_machine_as_test(_machine(postgres_machine), settings=_settings(max(3, EXAMPLES // 8), 20))
