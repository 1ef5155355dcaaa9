"""What both adapters read out of the stand-ins' lists: every movement of money, once, whatever the pages are like."""

from datetime import timedelta
from uuid import uuid4

import pytest

from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.money import Money
from mentorship.domain.orders import RefundStatus
from mentorship.domain.settle import ProviderState
from mentorship.domain.statements import Statement
from mentorship.gateways import paypal_statement, stripe_checkout
from mentorship.gateways.ports import CheckoutRequest, PaymentProvider
from mentorship.gateways.stripe_checkout import StripeCheckout

from .conftest import KEY, Running
from .test_paypal_adapter import adapter

PRICE = Money(48_000, "EUR")


def provider(running: Running, name: str) -> PaymentProvider:
    if name == "paypal":
        return adapter(running)
    return StripeCheckout(KEY, ["whsec_1"], base_url=f"{running.url}/stripe")


def open_checkout(running: Running, till: PaymentProvider) -> tuple[CheckoutRequest, str, str]:
    request = CheckoutRequest(
        attempt_id=uuid4(),
        order_id=uuid4(),
        amount=PRICE,
        description="4 sessions with Ada",
        email="robin@example.com",
        expires_at=running.clock.now() + timedelta(minutes=31),
        success_url="http://localhost:3000/done?order=1",
        cancel_url="http://localhost:3000/canceled?link=1",
    )
    hosted = till.create_checkout(request)
    return request, hosted.reference, hosted.url


def pay(running: Running, till: PaymentProvider) -> tuple[CheckoutRequest, str, str]:
    """A paid checkout: what was asked for, and the provider's ids of the checkout and of the payment."""
    request, reference, url = open_checkout(running, till)
    running.press(url, action="approve" if till.name == "paypal" else "pay")
    paid = till.capture(reference, key=f"capture:{request.attempt_id}").facts
    assert paid.state is ProviderState.PAID
    assert paid.payment_reference is not None
    return request, reference, paid.payment_reference


def read(running: Running, till: PaymentProvider, days: float = 3) -> Statement:
    now = running.clock.now()
    return till.statement(now - timedelta(days=days), now + timedelta(seconds=2))


@pytest.mark.parametrize("name", ["stripe", "paypal"])
def test_every_movement_is_listed_once(running: Running, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe_checkout, "PAGE", 2)
    monkeypatch.setattr(paypal_statement, "_PAGE", "2")
    monkeypatch.setattr(paypal_statement, "_DISPUTES", "1")
    till = provider(running, name)
    open_checkout(running, till)
    bought = [pay(running, till) for _ in range(4)]
    first, second = bought[0][2], bought[1][2]
    part = till.refund(first, Money(8_000, "EUR"), key="refund:1")
    rest = till.refund(first, Money(40_000, "EUR"), key="refund:2")
    for payment in (second, bought[2][2]):
        running.press(f"/{name}", action="dispute", id=payment)

    found = read(running, till)

    assert (found.provider, found.since < found.until) == (name, True)
    assert {(p.reference, p.attempt_id, p.amount) for p in found.payments} == {
        (payment, request.attempt_id, PRICE) for request, _, payment in bought
    }
    assert len(found.payments) == 4
    if name == "stripe":
        assert {p.checkout_reference for p in found.payments} == {reference for _, reference, _ in bought}
    assert {p.fee_minor for p in found.payments} == {745 if name == "stripe" else 1714}
    assert {(r.reference, r.payment_reference, r.amount.minor, r.status) for r in found.refunds} == {
        (part.reference, first, 8_000, RefundStatus.SUCCEEDED),
        (rest.reference, first, 40_000, RefundStatus.SUCCEEDED),
    }
    assert {(d.payment_reference, d.amount, d.status) for d in found.disputes} == {
        (payment, PRICE, DisputeStatus.OPEN) for payment in (second, bought[2][2])
    }


@pytest.mark.parametrize("name", ["stripe", "paypal"])
def test_what_began_outside_of_the_time_is_left_out(running: Running, name: str) -> None:
    till = provider(running, name)
    _, _, old = pay(running, till)
    running.clock.offset += timedelta(days=70)
    _, _, new = pay(running, till)
    assert [p.reference for p in read(running, till).payments] == [new]
    assert {p.reference for p in read(running, till, days=71).payments} == {old, new}
    assert read(running, till, days=71).refunds == []
