"""One event told sixteen times at once, and looked into sixteen times at once, settles once."""

import time
from collections import Counter
from functools import partial
from typing import Any

import pytest
from support.deliveries import receive_event
from support.fakes import Job
from support.house import House
from support.races import at_once, crashes, everything, take_guards_away, tally

from mentorship.db.models import AuditRow, InboxEvent, LedgerRow, Notification, Order, Pack, Payment
from mentorship.db.money import Orders
from mentorship.domain.settle import ProviderState
from mentorship.services.deliveries import process_event
from mentorship.services.settling import sync_attempt

TIMES = 16


def _paid(house: House) -> tuple[bytes, str]:
    """A paid checkout nobody has told us about; gives the delivery."""
    _, reference = house.checkout(house.student(), house.mentor())
    house.payments.settle(reference, ProviderState.PAID)
    return house.payments.delivery("checkout.session.completed", reference)


def _look_into(house: House) -> list[object]:
    """Look into the stored event and the attempt, sixteen times each and all at once."""
    (event,) = everything(house, InboxEvent)
    attempt_id = next(iter(house.payments.checkouts.values())).request.attempt_id
    return list(
        at_once(
            [partial(process_event, house.system(), event_id=event.id) for _ in range(TIMES)]
            + [partial(sync_attempt, house.system(), attempt_id=attempt_id) for _ in range(TIMES)]
        )
    )


def test_sixteen_deliveries_of_one_event(house: House) -> None:
    payload, signature = _paid(house)

    received = at_once(
        [
            partial(
                receive_event, house.ctx(), provider="stripe", payload=payload, headers={"stripe-signature": signature}
            )
            for _ in range(TIMES)
        ]
    )

    assert Counter(r.outcome for r in received) == {"received": 1, "duplicate": TIMES - 1}
    assert len(everything(house, InboxEvent)) == 1
    house.hand_out()
    house.hand_out()
    assert [j.name for j in house.jobs.waiting].count("process_event") == 1

    looked = _look_into(house)

    assert crashes(looked) == []
    assert [e.state for e in everything(house, InboxEvent)] == ["processed"]
    assert tally(house, LedgerRow, "entry") == {"grant": 1}
    assert len(everything(house, Payment)) == len(everything(house, Pack)) == 1
    assert [o.status for o in everything(house, Order)] == ["paid"]
    assert tally(house, Notification, "kind") == {"purchase": 1, "sold": 1}
    actions = tally(house, AuditRow, "action")
    assert actions["order_paid"] == actions["seat_activated"] == 1


def test_control_without_locks_a_delivery_trips_over_another(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    payload, signature = _paid(house)
    receive_event(house.ctx(), provider="stripe", payload=payload, headers={"stripe-signature": signature})
    take_guards_away(house.deps.database, monkeypatch)
    add = Orders.add

    def add_late(self: Orders, row: Any) -> None:
        """Settling is so short that on a busy machine rivals would come one after the other."""
        time.sleep(0.02)
        add(self, row)

    monkeypatch.setattr(Orders, "add", add_late)
    assert crashes(_look_into(house))


def test_a_refund_is_carried_out_once_by_sixteen_workers(house: House) -> None:
    mentor = house.mentor(capacity=1)
    _, reference = house.checkout(house.student(), mentor)
    house.pass_time(minutes=32)
    house.buy_pack(house.student(), mentor)
    house.payments.settle(reference, ProviderState.PAID)
    payload, signature = house.payments.delivery("checkout.session.completed", reference)
    receive_event(house.ctx(), provider="stripe", payload=payload, headers={"stripe-signature": signature})
    house.hand_out()
    job = next(j for j in house.jobs.waiting if j.name == "process_event")
    house.run(job)
    refund: Job = next(j for j in house.jobs.waiting if j.name == "refund_payment")

    outcomes = at_once([partial(house.run, refund) for _ in range(TIMES)])

    assert crashes(outcomes) == []
    assert len(house.payments.refunds) == 1
    assert sorted(p.refunded_minor for p in everything(house, Payment)) == [0, 48_000]
    assert tally(house, AuditRow, "action")["refund_settled"] == 1
