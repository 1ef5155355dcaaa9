"""One purchase that is paid, partly sent back and disputed: whatever is told of it in which order, it ends the same.

What happens at the provider happens in its own order; a dispute that was decided may be taken up again. What is told of
it comes later, twice, in any other order, or never; then sweeps and reconciliation find the rest.
"""

import itertools
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

import pytest
from support.books import Books, check_books, read_books
from support.deliveries import receive_event
from support.house import House, make_house

from mentorship.db.engine import Database
from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.errors import ProviderUnavailable
from mentorship.domain.money import Money
from mentorship.domain.settle import ProviderState
from mentorship.services.reconciliation import reconcile, reconciliation_desk
from mentorship.services.repairs import repair_finding
from mentorship.services.sweeps import sweep

PAID, SENT_BACK, DISPUTED, DECIDED = ACTS = ("paid", "sent back", "disputed", "decided")
"""What happens at the provider, in this order."""

TAKEN_UP, DECIDED_ANEW = LATER = ("taken up again", "decided anew")
"""What may happen after that."""

TOLD = {
    "checkout.session.completed": PAID,
    "checkout.session.async_payment_succeeded": PAID,
    "refund.created": SENT_BACK,
    "charge.refunded": SENT_BACK,
    "refund.updated": SENT_BACK,
    "charge.dispute.created": DISPUTED,
    "charge.dispute.funds_withdrawn": DISPUTED,
    "charge.dispute.closed": DECIDED,
    "charge.dispute.updated": TAKEN_UP,
    "charge.dispute.closed again": DECIDED_ANEW,
}
"""What is told of it, and which act must have been before."""

BACK = Money(12_000, "EUR")
OPEN, WON, LOST = DisputeStatus.OPEN, DisputeStatus.WON, DisputeStatus.LOST


def _after_all_acts() -> Iterable[Sequence[str]]:
    """Everything has happened, and one delivery of each kind comes in every order."""
    kinds = ("checkout.session.completed", "refund.created", "charge.dispute.created", "charge.dispute.closed")
    return [(*ACTS, *order) for order in itertools.permutations(kinds)]


def _told_meanwhile(acts: Sequence[str], chance: random.Random) -> Sequence[str]:
    """Acts and deliveries mixed; each delivery after its act, some of them twice, some never."""
    told = [kind for kind, act in TOLD.items() if act in acts and chance.random() < 0.75]
    told += [kind for kind in told if chance.random() < 0.3]
    course = list(acts)
    for kind in told:
        course.insert(chance.randint(course.index(TOLD[kind]) + 1, len(course)), kind)
    return course


class _Purchase:
    def __init__(self, house: House, decisions: Sequence[DisputeStatus]) -> None:
        self.house = house
        self.student = house.student()
        _, self.reference = house.checkout(self.student, house.mentor(capacity=1))
        self._acts: dict[str, Callable[[], None]] = {
            PAID: lambda: house.payments.settle(self.reference, ProviderState.PAID),
            SENT_BACK: self._send_back,
            DISPUTED: self._dispute,
            DECIDED: lambda: self._move_on(decisions[0]),
            TAKEN_UP: lambda: self._move_on(OPEN),
            DECIDED_ANEW: lambda: self._move_on(decisions[-1]),
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
            self._events[kind] = self.house.payments.delivery(kind.removesuffix(" again"), self._subject(kind))
        payload, signature = self._events[kind]
        receive_event(self.house.ctx(), provider="stripe", payload=payload, headers={"stripe-signature": signature})
        with suppress(ProviderUnavailable):
            self.house.drain()

    def _subject(self, kind: str) -> str:
        if kind == "charge.refunded":
            return self.payment
        return {PAID: self.reference, SENT_BACK: self.refund}.get(TOLD[kind], self.dispute)

    def end(self, books: Books) -> dict[str, list[tuple[Any, ...]]]:
        """The end state without what tells of the course: ids, instants, and a loss that was heard of and undone."""
        mine = self.student.id
        orders = {o.id: o for o in books.orders if o.student_id == mine}
        found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        found["orders"] = [(o.status, o.review) for o in orders.values()]
        found["attempts"] = [(a.status, bool(a.payment_ref)) for a in books.attempts if a.order_id in orders]
        found["payments"] = [(p.amount_minor, p.refunded_minor) for p in books.payments if p.order_id in orders]
        found["refunds"] = sorted(
            (r.reason, r.status, r.amount_minor) for r in books.refunds if r.order_id in orders and r.closed_at is None
        )
        found["disputes"] = [
            (d.status, d.amount_minor, d.frozen_credits, d.closed_at is not None)
            for d in books.disputes
            if d.order_id in orders
        ]
        found["packs"] = [
            (p.status, p.granted - p.refunded, p.available, p.frozen) for p in books.packs if p.student_id == mine
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


def _courses(acts: Sequence[str]) -> list[Sequence[str]]:
    chance = random.Random(7)
    mixed = [_told_meanwhile(acts, chance) for _ in range(24)]
    return [*(_after_all_acts() if acts == ACTS else ()), *mixed, acts]


def _end_alike(database: Database, decisions: Sequence[DisputeStatus], courses: Sequence[Sequence[str]]) -> None:
    """Go every course in one house, and compare where each ends with where the last does, of which nothing was told."""
    house, purchases = make_house(database), []
    for course in courses:
        purchase = _Purchase(house, decisions)
        purchase.run(course)
        purchases.append(purchase)
    _come_to_rest(house)
    books = read_books(database)
    check_books(books, house.clock.now())
    ends = [purchase.end(books) for purchase in purchases]
    other = [(course, end) for course, end in zip(courses, ends, strict=True) if end != ends[-1]]
    assert other == [], ends[-1]
    assert ends[-1]["orders"] == [("partially_refunded" if decisions[-1] is WON else "refunded", "")]
    undone = decisions == (LOST, WON)
    assert undone or {p.granted for p in books.packs} == {4}, "granted anew only where a loss was undone"


DECISIONS = [(WON,), (LOST,), (WON, LOST), (LOST, WON)]


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("decisions", DECISIONS, ids="-".join)
def test_every_order_of_events_about_refund_and_dispute_ends_the_same(
    database: Database, decisions: tuple[DisputeStatus, ...]
) -> None:
    acts = ACTS if len(decisions) == 1 else (*ACTS, *LATER)
    _end_alike(database, decisions, _courses(acts))


@pytest.mark.parametrize("dialect", ["postgresql"])
@pytest.mark.parametrize("decisions", DECISIONS, ids="-".join)
def test_some_of_these_orders_end_the_same_on_postgresql_too(
    database: Database, decisions: tuple[DisputeStatus, ...]
) -> None:
    *others, nothing_told = _courses(ACTS if len(decisions) == 1 else (*ACTS, *LATER))
    _end_alike(database, decisions, [*random.Random(11).sample(others, 8), nothing_told])
