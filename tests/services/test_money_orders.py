"""One purchase that is paid, partly sent back and disputed: whatever is told of it in which order, it ends the same.

What happens at the provider happens in its own order. What is told of it comes later, twice, in any other order, or
never; then sweeps and reconciliation find the rest.
"""

import itertools
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import select
from support.books import Books, read_books
from support.deliveries import receive_event
from support.house import House, make_house

from mentorship.db.engine import Database
from mentorship.db.models import Dispute
from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.errors import ProviderUnavailable
from mentorship.domain.money import Money
from mentorship.domain.settle import ProviderState
from mentorship.services.reconciliation import reconcile, reconciliation_desk
from mentorship.services.repairs import repair_finding
from mentorship.services.sweeps import sweep

PAID, SENT_BACK, DISPUTED, DECIDED = ACTS = ("paid", "sent back", "disputed", "decided")
"""What happens at the provider, in this order."""

TOLD = {
    "checkout.session.completed": PAID,
    "checkout.session.async_payment_succeeded": PAID,
    "refund.created": SENT_BACK,
    "charge.refunded": SENT_BACK,
    "refund.updated": SENT_BACK,
    "charge.dispute.created": DISPUTED,
    "charge.dispute.funds_withdrawn": DISPUTED,
    "charge.dispute.closed": DECIDED,
}
"""What is told of it, and which act must have been before."""

BACK = Money(12_000, "EUR")


def _after_all_acts() -> Iterable[Sequence[str]]:
    """Everything has happened, and one delivery of each kind comes in every order."""
    kinds = ("checkout.session.completed", "refund.created", "charge.dispute.created", "charge.dispute.closed")
    return [(*ACTS, *order) for order in itertools.permutations(kinds)]


def _told_meanwhile(chance: random.Random) -> Sequence[str]:
    """Acts and deliveries mixed; each delivery after its act, some of them twice, some never."""
    told = [kind for kind in TOLD if chance.random() < 0.75]
    told += [kind for kind in told if chance.random() < 0.3]
    course = list(ACTS)
    for kind in told:
        course.insert(chance.randint(course.index(TOLD[kind]) + 1, len(course)), kind)
    return course


class _Purchase:
    def __init__(self, house: House, outcome: DisputeStatus) -> None:
        self.house, self.outcome = house, outcome
        self.student = house.student()
        _, self.reference = house.checkout(self.student, house.mentor(capacity=1))
        self._acts: dict[str, Callable[[], None]] = {
            PAID: lambda: house.payments.settle(self.reference, ProviderState.PAID),
            SENT_BACK: self._send_back,
            DISPUTED: self._dispute,
            DECIDED: lambda: self._move_on(self.outcome),
        }
        self._events: dict[str, tuple[bytes, str]] = {}
        self.refund = self.dispute = ""

    @property
    def payment(self) -> str:
        return self.house.payments.checkouts[self.reference].payment_reference or ""

    def run(self, course: Sequence[str]) -> None:
        for step in course:
            if step in self._acts:
                self._acts[step]()
            else:
                self._tell(step)

    def _send_back(self) -> None:
        self.refund = self.house.payments.refund_at_console(self.payment, BACK)

    def _dispute(self) -> None:
        self.dispute = self.house.payments.dispute(self.payment, Money(36_000, "EUR"))

    def _move_on(self, status: DisputeStatus) -> None:
        self.house.payments.dispute(self.payment, Money(36_000, "EUR"), status, self.dispute)

    def _tell(self, kind: str) -> None:
        """Deliver, the same body each time, and look into it; one that comes too early is looked into later."""
        if kind not in self._events:
            self._events[kind] = self.house.payments.delivery(kind, self._subject(kind))
        payload, signature = self._events[kind]
        receive_event(self.house.ctx(), provider="stripe", payload=payload, headers={"stripe-signature": signature})
        with suppress(ProviderUnavailable):
            self.house.drain()

    def _subject(self, kind: str) -> str:
        if kind == "charge.refunded":
            return self.payment
        return {PAID: self.reference, SENT_BACK: self.refund}.get(TOLD[kind], self.dispute)

    def end(self, books: Books, disputes: Sequence[Dispute]) -> dict[str, list[tuple[Any, ...]]]:
        """The end state without ids, instants and what was frozen meanwhile, which tell of the course."""
        mine = self.student.id
        orders = {o.id: o for o in books.orders if o.student_id == mine}
        found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        found["orders"] = [(o.status, o.review) for o in orders.values()]
        found["attempts"] = [(a.status, bool(a.payment_ref)) for a in books.attempts if a.order_id in orders]
        found["payments"] = [(p.amount_minor, p.refunded_minor) for p in books.payments if p.order_id in orders]
        found["refunds"] = sorted((r.reason, r.status, r.amount_minor) for r in books.refunds if r.order_id in orders)
        found["disputes"] = [(d.status, d.amount_minor) for d in disputes if d.order_id in orders]
        found["packs"] = [
            (p.status, p.granted, p.available, p.refunded, p.frozen) for p in books.packs if p.student_id == mine
        ]
        found["seats"] = [(s.status,) for s in books.seats if s.student_id == mine]
        return dict(found)


def _come_to_rest(house: House) -> None:
    """Sweeps, then everything that reconciliation proposes."""
    for _ in range(2):
        house.pass_time(minutes=40)
        sweep(house.system())
        house.drain()
    admin = house.admin()
    for _ in range(3):
        house.pass_time(hours=1)
        reconcile(house.system())
        for finding in reconciliation_desk(house.ctx(admin)).open:
            assert repair_finding(house.ctx(admin), finding_id=finding.id).done, finding.reason
        house.drain()
    assert reconcile(house.system()).open == 0


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("outcome", [DisputeStatus.WON, DisputeStatus.LOST])
def test_every_order_of_events_about_refund_and_dispute_ends_the_same(
    database: Database, outcome: DisputeStatus
) -> None:
    house, chance = make_house(database), random.Random(7)
    courses = [*_after_all_acts(), *(_told_meanwhile(chance) for _ in range(24)), ACTS]
    purchases = []
    for course in courses:
        purchase = _Purchase(house, outcome)
        purchase.run(course)
        purchases.append(purchase)
    _come_to_rest(house)
    books = read_books(database)
    with database.session(read_only=True) as session:
        disputes = session.scalars(select(Dispute)).all()
    ends = [purchase.end(books, disputes) for purchase in purchases]
    other = [(course, end) for course, end in zip(courses, ends, strict=True) if end != ends[-1]]
    assert other == [], ends[-1]
    (order,) = ends[-1]["orders"]
    assert order == (("partially_refunded" if outcome is DisputeStatus.WON else "refunded"), "")
