"""Settling: the provider's facts in any order, repeated, late and wrong."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship.domain.money import Money
from mentorship.domain.orders import AttemptStatus, OrderStatus
from mentorship.domain.settle import Expected, ProviderFacts, ProviderState, Settlement, Step, settle

EXPECTED = Expected("cs_1", Money(37500, "USD"), live=False)
PAID = ProviderFacts("cs_1", ProviderState.PAID, Money(37500, "USD"), live=False, payment_reference="pi_1")

_AFTER = {
    Step.PROCESSING: (AttemptStatus.PROCESSING, OrderStatus.PROCESSING),
    Step.PAY: (AttemptStatus.PAID, OrderStatus.PAID),
    Step.FAIL: (AttemptStatus.FAILED, OrderStatus.FAILED),
    Step.EXPIRE: (AttemptStatus.EXPIRED, OrderStatus.EXPIRED),
    Step.REFUND_DUPLICATE: (AttemptStatus.PAID, OrderStatus.PAID),
}


def facts(state: ProviderState) -> ProviderFacts:
    return replace(PAID, state=state)


def run(states: list[ProviderState]) -> tuple[list[Step], AttemptStatus]:
    """Apply facts one after the other; returns the steps taken and where the attempt ends."""
    attempt, order, steps = AttemptStatus.OPEN, OrderStatus.PENDING, []
    for state in states:
        step = settle(order, attempt, EXPECTED, facts(state)).step
        steps.append(step)
        attempt, order = _AFTER.get(step, (attempt, order))
    return steps, attempt


@given(st.lists(st.sampled_from(ProviderState), max_size=8))
def test_a_payment_wins_over_everything_and_is_made_once(states: list[ProviderState]) -> None:
    steps, attempt = run(states)
    assert steps.count(Step.PAY) == (1 if ProviderState.PAID in states else 0)
    assert Step.REFUND_DUPLICATE not in steps
    assert (attempt is AttemptStatus.PAID) is (ProviderState.PAID in states)


CAPTURING = {ProviderState.APPROVED, ProviderState.DECLINED}
"""An approval stays one until it is captured, and each capture may be declined."""


@given(st.lists(st.sampled_from([s for s in ProviderState if s not in CAPTURING]), min_size=1, max_size=4))
def test_repeated_facts_change_nothing(states: list[ProviderState]) -> None:
    once, end = run(states)
    twice, same = run([state for state in states for _ in range(2)])
    assert same is end
    assert [step for step in twice if step is not Step.NOTHING] == [step for step in once if step is not Step.NOTHING]


def test_a_decline_leaves_the_order_open_and_says_nothing_about_one_that_is_closed() -> None:
    for order in OrderStatus:
        for attempt in AttemptStatus:
            step = settle(order, attempt, EXPECTED, facts(ProviderState.DECLINED)).step
            assert step is (Step.DECLINE if order.is_open and attempt.is_live else Step.NOTHING)


def test_an_approval_is_captured_only_while_the_order_waits_for_its_money() -> None:
    for order in OrderStatus:
        for attempt in AttemptStatus:
            step = settle(order, attempt, EXPECTED, facts(ProviderState.APPROVED)).step
            assert step is (Step.CAPTURE if order.is_open and attempt.is_live else Step.NOTHING)


def test_every_order_of_the_same_facts_ends_the_same() -> None:
    assert {run(list(order))[1] for order in permutations(ProviderState)} == {AttemptStatus.PAID}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"reference": "cs_2"}, "reference"),
        ({"live": True}, "mode"),
        ({"amount": Money(37500, "EUR")}, "currency"),
        ({"amount": Money(37499, "USD")}, "amount"),
        ({"amount": Money(1, "USD")}, "amount"),
    ],
)
@pytest.mark.parametrize("state", [state for state in ProviderState if state is not ProviderState.OPEN])
def test_facts_that_do_not_match_are_for_a_person(state: ProviderState, wrong: dict[str, object], reason: str) -> None:
    found = settle(OrderStatus.PENDING, AttemptStatus.OPEN, EXPECTED, replace(facts(state), **wrong))
    assert found == Settlement(Step.REVIEW, reason)


@pytest.mark.parametrize("order", [OrderStatus.PAID, OrderStatus.PARTIALLY_REFUNDED, OrderStatus.REFUNDED])
def test_a_second_payment_of_one_order_goes_back(order: OrderStatus) -> None:
    assert settle(order, AttemptStatus.OPEN, EXPECTED, PAID).step is Step.REFUND_DUPLICATE
    assert settle(order, AttemptStatus.PAID, EXPECTED, PAID).step is Step.NOTHING


@pytest.mark.parametrize("order", [OrderStatus.EXPIRED, OrderStatus.CANCELED, OrderStatus.FAILED])
@pytest.mark.parametrize("attempt", [AttemptStatus.EXPIRED, AttemptStatus.FAILED])
def test_money_that_arrives_late_is_still_a_payment(order: OrderStatus, attempt: AttemptStatus) -> None:
    assert settle(order, attempt, EXPECTED, PAID).step is Step.PAY
