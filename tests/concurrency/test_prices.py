"""The last use of a code, and the next number of a receipt: many at once, each given once."""

from collections import Counter
from functools import partial
from uuid import UUID

import pytest
from support.house import House, MentorPerson, Person
from support.races import at_once, crashes, crowd, everything, refusals, results, take_guards_away

from mentorship.db.models import Order, Receipt
from mentorship.domain.errors import DomainError
from mentorship.domain.orders import OrderStatus
from mentorship.schemas.checkout import CheckoutStarted
from mentorship.services.checkout import start_checkout
from mentorship.services.promotions import create_promotion
from mentorship.services.receipts import issue_receipt

PEOPLE, USES = 40, 3


def _start(house: House, student: Person, mentor: MentorPerson) -> CheckoutStarted:
    return start_checkout(house.ctx(student), product_id=mentor.product_id, code="few")


def _race(house: House) -> list[CheckoutStarted | Exception]:
    """Everybody wants the code at once, with many mentors, so that no mentor's lock helps."""
    mentors = [house.mentor(capacity=PEOPLE) for _ in range(8)]
    create_promotion(house.system(), code="FEW", percent=10, most_uses=USES)
    students = crowd(house, PEOPLE)
    return at_once([partial(_start, house, student, mentors[n % 8]) for n, student in enumerate(students)])


def test_the_last_use_is_never_given_twice(house: House) -> None:
    outcomes = _race(house)
    assert crashes(outcomes) == []
    assert len(results(outcomes)) == USES
    assert Counter(refusals(outcomes)) == {"code_used_up": PEOPLE - USES}
    assert [o.promotion_code for o in everything(house, Order)] == ["FEW"] * USES


def test_control_without_the_lock_a_code_is_overused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    take_guards_away(house.deps.database, monkeypatch, "seats")
    assert len(results(_race(house))) > USES


def _paid_orders(house: House) -> list[UUID]:
    mentors = [house.mentor(capacity=PEOPLE) for _ in range(4)]
    students = crowd(house, PEOPLE)
    started = [
        start_checkout(house.ctx(student), product_id=mentors[n % 4].product_id) for n, student in enumerate(students)
    ]
    with house.system().begin() as uow:
        for one in started:
            order = uow.orders.get(one.order_id)
            assert order is not None
            order.status, order.paid_at = OrderStatus.PAID.value, house.clock.now()
    return [one.order_id for one in started]


def test_numbers_have_no_gap_and_no_double(house: House) -> None:
    orders = _paid_orders(house)
    outcomes = at_once([partial(issue_receipt, house.system(), order_id=order) for order in orders * 2])
    assert crashes(outcomes) == []
    assert Counter(results(outcomes)) == {"issued": PEOPLE, "done": PEOPLE}
    receipts = everything(house, Receipt)
    assert sorted(r.serial for r in receipts) == list(range(1, PEOPLE + 1))
    assert {r.order_id for r in receipts} == set(orders)


def test_control_without_the_lock_numbers_collide(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = _paid_orders(house)
    take_guards_away(house.deps.database, monkeypatch)
    outcomes = at_once([partial(issue_receipt, house.system(), order_id=order) for order in orders])
    collided = [o for o in outcomes if isinstance(o, Exception) and not isinstance(o, DomainError)]
    assert collided, "only the database's own rule kept two from being the same"
