"""One purchase, its events in every order, some lost and found again: one and the same end."""

from collections import defaultdict
from itertools import combinations, permutations
from typing import Any

import pytest
from support.books import Books, check_at_rest, check_books, read_books
from support.deliveries import receive_event
from support.house import House, make_house

from mentorship.db.engine import Database
from mentorship.domain.settle import ProviderState
from mentorship.services.sweeps import sweep

COMPLETED, AGAIN, EXPIRED, REFUNDED = "completed", "completed again", "expired, late", "refund updated"
EVENTS = (COMPLETED, AGAIN, EXPIRED, REFUNDED)


def _orders() -> list[tuple[str, ...]]:
    """Every order of every choice of events that arrive; the others are lost."""
    return [p for n in range(len(EVENTS) + 1) for kept in combinations(EVENTS, n) for p in permutations(kept)]


class _Purchase:
    """A purchase whose payment came too late: somebody else has the only seat, or nobody has."""

    def __init__(self, house: House, *, sold_out: bool) -> None:
        self.house = house
        mentor = house.mentor(capacity=1)
        self.student = house.student()
        _, self.reference = house.checkout(self.student, mentor)
        if sold_out:
            house.pass_time(minutes=32)
            house.buy_pack(house.student(), mentor)
        house.payments.settle(self.reference, ProviderState.PAID)
        self._completed = house.payments.delivery("checkout.session.completed", self.reference)

    def arrive(self, event: str) -> None:
        """One delivery, looked into at once; a refund that is not promised yet cannot be told of."""
        if event in (COMPLETED, AGAIN):
            delivery = self._completed
        elif event == EXPIRED:
            delivery = self.house.payments.delivery("checkout.session.expired", self.reference)
        elif self.house.payments.refunds:
            delivery = self.house.payments.delivery("refund.updated", next(iter(self.house.payments.refunds)))
        else:
            delivery = self.house.payments.delivery("refund.updated", "re_not_ours_yet")
        payload, signature = delivery
        receive_event(self.house.ctx(), provider="stripe", payload=payload, headers={"stripe-signature": signature})
        self.house.drain()

    def reconcile(self) -> None:
        """Sweeps find what was lost."""
        for _ in range(2):
            self.house.pass_time(minutes=20)
            sweep(self.house.system())
            self.house.drain()

    def end(self, books: Books) -> dict[str, list[tuple[Any, ...]]]:
        """The end state without ids and instants, which differ from purchase to purchase."""
        mine = self.student.id
        orders = {o.id: o for o in books.orders if o.student_id == mine}
        found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        found["orders"] = [(o.status, o.review) for o in orders.values()]
        found["attempts"] = [(a.status, bool(a.payment_ref)) for a in books.attempts if a.order_id in orders]
        found["payments"] = [(p.amount_minor, p.refunded_minor) for p in books.payments if p.order_id in orders]
        found["refunds"] = [(r.reason, r.status, r.amount_minor) for r in books.refunds if r.order_id in orders]
        found["packs"] = [(p.status, p.granted, p.available) for p in books.packs if p.student_id == mine]
        found["seats"] = [(s.status,) for s in books.seats if s.student_id == mine]
        found["notices"] = sorted((n.kind,) for n in books.notices if n.user_id == mine)
        return dict(found)


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("sold_out", [False, True], ids=["seat free", "sold out"])
def test_every_order_of_the_same_events_ends_the_same(database: Database, sold_out: bool) -> None:
    house, orders, purchases = make_house(database), _orders(), []
    for order in orders:
        purchase = _Purchase(house, sold_out=sold_out)
        for event in order:
            purchase.arrive(event)
        purchase.reconcile()
        purchases.append(purchase)
    books, now = read_books(database), house.clock.now()
    check_books(books, now)
    check_at_rest(books, [purchase.reference for purchase in purchases], now)
    ends = [purchase.end(books) for purchase in purchases]
    first = ends[0]
    assert [order for order, end in zip(orders, ends, strict=True) if end != first] == []
    assert first["orders"] == [("refunded" if sold_out else "paid", "")]
    assert first["packs"] == ([] if sold_out else [("active", 4, 4)])
    assert first["seats"] == [("released" if sold_out else "active",)]
    assert len(first["refunds"]) == sold_out
