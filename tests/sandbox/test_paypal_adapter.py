"""The app's own PayPal adapter, through the conformance proxy, against the sandbox: the contract, to the letter."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest

from mentorship.domain.errors import CheckoutGone
from mentorship.domain.money import Money
from mentorship.domain.orders import RefundStatus
from mentorship.domain.settle import ProviderState
from mentorship.gateways.paypal_checkout import PayPalCheckout, paypal_trust
from mentorship.gateways.ports import CheckoutRequest, EventTopic

from .conftest import CLIENT_ID, CLIENT_SECRET, WEBHOOK_ID

PRICE = Money(48_000, "EUR")


def asked(running, amount: Money = PRICE) -> CheckoutRequest:
    return CheckoutRequest(
        attempt_id=uuid4(),
        order_id=uuid4(),
        amount=amount,
        description="4 sessions with Ada",
        email="robin@example.com",
        expires_at=running.clock.now(),
        success_url="http://localhost:3000/done?order=1",
        cancel_url="http://localhost:3000/canceled?link=1",
    )


def adapter(running, base_url: str = "") -> PayPalCheckout:
    sandbox = running.sandbox
    trust = paypal_trust("sandbox", [WEBHOOK_ID], origin=sandbox.paypal_certs_url, roots=sandbox.paypal_root)
    base_url = base_url or f"{running.url}/paypal"
    return PayPalCheckout(CLIENT_ID, CLIENT_SECRET, trust, live=False, base_url=base_url)


@pytest.fixture
def proxy(running, conformance_proxy) -> Iterator:
    proxy = conformance_proxy.Proxy(0, f"{running.url}/paypal")
    yield proxy
    proxy.stop()


@pytest.fixture
def paypal(running, proxy) -> PayPalCheckout:
    return adapter(running, f"http://127.0.0.1:{proxy.srv.server_port}")


def state(paypal: PayPalCheckout, reference: str) -> ProviderState:
    return paypal.read_checkout(reference).facts.state


def test_a_whole_purchase_conforms(running, proxy, paypal) -> None:
    request = asked(running)
    hosted = paypal.create_checkout(request)
    assert paypal.create_checkout(request) == hosted, "the same attempt is the same order"
    opened = paypal.read_checkout(hosted.reference)
    assert (opened.facts.state, opened.attempt_id) == (ProviderState.OPEN, request.attempt_id)
    assert paypal.capture(hosted.reference, key="capture:0").facts.state is ProviderState.OPEN, "nobody has approved"
    back = running.press(hosted.url, action="approve").headers["Location"]
    assert back.startswith(f"{request.success_url}&token={hosted.reference}&PayerID=")
    assert state(paypal, hosted.reference) is ProviderState.APPROVED
    assert paypal.expire_checkout(hosted.reference).facts.state is ProviderState.EXPIRED
    assert state(paypal, hosted.reference) is ProviderState.APPROVED, "PayPal keeps it open; we refuse the capture"

    paid = paypal.capture(hosted.reference, key="capture:1").facts
    assert (paid.state, paid.amount, paid.live) == (ProviderState.PAID, request.amount, False)
    assert paid.fee_minor == 1714
    for key in ("capture:1", "capture:2"):
        assert paypal.capture(hosted.reference, key=key).facts == paid, "once, whichever key"
    assert paypal.expire_checkout(hosted.reference).facts.state is ProviderState.PAID, "paid stays paid"
    assert paid.payment_reference is not None
    assert paypal.checkout_of(paid.payment_reference) == hosted.reference

    part = paypal.refund(paid.payment_reference, Money(8_000, "EUR"), key="refund:1")
    assert paypal.refund(paid.payment_reference, Money(8_000, "EUR"), key="refund:1") == part
    assert (part.status, part.amount.minor, part.payment_reference) == (
        RefundStatus.SUCCEEDED,
        8_000,
        paid.payment_reference,
    )
    rest = paypal.refund(paid.payment_reference, Money(40_000, "EUR"), key="refund:2")
    assert paypal.read_refund(rest.reference) == rest
    assert {r.reference for r in paypal.refunds_of(paid.payment_reference)} == {part.reference, rest.reference}
    assert paypal.read_checkout(hosted.reference).facts.state is ProviderState.PAID, "a refund does not undo a payment"
    assert proxy.n > 12
    assert proxy.bad == []


@pytest.mark.parametrize(("amount", "currency"), [(4_500, "JPY"), (500_000, "HUF"), (99_900, "TWD"), (1, "USD")])
def test_every_kind_of_currency_comes_back_as_it_was_sent(running, paypal, proxy, amount, currency) -> None:
    hosted = paypal.create_checkout(asked(running, Money(amount, currency)))
    running.press(hosted.url, action="approve")
    assert paypal.capture(hosted.reference, key="capture:1").facts.amount == Money(amount, currency)
    assert proxy.bad == []


def test_a_decline_leaves_the_order_open_for_something_else(running, paypal, proxy) -> None:
    hosted = paypal.create_checkout(asked(running))
    running.press(hosted.url, action="decline")
    assert paypal.capture(hosted.reference, key="capture:0").facts.state is ProviderState.DECLINED
    running.press(hosted.url, action="approve")
    assert paypal.capture(hosted.reference, key="capture:1").facts.state is ProviderState.PAID
    assert proxy.bad == []


def test_an_order_that_paypal_has_forgotten_is_gone(running, paypal) -> None:
    hosted = paypal.create_checkout(asked(running))
    running.clock.advance(timedelta(hours=4))
    for look in (
        lambda: paypal.read_checkout(hosted.reference),
        lambda: paypal.expire_checkout(hosted.reference),
        lambda: paypal.capture(hosted.reference, key="capture:0"),
    ):
        with pytest.raises(CheckoutGone):
            look()


def test_deliveries_are_verified_and_say_where_to_look(running, paypal, paypal_receiver) -> None:
    hosted = paypal.create_checkout(asked(running))
    running.press(hosted.url, action="approve")
    paid = paypal.capture(hosted.reference, key="capture:1").facts
    refund = paypal.refund(paid.payment_reference or "", Money(1_000, "EUR"), key="refund:1")
    running.paypal_events(paypal_receiver, 3)
    told = [
        paypal.verify_event(body, {name.lower(): value for name, value in headers.items()})
        for body, headers in paypal_receiver.got
    ]
    assert {(e.type, e.topic, e.object_id) for e in told} == {
        ("CHECKOUT.ORDER.APPROVED", EventTopic.CHECKOUT, hosted.reference),
        ("PAYMENT.CAPTURE.COMPLETED", EventTopic.CHECKOUT, hosted.reference),
        ("PAYMENT.CAPTURE.REFUNDED", EventTopic.REFUND, refund.reference),
    }
