"""Every order of the same deliveries comes to one ending."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship.domain.endings import MOST, Ending, Said, endings, state_said
from mentorship.domain.money import Money
from mentorship.domain.orders import AttemptStatus, OrderStatus
from mentorship.domain.settle import ProviderState

PRICE = Money(48_000, "EUR")
FIRST, SECOND = UUID(int=1), UUID(int=2)
BEFORE_PAID = st.sampled_from([s for s in ProviderState if s is not ProviderState.PAID])


@given(st.lists(BEFORE_PAID, max_size=MOST - 1))
def test_what_was_paid_is_paid_whatever_else_was_said(said: list[ProviderState]) -> None:
    deliveries = [Said(FIRST, state) for state in (*said, ProviderState.PAID)]
    assert endings(PRICE, deliveries) == {Ending(OrderStatus.PAID, 1, 0)}


def test_the_second_payment_goes_back_whichever_it_is() -> None:
    said = [Said(FIRST, ProviderState.PAID), Said(SECOND, ProviderState.PAID), Said(FIRST, ProviderState.EXPIRED)]
    assert endings(PRICE, said) == {Ending(OrderStatus.PAID, 1, 1)}


def test_two_outcomes_that_exclude_each_other_do_not_hide() -> None:
    said = [Said(FIRST, ProviderState.FAILED), Said(FIRST, ProviderState.EXPIRED)]
    assert endings(PRICE, said) == {Ending(OrderStatus.FAILED), Ending(OrderStatus.EXPIRED)}


def test_more_than_can_be_tried_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 6"):
        endings(PRICE, [Said(FIRST, ProviderState.PAID)] * 7)


def test_a_delivery_says_what_its_type_names() -> None:
    assert state_said("checkout.session.expired", AttemptStatus.PAID) is ProviderState.EXPIRED
    assert state_said("PAYMENT.CAPTURE.DENIED", AttemptStatus.FAILED) is ProviderState.FAILED
    assert state_said("CHECKOUT.ORDER.APPROVED", AttemptStatus.PAID) is ProviderState.APPROVED
    assert state_said("checkout.session.completed", AttemptStatus.PAID) is ProviderState.PAID
    assert state_said("checkout.session.completed", AttemptStatus.OPEN) is ProviderState.OPEN
